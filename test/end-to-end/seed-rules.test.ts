import { RULES } from '../../src/sandbox/exercise/rules.ts';
import { ENGINES, openTwoSides, type TwoSides } from '../support/two-sides.ts';

describe.each(ENGINES)('the seed rules on %s', (engine) => {
  let two: TwoSides;
  beforeAll(async () => {
    two = await openTwoSides({ engine, users: 4, settings: { poll_seconds: '1' } });
  });
  afterAll(() => two.close());

  test.each(RULES.map((rule) => [rule.rule, rule.text, rule] as const))(
    '%s: %s',
    async (_name, _text, rule) => {
      const failed: string[] = [];
      let checks = 0;
      await rule.play(two.world, {
        check: (statement, holds) => {
          checks += 1;
          if (!holds) failed.push(statement);
        },
      });
      expect(failed).toEqual([]);
      expect(checks).toBeGreaterThan(1);
    },
  );
});

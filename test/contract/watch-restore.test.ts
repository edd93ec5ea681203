/** A runner that has seen more than the database holds: it is told once, and the database is another one from then on. */
import { openCompany, type Company } from './crm-company.ts';
import { engines } from './engines.ts';
import { testOn } from './lacking.ts';

describe.each(engines)('watching for a restore on $name', (engine) => {
  const test = testOn(engine);
  let company: Company;
  beforeAll(async () => {
    company = await openCompany(engine);
  });
  afterAll(() => company.close());

  const look = (seen: Parameters<Company['runner']['watchRestore']>[0]) => company.runner.watchRestore(seen);
  const identity = async () => (await company.runner.readSettings()).database_identity;

  test('what was seen is there: nothing is said, however often and by whomever it is asked', async () => {
    const was = await identity();
    const id = await company.runner.startRun('test');
    const { restored: first, ...begun } = await look(null);
    expect(begun).toMatchObject({ run_id: id, finished: false, epoch: 0 });
    expect(begun.started_at).not.toBeNull();
    await company.runner.finishRun(id, {}, null);
    const { restored: second, ...ended } = await look(begun);
    expect(ended).toEqual({ ...begun, finished: true });
    const { restored: third } = await look({ ...ended, started_at: null });
    await company.runner.startRun('test');
    const { restored: fourth } = await look(ended);
    expect([first, second, third, fourth]).toEqual([false, false, false, false]);
    expect(await identity()).toBe(was);
  });

  test('a run that is purged proves nothing', async () => {
    const { restored, ...seen } = await look(null);
    expect(restored).toBe(false);
    await company.tables.remove('domino_sync.run');
    expect(await look(seen)).toEqual({ ...seen, started_at: null, finished: false, restored: false });
  });

  test('a number that is not reached, given again or no longer ended, and an epoch that is gone, are told once', async () => {
    const told = async (change: (seen: Awaited<ReturnType<typeof look>>) => Partial<typeof seen>) => {
      const run = await company.runner.startRun('test');
      const seen = await look(null);
      expect(seen.run_id).toBe(run);
      const known = { ...seen, ...change(seen) };
      const was = await identity();
      const found = await look(known);
      expect(found).toMatchObject({ run_id: run, restored: true, epoch: known.epoch + 1 });
      expect(await identity()).not.toBe(was);
      // Another runner that had seen the same.
      expect(await look(known)).toMatchObject({ restored: false, epoch: known.epoch + 1 });
      expect(await look(found)).toMatchObject({ restored: false });
    };
    await told(({ run_id: id }) => ({ run_id: id + 1 }));
    await told(({ started_at: at }) => ({ started_at: at!.replace(/^\d{4}/, '2001') }));
    await told(() => ({ finished: true }));
    await told(({ epoch }) => ({ epoch: epoch + 1 }));
  });
});

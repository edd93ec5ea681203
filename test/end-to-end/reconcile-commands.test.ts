/** `reconcile --wait` and `resolve --held` as an administrator types them. */
import { waitUntil } from '../../src/sandbox/exercise/wait.ts';
import { startCli, type Started } from '../support/cli.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
let runner: Started | null;
beforeEach(async () => {
  runner = null;
  two = await openTwoSides({
    users: 1,
    settings: { poll_seconds: '1', mass_disappearance_count: '1', mass_disappearance_percent: '10' },
  });
});
afterEach(async () => {
  runner?.child.kill('SIGKILL');
  await runner?.ended;
  await two.close();
});

const environment = () => ({
  CRM_DATABASE_URL: two.sides.crmUrl,
  DOMINO_URL: two.sides.dominoAccess.url,
  DOMINO_USER: two.sides.dominoAccess.user,
  DOMINO_PASSWORD: two.sides.dominoAccess.password,
});
const command = async (...words: string[]) => {
  const started = startCli(words, environment());
  const ended = await started.ended;
  return { code: ended.code, text: ended.stdout + ended.stderr };
};

test('reconcile --wait tells what it found; held deletions are shown, refused, and asked for no more', async () => {
  const { world, sides } = two;
  const user = world.users[0]!;
  for (const day of [2, 3, 4])
    await world.crm.createAppointment(user.userId, {
      subject: `Day ${day}`,
      start: world.at(day, 9).wall,
      end: world.at(day, 10).wall,
    });
  await world.settle();
  runner = startCli(['run'], environment());

  const compared = await command('--json', 'reconcile', '--wait');
  expect(compared.code).toBe(0);
  expect(JSON.parse(compared.text)).toMatchObject([{ state: 'verified', healed: 0, open_differences: 0 }]);

  await sides.vendor.query('update communication set comm_deleted = 1');
  const held = async () => (await sides.crm.listHeld(user.userId)).length > 0;
  expect(await waitUntil(20_000, held)).toBe(true);
  const shown = await command('resolve', '--held', user.logon);
  expect(shown.text).toContain('3 linked items would be deleted in Domino, of 3 in the mailbox');
  expect(shown.text).toContain('Day 3');
  expect((await command('status')).text).toContain(`resolve --held ${user.userId}`);
  const refused = await command('resolve', '--held', user.logon, '--refuse');
  expect(refused).toMatchObject({ code: 0 });
  expect(refused.text).toContain('3 items stay where they are');
  expect((await command('resolve', '--held', user.logon)).code).toBe(1);
  expect((await command('resolve', '--allow')).code).toBe(2);
  expect(world.notes(user).calendar()).toHaveLength(3);
}, 120_000);

/** The runner as a process: what a signal, a kill and a second runner do to the work in hand. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../../src/sandbox/exercise/wait.ts';
import { startCli, type Started } from '../support/cli.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
let started: Started[];
beforeEach(async () => {
  started = [];
  two = await openTwoSides({ users: 2, settings: { poll_seconds: '1' } });
});
afterEach(async () => {
  for (const one of started) one.child.kill('SIGKILL');
  await Promise.all(started.map((one) => one.ended));
  await two.close();
});

const environment = () => ({
  CRM_DATABASE_URL: two.sides.crmUrl,
  DOMINO_URL: two.sides.dominoAccess.url,
  DOMINO_USER: two.sides.dominoAccess.user,
  DOMINO_PASSWORD: two.sides.dominoAccess.password,
});
const startRunner = async () => {
  const runner = startCli(['run'], environment());
  started.push(runner);
  expect(await waitUntil(20_000, () => runner.log().includes('the runner is up'))).toBe(true);
  return runner;
};
const requestsOf = (kind: string) => two.sides.standIn.requests.entries.filter((one) => one.kind === kind);
const create = async (subject: string) => {
  const at = two.world.at(3, 9);
  return two.world.crm.createAppointment(two.world.users[0]!.userId, {
    subject,
    start: at.wall,
    end: at.wall,
  });
};
const entries = (subject: string) => two.world.calendarEntries(two.world.users[0]!, subject);

test('SIGTERM finishes the item in hand, records it and gives everything back', async () => {
  const runner = await startRunner();
  two.sides.standIn.faults.add({ effect: 'slow', ms: 1500, on: ['create'] });
  const id = await create('In hand');
  expect(await waitUntil(20_000, () => requestsOf('create').length === 1)).toBe(true);
  runner.child.kill('SIGTERM');
  const ended = await runner.ended;
  expect(ended).toMatchObject({ code: 0, signal: null });
  expect(entries('In hand')).toHaveLength(1);
  const { deliveries, links } = await two.sides.crm.explain(id);
  expect(deliveries).toEqual([]);
  expect(links).toMatchObject([{ state: 'linked' }]);
  const { rows } = await two.sides.vendor.query(
    'select count(*)::int as n from domino_sync.sync_user where leased_by is not null',
  );
  expect(rows).toEqual([{ n: 0 }]);
});

test('after SIGKILL in the middle of a create another runner goes on at once, and there is one entry', async () => {
  const first = await startRunner();
  two.sides.standIn.faults.add({ effect: 'slow', ms: 1000, on: ['create'] });
  const id = await create('Killed');
  expect(await waitUntil(20_000, () => requestsOf('create').length === 1)).toBe(true);
  first.child.kill('SIGKILL');
  await first.ended;
  await startRunner();
  // The lease of the dead runner would last a minute: it is free because its session is gone.
  expect(
    await waitUntil(20_000, async () => (await two.sides.crm.explain(id)).links[0]?.state === 'linked'),
  ).toBe(true);
  expect(entries('Killed')).toHaveLength(1);
  expect(await two.world.bySubject('Killed')).toHaveLength(1);
});

test('two runners share the work: every entry is written once', async () => {
  await Promise.all([startRunner(), startRunner()]);
  const subjects = Array.from({ length: 20 }, (_, i) => `Shared ${i}`);
  for (const [i, subject] of subjects.entries()) {
    const at = two.world.at(3 + i, 9);
    await two.world.crm.createAppointment(two.world.users[i % 2]!.userId, {
      subject,
      start: at.wall,
      end: at.wall,
    });
  }
  expect(
    await waitUntil(30_000, () =>
      subjects.every(
        (subject, i) => two.world.calendarEntries(two.world.users[i % 2]!, subject).length === 1,
      ),
    ),
  ).toBe(true);
  expect(requestsOf('create')).toHaveLength(20);
  for (const runner of started) expect(runner.log()).not.toMatch(/"level":(50|60)/);
});

test('NOTIFY wakes the runner: a save is on its way long before the next tick', async () => {
  const runner = startCli(['run', '--config', 'slow.json'], environment(), writeSlowConfig());
  started.push(runner);
  expect(await waitUntil(20_000, () => runner.log().includes('the runner is up'))).toBe(true);
  await create('Woken');
  expect(await waitUntil(5_000, () => entries('Woken').length === 1)).toBe(true);
});

test('the log holds no secret', async () => {
  const runner = await startRunner();
  two.sides.standIn.faults.add({ effect: 'drop after', on: ['create'] });
  await create('Quiet');
  expect(await waitUntil(20_000, () => runner.log().includes('domino_unreachable'))).toBe(true);
  runner.child.kill('SIGTERM');
  const { stderr, stdout } = await runner.ended;
  const password = new URL(two.sides.crmUrl).password;
  for (const secret of [
    password,
    two.sides.dominoAccess.password,
    Buffer.from(`${two.sides.dominoAccess.user}:${two.sides.dominoAccess.password}`).toString('base64'),
  ]) {
    expect(stderr + stdout).not.toContain(secret);
  }
});

/** A schedule that never ticks within a test: what arrives was woken by NOTIFY. */
function writeSlowConfig(): string {
  const directory = mkdtempSync(join(tmpdir(), 'crm-domino-sync-slow-'));
  writeFileSync(join(directory, 'slow.json'), JSON.stringify({ runner: { schedule: '0 0 1 1 *' } }));
  return directory;
}

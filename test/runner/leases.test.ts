/** What becomes of a mailbox's lease and health when the database fails, the lease cannot be renewed, or it is due twice. */
import schedule from 'node-schedule';
import { CrmError, type CrmDatabase } from '../../src/crm/contract.ts';
import { silentLog } from '../../src/log.ts';
import { runCycle } from '../../src/runner/cycle.ts';
import { startRunner } from '../../src/runner/runner.ts';
import { createServerGate } from '../../src/runner/server-gate.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

/** The real database, but for the calls that are to fail. */
const cycleWith = (failing: Partial<CrmDatabase>, stopping = new AbortController().signal) =>
  runCycle({
    crm: { ...two.sides.crm, ...failing },
    domino: two.sides.domino,
    log: silentLog(),
    stopping,
    parallel: 8,
    kind: 'once',
    gate: createServerGate({ crm: two.sides.crm, domino: two.sides.domino, log: silentLog() }),
  });
const unreachable = () =>
  Promise.reject(new CrmError('crm_unreachable', 'the connection broke', { transient: true }));
const mailboxes = async () =>
  (
    await two.sides.vendor.query(
      'select leased_by is not null as leased, health, health_reason as reason from domino_sync.sync_user order by crm_user_id',
    )
  ).rows;

test('a fault of the database ends the cycle and gives the mailbox back, paused', async () => {
  two = await openTwoSides({ users: 1 });
  await expect(cycleWith({ listKnown: unreachable })).rejects.toThrow('the connection broke');
  expect(await mailboxes()).toEqual([{ leased: false, health: 'paused', reason: 'internal' }]);
});

test('a stop that comes while mailboxes are leased gives them back', async () => {
  two = await openTwoSides({ users: 2 });
  const stop = new AbortController();
  const leaseMailboxes: CrmDatabase['leaseMailboxes'] = async (...call) => {
    const leased = await two.sides.crm.leaseMailboxes(...call);
    stop.abort();
    return leased;
  };
  await cycleWith({ leaseMailboxes }, stop.signal);
  expect((await mailboxes()).map((one) => one.leased)).toEqual([false, false]);
});

test('a paused mailbox that is due again in the same cycle stays paused with its reason', async () => {
  two = await openTwoSides({ users: 1 });
  const [anna] = two.world.users;
  two.sides.standIn.mailFile(anna!.mailFile).state.acl['CRM Sync/Acme'] = 'none';
  let releases = 0;
  const releaseMailbox: CrmDatabase['releaseMailbox'] = async (...call) => {
    releases += 1;
    await two.sides.crm.releaseMailbox(...call);
    if (releases === 1) await two.sides.vendor.query('update domino_sync.sync_user set next_poll_at = now()');
  };
  await cycleWith({ releaseMailbox });
  expect(releases).toBe(2);
  expect(await mailboxes()).toEqual([
    { leased: false, health: 'paused', reason: expect.stringMatching(/^domino_/) },
  ]);
});

test('a lease that cannot be renewed until it ran out stops the work on the mailbox', async () => {
  two = await openTwoSides({ users: 1, settings: { lease_seconds: '5' } });
  two.sides.standIn.faults.add({ effect: 'slow', ms: 12_000, on: ['list'] });
  const started = performance.now();
  await cycleWith({ renewMailbox: unreachable });
  expect(performance.now() - started).toBeLessThan(10_000);
}, 30_000);

test('a runner that cannot listen leaves no schedule behind', async () => {
  two = await openTwoSides({ users: 1 });
  const { domino } = two.sides;
  const crm = { ...two.sides.crm, onWork: unreachable };
  await expect(
    startRunner({ crm, domino, log: silentLog(), parallel: 1, rule: '*/5 * * * * *' }),
  ).rejects.toThrow('the connection broke');
  expect(Object.keys(schedule.scheduledJobs)).toEqual([]);
});

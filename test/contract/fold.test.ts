/** From the log to deliveries: nothing is lost, nothing is doubled, our own writes do not come back. */
import { engines, type CrmUnderTest, type VendorSession } from './engines.ts';
import { result } from './links.ts';
import type { CrmDatabase } from '../../src/crm/contract.ts';

describe.each(engines)('fold on $name', ({ create }) => {
  let crm: CrmUnderTest;
  let sage: VendorSession;
  let runner: CrmDatabase & { runnerId: number };

  beforeEach(async () => {
    crm = await create();
    await crm.enableUsers(4, 5);
    sage = await crm.sage();
    runner = await crm.openRunner();
  });
  afterEach(() => crm.drop());

  const pairs = async (): Promise<string[]> =>
    (await crm.deliveries()).map((row) => `${row.appointment_id}:${row.crm_user_id}`);

  const appointmentOf = async (userId: number, ...participants: number[]): Promise<number> => {
    const id = await sage.insertCommunication({ comm_subject: 'Lunch', comm_organizer: `${userId}` });
    for (const user of [userId, ...participants])
      await sage.insertLink({ appointment_id: id, user_id: user });
    return id;
  };

  /** All deliveries are made: pairs are linked and the queue is empty. */
  const settle = async (): Promise<void> => {
    await runner.foldChanges(1000);
    const mailboxes = await runner.leaseMailboxes(10, 60);
    await runner.completeOutbound(
      (await runner.leaseOutbound(null, 1000, 60)).map((delivery) => result(delivery)),
    );
    for (const { crm_user_id } of mailboxes) {
      const report = { reason_code: null, detail: null, polled: true, next_poll_seconds: 0 };
      await runner.releaseMailbox(crm_user_id, { health: 'ok', ...report });
    }
  };

  const ownWrite = async (userId: number, work: () => Promise<unknown>): Promise<void> => {
    await sage.begin();
    await sage.writeAs(`domino:${userId}`);
    await work();
    await sage.commit();
  };

  test('many changes of one appointment become one delivery, to the mailbox that holds it', async () => {
    const id = await appointmentOf(4, 5);
    await sage.updateCommunications([id], { comm_subject: 'Dinner' });
    expect(await runner.foldChanges(1000)).toEqual({ changes: 4, deliveries: 1 });
    expect(await pairs()).toEqual([`${id}:4`]);
    expect(await crm.logRows()).toEqual([]);
  });

  test('participants hold a copy each while the organiser does not take part', async () => {
    const id = await sage.insertCommunication({ comm_organizer: 'somebody@example.org' });
    await sage.insertLink({ appointment_id: id, user_id: 4 });
    await sage.insertLink({ appointment_id: id, user_id: 5 });
    await runner.foldChanges(1000);
    expect(await pairs()).toEqual([`${id}:4`, `${id}:5`]);
  });

  test('takes no more rows than asked for and finds the rest the next time', async () => {
    for (let n = 0; n < 5; n += 1) await sage.insertCommunication({ comm_organizer: '4' });
    expect(await runner.foldChanges(3)).toEqual({ changes: 3, deliveries: 3 });
    expect(await runner.foldChanges(3)).toEqual({ changes: 2, deliveries: 2 });
    expect(await runner.foldChanges(3)).toEqual({ changes: 0, deliveries: 0 });
  });

  test('two transactions that commit in reverse order lose nothing', async () => {
    const late = await crm.sage();
    await late.begin();
    const first = await late.insertCommunication({ comm_organizer: '4' });
    const second = await sage.insertCommunication({ comm_organizer: '4' });
    await runner.foldChanges(1000);
    expect(await pairs()).toEqual([`${second}:4`]);
    await late.commit();
    await runner.foldChanges(1000);
    expect((await pairs()).sort()).toEqual([`${first}:4`, `${second}:4`].sort());
  });

  test('runners that fold at the same moment share the rows', async () => {
    for (let n = 0; n < 40; n += 1) await sage.insertCommunication({ comm_organizer: '4' });
    const other = await crm.openRunner();
    const folds = await Promise.all([runner, other, runner, other].map((each) => each.foldChanges(10)));
    const rest = await runner.foldChanges(1000);
    expect([...folds, rest].reduce((sum, { changes }) => sum + changes, 0)).toBe(40);
    expect(await crm.deliveries()).toHaveLength(40);
  });

  test('our own write comes back to no mailbox but its own', async () => {
    const id = await sage.insertCommunication({ comm_organizer: 'somebody@example.org' });
    for (const user of [4, 5]) await sage.insertLink({ appointment_id: id, user_id: user });
    await settle();
    await ownWrite(4, () => sage.updateCommunications([id], { comm_subject: 'From the Notes of user 4' }));
    expect(await runner.foldChanges(1000)).toEqual({ changes: 1, deliveries: 1 });
    expect(await pairs()).toEqual([`${id}:5`]);
  });

  test("our own write followed by a user's edit delivers the edit", async () => {
    const id = await appointmentOf(4);
    await settle();
    await ownWrite(4, () => sage.updateCommunications([id], { comm_subject: 'From Notes' }));
    await sage.updateCommunications([id], { comm_subject: 'From the CRM' });
    expect(await runner.foldChanges(1000)).toEqual({ changes: 2, deliveries: 1 });
    expect(await pairs()).toEqual([`${id}:4`]);
  });

  test("a user's edit followed by our own write delivers the edit", async () => {
    const id = await appointmentOf(4);
    await settle();
    await sage.updateCommunications([id], { comm_subject: 'From the CRM' });
    await ownWrite(4, () => sage.updateCommunications([id], { comm_note: 'From Notes' }));
    expect(await runner.foldChanges(1000)).toEqual({ changes: 2, deliveries: 1 });
  });

  test("a user's edit that commits after our own write was folded is delivered", async () => {
    const id = await appointmentOf(4);
    const other = await appointmentOf(4);
    await settle();
    const user = await crm.sage();
    await user.begin();
    await user.updateCommunications([id], { comm_subject: 'From the CRM' });
    await ownWrite(4, () => sage.updateCommunications([other], { comm_note: 'From Notes' }));
    expect(await runner.foldChanges(1000)).toEqual({ changes: 1, deliveries: 0 });
    await user.commit();
    expect(await runner.foldChanges(1000)).toEqual({ changes: 1, deliveries: 1 });
    expect(await pairs()).toEqual([`${id}:4`]);
  });

  test('a mailbox that has the entry is told of a deletion, soft or physical', async () => {
    const soft = await appointmentOf(4);
    const physical = await appointmentOf(4);
    await settle();
    await sage.updateCommunications([soft], { comm_deleted: 1 });
    await sage.deleteCommunication(physical);
    await runner.foldChanges(1000);
    expect((await crm.deliveries()).map((row) => [row.appointment_id, row.reason_code])).toEqual([
      [soft, 'crm_changed'],
      [physical, 'crm_deleted'],
    ]);
  });

  test('a change of organiser reaches the mailbox that had the entry and the one that gets it', async () => {
    const id = await appointmentOf(4, 5);
    await settle();
    await sage.updateCommunications([id], { comm_organizer: '5' });
    await runner.foldChanges(1000);
    expect(await pairs()).toEqual([`${id}:4`, `${id}:5`]);
  });

  test('an entry that was deleted in Notes is looked at again only when its user is concerned', async () => {
    const id = await appointmentOf(5);
    await settle();
    await runner.leaseMailboxes(10, 60);
    await runner.enqueueDelivery(4, [id], 'admin_retry');
    const [leased] = await runner.leaseOutbound(4, 10, 60);
    if (leased === undefined) throw new Error('nothing was leased');
    const done = result(leased, { action: 'unlinked' });
    if (done.link !== null) done.link = { ...done.link, state: 'unlinked', unlinked_reason: 'tombstone' };
    await runner.completeOutbound([done]);
    await sage.updateCommunications([id], { comm_subject: 'Dinner' });
    await runner.foldChanges(1000);
    expect(await pairs()).toEqual([`${id}:5`]);
    await sage.insertLink({ appointment_id: id, user_id: 4 });
    await runner.foldChanges(1000);
    expect(await pairs()).toEqual([`${id}:4`, `${id}:5`]);
  });
});

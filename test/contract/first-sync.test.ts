/** When both sides have to be compared, and what there is to compare: the same on both engines. */
import { engines, type CrmUnderTest, type VendorSession } from './engines.ts';
import { link, result } from './links.ts';
import type { CrmDatabase, LeasedMailbox, MailboxReport } from '../../src/crm/contract.ts';

const REPORT: MailboxReport = {
  health: 'ok',
  reason_code: null,
  detail: null,
  polled: true,
  next_poll_seconds: 0,
};
const DONE = { ...REPORT, cursor: 'c', first_sync_done: true, links_seen: 0 };

describe.each(engines)('a first comparison on $name', ({ create }) => {
  let crm: CrmUnderTest;
  let sage: VendorSession;
  let runner: CrmDatabase & { runnerId: number };

  beforeEach(async () => {
    crm = await create();
    await crm.enableUsers(4);
    sage = await crm.sage();
    runner = await crm.openRunner();
  });
  afterEach(() => crm.drop());

  const lease = async (): Promise<LeasedMailbox> => {
    const [mailbox] = await runner.leaseMailboxes(10, 60);
    if (mailbox === undefined) throw new Error('nothing was leased');
    return mailbox;
  };
  const appointment = async (subject: string): Promise<number> => {
    const id = await sage.insertCommunication({
      comm_subject: subject,
      comm_organizer: '4',
      comm_datetime: '2090-03-01T09:00:00',
    });
    await runner.foldChanges(1000);
    return id;
  };
  const deliver = async (id: number): Promise<void> => {
    const leased = (await runner.leaseOutbound(4, 10, 60)).find((one) => one.appointment_id === id);
    await runner.completeOutbound([result(leased!)]);
  };

  test('is due until a runner says that it is done, and again when links are missing', async () => {
    expect(await lease()).toMatchObject({ first_sync_done: false, past_days: null, twins_pending: false });
    const id = await appointment('Lunch');
    await deliver(id);
    await runner.releaseMailbox(4, DONE);
    expect(await lease()).toMatchObject({ first_sync_done: true });
    // More than there are: somebody took them away while the runner was at it.
    await runner.releaseMailbox(4, { ...DONE, links_seen: 2 });
    expect(await lease()).toMatchObject({ first_sync_done: false });
    await runner.releaseMailbox(4, DONE);
    expect(await lease()).toMatchObject({ first_sync_done: true });
  });

  test('tells how far it is, and forgets that when it is done', async () => {
    await lease();
    await runner.reportFirstSync(4, { total: 12, compared: 5, read: 3 });
    const user = async () => (await runner.listUsers()).find((one) => one.crm_user_id === 4);
    expect(await user()).toMatchObject({
      first_sync_done: false,
      first_sync_total: 12,
      first_sync_compared: 5,
      first_sync_read: 3,
    });
    expect((await runner.syncStatus()).first_syncs).toMatchObject([
      { crm_user_id: 4, cause: 'never compared', total: 12, compared: 5, read: 3 },
    ]);
    await runner.releaseMailbox(4, DONE);
    expect(await user()).toMatchObject({ first_sync_done: true, first_sync_total: null });
    expect((await runner.syncStatus()).first_syncs).toEqual([]);
  });

  test('progress is told by the runner that holds the mailbox only', async () => {
    await expect(runner.reportFirstSync(4, { total: 1, compared: 0, read: 0 })).rejects.toMatchObject({
      code: 'crm_lease_lost',
    });
  });

  test('looks at what is linked to nothing, with what is known of its delivery', async () => {
    await lease();
    const ids = [await appointment('Free'), await appointment('Linked'), await appointment('Apart')];
    await deliver(ids[1]!);
    await runner.saveLinks(4, [
      link(ids[2]!, 4, { state: 'unlinked', unlinked_reason: 'deletion_kept', incarnation: 3 }),
    ]);
    const unlinked = (await runner.listUnlinked(4)).filter((one) => ids.includes(one.appointment_id));
    expect(unlinked).toMatchObject([
      { appointment_id: ids[0], role: 'organiser', subject: 'Free', all_day: false, unlinked_reason: null },
      { appointment_id: ids[2], unlinked_reason: 'deletion_kept', incarnation: 3, lost_tombstone: null },
    ]);
  });

  test('twins that wait to be told apart are said with the lease', async () => {
    await lease();
    await runner.parkInbound(4, [
      {
        form: 'event',
        domino_uid: 'U',
        domino_recurrence_id: '',
        domino_start: null,
        domino_digest: 'd',
        reason_code: 'twin_ambiguous',
        detail: null,
        subject: 'Same',
        payload: null,
        retry_after_seconds: null,
      },
    ]);
    await runner.releaseMailbox(4, DONE);
    expect(await lease()).toMatchObject({ twins_pending: true });
  });
});

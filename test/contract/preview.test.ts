/** What a preview reads, on both engines: what the calls that write would have answered, and nothing is changed by asking. */
import { engines, type CrmUnderTest, type VendorSession } from './engines.ts';

describe.each(engines)('a preview on $name', ({ create }) => {
  let crm: CrmUnderTest;
  let sage: VendorSession;
  beforeEach(async () => {
    crm = await create();
    await crm.enableUsers(4, 5);
    sage = await crm.sage();
  });
  afterEach(() => crm.drop());

  const call = (procedure: string, parameters: Readonly<Record<string, string | number | null>> = {}) =>
    crm.callWith(crm.habits[0]!, procedure, parameters);
  const appointment = (subject: string, organiser: string) =>
    sage.insertCommunication({
      comm_subject: subject,
      comm_organizer: organiser,
      comm_datetime: '2090-03-01T09:00:00',
    });

  test('the deliveries are those that fold and lease hand out, and the log keeps its rows', async () => {
    const first = await appointment('First', '4');
    const runner = await crm.openRunner();
    await runner.foldChanges(100);
    const second = await appointment('Second', '5');
    const logged = await crm.logRows();
    const queued = await crm.deliveries();
    const said = await call('preview_deliveries', { p_crm_user_id: 5 });
    expect(said.map((one) => [one['appointment_id'], one['crm_user_id'], one['reason_code']])).toEqual([
      [second, 5, 'crm_created'],
    ]);
    const ofFour = await call('preview_deliveries', { p_crm_user_id: 4 });
    expect(ofFour.map((one) => one['appointment_id'])).toEqual([first]);
    expect(await crm.logRows()).toEqual(logged);
    expect(await crm.deliveries()).toEqual(queued);

    await runner.foldChanges(100);
    await runner.leaseMailboxes(10, 60);
    const leased = await runner.leaseOutbound(5, 10, 60);
    expect(leased.map((one) => [one.appointment_id, one.crm_user_id, one.reason_code])).toEqual([
      [second, 5, 'crm_created'],
    ]);
  });

  test('the mailboxes are those that would be leased, and stay free', async () => {
    const said = await call('preview_mailboxes');
    expect(said.map((one) => [one['crm_user_id'], Number(one['first_sync_done']), one['health']])).toEqual([
      [4, 0, 'ok'],
      [5, 0, 'ok'],
    ]);
    const runner = await crm.openRunner();
    expect((await runner.leaseMailboxes(10, 60)).map((one) => one.crm_user_id).sort()).toEqual([4, 5]);
  });

  test('an enabling is refused as enable_user refuses it, and answers what it would put in the queue', async () => {
    const id = await appointment('Mine', '4');
    const parameters = {
      p_crm_user_id: 4,
      p_mail_file: 'mail/other.nsf',
      p_direction: 'both',
      p_past_days: 30,
    };
    const [mailbox] = await call('preview_enable', parameters);
    expect([mailbox!['mail_file'], Number(mailbox!['moved'])]).toEqual(['mail/other.nsf', 1]);
    const pairs = await call('preview_window', parameters);
    expect(
      pairs.map((one) => [one['crm_user_id'], one['appointment_id'], one['role'], one['subject']]),
    ).toEqual([[4, id, 'organiser', 'Mine']]);
    await expect(call('preview_enable', { ...parameters, p_direction: 'sideways' })).rejects.toThrow(
      /direction sideways is not one of/,
    );
    await expect(call('preview_enable', { ...parameters, p_crm_user_id: 999 })).rejects.toThrow(
      /no such user/,
    );
  });

  test('a reason has its text; nothing is held; what is not linked is gone', async () => {
    const reasons = await call('preview_reasons');
    expect(reasons.find((one) => one['code'] === 'too_old')).toMatchObject({ severity: 'skip' });
    expect(
      await call('preview_deletions', {
        p_crm_user_id: 4,
        p_direction: 'to_crm',
        p_ids: '[999]',
        p_reason: null,
      }),
    ).toEqual([{ held: 0, counted: 0, earlier: 0, linked: 0 }]);
    const id = await appointment('Unlinked', '4');
    const items = JSON.stringify([
      { appointment_id: id, action: 'delete', fingerprint: 'x', reason_code: 'domino_deleted' },
    ]);
    expect(await call('preview_missing', { p_crm_user_id: 4, p_items: items })).toEqual([
      { appointment_id: id, outcome: 'gone' },
    ]);
    expect(await call('preview_inbound', { p_crm_user_id: 4, p_items: '[]' })).toEqual([]);
  });
});

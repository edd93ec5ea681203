/** DESIGN §11: what each role may do, tried as a login that is a member of it. */
import { engines, type CrmUnderTest, type Role } from './engines.ts';
import { testOn } from './lacking.ts';

describe.each(engines)('rights on $name', ({ name, create }) => {
  const test = testOn({ name });
  let crm: CrmUnderTest;

  beforeAll(async () => {
    crm = await create();
  });
  afterAll(() => crm.drop());

  const roles: Role[] = ['domino_sync_runner', 'domino_sync_reader', 'domino_sync_admin'];
  const DENIED = /permission (was )?denied/i;

  for (const role of roles) {
    test(`${role} can neither read nor write a table of the CRM`, async () => {
      expect(await crm.tryAs(role, 'select comm_subject from public.communication')).toMatch(DENIED);
      expect(await crm.tryAs(role, 'update public.communication set comm_deleted = 1')).toMatch(DENIED);
      expect(await crm.tryAs(role, 'select user_logon from public.users')).toMatch(DENIED);
    });

    test(`${role} can neither read nor write a private table`, async () => {
      expect(await crm.tryAs(role, 'select origin from domino_sync.change_log')).toMatch(DENIED);
      expect(await crm.tryAs(role, 'delete from domino_sync.item_link')).toMatch(DENIED);
      expect(await crm.tryAs(role, "select nextval('domino_sync.delivery_version_seq')")).toMatch(DENIED);
      expect(await crm.tryAs(role, 'select domino_sync.require_mailbox_lease(1, 1)')).toMatch(DENIED);
    });
  }

  test('the runner executes its own procedures and the reading ones of the administrator', async () => {
    for (const call of [
      'read_settings()',
      'fold_changes(10)',
      'lease_mailboxes(1, 10, 60)',
      "read_appointments('[1]')",
      'capture_state()',
      'sync_status()',
      'list_users()',
      'explain_item(1, null)',
      "find_by_uid('x')",
    ])
      expect(await crm.tryAs('domino_sync_runner', `select * from domino_sync_api.${call}`)).toBeNull();
  });

  test('the runner changes neither users nor settings nor capture', async () => {
    for (const call of [
      "enable_user(1, 'mail/a.nsf', null, 'both', null)",
      'disable_user(1)',
      "change_setting('merge_policy', 'crm')",
      "disable_capture('because')",
      'enable_capture()',
      'retry_parked(null, null)',
      'purge_history(1, 1)',
      "request_reconcile(null, 'because')",
      'list_held(null)',
      "decide_held(1, 'allow')",
    ]) {
      const refusal = await crm.tryAs('domino_sync_runner', `select * from domino_sync_api.${call}`);
      expect(refusal).toMatch(DENIED);
    }
  });

  test('the administrator changes settings and capture', async () => {
    for (const call of [
      "change_setting('merge_policy', 'crm')",
      "disable_capture('an upgrade of the CRM')",
      'enable_capture()',
      'retry_parked(null, null)',
      'list_users()',
    ])
      expect(await crm.tryAs('domino_sync_admin', `select * from domino_sync_api.${call}`)).toBeNull();
  });

  test('the reader calls nothing', async () => {
    const calls = ['select * from domino_sync_api.sync_status()', 'select domino_sync_api.fold_changes(1)'];
    for (const call of calls) expect(await crm.tryAs('domino_sync_reader', call)).toMatch(DENIED);
  });

  test('the reader and the administrator select from the report views, the runner does not', async () => {
    const query = 'select * from domino_sync_report.backlog';
    expect(await crm.tryAs('domino_sync_reader', query)).toBeNull();
    expect(await crm.tryAs('domino_sync_admin', query)).toBeNull();
    expect(await crm.tryAs('domino_sync_runner', query)).toMatch(DENIED);
  });

  test("the CRM's own login has no right on anything of ours, and saves with the triggers on", async () => {
    const sage = await crm.sage();
    const id = await sage.insertCommunication({ comm_subject: 'Lunch' });
    await sage.insertLink({ appointment_id: id, user_id: 4 });
    await sage.deleteCommunication(id);
    expect((await crm.logRows()).map((row) => row.operation)).toEqual(['D', 'I', 'L']);
  });
});

/** What a change of setting `todos` means for the pairs there are, on every engine. */
import { ALICE, inbound, linkOf, makeAppointment, openCompany, type Company } from './crm-company.ts';
import { engines } from './engines.ts';

describe.each(engines)('Setting todos, on $name', (engine) => {
  let company: Company;
  beforeEach(async () => {
    company = await openCompany(engine);
  });
  afterEach(() => company.close());

  test.each([
    ['off', 'on', true],
    ['off', 'read', true],
    ['read', 'on', true],
    ['on', 'read', false],
    ['on', 'off', false],
    ['read', 'off', false],
  ])('from %s to %s both sides are compared again: %s', async (from, to, compared) => {
    await company.admin.changeSetting('todos', from);
    await company.runner.leaseMailboxes(10, 600);
    const todo = await makeAppointment(company, { organizer: String(ALICE), action: 'ToDo' });
    const plain = await makeAppointment(company, { organizer: String(ALICE) });
    await company.runner.saveLinks(ALICE, [
      linkOf('unid', todo, { form: 'todo', kind: 'todo' }),
      linkOf('uid', plain),
    ]);
    await company.runner.releaseMailbox(ALICE, {
      health: 'ok',
      reason_code: null,
      detail: null,
      polled: true,
      next_poll_seconds: 0,
      cursor: 'cursor',
      first_sync_done: true,
      links_seen: 2,
    });
    await company.runner.foldChanges(1000);
    await company.tables.remove('domino_sync.delivery');
    await company.runner.leaseMailboxes(10, 600);

    await company.admin.changeSetting('todos', to);
    const queued = await company.crm.deliveries();
    if (!compared) {
      expect(queued).toEqual([]);
      await company.runner.applyInbound(ALICE, [inbound('still hers')]);
      return;
    }
    expect(queued).toMatchObject([{ appointment_id: todo, crm_user_id: ALICE, reason_code: 'first_sync' }]);
    await expect(company.runner.applyInbound(ALICE, [inbound('lost')])).rejects.toMatchObject({
      code: 'crm_lease_lost',
    });
    expect(
      (await company.runner.leaseMailboxes(10, 600)).find((one) => one.crm_user_id === ALICE),
    ).toMatchObject({ first_sync_done: false, cursor: null });
  });
});

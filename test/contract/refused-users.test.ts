/** Users whom the CRM refuses while they are enabled here, and addresses that the CRM has changed. */
import { ALICE, BOB, openCompany, enable, makeAppointment, type Company } from './crm-company.ts';
import type { Columns } from './tables.ts';
import { engines } from './engines.ts';

describe.each(engines)('a user whom the CRM refuses on $name', (engine) => {
  let company: Company;
  beforeEach(async () => {
    company = await openCompany(engine);
    await enable(company.admin, BOB, 'mail/bob.nsf');
  });
  afterEach(() => company.close());

  const user = async (id: number) => (await company.admin.listUsers()).find((one) => one.crm_user_id === id)!;
  /** Bob's mailbox; Alice's is in hand all the time. */
  const leased = async () =>
    (await company.runner.leaseMailboxes(10, 600)).filter((one) => one.crm_user_id === BOB);
  const ids = async () => (await leased()).map((one) => one.crm_user_id);
  const bob = (columns: Columns) => company.tables.update('users', columns, { user_userid: BOB });

  test('is not leased and told once; he goes on when the CRM takes him back', async () => {
    await bob({ user_deleted: 1 });
    expect(await ids()).toEqual([]);
    expect(await ids()).toEqual([]);
    expect(await user(BOB)).toMatchObject({
      enabled: true,
      health: 'held',
      health_reason: 'crm_user_refused',
      health_detail: 'deleted in the CRM',
    });
    await bob({ user_deleted: null });
    expect(await ids()).toEqual([BOB]);
    expect(await user(BOB)).toMatchObject({ health: 'ok', health_reason: null, health_detail: null });
    const told = await company.tables.select<{ action: string; detail: string }>(
      'domino_sync.activity',
      ['action', 'detail'],
      { reason_code: 'crm_user_refused' },
    );
    expect(told).toEqual([
      { action: 'held', detail: 'deleted in the CRM' },
      { action: 'resumed', detail: 'the CRM lets the user take part again' },
    ]);
  });

  test('is left to the runner that has him in hand, and held for another reason he stays so', async () => {
    expect(await ids()).toEqual([BOB]);
    await bob({ user_disabled: 'Y' });
    await leased();
    expect(await user(BOB)).toMatchObject({ health: 'ok' });
    await company.runner.releaseMailbox(BOB, {
      health: 'held',
      reason_code: 'mass_deletion',
      detail: 'six',
      polled: true,
      next_poll_seconds: 0,
    });
    await leased();
    await bob({ user_disabled: null });
    await leased();
    expect(await user(BOB)).toMatchObject({ health: 'held', health_reason: 'mass_deletion' });
  });

  test('an address that the CRM has changed: both are his, unless somebody else has the former by now', async () => {
    const organiser = async (id: number) => (await company.runner.readAppointments([id]))[0]!.organiser;
    const id = await makeAppointment(company, { organizer: 'Bob@firm.example' });
    await bob({ user_emailaddress: 'bob.married@firm.example' });
    expect(await user(BOB)).toMatchObject({
      email: 'bob.married@firm.example',
      enabled_email: 'bob@firm.example',
    });
    expect(await organiser(id)).toMatchObject({ user_id: BOB, email: 'bob.married@firm.example' });
    expect((await leased()).map((one) => one.email)).toEqual(['bob.married@firm.example']);
    await company.tables.update('users', { user_emailaddress: 'bob@firm.example' }, { user_userid: ALICE });
    expect(await organiser(id)).toMatchObject({ user_id: ALICE, email: 'bob@firm.example' });
  });
});

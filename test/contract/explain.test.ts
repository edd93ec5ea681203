/** What the history keeps of an effect, and what `explain_item` and `find_by_uid` tell of it. */
import type { FieldChange } from '../../src/item/field-change.ts';
import { REASON_CODES } from '../../src/item/reason-code.ts';
import {
  ALICE,
  BOB,
  CAROL,
  enable,
  inbound,
  linkOf,
  makeAppointment,
  makeLink,
  newId,
  openCompany,
  type Company,
} from './crm-company.ts';
import { engines } from './engines.ts';
import { result } from './links.ts';

const CHANGES: FieldChange[] = [
  { field: 'subject', before: 'Plan', after: 'Plän "B" \u{1F4C5}' },
  { field: 'reminderMinutes', before: null, after: 15 },
  { field: 'attendees', before: ['a@x.example'], after: [] },
  { field: 'location', before: null, after: null, masked: true },
];

describe.each(engines)('explanations on $name', (engine) => {
  let company: Company;
  beforeEach(async () => {
    company = await openCompany(engine);
  });
  afterEach(() => company.close());

  const delivered = async (changes: Parameters<typeof result>[1]): Promise<number> => {
    const id = await makeAppointment(company);
    await company.runner.enqueueDelivery(ALICE, [id], 'crm_changed');
    const leased = await company.runner.leaseOutbound(ALICE, 10, 60);
    await company.runner.completeOutbound(leased.map((each) => result(each, changes)));
    return id;
  };

  test('a delivery keeps which fields it wrote, who had saved them, and when', async () => {
    const id = await delivered({
      action: 'updated',
      reason_code: 'crm_changed',
      changes: CHANGES,
      changed_by_user: BOB,
      changed_at: '2026-05-04T07:30:00Z',
    });
    const { activity } = await company.runner.explain(id);
    expect(activity).toMatchObject([
      {
        changes: CHANGES,
        changed_by: 'Bob Brown',
        changed_at: '2026-05-04T07:30:00Z',
        direction: 'to_domino',
      },
    ]);
  });

  test.each([
    ['nothing is told', {}],
    ['null is told', { changes: null, changed_by_user: null, changed_at: null }],
    ['nothing was written, by nobody known', { changes: [], changed_by_user: 4711 }],
  ])('where %s the history keeps null', async (_what, changes) => {
    const id = await delivered({ action: 'updated', ...changes });
    const [row] = (await company.runner.explain(id)).activity;
    expect(row).toMatchObject({ changes: null, changed_by: null, changed_at: null });
  });

  test('an unchanged delivery leaves no trace in the history', async () => {
    const id = await delivered({ action: 'unchanged', changes: CHANGES });
    expect((await company.runner.explain(id)).activity).toEqual([]);
  });

  test('what came from Domino keeps which fields it wrote to the CRM, and when Domino says they changed', async () => {
    const [outcome] = await company.runner.applyInbound(ALICE, [
      inbound('told', { changes: CHANGES, changed_by_user: null, changed_at: '2026-05-04T07:30:00Z' }),
    ]);
    const { activity } = await company.runner.explain(outcome!.appointment_id!);
    expect(activity).toMatchObject([
      {
        changes: CHANGES,
        changed_by: null,
        changed_at: '2026-05-04T07:30:00Z',
        direction: 'to_crm',
        domino_uid: 'told',
      },
    ]);
  });

  test('an explanation names everybody concerned, and how his mailbox is', async () => {
    const id = await makeAppointment(company, { organizer: String(ALICE) });
    await makeLink(company, id, { comm_userid: BOB });
    const { mailboxes } = await company.runner.explain(id);
    expect(mailboxes).toMatchObject([
      {
        crm_user_id: ALICE,
        name: 'Alice Adams',
        known: true,
        enabled: true,
        direction: 'both',
        health: 'ok',
      },
      { crm_user_id: BOB, name: 'Bob Brown', known: false, enabled: false, mail_file: null, direction: null },
    ]);
  });

  test('an explanation tells the clock, the runners, open gaps and the settings', async () => {
    const before = await company.runner.explain(await makeAppointment(company));
    expect(before).toMatchObject({ gaps: [], triggers_off: 0, runners: { alive: 1, domino_reason: null } });
    expect(before.settings).toMatchObject({ crm_time_zone: 'Europe/Berlin' });
    expect(Math.abs(Date.parse(before.clock) - Date.now())).toBeLessThan(60_000);
    expect(Object.keys(before.reasons).sort()).toEqual([...REASON_CODES].sort());
  });

  test('the same meeting parked in the mail file of an invitee belongs to the explanation', async () => {
    await enable(company.admin, BOB, 'mail/bob.nsf');
    await company.runner.leaseMailboxes(10, 600);
    const [outcome] = await company.runner.applyInbound(ALICE, [inbound('shared')]);
    await company.runner.parkInbound(BOB, [entry('shared', 'invitation_pending'), entry('other', 'too_old')]);
    const explanation = await company.runner.explain(outcome!.appointment_id!);
    expect(explanation.parked).toMatchObject([
      { crm_user_id: BOB, domino_uid: 'shared', reason_code: 'invitation_pending' },
    ]);
    expect(explanation.mailboxes.map(({ crm_user_id }) => crm_user_id)).toContain(BOB);
  });

  test('an entry without an appointment is explained by its uid, also when only the history knows it', async () => {
    await company.runner.parkInbound(ALICE, [entry('parked', 'too_old')]);
    expect(await company.runner.findByUid('parked')).toEqual([{ appointment_id: null, crm_user_id: ALICE }]);
    expect(await company.runner.explain(null, 'parked')).toMatchObject({
      appointment: null,
      links: [],
      parked: [{ crm_user_id: ALICE, reason_code: 'too_old', subject: 'Parked', retry_after_seconds: null }],
      activity: [{ action: 'skipped', reason_code: 'too_old' }],
      mailboxes: [{ crm_user_id: ALICE, mail_file: 'mail/alice.nsf' }],
    });
    await company.tables.remove('domino_sync.inbound_parked', { domino_uid: 'parked' });
    expect(await company.runner.findByUid('parked')).toEqual([{ appointment_id: null, crm_user_id: ALICE }]);
    expect(await company.runner.explain(null, 'parked')).toMatchObject({
      parked: [],
      activity: [{ reason_code: 'too_old' }],
    });
    expect(await company.runner.explain(null, 'never')).toMatchObject({
      parked: [],
      activity: [],
      mailboxes: [],
    });
  });

  test('nothing is known of an id nobody has', async () => {
    expect(await company.runner.explain(newId())).toMatchObject({
      appointment: { present: false },
      deliveries: [],
      links: [],
      parked: [],
      conflicts: [],
      activity: [],
      mailboxes: [],
      unfolded_changes: 0,
    });
  });

  test('a link of a user who is gone from our table is explained all the same', async () => {
    const id = await makeAppointment(company);
    await company.runner.saveLinks(ALICE, [linkOf('kept', id)]);
    await company.tables.update('domino_sync.item_link', { crm_user_id: CAROL }, { appointment_id: id });
    const explanation = await company.runner.explain(id);
    expect(explanation.links).toMatchObject([
      { crm_user_id: CAROL, email: null, mail_file: null, user_enabled: false },
    ]);
    expect(explanation.mailboxes.find(({ crm_user_id }) => crm_user_id === CAROL)).toMatchObject({
      known: false,
    });
  });
});

const entry = (domino_uid: string, reason_code: string) => ({
  form: 'event' as const,
  domino_uid,
  domino_recurrence_id: '',
  domino_start: '2026-05-04T07:00:00Z',
  domino_digest: 'd',
  reason_code,
  detail: null,
  subject: 'Parked',
  payload: null,
  retry_after_seconds: null,
});

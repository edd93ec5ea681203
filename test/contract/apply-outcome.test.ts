/** What becomes of items as a whole: stale, duplicate, refused; and what is stored beside the appointment. */
import type { InboundItem } from '../../src/crm/contract.ts';
import {
  ALICE,
  ALL_FIELDS,
  BOB,
  fingerprintOf,
  inbound,
  makeAppointment,
  newId,
  openCompany,
  type Company,
} from './crm-company.ts';
import { engines } from './engines.ts';
import { testOn } from './lacking.ts';

describe.each(engines)('items on $name', (engine) => {
  let company: Company;
  beforeAll(async () => {
    company = await openCompany(engine);
  });
  afterAll(() => company.close());

  const countOf = (table: string): Promise<number> => company.tables.count(table);

  let uid = 0;
  const newUid = (): string => `uid-${++uid}`;

  const apply = (...items: InboundItem[]) => company.runner.applyInbound(ALICE, items);

  /** Until some session of the database waits for a lock. */
  const waitUntilBlocked = async ({ crm }: Company): Promise<void> => {
    const deadline = Date.now() + 10_000;
    while (Date.now() < deadline) if (await crm.somebodyWaits()) return;
    throw new Error('nobody waited for a lock');
  };

  test('an appointment that changed meanwhile is stale, and nothing is written for it', async () => {
    const id = await makeAppointment(company, { subject: 'Theirs' });
    const fingerprint = await fingerprintOf(company, id);
    await company.tables.update('communication', { comm_location: 'moved' }, { comm_communicationid: id });
    const before = [await countOf('domino_sync.activity'), await countOf('domino_sync.item_link')];
    const refused = newUid();

    const outcomes = await apply(
      inbound(refused, {
        item_no: 7,
        appointment_id: id,
        fingerprint,
        fields: { subject: 'Ours' },
        attendees_add: [{ email: 'bob@firm.example', name: 'Bob', response: 0 }],
        write_back: true,
      }),
      inbound(newUid(), {
        item_no: 8,
        appointment_id: newId(),
        fingerprint: 'absent',
        fields: { subject: 'x' },
      }),
    );

    expect(outcomes).toEqual([
      { item_no: 7, outcome: 'stale', appointment_id: id },
      { item_no: 8, outcome: 'stale', appointment_id: expect.any(Number) },
    ]);
    expect(await company.runner.readAppointments([id])).toMatchObject([{ subject: 'Theirs', users: [] }]);
    expect([await countOf('domino_sync.activity'), await countOf('domino_sync.item_link')]).toEqual(before);
    expect((await company.admin.explain(id)).deliveries).toEqual([]);
    expect(await company.runner.readLinks(ALICE, [{ uid: refused, recurrence_id: '' }])).toEqual([]);
  });

  test('an entry that is linked already is a duplicate; neighbours are not held up', async () => {
    const taken = newUid();
    const id = (await apply(inbound(taken)))[0]!.appointment_id;
    const other = newUid();
    const appointments = await countOf('communication');

    const outcomes = await apply(
      inbound(taken, { item_no: 1 }),
      inbound(other, { item_no: 2 }),
      inbound(other, { item_no: 3 }),
      inbound(other, {
        item_no: 4,
        link: { ...inbound(other).link, domino_recurrence_id: '20260504T070000Z' },
      }),
    );

    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['duplicate', 'created', 'duplicate', 'created']);
    expect(outcomes[0]!.appointment_id).toBe(id);
    expect(await countOf('communication')).toBe(appointments + 2);
  });

  test('of two items on one appointment the second is stale', async () => {
    const id = await makeAppointment(company);
    const fingerprint = await fingerprintOf(company, id);

    const outcomes = await apply(
      inbound(newUid(), { item_no: 0, appointment_id: id, fingerprint, fields: { subject: 'first' } }),
      inbound(newUid(), { item_no: 1, appointment_id: id, fingerprint, fields: { subject: 'second' } }),
    );

    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['updated', 'stale']);
    expect(await company.runner.readAppointments([id])).toMatchObject([{ subject: 'first' }]);
  });

  test('link, conflicts, activity and a delivery to write back are stored with it', async () => {
    const runId = await company.runner.startRun('cycle');
    const entry = newUid();
    await company.runner.parkInbound(ALICE, [
      {
        form: 'event',
        domino_uid: entry,
        domino_recurrence_id: '',
        domino_start: null,
        domino_digest: 'old',
        reason_code: 'crm_busy',
        detail: null,
        subject: 'x',
        payload: null,
        retry_after_seconds: 5,
      },
    ]);
    const [outcome] = await apply(
      inbound(entry, {
        write_back: true,
        detail: 'because',
        conflicts: [
          {
            field: 'subject',
            base_value: 'a',
            crm_value: null,
            domino_value: { b: 1 },
            winner: 'crm',
            decided_by: 'newest',
          },
        ],
      }),
    );
    await company.runner.finishRun(runId, {}, null);

    const id = outcome!.appointment_id!;
    const explanation = await company.admin.explain(id);
    expect(explanation.links).toMatchObject([{ state: 'linked', domino_uid: entry, crm_user_id: ALICE }]);
    expect(explanation.conflicts).toMatchObject([
      { field: 'subject', base_value: 'a', crm_value: null, domino_value: { b: 1 }, winner: 'crm' },
    ]);
    expect(explanation.deliveries).toMatchObject([{ crm_user_id: ALICE, reason_code: 'write_back' }]);
    expect(explanation.activity).toMatchObject([
      { direction: 'to_crm', action: 'created', reason_code: 'domino_created', detail: 'because' },
    ]);
    expect(explanation.parked).toEqual([]);
    const [activity] = await company.tables.select<{ run_id: number }>('domino_sync.activity', ['run_id'], {
      appointment_id: id,
    });
    expect(activity).toEqual({ run_id: runId });
  });

  test('our own writes are captured with their origin', async () => {
    const id = (await apply(inbound(newUid())))[0]!.appointment_id!;

    const rows = await company.tables.select<{ origin: string }>('domino_sync.change_log', ['origin'], {
      appointment_id: id,
    });
    expect([...new Set(rows.map(({ origin }) => origin))]).toEqual([`domino:${ALICE}`]);
  });

  test.each<[string, Partial<InboundItem>]>([
    ['fields.start_at', { fields: { ...ALL_FIELDS, start_at: '2026-02-30T10:00:00' } }],
    ['fields.end_at', { fields: { ...ALL_FIELDS, end_at: '2026-05-04T08:59:59' } }],
    ['fields.subject', { fields: { ...ALL_FIELDS, subject: 'x'.repeat(256) } }],
    ['fields.notify_at', { fields: { ...ALL_FIELDS, notify_at: 'soon' } }],
    ['fields.organiser_email', { fields: { ...ALL_FIELDS, organiser_email: 'Zoe' } }],
    ['fields.note', { fields: { ...ALL_FIELDS, note: 5 as unknown as string } }],
    ['fields.private', { fields: { ...ALL_FIELDS, private: 'Y' as unknown as boolean } }],
    ['attendees_add', { attendees_add: [{ email: 'Zoe', name: 'Zoe', response: 0 }] }],
    ['attendees_add', { attendees_add: [{ email: 'z@e.example', name: 'Zoe', response: 9 }] }],
    ['link.domino_uid', { link: { ...inbound('x').link, domino_uid: '' } }],
    ['link.crm_user_id', { link: { ...inbound('x').link, crm_user_id: BOB } }],
  ])('bad data is refused by item and field: %s', async (field, changes) => {
    const before = await countOf('communication');

    await expect(
      apply(inbound(newUid()), inbound(newUid(), { item_no: 3, ...changes })),
    ).rejects.toMatchObject({
      code: 'crm_refused',
      details: { sqlState: 'CDS03' },
      message: expect.stringContaining(`item 3: ${field}`) as string,
    });
    expect(await countOf('communication')).toBe(before);
  });

  test('a field that a new appointment needs must be there', async () => {
    const fields: InboundItem['fields'] = { ...ALL_FIELDS };
    delete fields.subject;
    await expect(apply(inbound(newUid(), { fields }))).rejects.toThrow('item 0: fields.subject is missing');
  });

  testOn(engine)(
    'while a user has the appointment open for writing we wait, then see that it is stale',
    async () => {
      const id = await makeAppointment(company, { subject: 'Before' });
      const fingerprint = await fingerprintOf(company, id);
      const user = await company.crm.sage();
      await user.begin();
      await user.updateCommunications([id], { comm_subject: 'Theirs' });
      const ours = apply(inbound(newUid(), { appointment_id: id, fingerprint, fields: { subject: 'Ours' } }));
      await waitUntilBlocked(company);
      await user.commit();

      expect((await ours)[0]!.outcome).toBe('stale');
      expect(await company.runner.readAppointments([id])).toMatchObject([{ subject: 'Theirs' }]);
    },
  );
});

import type { InboundItem } from '../../src/crm/contract.ts';
import { fingerprintOf } from './crm-company.ts';
import {
  ALICE,
  ALL_FIELDS,
  BOB,
  CAROL,
  inbound,
  makeAppointment,
  makeLink,
  newId,
  openCompany,
  PAT,
  QUINN,
  type Company,
} from './crm-company.ts';

interface CommLink {
  cmli_commlinkid: number;
  cmli_comm_userid: number | null;
  cmli_status: number | null;
  cmli_deleted: number | null;
  cmli_isexternalattendee: string | null;
  cmli_externalpersonid: number | null;
  cmli_recipient: string | null;
  cmli_comm_personid: number | null;
  notify: string | null;
}

const linksOf = ({ sql }: Company, id: number): Promise<CommLink[]> =>
  sql<CommLink>(
    `select cmli_commlinkid, cmli_comm_userid, cmli_status, cmli_deleted, cmli_isexternalattendee,
       cmli_externalpersonid, cmli_recipient, cmli_comm_personid, cmli_comm_notifytime::text as notify
     from comm_link where cmli_comm_communicationid = $1 order by cmli_commlinkid`,
    [id],
  );

const countOf = async ({ sql }: Company, table: string): Promise<number> =>
  (await sql<{ count: number }>(`select count(*)::integer as count from ${table}`))[0]!.count;

let uid = 0;
const newUid = (): string => `uid-${++uid}`;

describe.each(['identity', 'eware'] as const)('what comes from Domino, with ids by %s', (ids) => {
  let company: Company;
  beforeAll(async () => {
    company = await openCompany(ids);
  });
  afterAll(() => company.close());

  const apply = (...items: InboundItem[]) => company.runner.applyInbound(ALICE, items);
  const create = async (changes: Partial<InboundItem> = {}): Promise<number> => {
    const [outcome] = await apply(inbound(newUid(), changes));
    expect(outcome!.outcome).toBe('created');
    return outcome!.appointment_id!;
  };
  const update = async (id: number, changes: Partial<InboundItem>) => {
    const [outcome] = await apply(
      inbound(newUid(), {
        appointment_id: id,
        fingerprint: await fingerprintOf(company, id),
        ...changes,
      }),
    );
    return outcome!.outcome;
  };

  test('a new appointment is filled as Sage fills it', async () => {
    const id = await create();

    const [row] = await company.sql(
      `select *, comm_datetime::text as starts, comm_todatetime::text as ends, comm_notifytime::text as notify,
         abs(extract(epoch from comm_createddate - now() at time zone 'Europe/Berlin'))::integer as created_ago
       from communication where comm_communicationid = $1`,
      [id],
    );
    expect(row).toMatchObject({
      comm_type: 'Appointment',
      comm_action: 'Meeting',
      comm_status: 'Pending',
      comm_priority: 'High',
      starts: '2026-05-04 09:00:00',
      ends: '2026-05-04 10:30:00',
      notify: '2026-05-04 08:45:00',
      comm_taskreminder: 'Y',
      comm_isalldayevent: null,
      comm_private: 'Y',
      comm_subject: 'Kick-off',
      comm_location: 'Room 1',
      comm_note: 'Bring\nyour notes',
      comm_organizer: String(ALICE),
      comm_channelid: 31,
      comm_secterr: 41,
      comm_createdby: ALICE,
      comm_updatedby: ALICE,
      comm_deleted: null,
    });
    expect(row!['comm_updateddate']).toEqual(row!['comm_createddate']);
    expect(row!['comm_timestamp']).toEqual(row!['comm_createddate']);
    expect(row!['created_ago']).toBeLessThan(60);
    expect(await linksOf(company, id)).toMatchObject([
      {
        cmli_comm_userid: ALICE,
        cmli_status: 6,
        cmli_deleted: null,
        cmli_isexternalattendee: null,
        notify: '2026-05-04 08:45:00',
      },
    ]);
  });

  test('the CRM’s own next insert finds a free id', async () => {
    const ours = await create({ attendees_add: [{ email: 'bob@firm.example', name: 'Bob', response: 0 }] });

    await company.sql(
      ids === 'identity'
        ? `insert into communication (comm_type) values ('Appointment')`
        : `insert into communication (comm_communicationid) values (eware_get_identity_id('Communication'))`,
    );
    await company.sql(
      ids === 'identity'
        ? `insert into comm_link (cmli_comm_communicationid) values (${ours})`
        : `insert into comm_link (cmli_commlinkid, cmli_comm_communicationid)
           values (eware_get_identity_id('Comm_Link'), ${ours})`,
    );
    expect(await create()).toBeGreaterThan(ours);
  });

  test('attendees become users by address, else external ones with their person', async () => {
    const id = await create({
      attendees_add: [
        { email: ' BOB@firm.example', name: 'Bob', response: 3 },
        { email: 'alice@firm.example', name: 'Alice', response: 2 },
        { email: 'quinn@customer.example', name: 'Quinn', response: 0 },
        { email: 'Zoe@else.example', name: 'Zoe', response: 4 },
        { email: 'zoe@else.example ', name: 'Zoe again', response: 4 },
        { email: 'gone@firm.example', name: 'left the firm', response: 0 },
      ],
    });

    const links = await linksOf(company, id);
    expect(links).toHaveLength(5);
    expect(links).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ cmli_comm_userid: ALICE, cmli_status: 6 }),
        expect.objectContaining({ cmli_comm_userid: BOB, cmli_status: 3, cmli_recipient: null }),
        expect.objectContaining({
          cmli_comm_userid: null,
          cmli_isexternalattendee: 'Y',
          cmli_recipient: 'quinn@customer.example',
          cmli_externalpersonid: QUINN,
          cmli_status: 0,
        }),
        expect.objectContaining({ cmli_recipient: 'zoe@else.example', cmli_externalpersonid: null }),
        expect.objectContaining({ cmli_recipient: 'gone@firm.example', cmli_comm_userid: null }),
      ]),
    );
  });

  test('an address of several persons is the lowest of them, and the activity says so', async () => {
    const id = await create({
      attendees_add: [{ email: 'pat@customer.example', name: 'Pat', response: 0 }],
    });

    expect((await linksOf(company, id))[1]).toMatchObject({ cmli_externalpersonid: PAT });
    const { activity } = await company.admin.explain(id);
    expect(activity[0]!.detail).toBe('pat@customer.example belongs to 2 persons, taken: 70');
  });

  test('an organiser other than the owner is a user with status 6, or an address', async () => {
    const byBob = await create({ fields: { ...ALL_FIELDS, organiser_email: 'Bob@firm.example' } });
    const byZoe = await create({ fields: { ...ALL_FIELDS, organiser_email: 'Zoe@else.example ' } });

    const organiser = async (id: number) =>
      (
        await company.sql(`select comm_organizer from communication where comm_communicationid = $1`, [id])
      )[0]!['comm_organizer'] as string;
    expect(await organiser(byBob)).toBe(String(BOB));
    expect(await linksOf(company, byBob)).toMatchObject([
      { cmli_comm_userid: BOB, cmli_status: 6 },
      { cmli_comm_userid: ALICE, cmli_status: 0 },
    ]);
    expect(await organiser(byZoe)).toBe('zoe@else.example');
    expect(await linksOf(company, byZoe)).toMatchObject([{ cmli_comm_userid: ALICE, cmli_status: 0 }]);
    const [row] = await company.runner.readAppointments([byZoe]);
    expect(row!.organiser).toEqual({ user_id: null, email: 'zoe@else.example', name: null });
  });

  test('an update sets the columns it names and no others', async () => {
    const id = await makeAppointment(company, {
      private: 'Y',
      isalldayevent: 'Y',
      location: 'Hall',
      note: 'kept',
      notifytime: '2026-05-04 08:00',
      taskreminder: 'Y',
      organizer: '2',
      updatedby: BOB,
    });
    await makeLink(company, id, { comm_userid: ALICE, comm_notifytime: '2026-05-04 08:00' });
    await makeLink(company, id, { comm_userid: BOB, comm_notifytime: '2026-05-04 07:00' });

    expect(
      await update(id, {
        fields: {
          subject: 'Changed',
          private: false,
          notify_at: null,
          organiser_email: 'carol@firm.example',
        },
      }),
    ).toBe('updated');

    const [row] = await company.sql('select * from communication where comm_communicationid = $1', [id]);
    expect(row).toMatchObject({
      comm_subject: 'Changed',
      comm_private: null,
      comm_notifytime: null,
      comm_taskreminder: null,
      comm_isalldayevent: 'Y',
      comm_location: 'Hall',
      comm_note: 'kept',
      comm_organizer: '2',
      comm_updatedby: ALICE,
      comm_deleted: null,
    });
    expect((await linksOf(company, id)).map((link) => link.notify)).toEqual([null, '2026-05-04 07:00:00']);
  });

  test('an item that changes nothing leaves the row untouched', async () => {
    const id = await makeAppointment(company, { updatedby: BOB });

    expect(await update(id, { action: 'unchanged' })).toBe('updated');

    const [row] = await company.sql(
      'select comm_updatedby from communication where comm_communicationid = $1',
      [id],
    );
    expect(row).toEqual({ comm_updatedby: BOB });
  });

  test('an attendee who comes back gets his old link back; the organiser keeps his status', async () => {
    const id = await makeAppointment(company, { organizer: '2' });
    const deleted = await makeLink(company, id, { comm_userid: CAROL, status: 4, deleted: 1 });
    const organiser = await makeLink(company, id, { comm_userid: BOB, status: 6 });
    const external = await makeLink(company, id, {
      isexternalattendee: 'Y',
      recipient: 'Zoe@else.example',
      deleted: 1,
    });
    const person = await makeLink(company, id, {
      isexternalattendee: 'Y',
      externalpersonid: QUINN,
      status: 0,
    });

    await update(id, {
      attendees_add: [
        { email: 'carol@firm.example', name: 'Carol', response: 3 },
        { email: 'bob@firm.example', name: 'Bob', response: 3 },
        { email: 'zoe@else.example', name: 'Zoe', response: 2 },
        { email: 'quinn@customer.example', name: 'Quinn', response: 3 },
      ],
    });

    expect(await linksOf(company, id)).toMatchObject([
      { cmli_commlinkid: deleted, cmli_status: 3, cmli_deleted: null },
      { cmli_commlinkid: organiser, cmli_status: 6, cmli_deleted: null },
      { cmli_commlinkid: external, cmli_status: 2, cmli_deleted: null },
      { cmli_commlinkid: person, cmli_status: 3, cmli_deleted: null },
    ]);
  });

  test('an attendee taken off loses his link, but not the customer it concerns', async () => {
    const id = await makeAppointment(company, { organizer: '1' });
    await makeLink(company, id, { comm_userid: ALICE, status: 6 });
    await makeLink(company, id, { comm_userid: BOB, status: 3 });
    await makeLink(company, id, {
      comm_userid: CAROL,
      status: 3,
      comm_personid: PAT,
      comm_notifytime: '2026-05-04 08:00',
    });
    await makeLink(company, id, { isexternalattendee: 'Y', recipient: 'zoe@else.example' });
    await makeLink(company, id, {
      isexternalattendee: 'Y',
      externalpersonid: QUINN,
      comm_personid: QUINN,
      status: 2,
    });
    await makeLink(company, id, { isexternalattendee: 'Y', recipient: 'stays@else.example' });

    await update(id, {
      attendees_remove: [
        'alice@firm.example',
        'Bob@firm.example ',
        'carol@firm.example',
        'ZOE@else.example',
        'quinn@customer.example',
        'unknown@else.example',
      ],
    });

    expect(await linksOf(company, id)).toMatchObject([
      { cmli_comm_userid: ALICE, cmli_status: 6, cmli_deleted: null },
      { cmli_comm_userid: BOB, cmli_deleted: 1 },
      {
        cmli_comm_userid: null,
        cmli_status: null,
        cmli_deleted: null,
        cmli_comm_personid: PAT,
        notify: null,
      },
      { cmli_recipient: 'zoe@else.example', cmli_deleted: 1 },
      {
        cmli_isexternalattendee: null,
        cmli_externalpersonid: null,
        cmli_deleted: null,
        cmli_comm_personid: QUINN,
      },
      { cmli_recipient: 'stays@else.example', cmli_deleted: null },
    ]);
  });

  test('an appointment that changed meanwhile is stale, and nothing is written for it', async () => {
    const id = await makeAppointment(company, { subject: 'Theirs' });
    const fingerprint = await fingerprintOf(company, id);
    await company.sql(`update communication set comm_location = 'moved' where comm_communicationid = $1`, [
      id,
    ]);
    const before = [
      await countOf(company, 'domino_sync.activity'),
      await countOf(company, 'domino_sync.item_link'),
    ];
    const fresh = newUid();

    const outcomes = await apply(
      inbound(newUid(), {
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
    expect([
      await countOf(company, 'domino_sync.activity'),
      await countOf(company, 'domino_sync.item_link'),
    ]).toEqual(before);
    expect((await company.admin.explain(id)).deliveries).toEqual([]);
    expect(await company.runner.readLinks(ALICE, [{ uid: fresh, recurrence_id: '' }])).toEqual([]);
  });

  test('an entry that is linked already is a duplicate; neighbours are not held up', async () => {
    const taken = newUid();
    const id = (await apply(inbound(taken)))[0]!.appointment_id;
    const other = newUid();
    const appointments = await countOf(company, 'communication');

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
    expect(await countOf(company, 'communication')).toBe(appointments + 2);
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
    expect(explanation.activity).toMatchObject(
      [
        { direction: 'to_crm', action: 'created', reason_code: 'domino_created', detail: 'because' },
        { action: 'parked', reason_code: 'crm_busy' },
      ].slice(0, 1),
    );
    expect(explanation.parked).toEqual([]);
    const [activity] = await company.sql<{ run_id: number }>(
      'select run_id::integer from domino_sync.activity where appointment_id = $1',
      [id],
    );
    expect(activity).toEqual({ run_id: runId });
  });

  test('our own writes are captured with their origin', async () => {
    const id = await create();

    const rows = await company.sql<{ origin: string }>(
      'select distinct origin from domino_sync.change_log where appointment_id = $1',
      [id],
    );
    expect(rows).toEqual([{ origin: `domino:${ALICE}` }]);
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
    const before = await countOf(company, 'communication');

    await expect(
      apply(inbound(newUid()), inbound(newUid(), { item_no: 3, ...changes })),
    ).rejects.toMatchObject({
      code: 'crm_refused',
      details: { sqlState: 'CDS03' },
      message: expect.stringContaining(`item 3: ${field}`) as string,
    });
    expect(await countOf(company, 'communication')).toBe(before);
  });

  test('a field that a new appointment needs must be there', async () => {
    const { subject: _, ...fields } = ALL_FIELDS;
    await expect(apply(inbound(newUid(), { fields }))).rejects.toThrow('item 0: fields.subject is missing');
  });

  test('while a user has the appointment open for writing we wait, then see that it is stale', async () => {
    const id = await makeAppointment(company, { subject: 'Before' });
    const fingerprint = await fingerprintOf(company, id);
    const user = await company.database.admin.connect();
    try {
      await user.query('begin');
      await user.query(`update communication set comm_subject = 'Theirs' where comm_communicationid = $1`, [
        id,
      ]);
      const ours = apply(inbound(newUid(), { appointment_id: id, fingerprint, fields: { subject: 'Ours' } }));
      await waitUntilBlocked(company);
      await user.query('commit');

      expect((await ours)[0]!.outcome).toBe('stale');
    } finally {
      user.release();
    }
    expect(await company.runner.readAppointments([id])).toMatchObject([{ subject: 'Theirs' }]);
  });
});

/** Until some session of the database waits for a lock. */
const waitUntilBlocked = async ({ sql }: Company): Promise<void> => {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    const rows = await sql(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (rows.length > 0) return;
  }
  throw new Error('nobody waited for a lock');
};

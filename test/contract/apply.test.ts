/** What the rows of the CRM look like after items from Domino were written, under both id schemes. */
import type { InboundItem } from '../../src/crm/contract.ts';
import {
  ALICE,
  ALL_FIELDS,
  BOB,
  CAROL,
  fingerprintOf,
  inbound,
  makeAppointment,
  makeLink,
  openCompany,
  PAT,
  QUINN,
  type Company,
} from './crm-company.ts';
import { engines } from './engines.ts';

interface CommLink {
  cmli_commlinkid: number;
  cmli_comm_userid: number | null;
  cmli_status: number | null;
  cmli_deleted: number | null;
  cmli_isexternalattendee: string | null;
  cmli_externalpersonid: number | null;
  cmli_recipient: string | null;
  cmli_comm_personid: number | null;
  cmli_comm_notifytime: string | null;
}

const LINK_COLUMNS = [
  'cmli_commlinkid',
  'cmli_comm_userid',
  'cmli_status',
  'cmli_deleted',
  'cmli_isexternalattendee',
  'cmli_externalpersonid',
  'cmli_recipient',
  'cmli_comm_personid',
  'cmli_comm_notifytime',
] as const;

const linksOf = ({ tables }: Company, id: number): Promise<CommLink[]> =>
  tables.select<CommLink>('comm_link', LINK_COLUMNS, { cmli_comm_communicationid: id });

/** Columns without `comm_`. */
const rowOf = async ({ tables }: Company, id: number, ...columns: string[]) => {
  const rows = await tables.select<Record<string, unknown>>(
    'communication',
    columns.map((column) => `comm_${column}`),
    { comm_communicationid: id },
  );
  return rows[0]!;
};

let uid = 0;
const newUid = (): string => `uid-${++uid}`;

const SCHEMES = engines.flatMap((engine) =>
  (['identity', 'eware'] as const).map((ids) => ({ name: engine.name, engine, ids })),
);

describe.each(SCHEMES)('what comes from Domino, with ids by $ids, on $name', ({ engine, ids }) => {
  let company: Company;
  beforeAll(async () => {
    company = await openCompany(engine, { ids });
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

    const expected = {
      comm_type: 'Appointment',
      comm_action: 'Meeting',
      comm_status: 'Pending',
      comm_priority: 'High',
      comm_datetime: '2026-05-04 09:00:00',
      comm_todatetime: '2026-05-04 10:30:00',
      comm_notifytime: '2026-05-04 08:45:00',
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
    };
    const columns = Object.keys(expected).map((column) => column.slice('comm_'.length));
    expect(await rowOf(company, id, ...columns)).toEqual(expected);
    const audit = await rowOf(company, id, 'createddate', 'updateddate', 'timestamp');
    const inBerlin = new Date().toLocaleString('sv-SE', { timeZone: 'Europe/Berlin' });
    expect(Math.abs(Date.parse(`${audit['comm_createddate']}Z`) - Date.parse(`${inBerlin}Z`))).toBeLessThan(
      60_000,
    );
    expect(audit['comm_updateddate']).toEqual(audit['comm_createddate']);
    expect(audit['comm_timestamp']).toEqual(audit['comm_createddate']);
    expect(await linksOf(company, id)).toMatchObject([
      {
        cmli_comm_userid: ALICE,
        cmli_status: 6,
        cmli_deleted: null,
        cmli_isexternalattendee: null,
        cmli_comm_notifytime: '2026-05-04 08:45:00',
      },
    ]);
  });

  test('the CRM’s own next insert finds a free id', async () => {
    const ours = await create({ attendees_add: [{ email: 'bob@firm.example', name: 'Bob', response: 0 }] });

    await company.tables.insert('communication', { comm_type: 'Appointment' });
    await company.tables.insert('comm_link', { cmli_comm_communicationid: ours });
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

    const organiser = async (id: number) => (await rowOf(company, id, 'organizer'))['comm_organizer'];
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
      notifytime: '2026-05-04T08:00:00',
      taskreminder: 'Y',
      organizer: '2',
      updatedby: BOB,
    });
    await makeLink(company, id, { comm_userid: ALICE, comm_notifytime: '2026-05-04T08:00:00' });
    await makeLink(company, id, { comm_userid: BOB, comm_notifytime: '2026-05-04T07:00:00' });

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

    const expected = {
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
    };
    const columns = Object.keys(expected).map((column) => column.slice('comm_'.length));
    expect(await rowOf(company, id, ...columns)).toEqual(expected);
    expect((await linksOf(company, id)).map((link) => link.cmli_comm_notifytime)).toEqual([
      null,
      '2026-05-04 07:00:00',
    ]);
  });

  test('an item that changes nothing leaves the row untouched', async () => {
    const id = await makeAppointment(company, { updatedby: BOB });

    expect(await update(id, { action: 'unchanged' })).toBe('updated');

    expect(await rowOf(company, id, 'updatedby')).toEqual({ comm_updatedby: BOB });
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
      comm_notifytime: '2026-05-04T08:00:00',
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
        cmli_comm_notifytime: null,
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
});

import pg from 'pg';
import {
  createCrmUserActions,
  CrmUserActionError,
  type CrmUserActions,
} from '../../src/sandbox/crm/crm-user-actions.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const ALICE = 4;
const BOB = 5;

describe.each([
  ['identity', true],
  ['eware', true],
  ['identity', false],
  ['eware', false],
] as const)('a CRM user with ids by %s, one transaction an action: %s', (ids, oneTransaction) => {
  let db: TestDatabase;
  let pool: pg.Pool;
  let crm: CrmUserActions;

  beforeAll(async () => {
    db = await createTestDatabase({ deployed: false, ids });
    pool = new pg.Pool({ connectionString: db.sageUrl });
    crm = createCrmUserActions({ pool, ids, timeZone: 'Asia/Tokyo', oneTransaction });
  });
  afterAll(async () => {
    await pool.end();
    await db.drop();
  });

  const readAppointment = async (id: number): Promise<Record<string, unknown>> => {
    const { rows } = await db.admin.query(
      `select to_jsonb(c) as row from communication c where comm_communicationid = $1`,
      [id],
    );
    return rows[0]?.row;
  };
  const readLinks = async (id: number): Promise<Record<string, unknown>[]> => {
    const { rows } = await db.admin.query(
      `select cmli_comm_userid as "user", cmli_status as status, cmli_recipient as recipient,
         cmli_isexternalattendee as external, cmli_deleted as deleted, cmli_updatedby as by
       from comm_link where cmli_comm_communicationid = $1 order by cmli_commlinkid`,
      [id],
    );
    return rows;
  };
  const create = (): Promise<number> =>
    crm.createAppointment(
      ALICE,
      {
        subject: 'Plan',
        start: '2026-03-10T09:00:00',
        end: '2026-03-10T10:00:00',
        private: true,
        reminderMinutes: 15,
      },
      [{ userId: BOB }, { email: 'guest@elsewhere.example', name: 'Guest' }],
    );

  test('makes an appointment with an organiser, a colleague and a guest', async () => {
    const id = await create();
    expect(await readAppointment(id)).toMatchObject({
      comm_type: 'Appointment',
      comm_action: 'Meeting',
      comm_organizer: String(ALICE),
      comm_private: 'Y',
      comm_datetime: '2026-03-10T09:00:00',
      comm_notifytime: '2026-03-10T08:45:00',
      comm_deleted: null,
      comm_createdby: ALICE,
    });
    expect(await readLinks(id)).toEqual([
      { user: ALICE, status: 6, recipient: null, external: null, deleted: null, by: ALICE },
      { user: BOB, status: 0, recipient: null, external: null, deleted: null, by: ALICE },
      {
        user: null,
        status: 0,
        recipient: 'guest@elsewhere.example',
        external: 'Y',
        deleted: null,
        by: ALICE,
      },
    ]);
  });

  test('stamps with the clock of the CRM server’s zone', async () => {
    const id = await create();
    const { rows } = await db.admin.query(
      `select abs(extract(epoch from comm_updateddate - (now() at time zone 'Asia/Tokyo'))) < 60 as tokyo,
         comm_timestamp = comm_updateddate as same from communication where comm_communicationid = $1`,
      [id],
    );
    expect(rows).toEqual([{ tokyo: true, same: true }]);
  });

  test('edits and moves it, and the reminder moves along', async () => {
    const id = await create();
    await crm.editAppointment(BOB, id, { subject: 'Plan B', private: false, location: 'Café' });
    await crm.moveAppointment(BOB, id, '2026-03-11T14:00:00', '2026-03-11T15:30:00');
    expect(await readAppointment(id)).toMatchObject({
      comm_subject: 'Plan B',
      comm_private: null,
      comm_location: 'Café',
      comm_datetime: '2026-03-11T14:00:00',
      comm_todatetime: '2026-03-11T15:30:00',
      comm_notifytime: '2026-03-11T13:45:00',
      comm_createdby: ALICE,
      comm_updatedby: BOB,
    });
    await crm.editAppointment(BOB, id, { reminderMinutes: null });
    expect(await readAppointment(id)).toMatchObject({ comm_notifydelta: null, comm_notifytime: null });
  });

  test('deletes it softly, together with its links, and only once', async () => {
    const id = await create();
    await crm.deleteAppointment(BOB, id);
    expect(await readAppointment(id)).toMatchObject({ comm_deleted: 1, comm_updatedby: BOB });
    expect((await readLinks(id)).map((link) => link['deleted'])).toEqual([1, 1, 1]);
    await expect(crm.deleteAppointment(BOB, id)).rejects.toThrow(CrmUserActionError);
  });

  test('adds and removes participants and answers an invitation', async () => {
    const id = await create();
    await crm.addParticipant(ALICE, id, { userId: 9 });
    await crm.removeParticipant(ALICE, id, { email: 'Guest@Elsewhere.example', name: 'Guest' });
    await crm.setResponse(BOB, id, 'declined');
    expect((await readLinks(id)).map(({ user, status, deleted }) => ({ user, status, deleted }))).toEqual([
      { user: ALICE, status: 6, deleted: null },
      { user: BOB, status: 4, deleted: null },
      { user: null, status: 0, deleted: 1 },
      { user: 9, status: 0, deleted: null },
    ]);
    await expect(crm.removeParticipant(ALICE, id, { userId: 77 })).rejects.toThrow('no participant 77');
  });
});

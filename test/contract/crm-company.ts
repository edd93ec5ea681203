/** A small company in a CRM database with everything deployed: who is who in the contract tests. */
import type pg from 'pg';
import type { CrmDatabase, InboundItem, LinkWrite } from '../../src/crm/contract.ts';
import type { CrmFields } from '../../src/item/crm-appointment.ts';
import { openPostgres } from '../../src/crm/postgres.ts';
import type { IdScheme } from '../../src/sandbox/crm/vendor-schema.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

export const ALICE = 1;
export const BOB = 2;
export const CAROL = 3;
export const DISABLED = 4;
export const ROOM = 5;
export const TEMPLATE = 6;
export const NO_ADDRESS = 7;
export const DELETED = 8;
export const PAT = 70;
export const PAT_TOO = 71;
export const QUINN = 72;

export interface Company {
  database: TestDatabase;
  /** As domino_sync_admin. */
  admin: CrmDatabase;
  /** As domino_sync_runner, registered. */
  runner: CrmDatabase;
  runnerId: number;
  /** As superuser. */
  sql<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

const PEOPLE = `
  insert into users (user_userid, user_logon, user_firstname, user_lastname, user_emailaddress,
      user_primarychannelid, user_primaryterritory, user_disabled, user_resource, user_istemplate, user_deleted)
  values
      (1, 'alice', 'Alice', 'Adams', ' Alice@firm.example ', 31, 41, null, null, null, null),
      (2, 'bob', 'Bob', 'Brown', 'bob@firm.example', 32, 42, 'N', null, null, null),
      (3, 'carol', null, null, 'carol@firm.example', 33, 43, null, null, null, null),
      (4, 'dan', 'Dan', 'Disabled', 'dan@firm.example', 31, 41, 'Y    ', null, null, null),
      (5, 'room', 'Room', 'One', 'room@firm.example', 31, 41, null, 'true', null, null),
      (6, 'template', 'Tem', 'Plate', 'template@firm.example', 31, 41, null, null, 'Y', null),
      (7, 'nobody', 'No', 'Address', null, 31, 41, null, null, null, null),
      (8, 'gone', 'Gone', 'Since', 'gone@firm.example', 31, 41, null, null, null, 1);
  insert into person (pers_personid, pers_companyid, pers_firstname, pers_lastname) values
      (70, 80, 'Pat', 'First'), (71, 80, 'Pat', 'Second'), (72, 80, 'Quinn', 'Only');
  insert into email (emai_emailid, emai_emailaddress) values
      (90, 'Pat@customer.example'), (91, 'quinn@customer.example');
  -- 99 is some other entity: its links must not count
  insert into emaillink (elink_linkid, elink_entityid, elink_recordid, elink_emailid) values
      (95, 13, 71, 90), (96, 13, 70, 90), (97, 13, 72, 91), (98, 99, 70, 91);
`;

/** Alice's mailbox is enabled and leased by the runner. */
export const openCompany = async (ids: IdScheme = 'identity'): Promise<Company> => {
  const database = await createTestDatabase({ ids });
  await database.admin.query(PEOPLE);
  const admin = await openPostgres(await database.createLogin('domino_sync_admin'));
  const runner = await openPostgres(await database.createLogin('domino_sync_runner'));
  await admin.changeSetting('crm_time_zone', 'Europe/Berlin');
  await enable(admin, ALICE, 'mail/alice.nsf');
  const runnerId = await runner.registerRunner({ host: 'test', process_id: process.pid, version: '0' });
  await runner.leaseMailboxes(10, 600);
  return {
    database,
    admin,
    runner,
    runnerId,
    sql: async <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) =>
      (await database.admin.query<Row>(text, values)).rows,
    close: async () => {
      await runner.close();
      await admin.close();
      await database.drop();
    },
  };
};

export const enable = (
  admin: CrmDatabase,
  crmUserId: number,
  mailFile: string,
  direction: 'both' | 'to_domino' | 'to_crm' = 'both',
): Promise<{ enqueued: number }> =>
  admin.enableUser({
    crm_user_id: crmUserId,
    mail_file: mailFile,
    notes_name: null,
    direction,
    past_days: null,
  });

let nextId = 1000;

/** Above what the sequences of a fresh database give out. */
export const newId = (): number => nextId++;

/** Inserts the row as Sage would; columns without `comm_`. Answers its id. */
export const makeAppointment = async (
  { sql }: Company,
  columns: Record<string, unknown> = {},
): Promise<number> => {
  const row: Record<string, unknown> = {
    communicationid: newId(),
    type: 'Appointment',
    action: 'Meeting',
    status: 'Pending',
    priority: 'Normal',
    datetime: '2026-05-04 09:00',
    todatetime: '2026-05-04 10:00',
    subject: 'Plan',
    createdby: ALICE,
    ...columns,
  };
  const names = Object.keys(row);
  await sql(
    `insert into communication (${names.map((name) => `comm_${name}`).join(', ')})
     values (${names.map((_, index) => `$${index + 1}`).join(', ')})`,
    Object.values(row),
  );
  return row['communicationid'] as number;
};

/** Columns without `cmli_`. Answers the id of the link. */
export const makeLink = async (
  { sql }: Company,
  appointmentId: number,
  columns: Record<string, unknown>,
): Promise<number> => {
  const row: Record<string, unknown> = {
    commlinkid: newId(),
    comm_communicationid: appointmentId,
    ...columns,
  };
  const names = Object.keys(row);
  await sql(
    `insert into comm_link (${names.map((name) => `cmli_${name}`).join(', ')})
     values (${names.map((_, index) => `$${index + 1}`).join(', ')})`,
    Object.values(row),
  );
  return row['commlinkid'] as number;
};

export const linkOf = (uid: string, appointmentId: number, changes: Partial<LinkWrite> = {}): LinkWrite => ({
  appointment_id: appointmentId,
  crm_user_id: ALICE,
  role: 'organiser',
  kind: 'meeting',
  state: 'linked',
  form: 'event',
  domino_uid: uid,
  domino_recurrence_id: '',
  domino_unid: null,
  incarnation: 1,
  base_item: null,
  base_hash: 'hash',
  domino_start: '2026-05-04T07:00:00Z',
  domino_token: 'token',
  domino_digest: 'digest',
  unlinked_reason: null,
  ...changes,
});

export const ALL_FIELDS: Required<CrmFields> = {
  action: 'Meeting',
  status: 'Pending',
  priority: 'High',
  start_at: '2026-05-04T09:00:00',
  end_at: '2026-05-04T10:30:00',
  all_day: false,
  private: true,
  subject: 'Kick-off',
  location: 'Room 1',
  note: 'Bring\nyour notes',
  notify_at: '2026-05-04T08:45:00',
  organiser_email: null,
};

export const inbound = (uid: string, changes: Partial<InboundItem> = {}): InboundItem => {
  const link: Partial<LinkWrite> & InboundItem['link'] = linkOf(uid, 0);
  delete link.appointment_id;
  const isNew = (changes.appointment_id ?? null) === null;
  return {
    item_no: 0,
    appointment_id: null,
    fingerprint: null,
    fields: isNew ? ALL_FIELDS : {},
    attendees_add: [],
    attendees_remove: [],
    link,
    write_back: false,
    action: isNew ? 'created' : 'updated',
    reason_code: isNew ? 'domino_created' : 'domino_changed',
    detail: null,
    conflicts: [],
    ...changes,
  };
};

export const fingerprintOf = async ({ runner }: Company, appointmentId: number): Promise<string> => {
  const [row] = await runner.readAppointments([appointmentId]);
  return row!.fingerprint;
};

/** A small company in a CRM database with everything deployed: who is who in the contract tests. */
import type { CrmDatabase, InboundItem, LinkWrite } from '../../src/crm/contract.ts';
import type { CrmFields } from '../../src/item/crm-appointment.ts';
import type { CrmUnderTest, Engine, EngineOptions } from './engines.ts';
import type { Columns, Tables } from './tables.ts';

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
  crm: CrmUnderTest;
  /** As domino_sync_admin. */
  admin: CrmDatabase;
  /** As domino_sync_runner, registered. */
  runner: CrmDatabase;
  runnerId: number;
  /** With all rights. */
  tables: Tables;
  close(): Promise<void>;
}

const person = (id: number, logon: string, first: string | null, last: string | null): Columns => ({
  user_userid: id,
  user_logon: logon,
  user_firstname: first,
  user_lastname: last,
  user_emailaddress: `${logon}@firm.example`,
  user_primarychannelid: 31,
  user_primaryterritory: 41,
});

const USERS: readonly Columns[] = [
  { ...person(ALICE, 'alice', 'Alice', 'Adams'), user_emailaddress: ' Alice@firm.example ' },
  { ...person(BOB, 'bob', 'Bob', 'Brown'), user_disabled: 'N' },
  person(CAROL, 'carol', null, null),
  { ...person(DISABLED, 'dan', 'Dan', 'Disabled'), user_disabled: 'Y    ' },
  { ...person(ROOM, 'room', 'Room', 'One'), user_resource: 'true' },
  { ...person(TEMPLATE, 'template', 'Tem', 'Plate'), user_istemplate: 'Y' },
  { ...person(NO_ADDRESS, 'nobody', 'No', 'Address'), user_emailaddress: null },
  { ...person(DELETED, 'gone', 'Gone', 'Since'), user_deleted: 1 },
];
const PERSONS: readonly Columns[] = [
  { pers_personid: PAT, pers_companyid: 80, pers_firstname: 'Pat', pers_lastname: 'First' },
  { pers_personid: PAT_TOO, pers_companyid: 80, pers_firstname: 'Pat', pers_lastname: 'Second' },
  { pers_personid: QUINN, pers_companyid: 80, pers_firstname: 'Quinn', pers_lastname: 'Only' },
];
const EMAILS: readonly Columns[] = [
  { emai_emailid: 90, emai_emailaddress: 'Pat@customer.example' },
  { emai_emailid: 91, emai_emailaddress: 'quinn@customer.example' },
];
const PERSON_ENTITY = 13;
const EMAIL_LINKS: readonly Columns[] = [
  { elink_linkid: 95, elink_entityid: PERSON_ENTITY, elink_recordid: PAT_TOO, elink_emailid: 90 },
  { elink_linkid: 96, elink_entityid: PERSON_ENTITY, elink_recordid: PAT, elink_emailid: 90 },
  { elink_linkid: 97, elink_entityid: PERSON_ENTITY, elink_recordid: QUINN, elink_emailid: 91 },
  // some other entity: its links must not count
  { elink_linkid: 98, elink_entityid: 99, elink_recordid: PAT, elink_emailid: 91 },
];

/** Alice's mailbox is enabled and leased by the runner. */
export const openCompany = async ({ create }: Engine, options?: EngineOptions): Promise<Company> => {
  const crm = await create(options);
  try {
    const { tables } = crm;
    for (const row of USERS) await tables.insert('users', row);
    for (const row of PERSONS) await tables.insert('person', row);
    for (const row of EMAILS) await tables.insert('email', row);
    for (const row of EMAIL_LINKS) await tables.insert('emaillink', row);
    const admin = await crm.openAs('domino_sync_admin');
    const runner = await crm.openRunner();
    await admin.changeSetting('crm_time_zone', 'Europe/Berlin');
    await enable(admin, ALICE, 'mail/alice.nsf');
    await runner.leaseMailboxes(10, 600);
    return { crm, admin, runner, runnerId: runner.runnerId, tables, close: () => crm.drop() };
  } catch (error) {
    await crm.drop();
    throw error;
  }
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

let absent = 900_000_000;

/** Of no appointment. */
export const newId = (): number => absent++;

/** Inserts the row as Sage would; columns without `comm_`. Answers its id. */
export const makeAppointment = ({ tables }: Company, columns: Columns = {}): Promise<number> =>
  tables.insert(
    'communication',
    prefixed('comm_', {
      type: 'Appointment',
      action: 'Meeting',
      status: 'Pending',
      priority: 'Normal',
      datetime: '2026-05-04T09:00:00',
      todatetime: '2026-05-04T10:00:00',
      subject: 'Plan',
      createdby: ALICE,
      ...columns,
    }),
  );

/** Columns without `cmli_`. Answers the id of the link. */
export const makeLink = ({ tables }: Company, appointmentId: number, columns: Columns): Promise<number> =>
  tables.insert('comm_link', prefixed('cmli_', { comm_communicationid: appointmentId, ...columns }));

const prefixed = (prefix: string, columns: Columns): Columns =>
  Object.fromEntries(Object.entries(columns).map(([name, value]) => [`${prefix}${name}`, value]));

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

/** Of an appointment; `type` makes a Task. */
export const ALL_FIELDS: Required<Omit<CrmFields, 'type'>> = {
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

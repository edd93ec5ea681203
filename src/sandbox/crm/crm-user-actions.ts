/**
 * What somebody does on the screens of Sage CRM, as the writes Sage makes for it: plain SQL with its audit columns, on
 * the vendor's tables only, through Sage's own login. Nothing here knows of the synchronisation.
 *
 * Wall-clock times of the CRM server's zone are text (`2026-03-10T09:00:00`). All methods throw CrmUserActionError when
 * there is no such live appointment or participant, and the errors of `pg` otherwise.
 */
import type pg from 'pg';
import type { IdScheme } from './vendor-schema.ts';

export type CrmParticipant =
  | { userId: number }
  /** Somebody who is no CRM user; `personId` when he is a Person in the CRM. */
  | { email: string; name: string; personId?: number };

export interface AppointmentForm {
  subject: string;
  start: string;
  end: string;
  allDay?: boolean;
  location?: string | null;
  note?: string | null;
  private?: boolean;
  crmOnly?: boolean;
  /** Caption codes; default Meeting, Pending, Normal. */
  action?: string;
  status?: string;
  priority?: string;
  /** Minutes before the start. */
  reminderMinutes?: number | null;
  /** In place of the acting user: a user id as text, or an address. */
  organiser?: string | null;
  /** A Task of the acting user: `start` is written to Comm_DateTime, its due date, and `end` to Comm_ToDateTime. */
  type?: 'Appointment' | 'Task';
}

export type AppointmentChanges = Partial<Omit<AppointmentForm, 'start' | 'end' | 'organiser' | 'type'>>;

export class CrmUserActionError extends Error {
  override readonly name = 'CrmUserActionError';
}

export interface CrmUserActionsOptions {
  /** Connected as Sage's login. */
  pool: pg.Pool;
  ids: IdScheme;
  /** IANA id of the CRM server's zone: audit columns are wall-clock times in it. */
  timeZone: string;
  /**
   * Default true: each action is one transaction. Whether Sage wraps a save in one is not known; false writes row by
   * row, so that others see an appointment before its participants.
   */
  oneTransaction?: boolean;
}

/** cmli_status. */
export const RESPONSE_CODES = { none: 0, tentative: 2, accepted: 3, declined: 4, organiser: 6 } as const;
export type ParticipantResponse = keyof typeof RESPONSE_CODES;

type Columns = Record<string, string | number | null>;

const yes = (flag: boolean): string | null => (flag ? 'Y' : null);

const formColumns = (form: AppointmentChanges): Columns => ({
  ...(form.subject === undefined ? {} : { comm_subject: form.subject }),
  ...(form.location === undefined ? {} : { comm_location: form.location }),
  ...(form.note === undefined ? {} : { comm_note: form.note }),
  ...(form.private === undefined ? {} : { comm_private: yes(form.private) }),
  ...(form.crmOnly === undefined ? {} : { comm_crmonly: yes(form.crmOnly) }),
  ...(form.allDay === undefined ? {} : { comm_isalldayevent: yes(form.allDay) }),
  ...(form.action === undefined ? {} : { comm_action: form.action }),
  ...(form.status === undefined ? {} : { comm_status: form.status }),
  ...(form.priority === undefined ? {} : { comm_priority: form.priority }),
  ...(form.reminderMinutes === undefined ? {} : { comm_notifydelta: form.reminderMinutes }),
});

export interface CrmUserActions {
  createAppointment(
    userId: number,
    form: AppointmentForm,
    participants?: readonly CrmParticipant[],
  ): Promise<number>;
  /** Participants and times have methods of their own. */
  editAppointment(userId: number, appointmentId: number, changes: AppointmentChanges): Promise<void>;
  moveAppointment(userId: number, appointmentId: number, start: string, end: string): Promise<void>;
  /** Soft, as Sage does it: Comm_Deleted = 1, and its links alike. */
  deleteAppointment(userId: number, appointmentId: number): Promise<void>;
  addParticipant(userId: number, appointmentId: number, participant: CrmParticipant): Promise<void>;
  removeParticipant(userId: number, appointmentId: number, participant: CrmParticipant): Promise<void>;
  setResponse(userId: number, appointmentId: number, response: ParticipantResponse): Promise<void>;
}

export const createCrmUserActions = (options: CrmUserActionsOptions): CrmUserActions => {
  const { pool, ids, timeZone, oneTransaction = true } = options;

  /** Before the transaction, as Sage does: the row of the next id stays locked until the end of the transaction. */
  const reserveId = async (table: string): Promise<number | null> => {
    if (ids === 'identity') return null;
    const { rows } = await pool.query<{ id: number }>('select eware_get_identity_id($1) as id', [table]);
    return (rows[0] as { id: number }).id;
  };

  const save = async <T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    const client = await pool.connect();
    try {
      if (!oneTransaction) return await work(client);
      await client.query('begin');
      try {
        const result = await work(client);
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback');
        throw error;
      }
    } finally {
      client.release();
    }
  };

  /** The audit columns of an insert or an update, as SQL: the clock of the database in the zone of the CRM. */
  const auditColumns = (prefix: string, userId: number, inserting: boolean): Record<string, string> => {
    const clock = `(now() at time zone '${timeZone.replaceAll("'", "''")}')::timestamp(3)`;
    const updated = { updatedby: String(userId), updateddate: clock, timestamp: clock };
    const all = inserting ? { createdby: String(userId), createddate: clock, ...updated } : updated;
    return Object.fromEntries(Object.entries(all).map(([column, sql]) => [`${prefix}_${column}`, sql]));
  };

  const insert = async (
    client: pg.PoolClient,
    table: { name: string; key: string; prefix: string; id: number | null },
    userId: number,
    columns: Columns,
  ): Promise<number> => {
    const given: Columns = table.id === null ? columns : { [table.key]: table.id, ...columns };
    const audit = auditColumns(table.prefix, userId, true);
    const names = [...Object.keys(given), ...Object.keys(audit)];
    const values = [...Object.keys(given).map((_, index) => `$${index + 1}`), ...Object.values(audit)];
    const { rows } = await client.query<{ id: number }>(
      `insert into ${table.name} (${names.join(', ')}) values (${values.join(', ')}) returning ${table.key} as id`,
      Object.values(given),
    );
    return (rows[0] as { id: number }).id;
  };

  /** `where` may use parameters from $1 on; answers the number of rows. */
  const update = async (
    client: pg.PoolClient,
    table: { name: string; prefix: string },
    userId: number,
    columns: Columns,
    where: { sql: string; values: (string | number)[] },
  ): Promise<number> => {
    const first = where.values.length + 1;
    const sets = [
      ...Object.keys(columns).map((name, index) => `${name} = $${first + index}`),
      ...Object.entries(auditColumns(table.prefix, userId, false)).map(([name, sql]) => `${name} = ${sql}`),
    ];
    const result = await client.query(`update ${table.name} set ${sets.join(', ')} where ${where.sql}`, [
      ...where.values,
      ...Object.values(columns),
    ]);
    return result.rowCount ?? 0;
  };

  const updateAppointment = async (
    client: pg.PoolClient,
    userId: number,
    appointmentId: number,
    columns: Columns,
  ): Promise<void> => {
    const where = { sql: 'comm_communicationid = $1 and comm_deleted is null', values: [appointmentId] };
    const table = { name: 'communication', prefix: 'comm' };
    if ((await update(client, table, userId, columns, where)) === 0) {
      throw new CrmUserActionError(`no live appointment ${appointmentId}`);
    }
    // The reminder is kept as a time: it follows the start and the minutes before it.
    await client.query(
      `update communication set comm_notifytime = comm_datetime - make_interval(mins => comm_notifydelta)
       where comm_communicationid = $1
         and comm_notifytime is distinct from comm_datetime - make_interval(mins => comm_notifydelta)`,
      [appointmentId],
    );
  };

  const linkColumns = (participant: CrmParticipant): Columns =>
    'userId' in participant
      ? { cmli_comm_userid: participant.userId, cmli_status: RESPONSE_CODES.none }
      : {
          cmli_isexternalattendee: 'Y',
          cmli_recipient: participant.email,
          cmli_externalpersonid: participant.personId ?? null,
          cmli_comm_personid: participant.personId ?? null,
          cmli_status: RESPONSE_CODES.none,
        };

  const addLink = async (
    client: pg.PoolClient,
    userId: number,
    appointmentId: number,
    id: number | null,
    columns: Columns,
  ): Promise<void> => {
    const table = { name: 'comm_link', key: 'cmli_commlinkid', prefix: 'cmli', id };
    await insert(client, table, userId, { cmli_comm_communicationid: appointmentId, ...columns });
  };

  const linkWhere = (
    appointmentId: number,
    participant: CrmParticipant,
  ): { sql: string; values: (string | number)[] } => ({
    sql: `cmli_comm_communicationid = $1 and cmli_deleted is null and ${
      'userId' in participant ? 'cmli_comm_userid = $2' : 'lower(cmli_recipient) = lower($2)'
    }`,
    values: [appointmentId, 'userId' in participant ? participant.userId : participant.email],
  });

  const updateLink = async (
    client: pg.PoolClient,
    userId: number,
    appointmentId: number,
    participant: CrmParticipant,
    columns: Columns,
  ): Promise<void> => {
    const where = linkWhere(appointmentId, participant);
    if ((await update(client, { name: 'comm_link', prefix: 'cmli' }, userId, columns, where)) === 0) {
      throw new CrmUserActionError(`appointment ${appointmentId} has no participant ${where.values[1]}`);
    }
  };

  return {
    createAppointment: async (userId, form, participants = []) => {
      const isTask = form.type === 'Task';
      const organises = !isTask && (form.organiser === undefined || form.organiser === String(userId));
      const links = [
        { cmli_comm_userid: userId, cmli_status: organises ? RESPONSE_CODES.organiser : null },
        ...participants.filter((other) => !('userId' in other) || other.userId !== userId).map(linkColumns),
      ];
      const id = await reserveId('Communication');
      const linkIds: (number | null)[] = [];
      while (linkIds.length < links.length) linkIds.push(await reserveId('Comm_Link'));
      return save(async (client) => {
        const table = { name: 'communication', key: 'comm_communicationid', prefix: 'comm', id };
        const appointmentId = await insert(client, table, userId, {
          comm_type: form.type ?? 'Appointment',
          comm_action: isTask ? 'ToDo' : 'Meeting',
          comm_status: 'Pending',
          comm_priority: 'Normal',
          comm_datetime: form.start,
          comm_todatetime: form.end,
          comm_organizer: form.organiser === undefined && !isTask ? String(userId) : (form.organiser ?? null),
          ...formColumns(form),
        });
        if (form.reminderMinutes != null) await updateAppointment(client, userId, appointmentId, {});
        for (const [index, columns] of links.entries()) {
          await addLink(client, userId, appointmentId, linkIds[index] ?? null, columns);
        }
        return appointmentId;
      });
    },
    editAppointment: (userId, appointmentId, changes) =>
      save((client) => updateAppointment(client, userId, appointmentId, formColumns(changes))),
    moveAppointment: (userId, appointmentId, start, end) =>
      save((client) =>
        updateAppointment(client, userId, appointmentId, { comm_datetime: start, comm_todatetime: end }),
      ),
    deleteAppointment: (userId, appointmentId) =>
      save(async (client) => {
        await updateAppointment(client, userId, appointmentId, { comm_deleted: 1 });
        const where = {
          sql: 'cmli_comm_communicationid = $1 and cmli_deleted is null',
          values: [appointmentId],
        };
        await update(client, { name: 'comm_link', prefix: 'cmli' }, userId, { cmli_deleted: 1 }, where);
      }),
    addParticipant: async (userId, appointmentId, participant) => {
      const linkId = await reserveId('Comm_Link');
      await save(async (client) => {
        await updateAppointment(client, userId, appointmentId, {});
        await addLink(client, userId, appointmentId, linkId, linkColumns(participant));
      });
    },
    removeParticipant: (userId, appointmentId, participant) =>
      save(async (client) => {
        await updateAppointment(client, userId, appointmentId, {});
        await updateLink(client, userId, appointmentId, participant, { cmli_deleted: 1 });
      }),
    setResponse: (userId, appointmentId, response) =>
      save((client) =>
        updateLink(client, userId, appointmentId, { userId }, { cmli_status: RESPONSE_CODES[response] }),
      ),
  };
};

/**
 * The engines the contract suite runs against, one row each: how to open a CRM with everything deployed, and how its
 * users and administrators write to it directly. The suite itself speaks only this interface and CrmDatabase.
 */
import pg from 'pg';
import type { CrmDatabase, RunnerIdentity } from '../../src/crm/contract.ts';
import { openPostgres } from '../../src/crm/postgres.ts';
import type { IdScheme } from '../../src/sandbox/crm/vendor-schema.ts';
import { deployPostgres } from '../../src/crm/deploy/postgres.ts';
import { createTestDatabase } from '../support/database.ts';
import { createMssql } from './mssql-engine.ts';
import { postgresTables } from './postgres-tables.ts';
import type { Tables } from './tables.ts';

export interface CommunicationFields {
  comm_type?: string;
  comm_subject?: string | null;
  comm_note?: string | null;
  comm_organizer?: string | null;
  comm_deleted?: number | null;
  /** Wall clock. */
  comm_datetime?: string;
  comm_timestamp?: string;
}

/** One session of somebody who writes to the vendor's tables directly. */
export interface VendorSession {
  begin(): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Within a transaction: as the apply procedures mark what they write for a mailbox. */
  writeAs(origin: string): Promise<void>;
  insertCommunication(fields: CommunicationFields): Promise<number>;
  /** Rows changed. */
  updateCommunications(ids: readonly number[], fields: CommunicationFields): Promise<number>;
  deleteCommunication(id: number): Promise<void>;
  insertLink(link: {
    appointment_id: number;
    user_id?: number;
    company_id?: number;
    external_email?: string;
  }): Promise<number>;
  moveLink(linkId: number, userId: number): Promise<void>;
  touchLink(linkId: number): Promise<void>;
  deleteLink(linkId: number): Promise<void>;
  close(): Promise<void>;
}

export interface LogRow {
  appointment_id: number;
  crm_user_id: number | null;
  operation: string;
  origin: string | null;
}

export interface DeliveryRow {
  appointment_id: number;
  crm_user_id: number;
  version: number;
  attempts: number;
  reason_code: string;
  leased_by: number | null;
  parked: boolean;
  last_error: string | null;
}

export type Role = 'domino_sync_runner' | 'domino_sync_reader' | 'domino_sync_admin';

export interface CrmUnderTest {
  /** As the runner's login, not registered. */
  open(): Promise<CrmDatabase>;
  /** Opened and registered. */
  openRunner(identity?: Partial<RunnerIdentity>): Promise<CrmDatabase & { runnerId: number }>;
  /** As the login of Sage's own service. */
  sage(): Promise<VendorSession>;
  /** CRM users with these ids exist and take part. */
  enableUsers(...ids: number[]): Promise<void>;
  logRows(): Promise<LogRow[]>;
  deliveries(): Promise<DeliveryRow[]>;
  /** From now on every attempt to log a change fails inside the trigger. The log is empty. */
  breakCapture(): Promise<void>;
  captureFaults(): Promise<number>;
  /** What the vendor's own id generators would hand out next. */
  vendorIdState(): Promise<unknown>;
  /** Lets the leases on mailboxes and deliveries run out now. */
  expireLeases(): Promise<void>;
  /** Ends the database session that stands for a runner, as a crash would. */
  killRunner(runnerId: number): Promise<void>;
  /** Runs a statement as a fresh member of a role; answers its error, or null when it was allowed. */
  tryAs(role: Role, statement: string): Promise<string | null>;
  /** As a fresh member of a role, not registered. */
  openAs(role: Role): Promise<CrmDatabase>;
  /** With all rights. */
  tables: Tables;
  tablesAs(role: Role): Promise<Tables>;
  /** As an update of the program would, although nothing of it has changed. */
  deployAgain(): Promise<void>;
  /** Some session of the database waits for a lock that another one holds. */
  somebodyWaits(): Promise<boolean>;
  triggers: TriggersUnderTest;
  /** Statements that change how a session reads and writes times; none of them may matter. */
  habits: readonly string[];
  /** Calls a procedure with all rights, in a session with such a habit. JSON comes as the driver gives it. */
  callWith(
    habit: string,
    procedure: string,
    parameters: Readonly<Record<string, string | number | null>>,
  ): Promise<Record<string, unknown>[]>;
  drop(): Promise<void>;
}

/** What a DBA can do to triggers on the vendor's tables. */
export interface TriggersUnderTest {
  /** Ours. */
  names: readonly string[];
  disable(name: string): Promise<void>;
  drop(name: string): Promise<void>;
  addOneOfSomebodyElse(): Promise<void>;
  theOneOfSomebodyElseIsEnabled(): Promise<boolean>;
}

export interface EngineOptions {
  /** Default `identity`. */
  ids?: IdScheme;
}

export interface Engine {
  name: CrmDatabase['engine'];
  create(options?: EngineOptions): Promise<CrmUnderTest>;
}

const assignments = (fields: object): { names: string[]; values: unknown[] } => ({
  names: Object.keys(fields),
  values: Object.values(fields) as unknown[],
});

const openPostgresSession = async (url: string): Promise<VendorSession> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  const id = async (text: string, values: unknown[]): Promise<number> => {
    const { rows } = await client.query<{ id: number }>(text, values);
    return rows[0]?.id ?? 0;
  };
  return {
    begin: async () => void (await client.query('begin')),
    commit: async () => void (await client.query('commit')),
    rollback: async () => void (await client.query('rollback')),
    writeAs: async (origin) =>
      void (await client.query(`select set_config('domino_sync.origin', $1, true)`, [origin])),
    insertCommunication: (fields) => {
      const { names, values } = assignments({ comm_type: 'Appointment', comm_action: 'Meeting', ...fields });
      return id(
        `insert into communication (${names.join(', ')}) values (${names.map((_, i) => `$${i + 1}`).join(', ')})
         returning comm_communicationid as id`,
        values,
      );
    },
    updateCommunications: async (ids, fields) => {
      const { names, values } = assignments(fields);
      const { rowCount } = await client.query(
        `update communication set ${names.map((name, i) => `${name} = $${i + 2}`).join(', ')}
         where comm_communicationid = any($1)`,
        [ids, ...values],
      );
      return rowCount ?? 0;
    },
    deleteCommunication: async (communicationId) =>
      void (await client.query('delete from communication where comm_communicationid = $1', [
        communicationId,
      ])),
    insertLink: ({ appointment_id, user_id, company_id, external_email }) =>
      id(
        `insert into comm_link (cmli_comm_communicationid, cmli_comm_userid, cmli_comm_companyid,
             cmli_isexternalattendee, cmli_recipient)
         values ($1, $2, $3, case when $4::text is not null then 'Y' end, $4) returning cmli_commlinkid as id`,
        [appointment_id, user_id ?? null, company_id ?? null, external_email ?? null],
      ),
    moveLink: async (linkId, userId) =>
      void (await client.query('update comm_link set cmli_comm_userid = $2 where cmli_commlinkid = $1', [
        linkId,
        userId,
      ])),
    touchLink: async (linkId) =>
      void (await client.query('update comm_link set cmli_timestamp = now() where cmli_commlinkid = $1', [
        linkId,
      ])),
    deleteLink: async (linkId) =>
      void (await client.query('delete from comm_link where cmli_commlinkid = $1', [linkId])),
    close: () => client.end(),
  };
};

const POSTGRES_TRIGGERS = ['communication', 'comm_link'].flatMap((table) =>
  ['insert', 'update', 'delete'].map((event) => ({ name: `domino_sync_${table}_${event}`, table })),
);

const postgresTriggers = (admin: pg.Pool): TriggersUnderTest => {
  const tableOf = (name: string): string => {
    const found = POSTGRES_TRIGGERS.find((each) => each.name === name);
    if (found === undefined) throw new Error(`${name} is none of our triggers`);
    return found.table;
  };
  return {
    names: POSTGRES_TRIGGERS.map(({ name }) => name),
    disable: async (name) => void (await admin.query(`alter table ${tableOf(name)} disable trigger ${name}`)),
    drop: async (name) => void (await admin.query(`drop trigger ${name} on ${tableOf(name)}`)),
    addOneOfSomebodyElse: async () =>
      void (await admin.query(
        `create function touch() returns trigger language plpgsql as $$begin return new; end$$;
         create trigger of_somebody_else before update on communication for each row execute function touch()`,
      )),
    theOneOfSomebodyElseIsEnabled: async () =>
      (await admin.query(`select from pg_trigger where tgname = 'of_somebody_else' and tgenabled = 'O'`))
        .rowCount === 1,
  };
};

const createPostgres = async ({ ids = 'identity' }: EngineOptions = {}): Promise<CrmUnderTest> => {
  const database = await createTestDatabase({ ids });
  const { admin } = database;
  const opened: { close(): Promise<void> }[] = [];
  const runnerUrl = await database.createLogin('domino_sync_runner');
  const roleUrls = new Map<Role, string>();
  const open = async (): Promise<CrmDatabase> => {
    const crm = await openPostgres(runnerUrl);
    opened.push(crm);
    return crm;
  };
  return {
    open,
    openAs: async (role) => {
      const crm = await openPostgres(await database.createLogin(role));
      opened.push(crm);
      return crm;
    },
    tables: postgresTables(admin, ids),
    tablesAs: async (role) => {
      const pool = new pg.Pool({ connectionString: await database.createLogin(role), max: 1 });
      opened.push({ close: () => pool.end() });
      return postgresTables(pool, ids);
    },
    deployAgain: async () => {
      await admin.query(`update domino_sync.deployed_object set checksum = 'old'`);
      await deployPostgres({ connectionString: database.url });
    },
    somebodyWaits: async () =>
      (
        await admin.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
      ).rowCount !== 0,
    triggers: postgresTriggers(admin),
    habits: [
      `set datestyle = 'German'`,
      `set timezone = 'Asia/Tokyo'`,
      `set lc_time = 'C'; set datestyle = 'SQL, DMY'`,
    ],
    callWith: async (habit, procedure, parameters) => {
      const client = await admin.connect();
      try {
        await client.query(habit);
        const names = Object.keys(parameters).map((name, i) => `${name} => $${i + 1}`);
        const { rows } = await client.query<Record<string, unknown>>(
          `select * from domino_sync_api.${procedure}(${names.join(', ')})`,
          Object.values(parameters),
        );
        return rows;
      } finally {
        client.release(true);
      }
    },
    openRunner: async (identity = {}) => {
      const crm = await open();
      const runnerId = await crm.registerRunner({
        host: 'test',
        process_id: process.pid,
        version: '0',
        ...identity,
      });
      return { ...crm, runnerId };
    },
    sage: async () => {
      const session = await openPostgresSession(database.sageUrl);
      opened.push(session);
      return session;
    },
    enableUsers: async (...ids) => {
      await admin.query(
        `insert into users (user_userid, user_logon, user_emailaddress)
         select i, 'user' || i, 'user' || i || '@example.com' from unnest($1::integer[]) as i
         on conflict do nothing`,
        [ids],
      );
      await admin.query(
        `insert into domino_sync.sync_user (crm_user_id, email, mail_file, window_start)
         select i, 'user' || i || '@example.com', 'mail/user' || i || '.nsf', now() - interval '14 days'
         from unnest($1::integer[]) as i`,
        [ids],
      );
    },
    logRows: async () =>
      (
        await admin.query<LogRow>(
          `select appointment_id, crm_user_id, operation, origin from domino_sync.change_log
           order by appointment_id, operation, crm_user_id`,
        )
      ).rows,
    deliveries: async () =>
      (
        await admin.query<DeliveryRow>(
          `select appointment_id, crm_user_id, version::integer, attempts, reason_code, leased_by,
               parked_at is not null as parked, last_error
           from domino_sync.delivery order by appointment_id, crm_user_id`,
        )
      ).rows,
    breakCapture: async () =>
      void (await admin.query(
        'alter table domino_sync.change_log add constraint broken check (false) not valid',
      )),
    captureFaults: async () =>
      (
        await admin.query<{ faults: number }>(
          'select case when is_called then last_value::integer else 0 end as faults from domino_sync.capture_fault_seq',
        )
      ).rows[0]?.faults ?? -1,
    vendorIdState: async () =>
      (
        await admin.query(
          `select sequencename, last_value from pg_sequences where schemaname = 'public' order by sequencename`,
        )
      ).rows,
    expireLeases: async () => {
      await admin.query(
        `update domino_sync.sync_user set leased_until = now() - interval '1 second' where leased_by is not null`,
      );
      await admin.query(
        `update domino_sync.delivery set leased_until = now() - interval '1 second' where leased_by is not null`,
      );
    },
    killRunner: async (runnerId) => {
      const { rows } = await admin.query<{ pid: number }>(
        `select pid from pg_locks where locktype = 'advisory' and classid = 4711001 and objid = $1
         and database = (select oid from pg_database where datname = current_database())`,
        [runnerId],
      );
      for (const { pid } of rows) await admin.query('select pg_terminate_backend($1, 5000)', [pid]);
    },
    tryAs: async (role, statement) => {
      const url = roleUrls.get(role) ?? (await database.createLogin(role));
      roleUrls.set(role, url);
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        await client.query('begin');
        await client.query(statement);
        return null;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      } finally {
        await client.end();
      }
    },
    drop: async () => {
      await Promise.all(opened.map((each) => each.close()));
      await database.drop();
    },
  };
};

const MSSQL_IS_WANTED = process.env['npm_lifecycle_event'] === 'test:mssql';
const MSSQL_IS_THERE = process.env['MSSQL_TEST_URL'] !== undefined;
if (MSSQL_IS_WANTED && !MSSQL_IS_THERE)
  throw new Error('set MSSQL_TEST_URL to mssql://login:password@host/master of a server for tests');

/** PostgreSQL comes with the tests; SQL Server joins when MSSQL_TEST_URL names one. */
export const engines: readonly Engine[] = [
  ...(MSSQL_IS_WANTED ? [] : [{ name: 'postgres' as const, create: createPostgres }]),
  ...(MSSQL_IS_THERE ? [{ name: 'mssql' as const, create: createMssql }] : []),
];

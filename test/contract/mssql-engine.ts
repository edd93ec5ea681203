/** The contract suite's SQL Server: how its users and administrators write to a CRM, and how it is looked into. */
import { CrmError, type CrmDatabase } from '../../src/crm/contract.ts';
import { connect, type MssqlSession } from '../../src/crm/mssql/connect.ts';
import { openMssql } from '../../src/crm/mssql.ts';
import { neverTheVictim } from '../support/babelfish.ts';
import { createMssqlDatabase, type MssqlTestDatabase } from '../support/mssql-database.ts';
import type {
  CrmUnderTest,
  DeliveryRow,
  EngineOptions,
  LogRow,
  Role,
  TriggersUnderTest,
  VendorSession,
} from './engines.ts';
import { mssqlTables } from './mssql-tables.ts';
import { warmSessions } from './warm-sessions.ts';

type Values = Record<string, string | number | null>;

const openVendorSession = async (url: string): Promise<VendorSession> => {
  const session = await connect(url, 'Sage CRM', 'test', 60_000);
  const number = async (text: string, parameters: Values): Promise<number> =>
    (await session.query<{ answer: number }>(text, parameters))[0]?.answer ?? 0;
  const run = async (text: string, parameters: Values): Promise<void> =>
    void (await session.query(text, parameters));
  const insert = (table: string, values: Values): Promise<number> => {
    const names = Object.keys(values);
    return number(
      `INSERT INTO dbo.${table} (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')});
       SELECT CONVERT(int, SCOPE_IDENTITY()) AS answer;`,
      values,
    );
  };
  /** In PostgreSQL the mark ends with the transaction; the apply procedures clear it themselves. */
  const endWith = (statement: string): Promise<void> =>
    session.batch(
      `${statement}; EXECUTE sys.sp_set_session_context @key = N'domino_sync.origin', @value = NULL;`,
    );
  return {
    begin: () => session.batch('BEGIN TRANSACTION;'),
    commit: () => endWith('COMMIT TRANSACTION'),
    rollback: () => endWith('ROLLBACK TRANSACTION'),
    writeAs: (origin) =>
      run(`EXECUTE sys.sp_set_session_context @key = N'domino_sync.origin', @value = @origin;`, { origin }),
    insertCommunication: (fields) =>
      insert('Communication', { comm_type: 'Appointment', comm_action: 'Meeting', ...fields }),
    updateCommunications: (ids, fields) =>
      number(
        `UPDATE dbo.Communication SET ${Object.keys(fields)
          .map((name) => `${name} = @${name}`)
          .join(', ')}
         WHERE Comm_CommunicationId IN (SELECT CONVERT(int, i.value) FROM OPENJSON(@ids) AS i);
         SELECT @@ROWCOUNT AS answer;`,
        { ...fields, ids: JSON.stringify(ids) },
      ),
    deleteCommunication: (id) =>
      run('DELETE FROM dbo.Communication WHERE Comm_CommunicationId = @id;', { id }),
    insertLink: ({ appointment_id, user_id, company_id, external_email }) =>
      insert('Comm_Link', {
        CmLi_Comm_CommunicationId: appointment_id,
        CmLi_Comm_UserId: user_id ?? null,
        CmLi_Comm_CompanyId: company_id ?? null,
        CmLi_IsExternalAttendee: external_email === undefined ? null : 'Y',
        CmLi_Recipient: external_email ?? null,
      }),
    moveLink: (id, user) =>
      run('UPDATE dbo.Comm_Link SET CmLi_Comm_UserId = @user WHERE CmLi_CommLinkId = @id;', { id, user }),
    touchLink: (id) =>
      run('UPDATE dbo.Comm_Link SET CmLi_TimeStamp = GETDATE() WHERE CmLi_CommLinkId = @id;', { id }),
    deleteLink: (id) => run('DELETE FROM dbo.Comm_Link WHERE CmLi_CommLinkId = @id;', { id }),
    close: () => session.close(),
  };
};

/** The suite's statements are PostgreSQL's; calls and schema names are all that differ. */
const asTsql = (statement: string): string =>
  statement
    .replace(/^select \* from (domino_sync_api\.\w+)\((.*)\)$/i, 'EXECUTE $1 $2')
    .replace(/^select (domino_sync(?:_api)?\.\w+)\((.*)\)$/i, 'EXECUTE $1 $2')
    .replace(/^select nextval\('(.*)'\)$/i, 'SELECT NEXT VALUE FOR $1')
    .replaceAll('public.', 'dbo.');

const sessionsOf = async (admin: MssqlSession): Promise<number[]> =>
  (
    await admin.query<{ id: number }>(
      `SELECT CONVERT(int, s.session_id) AS id FROM sys.dm_exec_sessions AS s
       WHERE s.program_name = N'crm-domino-sync session';`,
    )
  ).map(({ id }) => id);

const TRIGGERS: Readonly<Record<string, string>> = {
  domino_sync_communication_capture: 'Communication',
  domino_sync_comm_link_capture: 'Comm_Link',
};

const triggersOf = ({ admin, spoil }: MssqlTestDatabase): TriggersUnderTest => ({
  names: Object.keys(TRIGGERS),
  disable: (name) => admin.batch(`DISABLE TRIGGER dbo.${name} ON dbo.${TRIGGERS[name]};`),
  drop: (name) => {
    spoil();
    return admin.batch(`DROP TRIGGER dbo.${name};`);
  },
  addOneOfSomebodyElse: () => {
    spoil();
    return admin.batch(
      'CREATE TRIGGER dbo.of_somebody_else ON dbo.Communication AFTER UPDATE AS SET NOCOUNT ON;',
    );
  },
  theOneOfSomebodyElseIsEnabled: async () =>
    (
      await admin.query(
        `SELECT 1 AS one FROM sys.triggers AS t WHERE t.name = N'of_somebody_else' AND t.is_disabled = 0;`,
      )
    ).length === 1,
});

/** The first statement of a session takes a loaded test server longer than the program waits. */
const openPatiently = async (url: string, attempts = 3): Promise<CrmDatabase> => {
  try {
    return await openMssql(url);
  } catch (error) {
    if (attempts === 1 || !(error instanceof CrmError && error.details.transient)) throw error;
    return openPatiently(url, attempts - 1);
  }
};

/** What the tests of SQL Server itself look at. */
export interface MssqlUnderTest extends CrmUnderTest {
  /** With all rights. */
  url: string;
  sageUrl: string;
  /** Of a fresh login that is a member of this role. */
  loginUrl(role: Role): Promise<string>;
  /** From now on a deadlock with this session ends the other one. */
  surviveDeadlocks(session: MssqlSession): Promise<void>;
  /** Ends every session of the program with this database. */
  killSessions(): Promise<void>;
}

export const createMssql = async ({ ids = 'identity' }: EngineOptions = {}): Promise<MssqlUnderTest> => {
  const database = await createMssqlDatabase({ ids });
  const { admin } = database;
  const opened: { close(): Promise<void> }[] = [];
  const sessionOfRunner = new Map<number, number>();
  const warm = warmSessions(database);
  const runnerUrl = await database.roleUrl('domino_sync_runner');
  const number = async (text: string): Promise<number> =>
    (await admin.query<{ answer: number }>(text))[0]?.answer ?? -1;
  const open = async (): Promise<CrmDatabase> => {
    const crm = await openMssql(runnerUrl);
    opened.push(crm);
    return crm;
  };
  let opening: Promise<unknown> = Promise.resolve();
  return {
    open,
    url: database.url,
    sageUrl: database.sageUrl,
    loginUrl: (role) => database.createLogin(role),
    surviveDeadlocks: (session) =>
      database.babelfish ? neverTheVictim(session) : session.batch('SET DEADLOCK_PRIORITY HIGH;'),
    killSessions: async () => {
      const sessions = await admin.query<{ id: number }>(
        `SELECT CONVERT(int, s.session_id) AS id FROM sys.dm_exec_sessions AS s
         WHERE s.login_name = @login AND s.program_name LIKE N'crm-domino-sync%';`,
        { login: new URL(runnerUrl).username },
      );
      warm.spoil();
      for (const { id } of sessions) await admin.batch(`KILL ${id};`);
    },
    openAs: async (role) => {
      const url = await database.roleUrl(role);
      return (await warm.open(role, async () => ({ crm: await openPatiently(url), sessionId: undefined })))
        .crm;
    },
    tables: mssqlTables(admin, ids),
    tablesAs: async (role) => {
      const session = await connect(await database.roleUrl(role), 'crm-domino-sync test', 'test', 60_000);
      opened.push(session);
      return mssqlTables(session, ids);
    },
    deployAgain: async () => {
      await admin.batch(`UPDATE domino_sync.deployed_object SET checksum = 'old';`);
      await database.deploy();
    },
    somebodyWaits: () => database.somebodyWaits(),
    triggers: triggersOf(database),
    habits: [
      'SET LANGUAGE British;',
      'SET LANGUAGE German;',
      'SET DATEFORMAT dmy;',
      'SET DATEFORMAT ydm;',
      'SET DATEFIRST 1;',
    ],
    callWith: (habit, procedure, parameters) => {
      const names = Object.keys(parameters).map((name) => `@${name} = @${name}`);
      return admin.query(`${habit} EXECUTE domino_sync_api.${procedure} ${names.join(', ')};`, parameters);
    },
    openRunner: (identity = {}) => {
      const open1 = async (): Promise<CrmDatabase & { runnerId: number }> => {
        const { crm, sessionId } = await warm.open('runner', async () => {
          const before = await sessionsOf(admin);
          const made = await openPatiently(runnerUrl);
          const [session] = (await sessionsOf(admin)).filter((id) => !before.includes(id));
          return { crm: made, sessionId: session };
        });
        const runnerId = await crm.registerRunner({
          host: 'test',
          process_id: process.pid,
          version: '0',
          ...identity,
        });
        if (sessionId !== undefined) sessionOfRunner.set(runnerId, sessionId);
        return { ...crm, runnerId };
      };
      // one after the other, to know whose session is whose
      const turn = opening.then(open1, open1);
      opening = turn.catch(() => undefined);
      return turn;
    },
    sage: async () => {
      const session = await openVendorSession(database.sageUrl);
      opened.push(session);
      return session;
    },
    enableUsers: async (...ids) => {
      for (const id of ids) {
        await admin.batch(`
          IF NOT EXISTS (SELECT 1 FROM dbo.Users WHERE User_UserId = ${id})
          BEGIN
              SET IDENTITY_INSERT dbo.Users ON;
              INSERT INTO dbo.Users (User_UserId, User_Logon, User_EmailAddress)
              VALUES (${id}, N'user${id}', N'user${id}@example.com');
              SET IDENTITY_INSERT dbo.Users OFF;
          END;
          INSERT INTO domino_sync.sync_user (crm_user_id, email, mail_file, window_start)
          VALUES (${id}, N'user${id}@example.com', N'mail/user${id}.nsf', DATEADD(DAY, -14, SYSUTCDATETIME()));`);
      }
    },
    logRows: () =>
      admin.query<LogRow>(
        `SELECT c.appointment_id, c.crm_user_id, c.operation, c.origin FROM domino_sync.change_log AS c
         ORDER BY c.appointment_id, c.operation, CASE WHEN c.crm_user_id IS NULL THEN 1 ELSE 0 END, c.crm_user_id;`,
      ),
    deliveries: () =>
      admin.query<DeliveryRow>(
        `SELECT d.appointment_id, d.crm_user_id, d.version, d.attempts, d.reason_code, d.leased_by,
             CONVERT(bit, CASE WHEN d.parked_at IS NULL THEN 0 ELSE 1 END) AS parked, d.last_error
         FROM domino_sync.delivery AS d ORDER BY d.appointment_id, d.crm_user_id;`,
      ),
    breakCapture: () =>
      admin.batch('ALTER TABLE domino_sync.change_log ADD CONSTRAINT broken CHECK (1 = 0);'),
    captureFaults: () =>
      number(
        `SELECT CONVERT(int, q.current_value) AS answer FROM sys.sequences AS q
         WHERE q.object_id = OBJECT_ID(N'domino_sync.capture_fault_seq');`,
      ),
    vendorIdState: () =>
      admin.query(
        `SELECT t.name, CONVERT(bigint, IDENT_CURRENT(N'dbo.' + t.name)) AS last_value
         FROM sys.tables AS t WHERE t.schema_id = SCHEMA_ID(N'dbo') ORDER BY t.name;`,
      ),
    expireLeases: async () => {
      for (const table of ['sync_user', 'delivery'])
        await admin.batch(
          `UPDATE domino_sync.${table} SET leased_until = DATEADD(SECOND, -1, SYSUTCDATETIME())
           WHERE leased_by IS NOT NULL;`,
        );
    },
    killRunner: async (runnerId) => {
      const session = sessionOfRunner.get(runnerId);
      if (session === undefined) throw new Error(`the session of runner ${runnerId} is not known`);
      warm.spoil();
      await admin.batch(`KILL ${session};`);
    },
    tryAs: async (role, statement) => {
      const session = await connect(await database.roleUrl(role), 'crm-domino-sync test', 'test', 60_000);
      try {
        await session.batch('BEGIN TRANSACTION;');
        await session.batch(asTsql(statement));
        return null;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      } finally {
        await session.close();
      }
    },
    drop: async () => {
      await Promise.all(opened.map((each) => each.close()));
      await warm.giveBack();
      await database.drop();
    },
  };
};

/** Probes of a SQL Server and of the CRM database on it. Each asks little, so that one missing view costs one row. */
import type { MssqlSession } from '../../mssql/connect.ts';
import { isOlder, OLDEST, OLDEST_COMPATIBILITY } from '../mssql-server.ts';
import { fine, listed, LONG_SECONDS, row, type Probe } from './row.ts';
import { timeZoneRows } from './time-zone.ts';

export type MssqlProbe = Probe<MssqlSession>;

export const first = async <Row extends object>(session: MssqlSession, text: string): Promise<Row> => {
  const [answer] = await session.query<Row>(text);
  if (answer === undefined) throw new Error('the server gave no answer');
  return answer;
};

const version: MssqlProbe = {
  name: 'server version',
  run: async (session) => {
    const { version: number } = await first<{ version: string }>(
      session,
      `SELECT CONVERT(nvarchar(40), SERVERPROPERTY(N'ProductVersion')) AS version;`,
    );
    return [
      isOlder(number)
        ? row(
            'server_version',
            'server',
            `It is SQL Server ${number}; ${OLDEST.join('.')} (2016 SP1) is needed.`,
          )
        : fine('server_version', 'server', `SQL Server ${number}.`),
    ];
  },
};

const CLOUD: Readonly<Record<number, string>> = {
  5: 'Azure SQL Database',
  6: 'Azure Synapse Analytics',
  8: 'Azure SQL Managed Instance',
  9: 'Azure SQL Edge',
  11: 'Azure Synapse serverless',
  12: 'SQL database in Fabric',
};
const EXPRESS = 4;

const edition: MssqlProbe = {
  name: 'server edition',
  run: async (session) => {
    const { edition: name, engine } = await first<{ edition: string; engine: number }>(
      session,
      `SELECT CONVERT(nvarchar(128), SERVERPROPERTY(N'Edition')) AS edition,
           CONVERT(int, SERVERPROPERTY(N'EngineEdition')) AS engine;`,
    );
    const cloud = CLOUD[engine];
    if (cloud !== undefined) return [row('server_edition', 'server', `It is ${cloud}.`)];
    return [
      engine === EXPRESS
        ? row('server_edition', 'server', `It is ${name}: a database ends at 10 GB.`)
        : fine('server_edition', 'server', `${name}.`),
    ];
  },
};

const compatibility: MssqlProbe = {
  name: 'compatibility level',
  run: async (session) => {
    const { name, level } = await first<{ name: string; level: number }>(
      session,
      `SELECT d.name, CONVERT(int, d.compatibility_level) AS level FROM sys.databases AS d WHERE d.name = DB_NAME();`,
    );
    return [
      level < OLDEST_COMPATIBILITY
        ? row('compatibility_level', name, `It is ${level}.`)
        : fine('compatibility_level', name, `${level}.`),
    ];
  },
};

const state: MssqlProbe = {
  name: 'state of the database',
  run: async (session) => {
    const { name, readonly, access } = await first<{ name: string; readonly: boolean; access: string }>(
      session,
      `SELECT d.name, CONVERT(bit, d.is_read_only) AS readonly, CONVERT(nvarchar(60), d.user_access_desc) AS access
       FROM sys.databases AS d WHERE d.name = DB_NAME();`,
    );
    if (readonly) return [row('database_state', name, 'It is read-only.')];
    return [
      access === 'SINGLE_USER'
        ? row('database_state', name, 'It is open to a single user.')
        : fine('database_state', name, 'It can be written to.'),
    ];
  },
};

const updateability: MssqlProbe = {
  name: 'role of the replica',
  run: async (session) => {
    const { name, answer } = await first<{ name: string; answer: string | null }>(
      session,
      `SELECT DB_NAME() AS name, CONVERT(nvarchar(60), DATABASEPROPERTYEX(DB_NAME(), N'Updateability')) AS answer;`,
    );
    return answer === 'READ_ONLY' ? [row('database_state', name, 'This replica of it is read-only.')] : [];
  },
};

const owner: MssqlProbe = {
  name: 'owner of the database',
  run: async (session) => {
    const { name, login, same } = await first<{ name: string; login: string | null; same: number }>(
      session,
      `SELECT d.name, SUSER_SNAME(d.owner_sid) AS login, CASE WHEN d.owner_sid = p.sid THEN 1 ELSE 0 END AS same
       FROM sys.databases AS d
       LEFT JOIN sys.database_principals AS p ON p.name = N'dbo'
       WHERE d.name = DB_NAME();`,
    );
    if (login === null) return [row('database_owner', name, 'The login that owns it does not exist.')];
    return [
      same === 1
        ? fine('database_owner', name, `${login}.`)
        : row('database_owner', name, `Its owner is ${login}, but dbo in it is another login.`),
    ];
  },
};

const collation: MssqlProbe = {
  name: 'collation',
  run: async (session) => {
    const {
      name,
      collation: of,
      sensitive,
    } = await first<{
      name: string;
      collation: string;
      sensitive: number;
    }>(
      session,
      `SELECT DB_NAME() AS name, CONVERT(nvarchar(128), DATABASEPROPERTYEX(DB_NAME(), N'Collation')) AS collation,
           CASE WHEN N'a' = N'A' THEN 0 ELSE 1 END AS sensitive;`,
    );
    return [row('collation', name, `${of}; names ${sensitive === 1 ? 'tell' : 'do not tell'} cases apart.`)];
  },
};

const rowVersioning: MssqlProbe = {
  name: 'row versioning',
  run: async (session) => {
    const { name, rcsi, snapshot } = await first<{ name: string; rcsi: boolean; snapshot: string }>(
      session,
      `SELECT d.name, CONVERT(bit, d.is_read_committed_snapshot_on) AS rcsi,
           CONVERT(nvarchar(60), d.snapshot_isolation_state_desc) AS snapshot
       FROM sys.databases AS d WHERE d.name = DB_NAME();`,
    );
    const what = `READ_COMMITTED_SNAPSHOT is ${rcsi ? 'on' : 'off'}, ALLOW_SNAPSHOT_ISOLATION ${snapshot}.`;
    return [rcsi ? fine('row_versioning', name, what) : row('row_versioning', name, what)];
  },
};

const recovery: MssqlProbe = {
  name: 'recovery model',
  run: async (session) => {
    const { name, model } = await first<{ name: string; model: string }>(
      session,
      `SELECT d.name, CONVERT(nvarchar(60), d.recovery_model_desc) AS model FROM sys.databases AS d
       WHERE d.name = DB_NAME();`,
    );
    return [
      model === 'FULL' ? fine('recovery_model', name, model) : row('recovery_model', name, `It is ${model}.`),
    ];
  },
};

const nested: MssqlProbe = {
  name: 'nested triggers',
  run: async (session) => {
    const { value } = await first<{ value: number }>(
      session,
      `SELECT CONVERT(int, c.value_in_use) AS value FROM sys.configurations AS c WHERE c.name = N'nested triggers';`,
    );
    return [
      value === 0
        ? row('nested_triggers', 'server', 'It is off.')
        : fine('nested_triggers', 'server', 'It is on.'),
    ];
  },
};

const recursive: MssqlProbe = {
  name: 'recursive triggers',
  run: async (session) => {
    const { name, on } = await first<{ name: string; on: boolean }>(
      session,
      `SELECT d.name, CONVERT(bit, d.is_recursive_triggers_on) AS [on] FROM sys.databases AS d WHERE d.name = DB_NAME();`,
    );
    return [
      on ? row('recursive_triggers', name, 'It is on.') : fine('recursive_triggers', name, 'It is off.'),
    ];
  },
};

const ddlTriggers: MssqlProbe = {
  name: 'DDL triggers of the database',
  run: async (session) => {
    const rows = await session.query<{ name: string }>(
      `SELECT t.name FROM sys.triggers AS t WHERE t.parent_class = 0 AND t.is_disabled = 0 ORDER BY t.name;`,
    );
    return rows.map(({ name }) => row('ddl_trigger', name, 'A DDL trigger of the database is enabled.'));
  },
};

const serverTriggers: MssqlProbe = {
  name: 'DDL triggers of the server',
  run: async (session) => {
    const rows = await session.query<{ name: string }>(
      `SELECT t.name FROM sys.server_triggers AS t WHERE t.is_disabled = 0 ORDER BY t.name;`,
    );
    return rows.map(({ name }) =>
      row('ddl_trigger', name, 'A DDL or logon trigger of the server is enabled.'),
    );
  },
};

const longTransactions: MssqlProbe = {
  name: 'open transactions',
  run: async (session, { longSeconds }) => {
    const rows = await session.query<{ id: number; login: string; program: string | null; minutes: number }>(
      `SELECT CONVERT(int, s.session_id) AS id, s.login_name AS login, s.program_name AS program,
           DATEDIFF(minute, a.transaction_begin_time, GETDATE()) AS minutes
       FROM sys.dm_tran_database_transactions AS d
       INNER JOIN sys.dm_tran_active_transactions AS a ON a.transaction_id = d.transaction_id
       INNER JOIN sys.dm_tran_session_transactions AS t ON t.transaction_id = a.transaction_id
       INNER JOIN sys.dm_exec_sessions AS s ON s.session_id = t.session_id
       WHERE d.database_id = DB_ID() AND s.session_id <> @@SPID
         AND a.transaction_begin_time < DATEADD(second, -@seconds, GETDATE())
       ORDER BY a.transaction_begin_time;`,
      { seconds: longSeconds ?? LONG_SECONDS },
    );
    return rows.length === 0
      ? [fine('long_transaction', 'database', 'No transaction has been open for long.')]
      : rows.map(({ id, login, program, minutes }) =>
          row(
            'long_transaction',
            `session ${id}`,
            `${login} (${program ?? 'unknown program'}) has a transaction open for ${minutes} minutes.`,
          ),
        );
  },
};

const DATABASE_RIGHTS = [
  'CREATE SCHEMA',
  'CREATE ROLE',
  'CREATE TABLE',
  'CREATE VIEW',
  'CREATE PROCEDURE',
  'CREATE FUNCTION',
  'VIEW DEFINITION',
];

const rights: MssqlProbe = {
  name: 'rights of this login',
  run: async (session, { forDeploy }) => {
    const wanted = [
      ...DATABASE_RIGHTS.map((right) => ({ right, on: 'DATABASE', object: 'DB_NAME()' })),
      { right: 'IMPERSONATE', on: 'USER', object: `N'dbo'` },
      { right: 'ALTER', on: 'OBJECT', object: `N'dbo.Communication'` },
      { right: 'ALTER', on: 'OBJECT', object: `N'dbo.Comm_Link'` },
    ];
    const { login, ...held } = await first<Record<string, number | string | null>>(
      session,
      `SELECT SUSER_SNAME() AS login, IS_ROLEMEMBER(N'db_owner') AS owner,
           ${wanted.map(({ right, on, object }, i) => `HAS_PERMS_BY_NAME(${object}, N'${on}', N'${right}') AS r${i}`).join(',\n           ')};`,
    );
    if (held['owner'] === 1) return [fine('deploy_rights', String(login), 'The login may deploy: db_owner.')];
    const lacks = wanted
      .filter((_, i) => held[`r${i}`] !== 1)
      .map(
        ({ right, object }) => `${right} on ${object === 'DB_NAME()' ? 'the database' : object.slice(2, -1)}`,
      );
    if (lacks.length === 0) return [fine('deploy_rights', String(login), 'The login may deploy.')];
    const what = `The login lacks ${listed(lacks)}.`;
    return [row('deploy_rights', String(login), what, forDeploy ? 'error' : 'info')];
  },
};

const namesTaken: MssqlProbe = {
  name: 'names of ours',
  run: async (session) => {
    const rows = await session.query<{ name: string }>(
      `SELECT s.name + N'.' + o.name AS name
       FROM sys.objects AS o INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
       WHERE (s.name IN (N'domino_sync', N'domino_sync_api', N'domino_sync_report')
              OR o.type = 'TR' AND o.name LIKE N'domino[_]sync[_]%')
         AND o.parent_object_id = CASE WHEN o.type = 'TR' THEN o.parent_object_id ELSE 0 END
         AND OBJECT_ID(N'domino_sync.migrations') IS NULL
       ORDER BY 1;`,
    );
    return rows.length === 0
      ? []
      : [
          row(
            'name_taken',
            'domino_sync',
            `Nothing of ours is deployed, but there is ${listed(rows.map(({ name }) => name))}.`,
          ),
        ];
  },
};

/** CRM wall-clock time; null for none, or while the table is missing. */
const newestCreated = async (session: MssqlSession): Promise<string | null> => {
  const { there } = await first<{ there: number | null }>(
    session,
    `SELECT OBJECT_ID(N'dbo.Communication') AS there;`,
  );
  if (there === null) return null;
  const { newest } = await first<{ newest: string | null }>(
    session,
    `SELECT CONVERT(nvarchar(19), MAX(c.Comm_CreatedDate), 126) AS newest
     FROM (SELECT TOP (200) n.Comm_CreatedDate FROM dbo.Communication AS n
           ORDER BY n.Comm_CommunicationId DESC) AS c;`,
  );
  return newest;
};

const timeZone: MssqlProbe = {
  name: 'time zone',
  run: async (session) => {
    const {
      there,
      clock,
      server_offset: serverOffset,
    } = await first<{ there: number | null; clock: string; server_offset: number }>(
      session,
      `SELECT OBJECT_ID(N'domino_sync.setting') AS there, CONVERT(nvarchar(19), SYSUTCDATETIME(), 126) + N'Z' AS clock,
           DATEDIFF(minute, SYSUTCDATETIME(), SYSDATETIME()) AS server_offset;`,
    );
    const newest = await newestCreated(session);
    if (there === null)
      return timeZoneRows({ zone: null, knownToServer: true, clock, serverOffset, newestCreated: newest });
    const [setting] = await session.query<{ zone: string | null; known: number }>(
      `SELECT s.[value] AS zone,
           CASE WHEN EXISTS (SELECT 1 FROM domino_sync.windows_time_zone AS w
                             INNER JOIN sys.time_zone_info AS z ON z.name = w.windows_name
                             WHERE w.iana_name = s.[value]) THEN 1 ELSE 0 END AS known
       FROM domino_sync.setting AS s WHERE s.name = N'crm_time_zone';`,
    );
    return timeZoneRows({
      zone: setting?.zone ?? null,
      knownToServer: setting?.known !== 0,
      clock,
      serverOffset,
      newestCreated: newest,
    });
  },
};

export const mssqlServerProbes: readonly MssqlProbe[] = [
  version,
  edition,
  compatibility,
  state,
  updateability,
  owner,
  collation,
  rowVersioning,
  recovery,
  nested,
  recursive,
  rights,
  namesTaken,
  ddlTriggers,
  serverTriggers,
  longTransactions,
  timeZone,
];

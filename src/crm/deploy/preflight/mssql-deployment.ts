/** Probes of what concerns a deployment on SQL Server: sessions in the way, rights, names, the zone of the times. */
import type { MssqlSession } from '../../mssql/connect.ts';
import { first, type MssqlProbe } from './mssql-server.ts';
import { fine, listed, LONG_SECONDS, row } from './row.ts';
import { timeZoneRows } from './time-zone.ts';

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
    const [setting] = await session.query<{ zone: string | null }>(
      `SELECT s.[value] AS zone FROM domino_sync.setting AS s WHERE s.name = N'crm_time_zone';`,
    );
    return timeZoneRows({
      zone: setting?.zone ?? null,
      knownToServer: true,
      clock,
      serverOffset,
      newestCreated: newest,
    });
  },
};

const zoneOfServer: MssqlProbe = {
  name: 'time zones of the server',
  run: async (session) => {
    const { there } = await first<{ there: number | null }>(
      session,
      `SELECT OBJECT_ID(N'domino_sync.setting') AS there;`,
    );
    if (there === null) return [];
    const unknown = await session.query<{ zone: string }>(
      `SELECT s.[value] AS zone FROM domino_sync.setting AS s
       WHERE s.name = N'crm_time_zone' AND s.[value] IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM domino_sync.windows_time_zone AS w
                         INNER JOIN sys.time_zone_info AS z ON z.name = w.windows_name
                         WHERE w.iana_name = s.[value]);`,
    );
    return unknown.map(({ zone }) =>
      row('time_zone_invalid', 'setting crm_time_zone', `The database server does not know ${zone}.`),
    );
  },
};

export const mssqlDeploymentProbes: readonly MssqlProbe[] = [
  rights,
  namesTaken,
  longTransactions,
  timeZone,
  zoneOfServer,
];

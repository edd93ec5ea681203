/** Probes of a SQL Server and of the CRM database on it. Each asks little, so that one missing view costs one row. */
import type { MssqlSession } from '../../mssql/connect.ts';
import {
  LACKING_SERVICES,
  MANAGED_INSTANCE,
  OLDEST,
  OLDEST_COMPATIBILITY,
  serverFault,
} from '../mssql-server.ts';
import { fine, row, type Probe } from './row.ts';

export type MssqlProbe = Probe<MssqlSession>;

export const first = async <Row extends object>(session: MssqlSession, text: string): Promise<Row> => {
  const [answer] = await session.query<Row>(text);
  if (answer === undefined) throw new Error('the server gave no answer');
  return answer;
};

const version: MssqlProbe = {
  name: 'server version',
  run: async (session) => {
    const { version: number, engine } = await first<{ version: string; engine: number }>(
      session,
      `SELECT CONVERT(nvarchar(40), SERVERPROPERTY(N'ProductVersion')) AS version,
           CONVERT(int, SERVERPROPERTY(N'EngineEdition')) AS engine;`,
    );
    const fault = serverFault(number, engine);
    if (fault === 'lacking_service')
      return [row('server_service', 'server', `It is ${LACKING_SERVICES[engine]}.`)];
    return [
      fault === 'too_old'
        ? row(
            'server_version',
            'server',
            `It is SQL Server ${number}; ${OLDEST.join('.')} (2016 SP1) is needed.`,
          )
        : fine('server_version', 'server', `SQL Server ${number}.`),
    ];
  },
};

const NEVER_TRIED: Readonly<Record<number, string>> = {
  [MANAGED_INSTANCE]: 'Azure SQL Managed Instance',
  9: 'Azure SQL Edge',
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
    // told by its version already
    if (engine in LACKING_SERVICES) return [];
    const untried = NEVER_TRIED[engine];
    if (untried !== undefined)
      return [row('server_edition', 'server', `It is ${untried}, on which nothing was tried.`)];
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
  ddlTriggers,
  serverTriggers,
];

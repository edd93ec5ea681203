/** What `deploy` expects of the server and of the CRM in it, before anything is changed. */
import type { MssqlSession } from '../mssql/connect.ts';
import { VENDOR_COLUMNS } from './vendor-columns.ts';

/** SQL Server 2016 SP1: CREATE OR ALTER came with it. */
export const OLDEST = [13, 0, 4001] as const;
/** OPENJSON needs it. */
export const OLDEST_COMPATIBILITY = 130;

export const isOlder = (version: string): boolean => {
  const parts = version.split('.').map(Number);
  const differs = OLDEST.findIndex((part, index) => parts[index] !== part);
  return differs !== -1 && (parts[differs] ?? 0) < (OLDEST[differs] ?? 0);
};

/**
 * By SERVERPROPERTY('EngineEdition'): what speaks T-SQL and is no whole SQL Server. Microsoft's documentation gives
 * sys.database_recovery_status, by which a database that was restored is known, to SQL Server and Managed Instance only.
 */
export const LACKING_SERVICES: Readonly<Record<number, string>> = {
  5: 'Azure SQL Database',
  6: 'Azure Synapse Analytics',
  11: 'Azure Synapse serverless',
  12: 'SQL database in Fabric',
};
export const MANAGED_INSTANCE = 8;

/** The services call themselves 12.0 whatever they can do, so of these the version says nothing. */
export const serverFault = (version: string, engine: number): 'lacking_service' | 'too_old' | null => {
  if (engine in LACKING_SERVICES) return 'lacking_service';
  return engine !== MANAGED_INSTANCE && isOlder(version) ? 'too_old' : null;
};

/** Why this server cannot carry the synchronisation, or null. */
export const unsupportedServer = async (session: MssqlSession): Promise<string | null> => {
  const [server] = await session.query<{ version: string; engine: number; compatibility_level: number }>(
    `SELECT CONVERT(nvarchar(40), SERVERPROPERTY(N'ProductVersion')) AS version,
         CONVERT(int, SERVERPROPERTY(N'EngineEdition')) AS engine,
         CONVERT(int, d.compatibility_level) AS compatibility_level
     FROM sys.databases AS d WHERE d.name = DB_NAME();`,
  );
  if (server === undefined) return 'the server does not tell its version';
  const fault = serverFault(server.version, server.engine);
  if (fault === 'lacking_service')
    return `${LACKING_SERVICES[server.engine]} lacks sys.database_recovery_status, and nothing was tried there`;
  if (fault === 'too_old')
    return `SQL Server ${server.version} is too old: 2016 SP1 (${OLDEST.join('.')}) or later is needed`;
  if (server.compatibility_level < OLDEST_COMPATIBILITY)
    return (
      `the compatibility level of this database is ${server.compatibility_level}: ` +
      `${OLDEST_COMPATIBILITY} or higher is needed (ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = ` +
      `${OLDEST_COMPATIBILITY}; ask the maker of the CRM first)`
    );
  return null;
};

/** `table.column`, or `table` when the table is missing altogether. */
export const missingVendorColumns = async (session: MssqlSession): Promise<string[]> => {
  const rows = await session.query<{ table_name: string; column_name: string }>(
    `SELECT c.TABLE_NAME AS table_name, c.COLUMN_NAME AS column_name
     FROM INFORMATION_SCHEMA.COLUMNS AS c WHERE c.TABLE_SCHEMA = N'dbo';`,
  );
  const tables = new Set(rows.map((row) => row.table_name.toLowerCase()));
  const columns = new Set(rows.map((row) => `${row.table_name}.${row.column_name}`.toLowerCase()));
  return Object.entries(VENDOR_COLUMNS)
    .flatMap(([table, names]) =>
      tables.has(table)
        ? names.map((name) => `${table}.${name}`).filter((name) => !columns.has(name))
        : [table],
    )
    .sort();
};

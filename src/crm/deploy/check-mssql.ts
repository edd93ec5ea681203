/** `deploy --check` for SQL Server: what is pending, missing, changed or switched off. Changes nothing. */
import { CrmError } from '../contract.ts';
import { connect, type MssqlSession } from '../mssql/connect.ts';
import { toCrmError } from '../mssql/errors.ts';
import {
  DEPLOY,
  finding,
  migrationFindings,
  objectFindings,
  triggerFindings,
  type Finding,
} from './findings.ts';
import { appliedMigrations, mssqlMigrations } from './mssql-migrations.ts';
import {
  definitionDigests,
  foundOf,
  readDeployed,
  readFound,
  readGrantsDigest,
  type FoundObject,
} from './mssql-object-state.ts';
import { missingVendorColumns, unsupportedServer } from './mssql-server.ts';
import { GRANTS_PATH, readMssqlObjects, type SqlFile } from './sql-objects.ts';
import { ROLES, VENDOR_COLUMNS } from './vendor-columns.ts';

const checkServer = async (session: MssqlSession): Promise<Finding[]> => {
  const unsupported = await unsupportedServer(session);
  const remedy = 'ask the DBA and the maker of the CRM';
  return unsupported === null ? [] : [finding('server_unsupported', 'server', `${unsupported}.`, remedy)];
};

const checkVendor = async (session: MssqlSession): Promise<Finding[]> =>
  (await missingVendorColumns(session)).map((column) =>
    finding(
      'vendor_column_missing',
      `dbo.${column}`,
      `The CRM's ${column} is missing.`,
      'check that the URL names the CRM database and that its Sage CRM version has this column',
    ),
  );

const checkObjects = async (
  session: MssqlSession,
  files: readonly SqlFile[],
  found: ReadonlyMap<string, FoundObject>,
): Promise<Finding[]> => {
  const definitions = definitionDigests(files, found);
  definitions.set(GRANTS_PATH, await readGrantsDigest(session));
  return objectFindings(files, GRANTS_PATH, await readDeployed(session), definitions);
};

const checkTriggers = (files: readonly SqlFile[], found: ReadonlyMap<string, FoundObject>): Finding[] =>
  triggerFindings(
    files
      .flatMap(({ objects }) => objects)
      .filter(({ kind }) => kind === 'trigger')
      .map((trigger) => {
        const now = foundOf(found, trigger);
        return {
          table: `${trigger.schema}.${trigger.table ?? ''}`,
          trigger: trigger.name,
          state: now === undefined ? 'missing' : now.disabled ? 'disabled' : 'enabled',
        };
      }),
  );

const checkRoles = async (session: MssqlSession): Promise<Finding[]> => {
  const roles = await session.query<{ name: string }>(
    `SELECT p.name FROM sys.database_principals AS p WHERE p.type = N'R' AND p.name LIKE N'domino[_]sync[_]%';`,
  );
  const rights = await session.query<{ role: string; table: string; held: string }>(
    `SELECT r.name AS role, o.name AS [table], p.permission_name AS held
     FROM sys.database_permissions AS p
     INNER JOIN sys.database_principals AS r ON r.principal_id = p.grantee_principal_id
     INNER JOIN sys.objects AS o ON p.class = 1 AND o.object_id = p.major_id
     INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
     WHERE s.name = N'dbo' AND r.name LIKE N'domino[_]sync[_]%' AND p.state IN (N'G', N'W')
       AND p.permission_name <> N'VIEW DEFINITION'
     ORDER BY r.name, o.name, p.permission_name;`,
  );
  const held = new Map<string, { role: string; table: string; held: string[] }>();
  for (const { role, table, held: right } of rights) {
    // a table that hands out ids is no business data
    if (VENDOR_COLUMNS[table.toLowerCase()] === undefined) continue;
    const known = held.get(`${role} ${table}`);
    if (known === undefined) held.set(`${role} ${table}`, { role, table, held: [right] });
    else known.held.push(right);
  }
  return [
    ...ROLES.filter((role) => !roles.some(({ name }) => name === role)).map((role) =>
      finding(
        'role_missing',
        role,
        `Role ${role} is missing.`,
        `CREATE ROLE ${role} AUTHORIZATION dbo, then ${DEPLOY}`,
      ),
    ),
    ...[...held.values()].map(({ role, table, held: what }) =>
      finding(
        'vendor_rights',
        `dbo.${table}`,
        `Role ${role} holds ${what.join(', ')} on ${table}, which it does not need.`,
        `REVOKE ${what.join(', ')} ON dbo.${table} FROM ${role}`,
      ),
    ),
  ];
};

/** Without this right SQL Server hides what is there, and everything would look missing. */
const requireSight = async (session: MssqlSession): Promise<void> => {
  const [answer] = await session.query<{ sees: number }>(
    `SELECT HAS_PERMS_BY_NAME(DB_NAME(), N'DATABASE', N'VIEW DEFINITION') AS sees;`,
  );
  if (answer?.sees === 1) return;
  throw new CrmError(
    'crm_forbidden',
    'deploy --check: the login lacks a right in the CRM database: VIEW DEFINITION, to compare what is there',
    { transient: false },
  );
};

/** On a session of the caller's. */
export const checkOver = async (session: MssqlSession): Promise<Finding[]> => {
  await requireSight(session);
  const before = [...(await checkServer(session)), ...(await checkVendor(session))];
  const [deployed] = await session.query<{ id: number | null }>(
    `SELECT OBJECT_ID(N'domino_sync.deployed_object', N'U') AS id;`,
  );
  if (typeof deployed?.id !== 'number') {
    const why = 'crm-domino-sync is not deployed in this database.';
    return [...before, finding('not_deployed', 'domino_sync', why, DEPLOY)];
  }
  const files = readMssqlObjects();
  const found = await readFound(session);
  return [
    ...before,
    ...migrationFindings(await mssqlMigrations(), await appliedMigrations(session)),
    ...(await checkObjects(session, files, found)),
    ...checkTriggers(files, found),
    ...(await checkRoles(session)),
  ];
};

/** No findings: everything is as this version deploys it. Throws CrmError: unreachable, login, forbidden. */
export const checkMssql = async ({ connectionString }: { connectionString: string }): Promise<Finding[]> => {
  const session = await connect(connectionString, 'crm-domino-sync check', 'deploy --check', 60_000);
  try {
    return await checkOver(session);
  } catch (error) {
    throw toCrmError(error, 'deploy --check');
  } finally {
    await session.close();
  }
};

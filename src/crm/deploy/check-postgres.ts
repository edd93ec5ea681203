/** `deploy --check` for PostgreSQL: what is pending, missing, changed or switched off. Changes nothing. */
import type pg from 'pg';
import { loadMigrationFiles } from 'postgres-migrations';
import { connect } from '../postgres/connect.ts';
import { toCrmError } from '../postgres/errors.ts';
import {
  DEPLOY,
  finding,
  migrationFindings,
  objectFindings,
  triggerFindings,
  type Finding,
} from './findings.ts';
import { readDefinitions, readDeployed, readGrantsDigest } from './object-state.ts';
import { missingVendorColumns } from './postgres.ts';
import { GRANTS_PATH, POSTGRES_MIGRATIONS, readPostgresObjects } from './sql-objects.ts';
import { ROLES, TRIGGERS } from './vendor-columns.ts';

const checkVendor = async (client: pg.ClientBase): Promise<Finding[]> =>
  (await missingVendorColumns(client)).map((column) =>
    finding(
      'vendor_column_missing',
      `public.${column}`,
      `The CRM's ${column} is missing.`,
      'check that the URL names the CRM database and that its Sage CRM version has this column',
    ),
  );

const checkMigrations = async (client: pg.ClientBase): Promise<Finding[]> => {
  const { rows } = await client.query<{ id: number; name: string; hash: string }>(
    'select id, name, hash from domino_sync.migrations order by id',
  );
  return migrationFindings(await loadMigrationFiles(POSTGRES_MIGRATIONS), rows);
};

const checkObjects = async (client: pg.ClientBase): Promise<Finding[]> => {
  const files = readPostgresObjects();
  const definitions = await readDefinitions(client, files);
  definitions.set(GRANTS_PATH, await readGrantsDigest(client));
  return objectFindings(files, GRANTS_PATH, await readDeployed(client), definitions);
};

const checkTriggers = async (client: pg.ClientBase): Promise<Finding[]> => {
  const { rows } = await client.query<{ table: string; trigger: string; enabled: string }>(
    `select c.relname as "table", t.tgname as "trigger", t.tgenabled as enabled
     from pg_trigger as t join pg_class as c on c.oid = t.tgrelid
     where c.relnamespace = 'public'::regnamespace and not t.tgisinternal`,
  );
  return triggerFindings(
    TRIGGERS.map(({ table, trigger }) => {
      const found = rows.find((row) => row.table === table && row.trigger === trigger);
      // D: disabled; R: only in sessions that replicate.
      const off = found?.enabled === 'D' || found?.enabled === 'R';
      return {
        table: `public.${table}`,
        trigger,
        state: found === undefined ? 'missing' : off ? 'disabled' : 'enabled',
      };
    }),
  );
};

const checkRoles = async (client: pg.ClientBase): Promise<Finding[]> => {
  const { rows: roles } = await client.query<{ rolname: string }>(
    'select rolname from pg_roles where rolname = any($1)',
    [ROLES],
  );
  const { rows: rights } = await client.query<{ role: string; table: string; held: string }>(
    `select r.rolname as role, c.relname as "table", string_agg(x.privilege_type, ', ') as held
     from pg_class as c
     cross join lateral aclexplode(c.relacl) as x
     join pg_roles as r on r.oid = x.grantee
     where c.relnamespace = 'public'::regnamespace and r.rolname = any($1)
     group by r.rolname, c.relname`,
    [ROLES],
  );
  return [
    ...ROLES.filter((role) => !roles.some(({ rolname }) => rolname === role)).map((role) =>
      finding(
        'role_missing',
        role,
        `Role ${role} is missing.`,
        `create role ${role} nologin, then ${DEPLOY}`,
      ),
    ),
    ...rights.map(({ role, table, held }) =>
      finding(
        'vendor_rights',
        `public.${table}`,
        `Role ${role} holds ${held} on ${table}, which it does not need.`,
        `revoke all on public.${table} from ${role}`,
      ),
    ),
  ];
};

/** No findings: everything is as this version deploys it. Throws CrmError: unreachable, login, forbidden. */
export const checkPostgres = async ({
  connectionString,
}: {
  connectionString: string;
}): Promise<Finding[]> => {
  const client = await connect(connectionString, 'crm-domino-sync check', 'deploy --check');
  try {
    // The same path deploy judges definitions under.
    await client.query('begin transaction read only; set local search_path = pg_catalog, pg_temp');
    const vendor = await checkVendor(client);
    const { rowCount } = await client.query(
      `select from pg_tables where schemaname = 'domino_sync' and tablename = 'migrations'`,
    );
    if (rowCount === 0) {
      const why = 'crm-domino-sync is not deployed in this database.';
      return [...vendor, finding('not_deployed', 'domino_sync', why, DEPLOY)];
    }
    return [
      ...vendor,
      ...(await checkMigrations(client)),
      ...(await checkObjects(client)),
      ...(await checkTriggers(client)),
      ...(await checkRoles(client)),
    ];
  } catch (error) {
    throw toCrmError(error, 'deploy --check');
  } finally {
    await client.end();
  }
};

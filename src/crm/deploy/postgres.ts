/**
 * `deploy` for PostgreSQL: versioned migrations through postgres-migrations, then the re-creatable objects and grants.
 * Any number of deployments may start at once; each waits for the one before it and finds nothing left to do.
 */
import type pg from 'pg';
import { migrate } from 'postgres-migrations';
import { CrmError } from '../contract.ts';
import { connect } from '../postgres/connect.ts';
import { toCrmError } from '../postgres/errors.ts';
import { applyObjects } from './apply-objects.ts';
import type { DeployOptions, DeployResult } from './findings.ts';
import { POSTGRES_MIGRATIONS, readPostgresObjects, splitGrants } from './sql-objects.ts';
import { VENDOR_COLUMNS } from './vendor-columns.ts';

const DEPLOY_LOCK = '4711002, 1';

/** `table.column`, or `table` when the table is missing altogether. */
export const missingVendorColumns = async (client: pg.ClientBase): Promise<string[]> => {
  const wanted = Object.entries(VENDOR_COLUMNS).flatMap(([table, columns]) =>
    columns.map((column) => ({ table, column })),
  );
  const { rows } = await client.query<{ missing: string }>(
    `select distinct case when c.oid is null then w."table" else w."table" || '.' || w."column" end as missing
     from jsonb_to_recordset($1) as w ("table" text, "column" text)
     left join pg_class as c on c.oid = to_regclass('public.' || w."table")
     where not exists (select from pg_attribute as a
                       where a.attrelid = c.oid and a.attname = w."column" and not a.attisdropped)
     order by 1`,
    [JSON.stringify(wanted)],
  );
  return rows.map((row) => row.missing);
};

const requireVendorColumns = async (client: pg.ClientBase): Promise<void> => {
  const missing = await missingVendorColumns(client);
  if (missing.length === 0) return;
  throw new CrmError(
    'crm_refused',
    `this is not a Sage CRM database as expected: schema public lacks ${missing.join(', ')}. ` +
      'Check that CRM_DATABASE_URL names the CRM database, and that its Sage CRM version has these columns; ' +
      'nothing was changed',
    { transient: false },
  );
};

const runMigrations = async (client: pg.Client, log: (line: string) => void): Promise<string[]> => {
  await client.query('create schema if not exists domino_sync');
  await client.query('set search_path = domino_sync');
  // The same table postgres-migrations makes. It looks for one of that name in any schema, and would take a table
  // `migrations` of the CRM's for its own.
  await client.query(`create table if not exists domino_sync.migrations (
    id integer primary key,
    name varchar(100) unique not null,
    hash varchar(40) not null,
    executed_at timestamp default current_timestamp
  )`);
  const done = await migrate({ client }, POSTGRES_MIGRATIONS, { logger: () => undefined });
  for (const { fileName } of done) log(`migration ${fileName}`);
  return done.map(({ fileName }) => fileName);
};

const inTransaction = async <T>(client: pg.Client, work: () => Promise<T>): Promise<T> => {
  await client.query('begin');
  try {
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    // A broken connection has rolled back already; the first error is the one to tell.
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
};

/**
 * Throws CrmError: unreachable, login, forbidden, refused (a vendor column is missing, a migration was edited), busy
 * (another deployment, or a lock on the vendor's tables, outlasted the time-out).
 */
export const deployPostgres = async (options: DeployOptions): Promise<DeployResult> => {
  const { connectionString, log = () => undefined, timeoutSeconds = 60 } = options;
  const { grants, objects: files } = splitGrants(readPostgresObjects());
  const client = await connect(connectionString, 'crm-domino-sync deploy', 'deploy');
  try {
    await client.query('set client_min_messages = warning');
    await client.query(`select set_config('lock_timeout', $1, false)`, [`${timeoutSeconds}s`]);
    await client.query(`select pg_advisory_lock(${DEPLOY_LOCK})`);
    await requireVendorColumns(client);
    const migrations = await runMigrations(client, log);
    const { applied, removed } = await inTransaction(client, () => applyObjects(client, files, grants));
    for (const path of applied) log(`applied ${path}`);
    for (const path of removed) log(`removed ${path}`);
    return { migrations, applied, removed };
  } catch (error) {
    throw toCrmError(error, 'deploy');
  } finally {
    await client.end();
  }
};

/** `deploy --check` for PostgreSQL: what is pending, missing, changed or switched off. Changes nothing. */
import type pg from 'pg';
import { loadMigrationFiles } from 'postgres-migrations';
import { connect } from '../postgres/connect.ts';
import { toCrmError } from '../postgres/errors.ts';
import { readDefinitions, readDeployed, readGrantsDigest } from './object-state.ts';
import { missingVendorColumns } from './postgres.ts';
import { GRANTS_PATH, POSTGRES_MIGRATIONS, readPostgresObjects } from './sql-objects.ts';
import { ROLES, TRIGGERS } from './vendor-columns.ts';

export type FindingCode =
  | 'vendor_column_missing'
  | 'not_deployed'
  | 'migration_pending'
  | 'migration_edited'
  | 'migration_unknown'
  | 'object_pending'
  | 'object_missing'
  | 'object_altered'
  | 'object_stale'
  | 'trigger_missing'
  | 'trigger_disabled'
  | 'role_missing'
  | 'grants_altered'
  | 'vendor_rights';

export interface Finding {
  /** warning: works, but is not as it should be. */
  severity: 'error' | 'warning' | 'info';
  code: FindingCode;
  object: string;
  /** One sentence. */
  message: string;
  remedy: string;
}

const WARNINGS: ReadonlySet<FindingCode> = new Set(['migration_unknown', 'object_stale', 'vendor_rights']);

const finding = (code: FindingCode, object: string, message: string, remedy: string): Finding => ({
  severity: WARNINGS.has(code) ? 'warning' : 'error',
  code,
  object,
  message,
  remedy,
});

const DEPLOY = 'run "deploy"';

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
  const wanted = await loadMigrationFiles(POSTGRES_MIGRATIONS);
  const { rows } = await client.query<{ id: number; name: string; hash: string }>(
    'select id, name, hash from domino_sync.migrations order by id',
  );
  const applied = new Map(rows.map((row) => [row.id, row]));
  const known = new Set(wanted.map(({ id }) => id));
  const findings = wanted.flatMap(({ id, fileName, hash }) => {
    const row = applied.get(id);
    if (row === undefined)
      return finding('migration_pending', fileName, `Migration ${fileName} is not applied.`, DEPLOY);
    if (row.hash === hash) return [];
    return finding(
      'migration_edited',
      fileName,
      `Migration ${fileName} is not the file that was applied.`,
      'restore the released file; changes belong in a new migration',
    );
  });
  const unknown = rows
    .filter(({ id }) => !known.has(id))
    .map(({ name }) =>
      finding(
        'migration_unknown',
        name,
        `Migration ${name} is applied, but this version does not know it.`,
        'use the version of crm-domino-sync that made it, or a newer one',
      ),
    );
  return [...findings, ...unknown];
};

const checkObjects = async (client: pg.ClientBase): Promise<Finding[]> => {
  const files = readPostgresObjects();
  const deployed = await readDeployed(client);
  const definitions = await readDefinitions(client, files);
  definitions.set(GRANTS_PATH, await readGrantsDigest(client));
  const findings = files.flatMap(({ path, checksum, objects }) => {
    const known = deployed.get(path);
    const now = definitions.get(path) ?? null;
    if (known === undefined) return finding('object_pending', path, `${path} is not applied.`, DEPLOY);
    if (known.checksum !== checksum)
      return finding('object_pending', path, `${path} is newer than what is applied.`, DEPLOY);
    if (path === GRANTS_PATH && now !== known.definition_digest)
      return finding(
        'grants_altered',
        path,
        'Rights of the domino_sync roles, or of everybody, were changed.',
        DEPLOY,
      );
    if (objects.length === 0) return [];
    if (now === null) {
      // Missing triggers have findings of their own, by name.
      return objects.some(({ kind }) => kind === 'trigger')
        ? []
        : finding('object_missing', path, `The object of ${path} is missing in the database.`, DEPLOY);
    }
    return now === known.definition_digest
      ? []
      : finding('object_altered', path, `The object of ${path} was changed in the database.`, DEPLOY);
  });
  const paths = new Set(files.map(({ path }) => path));
  const stale = [...deployed.keys()]
    .filter((path) => !paths.has(path))
    .map((path) => finding('object_stale', path, `${path} belongs to another version.`, DEPLOY));
  return [...findings, ...stale];
};

const checkTriggers = async (client: pg.ClientBase): Promise<Finding[]> => {
  const { rows } = await client.query<{ table: string; trigger: string; enabled: string }>(
    `select c.relname as "table", t.tgname as "trigger", t.tgenabled as enabled
     from pg_trigger as t join pg_class as c on c.oid = t.tgrelid
     where c.relnamespace = 'public'::regnamespace and not t.tgisinternal`,
  );
  return TRIGGERS.flatMap(({ table, trigger }) => {
    const found = rows.find((row) => row.table === table && row.trigger === trigger);
    const what = `public.${table}: ${trigger}`;
    if (found === undefined)
      return finding(
        'trigger_missing',
        what,
        `Trigger ${trigger} on ${table} is missing: changes are not captured.`,
        `${DEPLOY}, then "reconcile"`,
      );
    // D: disabled; R: only in sessions that replicate.
    if (found.enabled !== 'D' && found.enabled !== 'R') return [];
    return finding(
      'trigger_disabled',
      what,
      `Trigger ${trigger} on ${table} is disabled: changes are not captured.`,
      'run "capture enable", then "reconcile"',
    );
  });
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

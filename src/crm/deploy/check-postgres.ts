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
  code: FindingCode;
  object: string;
  /** One sentence. */
  message: string;
  remedy: string;
}

const DEPLOY = 'run "deploy"';

const checkVendor = async (client: pg.ClientBase): Promise<Finding[]> =>
  (await missingVendorColumns(client)).map((object) => ({
    code: 'vendor_column_missing',
    object: `public.${object}`,
    message: `The CRM's ${object} is missing.`,
    remedy: 'check that the URL names the CRM database and that its Sage CRM version has this column',
  }));

const checkMigrations = async (client: pg.ClientBase): Promise<Finding[]> => {
  const wanted = await loadMigrationFiles(POSTGRES_MIGRATIONS);
  const { rows } = await client.query<{ id: number; name: string; hash: string }>(
    'select id, name, hash from domino_sync.migrations order by id',
  );
  const applied = new Map(rows.map((row) => [row.id, row]));
  const known = new Set(wanted.map(({ id }) => id));
  return [
    ...wanted.flatMap(({ id, fileName, hash }): Finding[] => {
      const row = applied.get(id);
      if (row === undefined)
        return [
          {
            code: 'migration_pending',
            object: fileName,
            message: `Migration ${fileName} is not applied.`,
            remedy: DEPLOY,
          },
        ];
      if (row.hash === hash) return [];
      return [
        {
          code: 'migration_edited',
          object: fileName,
          message: `Migration ${fileName} is not the file that was applied.`,
          remedy: 'restore the released file; changes belong in a new migration',
        },
      ];
    }),
    ...rows
      .filter(({ id }) => !known.has(id))
      .map(({ name }): Finding => ({
        code: 'migration_unknown',
        object: name,
        message: `Migration ${name} is applied, but this version does not know it.`,
        remedy: 'use the version of crm-domino-sync that made it, or a newer one',
      })),
  ];
};

const checkObjects = async (client: pg.ClientBase): Promise<Finding[]> => {
  const files = readPostgresObjects();
  const deployed = await readDeployed(client);
  const definitions = await readDefinitions(client, files);
  definitions.set(GRANTS_PATH, await readGrantsDigest(client));
  const paths = new Set(files.map(({ path }) => path));
  const findings = files.flatMap(({ path, checksum, objects }): Finding[] => {
    const known = deployed.get(path);
    const now = definitions.get(path);
    const finding = (code: FindingCode, message: string): Finding[] => [
      { code, object: path, message, remedy: DEPLOY },
    ];
    if (known === undefined) return finding('object_pending', `${path} is not applied.`);
    if (known.checksum !== checksum)
      return finding('object_pending', `${path} is newer than what is applied.`);
    // Triggers have findings of their own, by name.
    if (objects.some(({ kind }) => kind === 'trigger') && now === null) return [];
    if (objects.length > 0 && (now ?? null) === null)
      return finding('object_missing', `The object of ${path} is missing in the database.`);
    if (path === GRANTS_PATH && now !== known.definition_digest)
      return finding('grants_altered', 'Rights of the domino_sync roles, or of everybody, were changed.');
    if (objects.length > 0 && now !== known.definition_digest)
      return finding('object_altered', `The object of ${path} was changed in the database.`);
    return [];
  });
  const stale = [...deployed.keys()]
    .filter((path) => !paths.has(path))
    .map((path): Finding => ({
      code: 'object_stale',
      object: path,
      message: `${path} belongs to another version.`,
      remedy: DEPLOY,
    }));
  return [...findings, ...stale];
};

const checkTriggers = async (client: pg.ClientBase): Promise<Finding[]> => {
  const { rows } = await client.query<{ table: string; trigger: string; enabled: string }>(
    `select c.relname as "table", t.tgname as "trigger", t.tgenabled as enabled
     from pg_trigger as t join pg_class as c on c.oid = t.tgrelid
     where c.relnamespace = 'public'::regnamespace and not t.tgisinternal`,
  );
  return TRIGGERS.flatMap(({ table, trigger }): Finding[] => {
    const found = rows.find((row) => row.table === table && row.trigger === trigger);
    const object = `public.${table}: ${trigger}`;
    if (found === undefined)
      return [
        {
          code: 'trigger_missing',
          object,
          message: `Trigger ${trigger} on ${table} is missing: changes are not captured.`,
          remedy: `${DEPLOY}, then "reconcile"`,
        },
      ];
    // D: disabled; R: only in sessions that replicate.
    if (found.enabled !== 'D' && found.enabled !== 'R') return [];
    return [
      {
        code: 'trigger_disabled',
        object,
        message: `Trigger ${trigger} on ${table} is disabled: changes are not captured.`,
        remedy: 'run "capture enable", then "reconcile"',
      },
    ];
  });
};

const checkRoles = async (client: pg.ClientBase): Promise<Finding[]> => {
  const { rows: roles } = await client.query<{ rolname: string }>(
    'select rolname from pg_roles where rolname = any($1)',
    [ROLES],
  );
  const { rows: rights } = await client.query<{ role: string; table: string; rights: string }>(
    `select r.rolname as role, c.relname as "table", string_agg(x.privilege_type, ', ') as rights
     from pg_class as c
     cross join lateral aclexplode(c.relacl) as x
     join pg_roles as r on r.oid = x.grantee
     where c.relnamespace = 'public'::regnamespace and r.rolname = any($1)
     group by r.rolname, c.relname`,
    [ROLES],
  );
  return [
    ...ROLES.filter((role) => !roles.some(({ rolname }) => rolname === role)).map((role): Finding => ({
      code: 'role_missing',
      object: role,
      message: `Role ${role} is missing.`,
      remedy: `create role ${role} nologin, then ${DEPLOY}`,
    })),
    ...rights.map(({ role, table, rights: held }): Finding => ({
      code: 'vendor_rights',
      object: `public.${table}`,
      message: `Role ${role} holds ${held} on ${table}, which it does not need.`,
      remedy: `revoke all on public.${table} from ${role}`,
    })),
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
      const message = 'crm-domino-sync is not deployed in this database.';
      return [...vendor, { code: 'not_deployed', object: 'domino_sync', message, remedy: DEPLOY }];
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

/** The plan of a deployment to PostgreSQL. */
import { loadMigrationFiles } from 'postgres-migrations';
import { dependenciesOf, inDependencyOrder } from '../dependency-order.ts';
import { POSTGRES_MIGRATIONS, readPostgresObjects, splitGrants, type SqlFile } from '../sql-objects.ts';
import { VENDOR_COLUMNS } from '../vendor-columns.ts';
import { assemblePlan, inDeployOrder, isObject, type Dialect, type PlanOptions } from './assemble.ts';
import { always, literal, type DeployPlan } from './plan.ts';
import {
  COMPARE_SQL,
  DROP_SQL,
  KEEP_DISABLED_SQL,
  LOCK_SQL,
  NOTE_SQL,
  REFUSE_SQL,
  SCHEMA_SQL,
  sessionSql,
  WANTED_SQL,
} from './postgres-steps.ts';

type Migration = Awaited<ReturnType<typeof loadMigrationFiles>>[number];

/** What a view names has to be there when it is made; of a function only the types of its parameters and result. */
export const bindingText = (file: SqlFile): string =>
  file.objects.every(({ kind }) => kind === 'function')
    ? (file.text.split(/\bas\s+\$/i, 1)[0] ?? file.text)
    : file.text;

const valuesOf = (rows: readonly string[]): string => rows.map((row) => `    (${row})`).join(',\n');

const wantedSql = (
  migrations: readonly Migration[],
  files: readonly SqlFile[],
  needs: ReadonlyMap<string, readonly string[]>,
): string => {
  const columns = Object.entries(VENDOR_COLUMNS).flatMap(([table, names]) =>
    names.map((name) => `${literal(table)}, ${literal(name)}`),
  );
  return `
insert into pg_temp.domino_sync_migration (id, file_name, hash)
values
${valuesOf(migrations.map(({ id, fileName, hash }) => `${id}, ${literal(fileName)}, ${literal(hash)}`))};

insert into pg_temp.domino_sync_column (table_name, column_name)
values
${valuesOf(columns)};

insert into pg_temp.domino_sync_file (position, path, checksum, objects, needs)
values
${valuesOf(
  files.map((file, index) =>
    [
      index,
      literal(file.path),
      literal(file.checksum),
      literal(JSON.stringify(file.objects)),
      literal(JSON.stringify(isObject(file) ? (needs.get(file.path) ?? []) : [])),
    ].join(', '),
  ),
)};`;
};

const DIALECT: Dialect = {
  engine: 'postgres',
  migrationIsPending: (id) => `not exists (select from domino_sync.migrations where id = ${id})`,
  fileIsPending: (path) => `(select pending from pg_temp.domino_sync_file where path = ${literal(path)})`,
  anyFileIsPending: 'exists (select from pg_temp.domino_sync_file where pending)',
  text: literal,
  batchesOf: (script) => [script],
  insertMigration: (values) => `insert into domino_sync.migrations (id, name, hash) values (${values});`,
  sql: {
    refuse: REFUSE_SQL,
    schema: SCHEMA_SQL,
    compare: COMPARE_SQL,
    drop: DROP_SQL,
    keepDisabled: KEEP_DISABLED_SQL,
    note: NOTE_SQL,
  },
};

/** Throws Error when the migrations of this version are not consecutive, or its views need each other. */
export const postgresPlan = async (options: PlanOptions = {}): Promise<DeployPlan> => {
  const { timeoutSeconds = 60, files = readPostgresObjects() } = options;
  const migrations = await loadMigrationFiles(POSTGRES_MIGRATIONS);
  const { grants, objects } = splitGrants(files);
  const made = objects.filter(isObject);
  const needs = dependenciesOf(made, bindingText);
  const ordered = inDeployOrder(inDependencyOrder(made, needs), objects, grants);
  return assemblePlan(
    DIALECT,
    [
      always('prepare', 'session', sessionSql(timeoutSeconds), LOCK_SQL),
      always('prepare', 'wanted', WANTED_SQL, wantedSql(migrations, ordered, needs)),
    ],
    migrations,
    'functions, views, data, grants and triggers',
    ordered,
  );
};

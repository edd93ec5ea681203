/** The plan of a deployment to PostgreSQL. */
import { loadMigrationFiles } from 'postgres-migrations';
import { dependenciesOf, inDependencyOrder } from '../dependency-order.ts';
import {
  isTriggerFile,
  POSTGRES_MIGRATIONS,
  readPostgresObjects,
  splitGrants,
  type SqlFile,
} from '../sql-objects.ts';
import { VENDOR_COLUMNS } from '../vendor-columns.ts';
import { always, literal, whole, type DeployPlan, type PlanPart, type PlanStep } from './plan.ts';
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

export interface PlanOptions {
  /** How long to wait for another deployment, and for the vendor's tables. Default 60. */
  timeoutSeconds?: number;
  /** Default: the re-creatable objects of this version. */
  files?: readonly SqlFile[];
}

type Migration = Awaited<ReturnType<typeof loadMigrationFiles>>[number];

/** What a view names has to be there when it is made; of a function only the types of its parameters and result. */
export const bindingText = (file: SqlFile): string =>
  file.objects.every(({ kind }) => kind === 'function')
    ? (file.text.split(/\bas\s+\$/i, 1)[0] ?? file.text)
    : file.text;

const isObject = (file: SqlFile): boolean => file.objects.length > 0 && !isTriggerFile(file);

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

const migrationPart = ({ id, name, fileName, hash, sql }: Migration): PlanPart => ({
  title: `migration ${fileName}`,
  pending: `not exists (select from domino_sync.migrations where id = ${id})`,
  transaction: true,
  steps: [
    {
      kind: 'migration',
      name: fileName,
      checksum: hash,
      pending: null,
      batches: [
        sql,
        `insert into domino_sync.migrations (id, name, hash) values (${id}, ${literal(name)}, ${literal(hash)});`,
      ],
    },
  ],
});

const ANY_FILE = 'exists (select from pg_temp.domino_sync_file where pending)';

const fileStep = ({ path, checksum, text }: SqlFile): PlanStep => ({
  kind: 'file',
  name: path,
  checksum,
  pending: `(select pending from pg_temp.domino_sync_file where path = ${literal(path)})`,
  batches: [text],
});

const ifAny = (step: PlanStep): PlanStep => ({ ...step, pending: ANY_FILE });

/** Throws Error when the migrations of this version are not consecutive, or its views need each other. */
export const postgresPlan = async (options: PlanOptions = {}): Promise<DeployPlan> => {
  const { timeoutSeconds = 60, files = readPostgresObjects() } = options;
  const migrations = await loadMigrationFiles(POSTGRES_MIGRATIONS);
  const { grants, objects } = splitGrants(files);
  const made = objects.filter(isObject);
  const needs = dependenciesOf(made, bindingText);
  const ordered = [
    ...inDependencyOrder(made, needs),
    // No objects: scripts that fill tables. Triggers last: they lock the vendor's tables until the end.
    ...objects.filter((file) => file.objects.length === 0),
    grants,
    ...objects.filter(isTriggerFile),
  ];
  return {
    engine: 'postgres',
    parts: [
      {
        title: 'settings of this session, and what is wanted',
        pending: null,
        transaction: false,
        steps: [
          always('prepare', 'session', sessionSql(timeoutSeconds), LOCK_SQL),
          always('prepare', 'wanted', WANTED_SQL, wantedSql(migrations, ordered, needs)),
        ],
      },
      whole('what cannot be deployed to is refused', always('refuse', 'refuse', REFUSE_SQL)),
      whole('schema and table of the migrations', always('prepare', 'schema', SCHEMA_SQL)),
      ...migrations.map(migrationPart),
      whole(
        'functions, views, data, grants and triggers',
        always('prepare', 'compare', COMPARE_SQL),
        ifAny(always('prepare', 'drop', DROP_SQL)),
        ...ordered.map(fileStep),
        ifAny(always('note', 'note', KEEP_DISABLED_SQL, NOTE_SQL)),
      ),
    ],
  };
};

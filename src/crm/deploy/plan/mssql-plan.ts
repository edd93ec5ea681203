/** The plan of a deployment to SQL Server. */
import { dependenciesOf, inDependencyOrder } from '../dependency-order.ts';
import { mssqlMigrations, type Migration } from '../mssql-migrations.ts';
import { readMssqlObjects, splitGrants, type SqlFile, type SqlObject } from '../sql-objects.ts';
import { batchesOf, codeOf } from '../tsql-text.ts';
import { VENDOR_COLUMNS } from '../vendor-columns.ts';
import { assemblePlan, inDeployOrder, isObject, type Dialect, type PlanOptions } from './assemble.ts';
import {
  COMPARE_SQL,
  createTemporarySql,
  DROP_SQL,
  dropTemporarySql,
  KEEP_DISABLED_SQL,
  LOCK_SQL,
  NOTE_SQL,
  REFUSE_SQL,
  SCHEMA_SQL,
  sessionSql,
} from './mssql-steps.ts';
import { always, literal, type DeployPlan } from './plan.ts';

const text = (value: string): string => literal(value, 'N');

/** As sys.objects will tell it. */
const typeOf = ({ kind }: SqlObject, file: SqlFile): string => {
  if (kind === 'procedure') return 'P';
  if (kind === 'view') return 'V';
  if (kind === 'trigger') return 'TR';
  const returns = /\bRETURNS\s+(@\w+\s+)?TABLE\b/i.exec(codeOf(file.text));
  if (returns === null) return 'FN';
  return returns[1] === undefined ? 'IF' : 'TF';
};

/** Procedures and triggers look up names when they run. */
const bindsEarly = (file: SqlFile): boolean =>
  file.objects.some(({ kind }) => kind === 'view' || kind === 'function');

const insert = (table: string, columns: string, rows: readonly string[]): string =>
  rows.length === 0
    ? ''
    : `INSERT INTO #domino_sync_${table} (${columns})\nVALUES\n${rows.map((row) => `    (${row})`).join(',\n')};`;

const fileRow = (file: SqlFile, index: number): string => {
  const [object, ...others] = file.objects;
  if (others.length > 0) throw new Error(`${file.path} makes more than one object`);
  return [
    index,
    text(file.path),
    text(file.checksum),
    text(JSON.stringify(file.objects)),
    ...(object === undefined
      ? ['NULL', 'NULL', 'NULL']
      : [text(object.schema), text(object.name), literal(typeOf(object, file))]),
  ].join(', ');
};

const wantedSql = (
  migrations: readonly Migration[],
  files: readonly SqlFile[],
  needs: ReadonlyMap<string, readonly string[]>,
): string =>
  [
    dropTemporarySql(),
    createTemporarySql(),
    insert(
      'migration',
      'id, file_name, hash',
      migrations.map(({ id, fileName, hash }) => `${id}, ${text(fileName)}, ${literal(hash)}`),
    ),
    insert(
      'column',
      'table_name, column_name',
      Object.entries(VENDOR_COLUMNS).flatMap(([table, columns]) =>
        columns.map((column) => `${text(table)}, ${text(column)}`),
      ),
    ),
    insert('file', 'position, path, checksum, objects, schema_name, object_name, type', files.map(fileRow)),
    insert(
      'need',
      'path, needs',
      files
        .filter(bindsEarly)
        .flatMap(({ path }) => (needs.get(path) ?? []).map((needed) => `${text(path)}, ${text(needed)}`)),
    ),
  ].join('\n');

const DIALECT: Dialect = {
  engine: 'mssql',
  migrationIsPending: (id) => `NOT EXISTS (SELECT 1 FROM domino_sync.migrations AS m WHERE m.id = ${id})`,
  fileIsPending: (path) =>
    `EXISTS (SELECT 1 FROM #domino_sync_file AS f WHERE f.path = ${text(path)} AND f.pending = 1)`,
  anyFileIsPending: 'EXISTS (SELECT 1 FROM #domino_sync_file AS f WHERE f.pending = 1)',
  text,
  batchesOf,
  insertMigration: (values) => `INSERT INTO domino_sync.migrations (id, name, hash) VALUES (${values});`,
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
export const mssqlPlan = async (options: PlanOptions = {}): Promise<DeployPlan> => {
  const { timeoutSeconds = 60, files = readMssqlObjects() } = options;
  const migrations = await mssqlMigrations();
  const { grants, objects } = splitGrants(files);
  const needs = dependenciesOf(objects);
  const ordered = inDeployOrder(inDependencyOrder(objects).filter(isObject), objects, grants);
  return assemblePlan(
    DIALECT,
    [
      always('prepare', 'session', sessionSql(timeoutSeconds), LOCK_SQL),
      always('prepare', 'wanted', wantedSql(migrations, ordered, needs)),
    ],
    migrations,
    'procedures, views, functions, data, grants and triggers',
    ordered,
  );
};

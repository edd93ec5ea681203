/** What the plans of both engines have in common: which parts a deployment has, and in which order. */
import { isTriggerFile, type SqlFile } from '../sql-objects.ts';
import {
  always,
  literal,
  whole,
  type DeployPlan,
  type EngineName,
  type PlanPart,
  type PlanStep,
} from './plan.ts';

export interface PlanOptions {
  /** How long to wait for the vendor's tables. Default 60. For another deployment it is ten minutes. */
  timeoutSeconds?: number;
  /** Default: the re-creatable objects of this version. */
  files?: readonly SqlFile[];
}

/** Functions, views and procedures: no trigger, and no script that fills tables. */
export const isObject = (file: SqlFile): boolean => file.objects.length > 0 && !isTriggerFile(file);

/** Scripts that fill tables come after the objects. Triggers last: they lock the vendor's tables until the end. */
export const inDeployOrder = (
  ordered: readonly SqlFile[],
  objects: readonly SqlFile[],
  grants: SqlFile,
): SqlFile[] => [
  ...ordered,
  ...objects.filter((file) => file.objects.length === 0),
  grants,
  ...objects.filter(isTriggerFile),
];

export interface Dialect {
  engine: EngineName;
  /** SQL conditions. */
  migrationIsPending: (id: number) => string;
  fileIsPending: (path: string) => string;
  anyFileIsPending: string;
  /** A literal of the engine. */
  text: (value: string) => string;
  batchesOf: (script: string) => readonly string[];
  insertMigration: (values: string) => string;
  sql: Record<'refuse' | 'schema' | 'compare' | 'drop' | 'keepDisabled' | 'note', string>;
}

export interface Migration {
  id: number;
  name: string;
  fileName: string;
  hash: string;
  sql: string;
}

const migrationPart = (
  { migrationIsPending, batchesOf, insertMigration, text }: Dialect,
  { id, name, fileName, hash, sql }: Migration,
): PlanPart => ({
  title: `migration ${fileName}`,
  pending: migrationIsPending(id),
  transaction: true,
  steps: [
    {
      kind: 'migration',
      name: fileName,
      checksum: hash,
      pending: null,
      batches: [...batchesOf(sql), insertMigration(`${id}, ${text(name)}, ${literal(hash)}`)],
    },
  ],
});

const fileStep = ({ fileIsPending, batchesOf }: Dialect, file: SqlFile): PlanStep => ({
  kind: 'file',
  name: file.path,
  checksum: file.checksum,
  pending: fileIsPending(file.path),
  batches: batchesOf(file.text),
});

/** `prepare`: what sets the session, and says what is wanted. `files` as they are to be made. */
export function assemblePlan(
  dialect: Dialect,
  prepare: readonly PlanStep[],
  migrations: readonly Migration[],
  objectsTitle: string,
  files: readonly SqlFile[],
): DeployPlan {
  const { engine, anyFileIsPending, sql } = dialect;
  const ifAny = (step: PlanStep): PlanStep => ({ ...step, pending: anyFileIsPending });
  return {
    engine,
    parts: [
      {
        title: 'settings of this session, and what is wanted',
        pending: null,
        transaction: false,
        steps: prepare,
      },
      whole('what cannot be deployed to is refused', always('refuse', 'refuse', sql.refuse)),
      whole('schema and table of the migrations', always('prepare', 'schema', sql.schema)),
      ...migrations.map((migration) => migrationPart(dialect, migration)),
      whole(
        objectsTitle,
        always('prepare', 'compare', sql.compare),
        ifAny(always('prepare', 'drop', sql.drop)),
        ...files.map((file) => fileStep(dialect, file)),
        ifAny(always('note', 'note', sql.keepDisabled, sql.note)),
      ),
    ],
  };
}

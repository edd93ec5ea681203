/** What a deployment of this version leaves in a database, in the order in which it can be dropped. */
import { loadMigrationFiles } from 'postgres-migrations';
import { dependenciesOf, inDependencyOrder } from '../dependency-order.ts';
import {
  isTriggerFile,
  MSSQL_MIGRATIONS,
  POSTGRES_MIGRATIONS,
  readMssqlObjects,
  readPostgresObjects,
  type SqlFile,
  type SqlObject,
} from '../sql-objects.ts';
import type { EngineName } from './plan.ts';
import { bindingText } from './postgres-plan.ts';

export interface OwnObject {
  kind: SqlObject['kind'] | 'table' | 'sequence';
  schema: string;
  name: string;
  /** The table of a trigger. */
  table: string | null;
}

/** Outermost first. */
export const OWN_SCHEMAS = ['domino_sync_report', 'domino_sync_api', 'domino_sync'] as const;

const STATEMENTS = /^(create|drop) (table|sequence) (?:if (?:not )?exists )?(\w+)\.(\w+)/gim;

/** Tables and sequences that the migrations leave, newest first. */
const madeByMigrations = (scripts: readonly string[]): OwnObject[] => {
  const made = new Map<string, OwnObject>();
  for (const [, verb, kind, schema = '', name = ''] of scripts.flatMap((sql) => [
    ...sql.matchAll(STATEMENTS),
  ])) {
    const key = `${schema}.${name}`;
    made.delete(key);
    if (verb?.toLowerCase() === 'create')
      made.set(key, {
        kind: kind?.toLowerCase() === 'table' ? 'table' : 'sequence',
        schema,
        name,
        table: null,
      });
  }
  return [...made.values()].reverse();
};

const ORDER: readonly OwnObject['kind'][] = ['table', 'sequence'];

export const ownObjects = async (engine: EngineName): Promise<OwnObject[]> => {
  const postgres = engine === 'postgres';
  const files: readonly SqlFile[] = postgres ? readPostgresObjects() : readMssqlObjects();
  const migrations = await loadMigrationFiles(postgres ? POSTGRES_MIGRATIONS : MSSQL_MIGRATIONS);
  const modules = files.filter((file) => file.objects.length > 0 && !isTriggerFile(file));
  const needs = postgres ? dependenciesOf(modules, bindingText) : dependenciesOf(modules);
  const stored = madeByMigrations(migrations.filter(({ id }) => id > 0).map(({ sql }) => sql));
  return [
    ...files.filter(isTriggerFile).flatMap(({ objects }) => objects),
    ...inDependencyOrder(modules, needs)
      .reverse()
      .flatMap(({ objects }) => objects),
    // tables first: their defaults use the sequences
    ...ORDER.flatMap((kind) => stored.filter((object) => object.kind === kind)),
    { kind: 'table', schema: 'domino_sync', name: 'migrations', table: null },
  ];
};

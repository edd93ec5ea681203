/** The re-creatable objects of `sql/<engine>`: one file each, known by path, contents and what it creates. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SqlObject {
  kind: 'function' | 'procedure' | 'view' | 'trigger';
  schema: string;
  name: string;
  /** The table of a trigger. */
  table: string | null;
}

export interface SqlFile {
  /** Below `sql/<engine>`, with `/` on every platform. */
  path: string;
  text: string;
  checksum: string;
  /** Empty for a script that fills tables or grants rights. */
  objects: SqlObject[];
}

const PROJECT = join(import.meta.dirname, '..', '..', '..');
export const POSTGRES_MIGRATIONS = join(PROJECT, 'migrations', 'postgres');
export const MSSQL_MIGRATIONS = join(PROJECT, 'migrations', 'mssql');
const POSTGRES_OBJECTS = join(PROJECT, 'sql', 'postgres');
const MSSQL_OBJECTS = join(PROJECT, 'sql', 'mssql');

/** Applied last and whenever anything else was. */
export const GRANTS_PATH = 'admin/grants.sql';

/** Groups: kind, schema, name; of a trigger also the schema and name of its table. */
const POSTGRES_CREATES =
  /^create or replace (function|view|trigger)\s+(?:(\w+)\.)?(\w+)(?:[^;]*?\bon\s+(\w+)\.(\w+))?/gim;
const MSSQL_CREATES =
  /^create or alter (procedure|function|view|trigger)\s+(\w+)\.(\w+)(?:\s+on\s+(\w+)\.(\w+))?/gim;

/** Same digest on every platform: a checkout with CRLF is no change. */
const normalised = (text: string): string => text.replace(/\r\n/g, '\n');

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const KINDS = { function: 'function', procedure: 'procedure', view: 'view', trigger: 'trigger' } as const;

const objectsOf = (text: string, creates: RegExp): SqlObject[] =>
  [...text.matchAll(creates)].map(([, kind, schema, name, tableSchema, table]) => {
    const isTrigger = kind?.toLowerCase() === 'trigger';
    return {
      kind: KINDS[(kind ?? '').toLowerCase() as keyof typeof KINDS],
      schema: (isTrigger ? tableSchema : schema) ?? '',
      name: name ?? '',
      table: isTrigger ? (table ?? '') : null,
    };
  });

const readObjects = (folder: string, creates: RegExp): SqlFile[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.sql'))
    .sort()
    .map((path) => {
      const text = normalised(readFileSync(join(folder, path), 'utf8'));
      return { path, text, checksum: digest(text), objects: objectsOf(text, creates) };
    });

/** Sorted by path. */
export const readPostgresObjects = (): SqlFile[] => readObjects(POSTGRES_OBJECTS, POSTGRES_CREATES);

/** Sorted by path. */
export const readMssqlObjects = (): SqlFile[] => readObjects(MSSQL_OBJECTS, MSSQL_CREATES);

export const splitGrants = (files: readonly SqlFile[]): { grants: SqlFile; objects: SqlFile[] } => {
  const grants = files.find(({ path }) => path === GRANTS_PATH);
  if (grants === undefined) throw new Error(`${GRANTS_PATH} is missing`);
  return { grants, objects: files.filter((file) => file !== grants) };
};

export const isTriggerFile = (file: SqlFile): boolean =>
  file.objects.some((object) => object.kind === 'trigger');

/** The re-creatable objects of `sql/<engine>`: one file each, known by path, contents and what it creates. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SqlObject {
  kind: 'function' | 'view' | 'trigger';
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
const POSTGRES_OBJECTS = join(PROJECT, 'sql', 'postgres');

/** Applied last and whenever anything else was. */
export const GRANTS_PATH = 'admin/grants.sql';

const CREATES =
  /^create or replace (function|view|trigger)\s+(?:(\w+)\.)?(\w+)(?:[^;]*?\bon\s+(\w+)\.(\w+))?/gim;

/** Same digest on every platform: a checkout with CRLF is no change. */
const normalised = (text: string): string => text.replace(/\r\n/g, '\n');

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const objectsOf = (text: string): SqlObject[] =>
  [...text.matchAll(CREATES)].map(([, kind, schema, name, tableSchema, table]) => {
    const isTrigger = kind?.toLowerCase() === 'trigger';
    return {
      kind: isTrigger ? 'trigger' : kind?.toLowerCase() === 'view' ? 'view' : 'function',
      schema: (isTrigger ? tableSchema : schema) ?? '',
      name: name ?? '',
      table: isTrigger ? (table ?? '') : null,
    };
  });

/** Sorted by path. */
export const readPostgresObjects = (folder: string = POSTGRES_OBJECTS): SqlFile[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.sql'))
    .sort()
    .map((path) => {
      const text = normalised(readFileSync(join(folder, path), 'utf8'));
      return { path, text, checksum: digest(text), objects: objectsOf(text) };
    });

export const isTriggerFile = (file: SqlFile): boolean =>
  file.objects.some((object) => object.kind === 'trigger');

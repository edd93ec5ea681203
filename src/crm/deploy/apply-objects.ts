/** Brings the re-creatable objects of `sql/postgres` up to date, inside a transaction of the caller. */
import type pg from 'pg';
import { CrmError } from '../contract.ts';
import { toCrmError } from '../postgres/errors.ts';
import { readDefinitions, readDeployed, readGrantsDigest } from './object-state.ts';
import { isTriggerFile, type SqlFile, type SqlObject } from './sql-objects.ts';

/** Not there yet: a table, a function, a type, a schema. */
const WAITS_FOR_ANOTHER = new Set(['42P01', '42883', '42704', '3F000']);
const DEPENDED_ON = '2BP01';
/** CREATE OR REPLACE cannot change the columns of a view, or the result and parameter names of a function. */
const SHAPE_CHANGED = new Set(['42P13', '42P16']);

const stateOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

const quoted = ({ schema, name }: SqlObject): string => `"${schema}"."${name}"`;

/** Null, or what went wrong; the transaction goes on either way. */
const attempt = async (client: pg.ClientBase, work: () => Promise<unknown>): Promise<unknown> => {
  await client.query('savepoint object');
  try {
    await work();
    await client.query('release savepoint object');
    return null;
  } catch (error) {
    await client.query('rollback to savepoint object');
    return error;
  }
};

const dropObject = async (client: pg.ClientBase, object: SqlObject): Promise<void> => {
  if (object.kind === 'view') await client.query(`drop view if exists ${quoted(object)}`);
  if (object.kind === 'trigger') {
    await client.query(
      `drop trigger if exists "${object.name}" on "${object.schema}"."${object.table ?? ''}"`,
    );
  }
  if (object.kind !== 'function') return;
  const { rows } = await client.query<{ signature: string }>(
    `select format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) as signature
     from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
     where n.nspname = $1 and p.proname = $2 and p.prorettype <> 'trigger'::regtype`,
    [object.schema, object.name],
  );
  for (const { signature } of rows) await client.query(`drop function ${signature}`);
};

/**
 * Drops what can be dropped, in as many rounds as dependencies ask for, never by CASCADE: a view of the customer's that
 * uses ours is not ours to drop. Returns the last refusal for what is left.
 */
const dropAll = async (client: pg.ClientBase, objects: readonly SqlObject[]): Promise<unknown> => {
  let pending = [...objects];
  for (;;) {
    const left: SqlObject[] = [];
    let refusal: unknown = null;
    for (const object of pending) {
      const error = await attempt(client, () => dropObject(client, object));
      if (error === null) continue;
      if (stateOf(error) !== DEPENDED_ON) throw error;
      refusal = error;
      left.push(object);
    }
    if (left.length === 0 || left.length === pending.length) return refusal;
    pending = left;
  }
};

/** Creates in as many rounds as it takes until nothing waits for anything; the rest is an error. */
const createAll = async (
  client: pg.ClientBase,
  files: readonly SqlFile[],
): Promise<'done' | 'shape_changed'> => {
  let pending = [...files];
  while (pending.length > 0) {
    const waiting: { file: SqlFile; error: unknown }[] = [];
    for (const file of pending) {
      const error = await attempt(client, () => client.query(file.text));
      if (error === null) continue;
      const state = stateOf(error);
      if (SHAPE_CHANGED.has(state)) return 'shape_changed';
      if (!WAITS_FOR_ANOTHER.has(state)) throw toCrmError(error, `applying ${file.path}`);
      waiting.push({ file, error });
    }
    const [first] = waiting;
    if (first !== undefined && waiting.length === pending.length) {
      const { message, details } = toCrmError(first.error, `applying ${first.file.path}`);
      throw new CrmError('crm_refused', message, details);
    }
    pending = waiting.map(({ file }) => file);
  }
  return 'done';
};

const noteDeployed = async (
  client: pg.ClientBase,
  files: readonly SqlFile[],
  grants: SqlFile,
): Promise<void> => {
  const digests = await readDefinitions(client, files);
  digests.set(grants.path, await readGrantsDigest(client));
  const notes = [...files, grants].map(({ path, objects, checksum }) => ({
    path,
    objects,
    checksum,
    definition_digest: digests.get(path) ?? null,
  }));
  await client.query(
    `insert into domino_sync.deployed_object as old (path, objects, checksum, definition_digest)
     select n.path, n.objects, n.checksum, n.definition_digest
     from jsonb_to_recordset($1) as n (path text, objects jsonb, checksum text, definition_digest text)
     on conflict on constraint deployed_object_pkey do update set
         objects = excluded.objects, checksum = excluded.checksum,
         definition_digest = excluded.definition_digest,
         applied_at = excluded.applied_at, applied_by = excluded.applied_by`,
    [JSON.stringify(notes)],
  );
};

const removeStale = async (client: pg.ClientBase, files: readonly SqlFile[]): Promise<string[]> => {
  const current = new Set(files.map(({ path }) => path));
  const kept = new Set(
    files.flatMap(({ objects }) => objects.map((object) => `${object.kind} ${quoted(object)}`)),
  );
  const stale = [...(await readDeployed(client)).values()].filter(({ path }) => !current.has(path));
  // An object that only moved to another file stays.
  const refusal = await dropAll(
    client,
    stale.flatMap(({ objects }) => objects).filter((object) => !kept.has(`${object.kind} ${quoted(object)}`)),
  );
  if (refusal !== null) throw toCrmError(refusal, 'removing objects of an earlier version');
  const paths = stale.map(({ path }) => path);
  await client.query('delete from domino_sync.deployed_object where path = any($1)', [paths]);
  return paths;
};

/** CREATE OR REPLACE TRIGGER enables; one that an administrator switched off for a vendor upgrade stays off. */
const createTriggers = async (client: pg.ClientBase, files: readonly SqlFile[]): Promise<void> => {
  if (files.length === 0) return;
  const { rows } = await client.query<{ disable: string }>(
    `select format('alter table %s disable trigger %I', t.tgrelid::regclass, t.tgname) as disable
     from pg_trigger as t
     where t.tgenabled = 'D' and t.tgname = any($1)`,
    [files.flatMap(({ objects }) => objects.map(({ name }) => name))],
  );
  await createAll(client, files);
  for (const { disable } of rows) await client.query(disable);
};

/** Files that are new, changed, or whose objects are gone or altered in the database. */
const outdated = async (client: pg.ClientBase, files: readonly SqlFile[]): Promise<SqlFile[]> => {
  const deployed = await readDeployed(client);
  const definitions = await readDefinitions(client, files);
  return files.filter(({ path, checksum, objects }) => {
    const known = deployed.get(path);
    if (known === undefined || known.checksum !== checksum) return true;
    return objects.length > 0 && definitions.get(path) !== known.definition_digest;
  });
};

/** `grants` is applied whenever anything else was: a function made anew has lost its grants. */
export const applyObjects = async (
  client: pg.ClientBase,
  files: readonly SqlFile[],
  grants: SqlFile,
): Promise<{ applied: string[]; removed: string[] }> => {
  // Also decides how views and triggers print, which is what drift is judged by.
  await client.query(`set local search_path = pg_catalog, pg_temp; set local check_function_bodies = off`);
  const removed = await removeStale(client, [...files, grants]);
  let changed = await outdated(client, files);
  const grantsNoted = (await readDeployed(client)).get(grants.path);
  const grantsChanged =
    grantsNoted?.checksum !== grants.checksum ||
    grantsNoted.definition_digest !== (await readGrantsDigest(client));
  if (changed.length === 0 && removed.length === 0 && !grantsChanged) return { applied: [], removed };

  const isObject = (file: SqlFile): boolean => file.objects.length > 0 && !isTriggerFile(file);
  // A function that is dropped first cannot be left behind beside its successor with other parameters.
  await dropAll(
    client,
    changed.filter(isObject).flatMap(({ objects }) => objects.filter(({ kind }) => kind === 'function')),
  );
  if ((await createAll(client, changed.filter(isObject))) === 'shape_changed') {
    const all = files.filter(isObject);
    const refusal = await dropAll(
      client,
      all.flatMap(({ objects }) => objects),
    );
    changed = files.filter((file) => isObject(file) || changed.includes(file));
    if ((await createAll(client, all)) === 'shape_changed') {
      throw toCrmError(
        refusal,
        'replacing objects whose shape changed; drop what depends on them, then repeat',
      );
    }
  }
  // No objects: scripts that fill tables. Triggers last: they lock the vendor's tables until the end.
  await createAll(
    client,
    changed.filter(({ objects }) => objects.length === 0),
  );
  await createAll(client, [grants]);
  await createTriggers(client, changed.filter(isTriggerFile));
  await noteDeployed(client, changed, grants);
  return { applied: [...changed.map(({ path }) => path), ...(grantsChanged ? [grants.path] : [])], removed };
};

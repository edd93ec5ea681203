/** Brings the re-creatable objects of `sql/mssql` up to date, inside a transaction of the caller. */
import { CrmError } from '../contract.ts';
import type { MssqlSession } from '../mssql/connect.ts';
import { toCrmError } from '../mssql/errors.ts';
import { inDependencyOrder, withDependents } from './dependency-order.ts';
import {
  definitionDigests,
  foundOf,
  readDeployed,
  readFound,
  readGrantsDigest,
  type FoundObject,
} from './mssql-object-state.ts';
import type { DeployedObject } from './object-state.ts';
import { isTriggerFile, type SqlFile, type SqlObject } from './sql-objects.ts';
import { batchesOf, codeOf } from './tsql-text.ts';

type Found = ReadonlyMap<string, FoundObject>;

const DROPS: Readonly<Record<string, string>> = {
  P: 'PROCEDURE',
  V: 'VIEW',
  TR: 'TRIGGER',
  FN: 'FUNCTION',
  IF: 'FUNCTION',
  TF: 'FUNCTION',
};

const quoted = ({ schema, name }: { schema: string; name: string }): string => `[${schema}].[${name}]`;

const drop = (session: MssqlSession, object: FoundObject): Promise<void> =>
  session.batch(`DROP ${DROPS[object.type] ?? 'PROCEDURE'} ${quoted(object)};`);

/** As sys.objects will tell it. */
const typeOf = ({ kind }: SqlObject, file: SqlFile): string => {
  if (kind === 'procedure') return 'P';
  if (kind === 'view') return 'V';
  if (kind === 'trigger') return 'TR';
  const returns = /\bRETURNS\s+(@\w+\s+)?TABLE\b/i.exec(codeOf(file.text));
  if (returns === null) return 'FN';
  return returns[1] === undefined ? 'IF' : 'TF';
};

const create = async (session: MssqlSession, file: SqlFile, found: Found): Promise<void> => {
  try {
    for (const object of file.objects) {
      // ALTER cannot make a procedure a function, nor a scalar function an inline one
      const old = foundOf(found, object);
      if (old !== undefined && old.type !== typeOf(object, file)) await drop(session, old);
    }
    for (const batch of batchesOf(file.text)) await session.batch(batch);
    for (const object of file.objects) {
      // ALTER enables; a trigger that an administrator switched off for a vendor upgrade stays off
      if (foundOf(found, object)?.disabled === true)
        await session.batch(
          `DISABLE TRIGGER ${quoted(object)} ON [${object.schema}].[${object.table ?? ''}];`,
        );
    }
  } catch (error) {
    throw toCrmError(error, `applying ${file.path}`);
  }
};

/** Modules that are not ours and use these of ours: SQL Server would drop ours and let theirs fail later. */
const requireUnused = async (session: MssqlSession, objects: readonly FoundObject[]): Promise<void> => {
  const rows = await session.query<{ used: string; user: string }>(
    `SELECT LOWER(CONCAT(d.referenced_schema_name, N'.', d.referenced_entity_name)) AS used,
         CONCAT(s.name, N'.', o.name) AS [user]
     FROM sys.sql_expression_dependencies AS d
     INNER JOIN sys.objects AS o ON o.object_id = d.referencing_id
     INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
     WHERE d.referenced_schema_name LIKE N'domino[_]sync%'
       AND s.name NOT LIKE N'domino[_]sync%' AND o.name NOT LIKE N'domino[_]sync%';`,
  );
  for (const object of objects) {
    const user = rows.find(({ used }) => used === `${object.schema}.${object.name}`.toLowerCase())?.user;
    if (user !== undefined)
      throw new CrmError(
        'crm_refused',
        `removing objects of an earlier version: other objects depend on it: ${user} uses ${object.schema}.${object.name}`,
        { transient: false },
      );
  }
};

const removeStale = async (
  session: MssqlSession,
  files: readonly SqlFile[],
  deployed: ReadonlyMap<string, DeployedObject>,
  found: Found,
): Promise<string[]> => {
  const current = new Set(files.map(({ path }) => path));
  const kept = new Set(files.flatMap(({ objects }) => objects.map(quoted)));
  const stale = [...deployed.values()].filter(({ path }) => !current.has(path));
  if (stale.length === 0) return [];
  // An object that only moved to another file stays.
  const gone = stale
    .flatMap(({ objects }) => objects)
    .filter((object) => !kept.has(quoted(object)))
    .flatMap((object) => foundOf(found, object) ?? []);
  await requireUnused(session, gone);
  for (const object of gone) await drop(session, object);
  for (const { path } of stale)
    await session.query('DELETE FROM domino_sync.deployed_object WHERE path = @path;', { path });
  return stale.map(({ path }) => path);
};

const note = async (session: MssqlSession, files: readonly SqlFile[], grants: SqlFile): Promise<void> => {
  const digests = definitionDigests(files, await readFound(session));
  digests.set(grants.path, await readGrantsDigest(session));
  const notes = [...files, grants].map(({ path, objects, checksum }) => ({
    path,
    objects,
    checksum,
    definition_digest: digests.get(path) ?? null,
  }));
  await session.query(
    `DECLARE @note table (
         path nvarchar(400) NOT NULL, objects nvarchar(max) NOT NULL, checksum nvarchar(64) NOT NULL,
         definition_digest nvarchar(64) NULL);
     INSERT INTO @note (path, objects, checksum, definition_digest)
     SELECT n.path, n.objects, n.checksum, n.definition_digest
     FROM OPENJSON(@notes) WITH (
         path nvarchar(400), objects nvarchar(max) AS JSON, checksum nvarchar(64), definition_digest nvarchar(64)
     ) AS n;
     DELETE FROM domino_sync.deployed_object WHERE path IN (SELECT n.path FROM @note AS n);
     INSERT INTO domino_sync.deployed_object (path, objects, checksum, definition_digest)
     SELECT n.path, n.objects, n.checksum, n.definition_digest FROM @note AS n;`,
    { notes: JSON.stringify(notes) },
  );
};

/** Files that are new, changed, or whose objects are gone or altered in the database. */
const outdated = (
  files: readonly SqlFile[],
  deployed: ReadonlyMap<string, DeployedObject>,
  found: Found,
): SqlFile[] => {
  const digests = definitionDigests(files, found);
  return files.filter(({ path, checksum, objects }) => {
    const known = deployed.get(path);
    if (known === undefined || known.checksum !== checksum) return true;
    return objects.length > 0 && digests.get(path) !== known.definition_digest;
  });
};

/** `grants` is applied whenever anything else was: an object made anew has lost its grants. */
export const applyMssqlObjects = async (
  session: MssqlSession,
  files: readonly SqlFile[],
  grants: SqlFile,
): Promise<{ applied: string[]; removed: string[] }> => {
  const deployed = await readDeployed(session);
  const found = await readFound(session);
  const removed = await removeStale(session, [...files, grants], deployed, found);
  const changed = withDependents(files, outdated(files, deployed, found));
  const grantsNoted = deployed.get(grants.path);
  const grantsChanged =
    grantsNoted?.checksum !== grants.checksum ||
    grantsNoted.definition_digest !== (await readGrantsDigest(session));
  if (changed.length === 0 && removed.length === 0 && !grantsChanged) return { applied: [], removed };

  const isObject = (file: SqlFile): boolean => file.objects.length > 0 && !isTriggerFile(file);
  // Scripts that fill tables come after the objects. Triggers last: they lock the vendor's tables until the end.
  const steps = [
    ...inDependencyOrder(files).filter((file) => isObject(file) && changed.includes(file)),
    ...changed.filter(({ objects }) => objects.length === 0),
    grants,
    ...changed.filter(isTriggerFile),
  ];
  for (const file of steps) await create(session, file, found);
  await note(session, changed, grants);
  return { applied: [...changed.map(({ path }) => path), ...(grantsChanged ? [grants.path] : [])], removed };
};

/** What the database holds of our re-creatable objects, beside what `deploy` noted of them. */
import type pg from 'pg';
import type { SqlFile, SqlObject } from './sql-objects.ts';

export interface DeployedObject {
  path: string;
  objects: SqlObject[];
  checksum: string;
  definition_digest: string | null;
}

export const readDeployed = async (client: pg.ClientBase): Promise<Map<string, DeployedObject>> => {
  const exists = await client.query(`select from pg_tables where schemaname = 'domino_sync'
    and tablename = 'deployed_object'`);
  if (exists.rowCount === 0) return new Map();
  const { rows } = await client.query<DeployedObject>(
    'select path, objects, checksum, definition_digest from domino_sync.deployed_object',
  );
  return new Map(rows.map((row) => [row.path, row]));
};

/** `source` yields path, kind, schema, name, table and position: the objects of each file, in order. */
export const definitionDigestSql = (source: string): string => `
with wanted as (
    ${source}
),
found as (
    select w.path, w.position, case w.kind
        when 'function' then (
            select string_agg(pg_get_functiondef(p.oid), e'\\n' order by p.oid::regprocedure::text)
            from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
            where n.nspname = w.schema and p.proname = w.name)
        when 'view' then (
            select pg_get_viewdef(c.oid)
            from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
            where n.nspname = w.schema and c.relname = w.name and c.relkind = 'v')
        when 'trigger' then (
            select pg_get_triggerdef(t.oid)
            from pg_trigger as t join pg_class as c on c.oid = t.tgrelid
            join pg_namespace as n on n.oid = c.relnamespace
            where n.nspname = w.schema and c.relname = w."table" and t.tgname = w.name)
    end as definition
    from wanted as w
)
select f.path, case when bool_and(f.definition is not null)
    then encode(sha256(convert_to(string_agg(f.definition, e'\\n' order by f.position), 'UTF8')), 'hex')
end as definition_digest
from found as f
group by f.path`;

/**
 * Digest of each object's definition as the database shows it, by path; null when an object of the file is missing.
 * Under a fixed search path: it decides which names a view's definition shows qualified.
 */
export const readDefinitions = async (
  client: pg.ClientBase,
  files: readonly Pick<SqlFile, 'path' | 'objects'>[],
): Promise<Map<string, string | null>> => {
  const wanted = files.flatMap(({ path, objects }) => objects.map((object) => ({ path, ...object })));
  const { rows } = await client.query<{ path: string; definition_digest: string | null }>(
    definitionDigestSql(`select w.path, w.kind, w.schema, w.name, w."table", w.position
    from rows from (
        jsonb_to_recordset($1) as (path text, kind text, schema text, name text, "table" text)
    ) with ordinality as w (path, kind, schema, name, "table", position)`),
    [JSON.stringify(wanted)],
  );
  return new Map(rows.map((row) => [row.path, row.definition_digest]));
};

/** What our roles and everybody may do with our schemas, procedures, tables and views. One column: grants_digest. */
export const GRANTS_DIGEST_SQL = `
with acl as (
    select 'schema ' || n.nspname as object, coalesce(n.nspacl, acldefault('n', n.nspowner)) as acl
    from pg_namespace as n
    where n.nspname like 'domino\\_sync%'
    union all
    select 'routine ' || n.nspname || '.' || p.proname, coalesce(p.proacl, acldefault('f', p.proowner))
    from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
    where n.nspname like 'domino\\_sync%'
    union all
    select 'relation ' || n.nspname || '.' || c.relname,
        coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname like 'domino\\_sync%' and c.relkind in ('r', 'v', 'S')
),
held as (
    select a.object, coalesce(r.rolname, 'public') as holder, x.privilege_type
    from acl as a
    cross join lateral aclexplode(a.acl) as x
    left join pg_roles as r on r.oid = x.grantee
    where x.grantee = 0 or r.rolname like 'domino\\_sync\\_%'
)
select encode(sha256(convert_to(
    coalesce(string_agg(concat_ws(' ', h.object, h.holder, h.privilege_type), e'\\n'
        order by h.object collate "C", h.holder collate "C", h.privilege_type), ''), 'UTF8')), 'hex') as grants_digest
from held as h`;

export const readGrantsDigest = async (client: pg.ClientBase): Promise<string> => {
  const { rows } = await client.query<{ grants_digest: string }>(GRANTS_DIGEST_SQL);
  return rows[0]?.grants_digest ?? '';
};

/** Everything a PostgreSQL database holds beside rows, one line a thing, to compare before and after. */
import type pg from 'pg';

const CATALOGUE = `
with mine as (
    select n.oid, n.nspname from pg_namespace as n
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
)
select 'schema ' || n.nspname || ' ' || coalesce(n.nspacl::text, '') || ' ' ||
    coalesce(obj_description(n.oid, 'pg_namespace'), '') as line
from pg_namespace as n where n.oid in (select m.oid from mine as m)
union all
select format('relation %s.%s %s %s %s %s', m.nspname, c.relname, c.relkind,
    -- rights never given and those given back are the same
    coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner)), c.reloptions,
    case c.relkind when 'v' then md5(pg_get_viewdef(c.oid)) when 'i' then pg_get_indexdef(c.oid) end)
from pg_class as c join mine as m on m.oid = c.relnamespace
union all
select format('column %s.%s.%s %s %s %s %s', m.nspname, c.relname, a.attname, a.attnum, a.atttypid::regtype, a.attnotnull,
    pg_get_expr(d.adbin, d.adrelid))
from pg_attribute as a join pg_class as c on c.oid = a.attrelid join mine as m on m.oid = c.relnamespace
left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
where a.attnum > 0 and c.relkind in ('r', 'v')
union all
select format('routine %s %s %s', p.oid::regprocedure, p.proacl, md5(pg_get_functiondef(p.oid)))
from pg_proc as p join mine as m on m.oid = p.pronamespace where p.prokind in ('f', 'p')
union all
select format('trigger %s %s', t.tgenabled, pg_get_triggerdef(t.oid)) from pg_trigger as t where not t.tgisinternal
union all
select format('constraint %s.%s %s', m.nspname, k.conname, pg_get_constraintdef(k.oid))
from pg_constraint as k join mine as m on m.oid = k.connamespace
union all
select format('type %s.%s', m.nspname, t.typname) from pg_type as t join mine as m on m.oid = t.typnamespace
union all
select format('default rights %s %s', d.defaclnamespace, d.defaclacl) from pg_default_acl as d
union all
select format('extension %s', e.extname) from pg_extension as e
order by 1`;

export const catalogueOf = async (client: pg.ClientBase | pg.Pool): Promise<string[]> =>
  (await client.query<{ line: string }>(CATALOGUE)).rows.map(({ line }) => line);

/** Of the whole server. */
export const rolesOf = async (client: pg.ClientBase | pg.Pool): Promise<string[]> =>
  (
    await client.query<{ line: string }>(
      `select format('role %s %s', r.rolname, (
           select string_agg(m.roleid::regrole::text, ',' order by m.roleid::regrole::text)
           from pg_auth_members as m where m.member = r.oid)) as line
       from pg_roles as r where r.rolname !~ '^pg_' order by 1`,
    )
  ).rows.map(({ line }) => line);

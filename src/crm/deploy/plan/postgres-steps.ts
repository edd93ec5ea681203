/**
 * The fixed SQL of a deployment to PostgreSQL. It reads what is wanted from temporary tables: `domino_sync_migration`,
 * `domino_sync_column` and `domino_sync_file`, which the plan fills.
 */
import { definitionDigestSql, GRANTS_DIGEST_SQL } from '../object-state.ts';
import { GRANTS_PATH } from '../sql-objects.ts';
import { OTHER_DEPLOYMENT_SECONDS } from './plan.ts';

export const OLDEST_POSTGRES = 14;

export const sessionSql = (timeoutSeconds: number): string => `
set client_min_messages = warning;
set standard_conforming_strings = on;
-- of the migrations: their table lives there
set search_path = domino_sync;
set lock_timeout = '${timeoutSeconds}s';`;

/**
 * One deployment at a time; held until the session ends. Whoever holds it is alive, or the server would have freed it, so
 * it is waited for longer than for a table.
 */
export const LOCK_SQL = `
do $$
declare
    v_timeout text := current_setting('lock_timeout');
begin
    perform set_config('lock_timeout', '${OTHER_DEPLOYMENT_SECONDS}s', true);
    begin
        perform pg_advisory_lock(4711002, 1);
    exception when lock_not_available then
        raise exception using errcode = 'lock_not_available', message =
            'another deployment holds this database for ${OTHER_DEPLOYMENT_SECONDS} seconds now'
            || coalesce((
                select format(' (session %s%s)', l.pid, ', ' || nullif(a.application_name, ''))
                from pg_locks as l
                left join pg_stat_activity as a on a.pid = l.pid
                where l.locktype = 'advisory' and l.classid = 4711002 and l.objid = 1 and l.granted
                  and l.database = (select d.oid from pg_database as d where d.datname = current_database())
                limit 1
            ), '') || ': try again when it has ended; nothing was changed';
    end;
    perform set_config('lock_timeout', v_timeout, true);
end;
$$;`;

export const WANTED_SQL = `
drop table if exists pg_temp.domino_sync_migration, pg_temp.domino_sync_column, pg_temp.domino_sync_file,
    pg_temp.domino_sync_stale, pg_temp.domino_sync_disabled;
create temporary table domino_sync_migration (id integer primary key, file_name text not null, hash text not null);
create temporary table domino_sync_column (table_name text not null, column_name text not null);
create temporary table domino_sync_file (
    position integer not null,
    path text primary key,
    checksum text not null,
    objects jsonb not null,
    -- paths whose objects have to be there before
    needs jsonb not null,
    pending boolean not null default false
);
-- of an earlier version
create temporary table domino_sync_stale (path text not null, objects jsonb not null);
-- triggers of ours that an administrator switched off
create temporary table domino_sync_disabled (statement text not null);`;

export const REFUSE_SQL = `
do $$
declare
    v_found text;
begin
    if current_setting('server_version_num')::integer < ${OLDEST_POSTGRES}0000 then
        raise exception using errcode = 'CDS03', message = format(
            'PostgreSQL %s is too old: ${OLDEST_POSTGRES} or later is needed. Upgrade the server first; nothing was changed',
            current_setting('server_version'));
    end if;

    select string_agg(distinct m.missing, ', ' order by m.missing) into v_found
    from (
        select case when c.oid is null then w.table_name else w.table_name || '.' || w.column_name end as missing
        from pg_temp.domino_sync_column as w
        left join pg_class as c on c.oid = to_regclass('public.' || w.table_name)
        where not exists (select from pg_attribute as a
                          where a.attrelid = c.oid and a.attname = w.column_name and not a.attisdropped)
    ) as m;
    if v_found is not null then
        raise exception using errcode = 'CDS03', message = format(
            'this is not a Sage CRM database as expected: schema public lacks %s. Check that the connection '
            '(CRM_DATABASE_URL) names the CRM database, and that its Sage CRM version has these columns; '
            'nothing was changed', v_found);
    end if;

    if to_regclass('domino_sync.migrations') is null then
        return;
    end if;

    select string_agg(w.file_name, ', ' order by w.id) into v_found
    from pg_temp.domino_sync_migration as w
    join domino_sync.migrations as m on m.id = w.id
    where m.hash <> w.hash;
    if v_found is not null then
        raise exception using errcode = 'CDS03', message = format(
            'migrations were edited after they had been applied: %s. Restore the released files, or use the version '
            'that was deployed or a later one; nothing was changed', v_found);
    end if;

    select string_agg(m.name, ', ' order by m.id) into v_found
    from domino_sync.migrations as m
    where not exists (select from pg_temp.domino_sync_migration as w where w.id = m.id);
    if v_found is not null then
        raise exception using errcode = 'CDS03', message = format(
            'a newer version was deployed in this database: it has migrations unknown to this one: %s. Use that '
            'version, or a later one; nothing was changed', v_found);
    end if;
end;
$$;`;

/** The same table that postgres-migrations makes, which would take a table \`migrations\` of the CRM's for its own. */
export const SCHEMA_SQL = `
create schema if not exists domino_sync;
create table if not exists domino_sync.migrations (
    id integer primary key,
    name varchar(100) unique not null,
    hash varchar(40) not null,
    executed_at timestamp default current_timestamp
);`;

const OBJECTS = `from pg_temp.domino_sync_file as w
    cross join lateral rows from (
        jsonb_to_recordset(w.objects) as (kind text, schema text, name text, "table" text)
    ) with ordinality as o (kind, schema, name, "table", position)`;

const DIGESTS = definitionDigestSql(
  `select w.path, o.kind, o.schema, o.name, o."table", o.position ${OBJECTS}`,
).trim();

const indented = (text: string): string => text.trim().replaceAll('\n', '\n    ');

/** Which files are due: new, changed, or their objects are gone or altered in the database, or built on such. */
export const COMPARE_SQL = `
-- also decides how views and triggers print, which is what drift is judged by
set local search_path = pg_catalog, pg_temp;
set local check_function_bodies = off;
truncate pg_temp.domino_sync_stale, pg_temp.domino_sync_disabled;

insert into pg_temp.domino_sync_stale (path, objects)
select d.path, d.objects
from domino_sync.deployed_object as d
where not exists (select from pg_temp.domino_sync_file as w where w.path = d.path);

with now as (
    ${indented(DIGESTS)}
)
update pg_temp.domino_sync_file as f
set pending = d.path is null or d.checksum <> f.checksum
    or (w.objects <> '[]' and now.definition_digest is distinct from d.definition_digest)
from pg_temp.domino_sync_file as w
left join domino_sync.deployed_object as d on d.path = w.path
left join now on now.path = w.path
where f.path = w.path;

with recursive due (path) as (
    select w.path from pg_temp.domino_sync_file as w where w.pending
    union
    select w.path from pg_temp.domino_sync_file as w join due on w.needs ? due.path
)
update pg_temp.domino_sync_file as f set pending = true from due where due.path = f.path;

-- a function made anew has lost its grants
update pg_temp.domino_sync_file as f
set pending = true
where f.path = '${GRANTS_PATH}'
  and (exists (select from pg_temp.domino_sync_file as w where w.pending)
       or exists (select from pg_temp.domino_sync_stale)
       or (select d.definition_digest from domino_sync.deployed_object as d where d.path = f.path) is distinct from (
           ${indented(indented(GRANTS_DIGEST_SQL))}
       ));

-- CREATE OR REPLACE TRIGGER enables
insert into pg_temp.domino_sync_disabled (statement)
select format('alter table %s disable trigger %I', t.tgrelid::regclass, t.tgname)
from pg_trigger as t
where t.tgenabled = 'D' and t.tgname like 'domino\\_sync\\_%';`;

/**
 * Functions and views that are due, and what earlier versions left, are dropped before the new ones are made: neither
 * parameters nor columns can be changed otherwise. In rounds, never by CASCADE: a view of the customer's that uses ours is
 * not ours to drop.
 */
export const DROP_SQL = `
do $$
declare
    v_object record;
    v_dropped integer;
    v_refusal text;
begin
    loop
        v_dropped := 0;
        v_refusal := null;
        for v_object in
            with gone as (
                select w.position, o.kind, o.schema, o.name, o."table", false as must_go
                from pg_temp.domino_sync_file as w
                cross join lateral jsonb_to_recordset(w.objects)
                    as o (kind text, schema text, name text, "table" text)
                where w.pending and o.kind in ('function', 'view')
                union all
                select 1000000, o.kind, o.schema, o.name, o."table", true
                from pg_temp.domino_sync_stale as s
                cross join lateral jsonb_to_recordset(s.objects)
                    as o (kind text, schema text, name text, "table" text)
                where not exists (
                    select from pg_temp.domino_sync_file as w
                    where w.objects @> jsonb_build_array(
                        jsonb_build_object('kind', o.kind, 'schema', o.schema, 'name', o.name)))
            )
            select g.position, g.must_go, format('drop view %I.%I', n.nspname, c.relname) as statement
            from gone as g
            join pg_namespace as n on n.nspname = g.schema
            join pg_class as c on c.relnamespace = n.oid and c.relname = g.name and c.relkind = 'v'
            where g.kind = 'view'
            union all
            select g.position, g.must_go, format('drop function %I.%I(%s)', n.nspname, p.proname,
                                                 pg_get_function_identity_arguments(p.oid))
            from gone as g
            join pg_namespace as n on n.nspname = g.schema
            join pg_proc as p on p.pronamespace = n.oid and p.proname = g.name
            where g.kind = 'function' and (g.must_go or p.prorettype <> 'trigger'::regtype)
            union all
            select g.position + 1, g.must_go, format('drop trigger %I on %I.%I', t.tgname, n.nspname, c.relname)
            from gone as g
            join pg_namespace as n on n.nspname = g.schema
            join pg_class as c on c.relnamespace = n.oid and c.relname = g."table"
            join pg_trigger as t on t.tgrelid = c.oid and t.tgname = g.name
            where g.kind = 'trigger'
            order by 1 desc
        loop
            begin
                execute v_object.statement;
                v_dropped := v_dropped + 1;
            exception when dependent_objects_still_exist then
                -- one that stays is replaced in place, if its columns or parameters allow it
                if v_object.must_go then
                    v_refusal := sqlerrm;
                end if;
            end;
        end loop;
        exit when v_dropped = 0;
    end loop;
    if v_refusal is not null then
        raise exception using errcode = 'CDS03', message = format(
            'removing objects of an earlier version: %s. Drop what depends on them first; nothing was changed',
            v_refusal);
    end if;
end;
$$;`;

export const KEEP_DISABLED_SQL = `
do $$
declare
    v_statement text;
begin
    for v_statement in select d.statement from pg_temp.domino_sync_disabled as d loop
        execute v_statement;
    end loop;
end;
$$;`;

export const NOTE_SQL = `
-- a function that is in use elsewhere could not be dropped, and its successor has other parameters
do $$
declare
    v_found text;
begin
    select string_agg(p.oid::regprocedure::text, ', ' order by p.oid::regprocedure::text) into v_found
    from pg_proc as p
    where p.pronamespace in ('domino_sync'::regnamespace, 'domino_sync_api'::regnamespace)
      and exists (select from pg_proc as q
                  where q.pronamespace = p.pronamespace and q.proname = p.proname and q.oid <> p.oid);
    if v_found is not null then
        raise exception using errcode = 'CDS03', message = format(
            'replacing functions: other objects depend on the former ones: %s. Drop what depends on them first; '
            'nothing was changed', v_found);
    end if;
end;
$$;

with now as (
    ${indented(DIGESTS)}
)
insert into domino_sync.deployed_object as old (path, objects, checksum, definition_digest)
select w.path, w.objects, w.checksum,
    case w.path
        when '${GRANTS_PATH}' then (
            ${indented(indented(GRANTS_DIGEST_SQL))}
        )
        else now.definition_digest
    end
from pg_temp.domino_sync_file as w
left join now on now.path = w.path
where w.pending
on conflict on constraint deployed_object_pkey do update set
    objects = excluded.objects, checksum = excluded.checksum, definition_digest = excluded.definition_digest,
    applied_at = excluded.applied_at, applied_by = excluded.applied_by;

delete from domino_sync.deployed_object where path in (select s.path from pg_temp.domino_sync_stale as s);`;

/** The script that removes every trace from a PostgreSQL database, for psql. It only shows what it would do until asked. */
import { VERSION } from '../../../version.ts';
import { ROLES } from '../vendor-columns.ts';
import { OWN_SCHEMAS, ownObjects, type OwnObject } from './inventory.ts';
import { always, literal, whole, type PlanPart } from './plan.ts';
import { LOCK_SQL, sessionSql } from './postgres-steps.ts';
import { psqlPart, PSQL_OPENING } from './psql-script.ts';
import { banner } from './script-text.ts';

const list = (values: readonly string[]): string => values.map((value) => literal(value)).join(', ');

const ownSql = (objects: readonly OwnObject[]): string => `
drop table if exists pg_temp.domino_sync_own;
create temporary table domino_sync_own (kind text not null, schema_name text not null, name text not null);
insert into pg_temp.domino_sync_own (kind, schema_name, name)
values
${objects.map(({ kind, schema, name }) => `    (${list([kind, schema, name])})`).join(',\n')};`;

const SCHEMAS = `(select n.oid from pg_namespace as n where n.nspname in (${list(OWN_SCHEMAS)}))`;

const REFUSE_SQL = `
do $$
declare
    v_found text;
begin
    select string_agg(format('%s.%s', f.schema_name, f.name), ', ' order by f.schema_name, f.name) into v_found
    from (
        select c.relnamespace::regnamespace::text as schema_name, c.relname as name
        from pg_class as c
        where c.relnamespace in ${SCHEMAS} and c.relkind in ('r', 'v', 'S', 'm', 'f', 'p')
          -- a sequence of a column goes with its table
          and not exists (select from pg_depend as d
                          where d.classid = 'pg_class'::regclass and d.objid = c.oid
                            and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i'))
        union
        select p.pronamespace::regnamespace::text, p.proname from pg_proc as p where p.pronamespace in ${SCHEMAS}
    ) as f
    where not exists (select from pg_temp.domino_sync_own as o where o.schema_name = f.schema_name and o.name = f.name);
    if v_found is not null then
        raise exception using errcode = 'CDS03', message = format(
            'in the schemas of crm-domino-sync there is what version ${VERSION} does not make: %s. Use the script of the '
            'version that was deployed last, or move away what is yours; nothing was removed', v_found);
    end if;

    with own as (
        select 'pg_class'::regclass as classid, c.oid from pg_class as c where c.relnamespace in ${SCHEMAS}
        union all
        select 'pg_proc'::regclass, p.oid from pg_proc as p where p.pronamespace in ${SCHEMAS}
        union all
        select 'pg_type'::regclass, t.oid from pg_type as t where t.typnamespace in ${SCHEMAS}
    ),
    user_of_ours as (
        select distinct pg_describe_object(d.classid, d.objid, 0) as description
        from pg_depend as d
        join own as o on o.classid = d.refclassid and o.oid = d.refobjid
        left join pg_rewrite as r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
        left join pg_constraint as k on d.classid = 'pg_constraint'::regclass and k.oid = d.objid
        left join pg_attrdef as a on d.classid = 'pg_attrdef'::regclass and a.oid = d.objid
        left join pg_proc as p on d.classid = 'pg_proc'::regclass and p.oid = d.objid
        left join pg_trigger as t on d.classid = 'pg_trigger'::regclass and t.oid = d.objid
        left join pg_class as c on c.oid = coalesce(r.ev_class, nullif(k.conrelid, 0), a.adrelid)
        where d.deptype in ('n', 'a')
          and (coalesce(c.relnamespace, p.pronamespace) not in ${SCHEMAS}
               or (t.oid is not null and not t.tgisinternal
                   and not exists (select from pg_temp.domino_sync_own as w where w.kind = 'trigger' and w.name = t.tgname)))
    )
    select string_agg(u.description, ', ' order by u.description) into v_found from user_of_ours as u;
    if v_found is not null then
        raise exception using errcode = 'CDS03', message = format(
            'other objects of this database use those of crm-domino-sync: %s. Drop or change them first; '
            'nothing was removed', v_found);
    end if;

    if to_regclass('domino_sync.live_runner') is not null then
        execute 'select string_agg(l.runner_id::text, '', '' order by l.runner_id) from domino_sync.live_runner as l'
            into v_found;
        if v_found is not null then
            raise exception using errcode = 'CDS03', message = format(
                'runners are at work: %s (table domino_sync.runner says where). Stop them first; nothing was removed',
                v_found);
        end if;
    end if;
end;
$$;`;

/** What is there now; the rows of a table are lost with it. */
const SHOW_SQL = `
select o.kind, format('%s.%s', o.schema_name, o.name) as name,
    case when o.kind = 'table' then (xpath('/row/rows/text()', query_to_xml(
        format('select count(*) as rows from %I.%I', o.schema_name, o.name), false, true, '')))[1]::text end as rows
from pg_temp.domino_sync_own as o
where case o.kind
    when 'trigger' then exists (select from pg_trigger as t where t.tgname = o.name and not t.tgisinternal)
    when 'function' then exists (select from pg_proc as p
                                 where p.pronamespace in ${SCHEMAS} and p.proname = o.name)
    else to_regclass(format('%I.%I', o.schema_name, o.name)) is not null
end
union all
select 'schema', n.nspname, null from pg_namespace as n where n.oid in ${SCHEMAS}
union all
select 'role', r.rolname || coalesce(', of which are members: ' || (
    select string_agg(m.member::regrole::text, ', ' order by m.member::regrole::text)
    from pg_auth_members as m where m.roleid = r.oid), ''), null
from pg_roles as r where r.rolname in (${list(ROLES)})
order by 1, 2;`;

const dropOf = ({ kind, schema, name, table }: OwnObject): string =>
  kind === 'trigger'
    ? `drop trigger if exists ${name} on ${schema}.${table ?? ''};`
    : `drop ${kind} if exists ${schema}.${name};`;

/** A name without parameters is ambiguous only when somebody added a second, and that is refused by its error. */
const removeSql = (objects: readonly OwnObject[]): string =>
  [...objects.map(dropOf), ...OWN_SCHEMAS.map((schema) => `drop schema if exists ${schema};`)].join('\n');

/** Roles belong to the whole server. Rights given to them by hand in this database are taken back first. */
const ROLES_SQL = `
set client_min_messages = notice;
do $$
declare
    v_role record;
    v_statement text;
    v_users text;
begin
    for v_role in select r.oid, r.rolname from pg_roles as r where r.rolname in (${list(ROLES)}) order by 2 loop
        select string_agg(m.member::regrole::text, ', ' order by m.member::regrole::text) into v_users
        from pg_auth_members as m where m.roleid = v_role.oid;
        if v_users is not null then
            raise notice 'members of role %: %', v_role.rolname, v_users;
        end if;

        begin
            for v_statement in
                select distinct format('revoke all on %s %I.%I from %I',
                    case c.relkind when 'S' then 'sequence' else 'table' end, n.nspname, c.relname, v_role.rolname)
                from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
                cross join lateral aclexplode(c.relacl) as x
                where x.grantee = v_role.oid and c.relkind in ('r', 'v', 'm', 'f', 'p', 'S')
                union all
                select distinct format('revoke all on schema %I from %I', n.nspname, v_role.rolname)
                from pg_namespace as n cross join lateral aclexplode(n.nspacl) as x where x.grantee = v_role.oid
                union all
                select distinct format('revoke all on routine %s from %I', p.oid::regprocedure, v_role.rolname)
                from pg_proc as p cross join lateral aclexplode(p.proacl) as x where x.grantee = v_role.oid
            loop
                execute v_statement;
            end loop;

            select string_agg(distinct coalesce(d.datname, 'the server'), ', ') into v_users
            from pg_shdepend as s
            left join pg_database as d on d.oid = s.dbid
            where s.refclassid = 'pg_authid'::regclass and s.refobjid = v_role.oid;
            if v_users is not null then
                raise notice 'role % is kept: it has rights or objects in: %. When they are gone: drop role %',
                    v_role.rolname, v_users, v_role.rolname;
            else
                execute format('drop role %I', v_role.rolname);
                raise notice 'role % is dropped', v_role.rolname;
            end if;
        exception when insufficient_privilege or dependent_objects_still_exist then
            raise notice 'role % is kept: %. As the login that made it: drop role %', v_role.rolname, sqlerrm,
                v_role.rolname;
        end;
    end loop;
end;
$$;`;

const CONFIRM = String.raw`select set_config('domino_sync.remove_from', :'remove_from', false) as domino_sync_asked \gset
select current_setting('domino_sync.remove_from') = '' as domino_sync_only_show \gset
\if :domino_sync_only_show
\echo 'Nothing was removed. To remove all of it: psql -X -v remove_from=DATABASE -f undeploy.sql'
\else
do $$
begin
    if current_setting('domino_sync.remove_from') <> current_database() then
        raise exception using errcode = 'CDS03', message = format(
            'remove_from names database %s, but this is %s; nothing was removed',
            current_setting('domino_sync.remove_from'), current_database());
    end if;
end;
$$;`;

const HEAD = banner([
  `crm-domino-sync ${VERSION}: removal from a PostgreSQL database, for psql`,
  '',
  "As it stands it only shows what it would remove. To remove, name the database, with a login that owns Sage CRM's",
  'tables and our schemas (that which deployed):',
  '',
  '    psql -X -v remove_from=CRM -f undeploy.sql "host=... dbname=CRM user=..."',
  '',
  "Stop all runners before. It removes the triggers on Sage CRM's tables, and our schemas with everything in them: links,",
  'settings and history are gone for good, so keep a back-up. Rows of Sage CRM and entries in Notes stay as they are.',
  'Everything in one transaction; then the roles, each unless another database of the server uses it.',
  'It refuses while a runner is at work, when objects of others use ours, and when our schemas hold what is not ours.',
]);

/** The same for the same version of the product. Its meta-command variable: remove_from. */
export const psqlUndeployScript = async (): Promise<string> => {
  const objects = await ownObjects('postgres');
  const before: PlanPart[] = [
    {
      title: 'settings of this session, and what is ours',
      pending: null,
      transaction: false,
      steps: [always('prepare', 'session', sessionSql(60), LOCK_SQL, ownSql(objects))],
    },
    whole('what must not be removed is refused', always('refuse', 'refuse', REFUSE_SQL)),
    whole('what is there', always('prepare', 'show', SHOW_SQL)),
  ];
  const removal: PlanPart[] = [
    whole('removal', always('prepare', 'remove', removeSql(objects))),
    whole('roles', always('prepare', 'roles', ROLES_SQL)),
  ];
  return [
    HEAD,
    PSQL_OPENING,
    String.raw`\if :{?remove_from}
\else
\set remove_from ''
\endif`,
    ...before.map(psqlPart),
    CONFIRM,
    ...removal.map(psqlPart),
    String.raw`\echo 'crm-domino-sync: every trace is removed.'
\endif
`,
  ].join('\n\n');
};

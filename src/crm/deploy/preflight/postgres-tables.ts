/** Probes of the CRM's tables, their triggers and rules, and of the database's functions, on PostgreSQL. */
import type pg from 'pg';
import { VENDOR_COLUMNS } from '../vendor-columns.ts';
import type { PostgresProbe } from './postgres-server.ts';
import { fine, listed, row } from './row.ts';
import { lastvalLines } from './scan-postgres.ts';
import { columnRows, type FoundColumn } from './vendor-shape.ts';

const TABLES = Object.keys(VENDOR_COLUMNS);
const WITH_TRIGGERS = ['communication', 'comm_link'];

interface ColumnRow {
  table: string;
  column: string;
  type: string;
  base: string;
  category: string;
  length: number | null;
  nullable: boolean;
  filled: boolean;
  computed: boolean;
}

const holdsOf = ({ base, category, length }: ColumnRow): FoundColumn['holds'] => {
  if (base === 'int2' || base === 'int4') return 'whole number';
  if (base === 'timestamp') return 'date and time';
  if (category !== 'S') return 'other';
  return length === null ? 'long text' : 'text';
};

const columns: PostgresProbe = {
  name: 'columns',
  run: async (client) => {
    const { rows } = await client.query<ColumnRow>(
      `select c.relname as "table", a.attname as "column", format_type(a.atttypid, a.atttypmod) as type,
           coalesce(b.typname, t.typname) as base, t.typcategory as category,
           case when a.atttypmod > 4 and coalesce(b.typname, t.typname) in ('varchar', 'bpchar')
               then a.atttypmod - 4 end as length,
           not a.attnotnull as nullable, a.atthasdef or a.attidentity <> '' as filled,
           a.attgenerated <> '' as computed
       from pg_class as c
       join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       join pg_type as t on t.oid = a.atttypid
       left join pg_type as b on b.oid = t.typbasetype
       where c.relnamespace = to_regnamespace('public') and c.relname = any($1)
         and c.relkind in ('r', 'p', 'v', 'm', 'f')
       order by c.relname, a.attnum`,
      [TABLES],
    );
    return columnRows(
      'public',
      rows.map((found) => ({
        ...found,
        holds: holdsOf(found),
        loses: null,
        filledByItself: found.filled,
      })),
    );
  },
};

const idScheme: PostgresProbe = {
  name: 'ids',
  run: async (client) => {
    // as next_crm_ids decides
    const { rows } = await client.query<{ table: string; scheme: string | null }>(
      `select w."table",
           case when a.attidentity <> '' then 'an identity column'
                when exists (select from pg_attrdef as f
                             join pg_depend as d on d.classid = 'pg_attrdef'::regclass and d.objid = f.oid
                                                and d.refclassid = 'pg_class'::regclass
                             join pg_class as s on s.oid = d.refobjid and s.relkind = 'S'
                             where f.adrelid = a.attrelid and f.adnum = a.attnum) then 'a sequence'
                when exists (select from pg_proc as p where p.pronamespace = to_regnamespace('public')
                             and p.proname = 'eware_get_identity_id') then 'eware_get_identity_id' end as scheme
       from (values ('communication', 'comm_communicationid'), ('comm_link', 'cmli_commlinkid')) as w ("table", "column")
       join pg_attribute as a on a.attrelid = to_regclass('public.' || w."table") and a.attname = w."column"`,
    );
    return rows.map(({ table, scheme }) =>
      scheme === null
        ? row('id_scheme', `public.${table}`, 'It has no sequence, and eware_get_identity_id is missing.')
        : fine('id_scheme', `public.${table}`, `Ids come from ${scheme}.`),
    );
  },
};

const KINDS: Readonly<Record<string, string>> = {
  p: 'a partitioned table',
  v: 'a view',
  m: 'a materialised view',
  f: 'a foreign table',
};

const tableKinds: PostgresProbe = {
  name: 'kinds of tables',
  run: async (client) => {
    const { rows } = await client.query<{
      table: string;
      kind: string;
      inherits: boolean;
      unlogged: boolean;
      secured: boolean;
      written: boolean;
    }>(
      `select c.relname as "table", c.relkind as kind, c.relpersistence = 'u' as unlogged,
           exists (select from pg_inherits as i where c.oid in (i.inhparent, i.inhrelid)) as inherits,
           c.relrowsecurity as secured, c.relname = any($2) as written
       from pg_class as c
       where c.relnamespace = to_regnamespace('public') and c.relname = any($1)
         and c.relkind in ('r', 'p', 'v', 'm', 'f')
       order by c.relname`,
      [TABLES, WITH_TRIGGERS],
    );
    return rows.flatMap(({ table, kind, inherits, unlogged, secured, written }) => {
      const object = `public.${table}`;
      const what =
        KINDS[kind] ??
        (inherits ? 'part of an inheritance' : unlogged ? 'unlogged, and empty after a crash' : null);
      return [
        // views and the like are no hindrance where we only read
        ...(written && what !== null
          ? [row('table_kind', object, `It is ${what}.`, kind === 'r' && !inherits ? 'warning' : 'error')]
          : []),
        ...(secured ? [row('row_security', object, 'Row-level security is enabled for it.')] : []),
      ];
    });
  },
};

const tracking: PostgresProbe = {
  name: 'publications and subscriptions',
  run: async (client) => {
    const published = await client.query<{ table: string; name: string }>(
      `select tablename as "table", pubname as name from pg_publication_tables
       where schemaname = 'public' and tablename = any($1) order by 1, 2`,
      [WITH_TRIGGERS],
    );
    const subscribed = await client.query<{ table: string }>(
      `select distinct c.relname as "table" from pg_subscription_rel as s
       join pg_class as c on c.oid = s.srrelid
       where c.relnamespace = to_regnamespace('public') and c.relname = any($1) order by 1`,
      [WITH_TRIGGERS],
    );
    return [
      ...published.rows.map(({ table, name }) =>
        row('table_tracked', `public.${table}`, `Publication ${name} follows it.`),
      ),
      ...subscribed.rows.map(({ table }) =>
        row('table_replicated', `public.${table}`, 'Rows of it arrive by a subscription.'),
      ),
    ];
  },
};

const STATES: Readonly<Record<string, string>> = {
  O: '',
  D: ' It is disabled.',
  R: ' It fires for replicated rows only.',
  A: ' It fires always, for replicated rows too.',
};

const triggers: PostgresProbe = {
  name: 'triggers',
  run: async (client) => {
    const { rows } = await client.query<{
      table: string;
      name: string;
      definition: string;
      state: string;
      order: string;
    }>(
      `select c.relname as "table", t.tgname as name, t.tgenabled as state,
           regexp_replace(pg_get_triggerdef(t.oid), '^CREATE (CONSTRAINT )?TRIGGER \\S+ ', '') as definition,
           -- of one kind they fire in the order of their names; row triggers before ours, which are after-statement
           case when t.tgtype & 2 <> 0 or t.tgtype & 1 <> 0 then 'before'
                when t.tgname < 'domino_sync' then 'before' else 'after' end as order
       from pg_trigger as t
       join pg_class as c on c.oid = t.tgrelid
       where not t.tgisinternal and t.tgname not like 'domino\\_sync\\_%'
         and c.relnamespace = to_regnamespace('public') and c.relname = any($1)
       order by c.relname, t.tgname`,
      [WITH_TRIGGERS],
    );
    if (rows.length === 0) return [fine('foreign_trigger', 'public', 'No triggers but ours.')];
    return rows.map(({ table, name, definition, state, order }) =>
      row(
        'foreign_trigger',
        `public.${table}: ${name}`,
        `It fires ${order} ours: ${definition}.${STATES[state] ?? ''}`,
      ),
    );
  },
};

const rules: PostgresProbe = {
  name: 'rules',
  run: async (client) => {
    const { rows } = await client.query<{ table: string; name: string; definition: string }>(
      `select tablename as "table", rulename as name, definition from pg_rules
       where schemaname = 'public' and tablename = any($1) order by 1, 2`,
      [WITH_TRIGGERS],
    );
    return rows.map(({ table, name, definition }) =>
      row('rewrite_rule', `public.${table}: ${name}`, `A rule is there: ${definition.replace(/\s+/g, ' ')}`),
    );
  },
};

const readFunctions = async (client: pg.ClientBase): Promise<{ name: string; source: string }[]> => {
  const { rows } = await client.query<{ name: string; source: string }>(
    `select format('%s.%s(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) as name,
         case when p.prosrc = '' and p.prokind <> 'a' then pg_get_functiondef(p.oid) else p.prosrc end as source
     from pg_proc as p
     join pg_namespace as n on n.oid = p.pronamespace
     join pg_language as l on l.oid = p.prolang
     where l.lanname not in ('internal', 'c') and n.nspname <> 'information_schema'
       and n.nspname not like 'pg\\_%' and n.nspname not like 'domino\\_sync%'
       and case when p.prosrc = '' and p.prokind <> 'a' then pg_get_functiondef(p.oid) else p.prosrc end ~* 'lastval'
     union all
     select format('%s.%s', schemaname, viewname), definition from pg_views
     where definition ~* 'lastval' and schemaname not like 'pg\\_%' and schemaname not like 'domino\\_sync%'
     order by 1`,
  );
  return rows;
};

const modules: PostgresProbe = {
  name: 'functions and views of the database',
  run: async (client) => {
    const found = (await readFunctions(client)).flatMap(({ name, source }) => {
      const lines = lastvalLines(source);
      return lines.length === 0 ? [] : [{ name, lines }];
    });
    return found.length === 0
      ? [fine('module_identity', 'database', 'No function or view calls lastval().')]
      : found.map(({ name, lines }) =>
          row('module_identity', name, `It calls lastval() (line ${listed(lines.map(String))}).`),
        );
  },
};

export const postgresTableProbes: readonly PostgresProbe[] = [
  columns,
  idScheme,
  tableKinds,
  tracking,
  triggers,
  rules,
  modules,
];

/** Probes of a PostgreSQL server and database. */
import type pg from 'pg';
import { fine, listed, LONG_SECONDS, row, type Probe } from './row.ts';
import { timeZoneRows } from './time-zone.ts';

export type PostgresProbe = Probe<pg.ClientBase>;

const OLDEST = 140_000;

const first = async <Row extends pg.QueryResultRow>(client: pg.ClientBase, text: string): Promise<Row> => {
  const { rows } = await client.query<Row>(text);
  const [answer] = rows;
  if (answer === undefined) throw new Error('the server gave no answer');
  return answer;
};

const server: PostgresProbe = {
  name: 'server',
  run: async (client) => {
    const { version, number, recovery, readonly, database } = await first<{
      version: string;
      number: number;
      recovery: boolean;
      readonly: string;
      database: string;
    }>(
      client,
      `select current_setting('server_version') as version, current_setting('server_version_num')::integer as number,
           pg_is_in_recovery() as recovery, current_database() as database,
           (select reset_val from pg_settings where name = 'default_transaction_read_only') as readonly`,
    );
    return [
      number < OLDEST
        ? row('server_version', 'server', `It is PostgreSQL ${version}.`)
        : fine('server_version', 'server', `PostgreSQL ${version}.`),
      recovery
        ? row('database_state', database, 'The server is a standby: nothing can be written.')
        : readonly === 'on'
          ? row('database_state', database, 'default_transaction_read_only is on.')
          : fine('database_state', database, 'It can be written to.'),
    ];
  },
};

const encoding: PostgresProbe = {
  name: 'encoding',
  run: async (client) => {
    const { name, encoding: code } = await first<{ name: string; encoding: string }>(
      client,
      `select datname as name, pg_encoding_to_char(encoding) as encoding from pg_database
       where datname = current_database()`,
    );
    return [
      code === 'UTF8'
        ? fine('encoding', name, 'UTF8.')
        : row('encoding', name, `The encoding of the database is ${code}.`),
    ];
  },
};

const replicationRole: PostgresProbe = {
  name: 'session_replication_role',
  run: async (client) => {
    const { rows } = await client.query<{ object: string; value: string }>(
      `select coalesce('login ' || r.rolname, 'database ' || d.datname, 'server') as object,
           split_part(c, '=', 2) as value
       from pg_db_role_setting as s
       cross join unnest(s.setconfig) as c
       left join pg_roles as r on r.oid = s.setrole
       left join pg_database as d on d.oid = s.setdatabase
       where c like 'session_replication_role=%' and s.setdatabase in (0, (select oid from pg_database
             where datname = current_database()))
       union all
       select 'server', reset_val from pg_settings
       where name = 'session_replication_role' and source = 'configuration file'`,
    );
    const wrong = rows.filter(({ value }) => value.replaceAll('"', '') === 'replica');
    return wrong.length === 0
      ? [fine('session_replication_role', 'server', 'Triggers fire for every login.')]
      : wrong.map(({ object }) =>
          row('session_replication_role', object, 'session_replication_role is replica.'),
        );
  },
};

const eventTriggers: PostgresProbe = {
  name: 'event triggers',
  run: async (client) => {
    const { rows } = await client.query<{ name: string; event: string }>(
      `select evtname as name, evtevent as event from pg_event_trigger where evtenabled <> 'D' order by evtname`,
    );
    return rows.map(({ name, event }) =>
      row('ddl_trigger', name, `An event trigger on ${event} is enabled.`),
    );
  },
};

const longTransactions: PostgresProbe = {
  name: 'open transactions',
  run: async (client, { longSeconds }) => {
    const { rows } = await client.query<{ object: string; what: string }>(
      `select 'session ' || a.pid as object,
           format('%s has a transaction open for %s minutes (%s)%s.', coalesce(a.usename, '?'),
                  floor(extract(epoch from clock_timestamp() - a.xact_start) / 60), coalesce(a.state, 'unknown'),
                  case when exists (
                      select from pg_locks as l
                      where l.pid = a.pid and l.locktype = 'relation'
                        and l.relation in (to_regclass('public.communication'), to_regclass('public.comm_link')))
                  then ', and holds a lock on a table that gets triggers' else '' end) as what
       from pg_stat_activity as a
       where a.datname = current_database() and a.pid <> pg_backend_pid()
         and a.xact_start < clock_timestamp() - make_interval(secs => $1)
       union all
       select 'prepared transaction ' || gid,
           format('%s prepared it %s minutes ago and nobody has ended it.', owner,
                  floor(extract(epoch from clock_timestamp() - prepared) / 60))
       from pg_prepared_xacts
       where database = current_database() and prepared < clock_timestamp() - make_interval(secs => $1)
       order by 1`,
      [longSeconds ?? LONG_SECONDS],
    );
    return rows.length === 0
      ? [fine('long_transaction', 'database', 'No transaction has been open for long.')]
      : rows.map(({ object, what }) => row('long_transaction', object, what));
  },
};

/** What deploy does that another login than the owner may not. */
const rights: PostgresProbe = {
  name: 'rights of this login',
  run: async (client, { forDeploy }) => {
    const { login, lacks } = await first<{ login: string; lacks: string[] }>(
      client,
      `select current_user as login, array_remove(array[
           case when not has_database_privilege(current_database(), 'CREATE')
               then 'CREATE on the database' end,
           case when to_regclass('public.communication') is not null and not pg_has_role(current_user,
                   (select relowner from pg_class where oid = to_regclass('public.communication')), 'USAGE')
               then 'the ownership of public.communication' end,
           case when to_regclass('public.comm_link') is not null and not pg_has_role(current_user,
                   (select relowner from pg_class where oid = to_regclass('public.comm_link')), 'USAGE')
               then 'the ownership of public.comm_link' end,
           case when to_regnamespace('domino_sync') is not null and not pg_has_role(current_user,
                   (select nspowner from pg_namespace where nspname = 'domino_sync'), 'USAGE')
               then 'the ownership of schema domino_sync' end,
           case when not (select rolcreaterole or rolsuper from pg_roles where rolname = current_user)
                   and (select count(*) from pg_roles where rolname in
                        ('domino_sync_runner', 'domino_sync_reader', 'domino_sync_admin')) < 3
               then 'CREATEROLE' end,
           case when not has_language_privilege('plpgsql', 'USAGE') then 'USAGE on language plpgsql' end
       ], null) as lacks`,
    );
    if (lacks.length === 0) return [fine('deploy_rights', login, 'The login may deploy.')];
    const what = `The login lacks ${listed(lacks)}.`;
    return [row('deploy_rights', login, what, forDeploy ? 'error' : 'info')];
  },
};

/** By the catalogue: a name in text is refused to who may not use the schema. */
const DEPLOYED = `exists (select from pg_class as m where m.relname = 'migrations'
  and m.relnamespace = (select oid from pg_namespace where nspname = 'domino_sync'))`;

const namesTaken: PostgresProbe = {
  name: 'names of ours',
  run: async (client) => {
    // information_schema hides what the login may not see; the catalogue does not
    const { rows } = await client.query<{ name: string }>(
      `select 'schema ' || n.nspname as name from pg_namespace as n
       where n.nspname in ('domino_sync', 'domino_sync_api', 'domino_sync_report')
         and exists (select from pg_class as c where c.relnamespace = n.oid
                     union all select from pg_proc as p where p.pronamespace = n.oid)
         and not ${DEPLOYED}
       union all
       select 'trigger ' || t.tgname from pg_trigger as t
       where t.tgrelid in (to_regclass('public.communication'), to_regclass('public.comm_link'))
         and t.tgname like 'domino\\_sync\\_%' and not ${DEPLOYED}
       order by 1`,
    );
    return rows.map(({ name }) => row('name_taken', name, 'It is there, but nothing of ours is deployed.'));
  },
};

const timeZone: PostgresProbe = {
  name: 'time zone',
  run: async (client) => {
    const deployed = await first<{ there: boolean }>(
      client,
      `select to_regclass('domino_sync.setting') is not null as there`,
    );
    if (!deployed.there)
      return timeZoneRows({
        zone: null,
        knownToServer: true,
        clock: new Date().toISOString(),
        serverOffset: null,
        newestCreated: null,
      });
    const { rows } = await client.query<{ zone: string | null; known: boolean }>(
      `select s.value as zone,
           exists (select from pg_timezone_names as t where lower(t.name) = lower(s.value)) as known
       from domino_sync.setting as s where s.name = 'crm_time_zone'`,
    );
    const [setting] = rows;
    const { newest, clock } = await first<{ newest: string | null; clock: string }>(
      client,
      `select to_char(max(c.comm_createddate), 'YYYY-MM-DD"T"HH24:MI:SS') as newest,
           to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as clock
       from (select comm_createddate from public.communication
             order by comm_communicationid desc limit 200) as c`,
    );
    return timeZoneRows({
      zone: setting?.zone ?? null,
      knownToServer: setting?.known ?? true,
      clock,
      // the zone of a PostgreSQL session says nothing of the CRM server
      serverOffset: null,
      newestCreated: newest,
    });
  },
};

export const postgresServerProbes: readonly PostgresProbe[] = [
  server,
  encoding,
  replicationRole,
  rights,
  namesTaken,
  eventTriggers,
  longTransactions,
  timeZone,
];

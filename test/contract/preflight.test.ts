/** The preflight on PostgreSQL: it finds what is planted, is content with a sound CRM, and writes nothing. */
import pg from 'pg';
import { preflightPostgres } from '../../src/crm/deploy/preflight/postgres.ts';
import { refusals, type PreflightRow } from '../../src/crm/deploy/preflight/row.ts';
import { createTestDatabase, type TestDatabase, type TestDatabaseOptions } from '../support/database.ts';

describe('preflight on postgres', () => {
  let database: TestDatabase;
  const use = async (options: TestDatabaseOptions): Promise<void> => {
    database = await createTestDatabase(options);
  };
  afterEach(() => database.drop());

  const rows = (url = database.url, forDeploy = true): Promise<PreflightRow[]> =>
    preflightPostgres(url, { forDeploy });
  /** What is not in order, without what concerns the whole test server. */
  const found = async (url?: string, forDeploy?: boolean): Promise<string[]> =>
    (await rows(url, forDeploy))
      .filter(({ severity, code }) => severity !== 'ok' && code !== 'long_transaction')
      .map(({ severity, code, object }) => `${severity} ${code} ${object}`);
  const plant = (sql: string) => database.admin.query(sql);

  test.each(['identity', 'eware'] as const)('a sound CRM with ids by %s has nothing to mend', async (ids) => {
    await use({ deployed: false, ids });
    expect(await found()).toEqual(['info time_zone setting crm_time_zone']);
    const scheme = (await rows()).filter(({ code }) => code === 'id_scheme');
    expect(scheme.map(({ severity, object }) => `${severity} ${object}`)).toEqual([
      'ok public.communication',
      'ok public.comm_link',
    ]);
    expect(scheme[0]?.what).toMatch(ids === 'identity' ? /identity column/ : /eware_get_identity_id/);
  });

  test('a deployed CRM has nothing to mend, and our own triggers are no finding', async () => {
    await use({ deployed: true });
    await plant(`update domino_sync.setting set value = 'Europe/Berlin' where name = 'crm_time_zone'`);
    expect(await found()).toEqual([]);
  });

  test('it writes nothing', async () => {
    await use({ deployed: false });
    const state = async () =>
      (
        await plant(`select (select count(*)::integer from pg_class) as classes, (select count(*)::integer from pg_proc) as procs,
                         (select sum(n_tup_ins + n_tup_upd + n_tup_del)::integer from pg_stat_user_tables) as writes`)
      ).rows;
    const before = await state();
    await rows();
    expect(await state()).toEqual(before);
  });

  test('columns that are missing, of another type, too short or to be filled are named', async () => {
    await use({ deployed: false });
    await plant(`
      alter table communication drop column comm_crmonly;
      alter table communication alter column comm_datetime type timestamptz;
      alter table communication alter column comm_subject type varchar(60);
      alter table communication add column comm_region varchar(10) not null;
      alter table communication add column comm_branch varchar(10) not null default 'x';
      alter table communication alter column comm_location set default '', alter column comm_location set not null;
      drop table emaillink cascade`);
    expect(await found()).toEqual([
      'error vendor_column_type public.communication.comm_datetime',
      'error vendor_column_missing public.communication.comm_crmonly',
      'error vendor_column_missing public.emaillink',
      'error vendor_column_required public.communication.comm_location',
      'error vendor_column_required public.communication.comm_region',
      'warning vendor_column_length public.communication.comm_subject',
      'info time_zone setting crm_time_zone',
    ]);
  });

  test('a table without a way to make ids is an error', async () => {
    await use({ deployed: false, ids: 'eware' });
    await plant('drop function eware_get_identity_id(text)');
    expect(await found()).toEqual([
      'error id_scheme public.communication',
      'error id_scheme public.comm_link',
      'info time_zone setting crm_time_zone',
    ]);
  });

  test('triggers of others are told with their place in the order, rules and event triggers too', async () => {
    await use({ deployed: false });
    await plant(`
      create function nothing() returns trigger language plpgsql as 'begin return null; end';
      create trigger audit after insert on communication for each statement execute function nothing();
      create trigger zz_last after update on communication for each statement execute function nothing();
      alter table communication disable trigger zz_last;
      create rule keep as on delete to comm_link do instead nothing;
      create function seen() returns event_trigger language plpgsql as 'begin end';
      create event trigger watch on ddl_command_end execute function seen()`);
    const told = (await rows()).filter(({ severity }) => severity !== 'ok');
    const about = (code: string) =>
      told.filter((one) => one.code === code).map(({ object, what }) => [object, what]);
    expect(about('foreign_trigger')).toEqual([
      ['public.communication: audit', expect.stringMatching(/^It fires before ours: AFTER INSERT/)],
      ['public.communication: zz_last', expect.stringMatching(/^It fires after ours: .* It is disabled\.$/)],
    ]);
    expect(about('rewrite_rule')).toEqual([
      ['public.comm_link: keep', expect.stringMatching(/DO INSTEAD NOTHING/)],
    ]);
    expect(about('ddl_trigger')).toEqual([['watch', expect.stringMatching(/ddl_command_end/)]]);
  });

  test('what calls lastval() is named with its line; a comment is not', async () => {
    await use({ deployed: false });
    await plant(`
      create function bad() returns bigint language plpgsql as $$
      begin
          return lastval();
      end $$;
      create function good() returns bigint language sql as 'select 1::bigint -- lastval()';
      create function standard() returns bigint language sql return lastval();
      create view last_id as select lastval() as id`);
    const told = (await rows()).filter(
      ({ code, severity }) => code === 'module_identity' && severity !== 'ok',
    );
    expect(told.map(({ object, what }) => [object, what])).toEqual([
      ['public.bad()', 'It calls lastval() (line 3).'],
      ['public.last_id', expect.stringMatching(/lastval/)],
      ['public.standard()', expect.stringMatching(/lastval/)],
    ]);
  });

  test('tables that are none, replication, row-level security and a replica role are named', async () => {
    await use({ deployed: false });
    await plant(`
      alter table comm_link rename to comm_link_2020;
      create view comm_link as select * from comm_link_2020;
      create table communication_old () inherits (communication);
      alter table communication enable row level security;
      create publication everything for table communication;
      alter database ${database.name} set session_replication_role = replica`);
    const told = await found();
    expect(told).toEqual(
      expect.arrayContaining([
        'error table_kind public.comm_link',
        'error table_kind public.communication',
        'warning row_security public.communication',
        'info table_tracked public.communication',
        `error session_replication_role database ${database.name}`,
      ]),
    );
  });

  test('a login that may not deploy is refused to deploy, and is no fault of a runner', async () => {
    await use({ deployed: true });
    const url = await database.createLogin('domino_sync_runner');
    const lacking = (forDeploy: boolean) =>
      rows(url, forDeploy).then((all) => all.find(({ code }) => code === 'deploy_rights'));
    expect(await lacking(true)).toMatchObject({
      severity: 'error',
      what: expect.stringMatching(
        /CREATE on the database.*public\.communication.*schema domino_sync/,
      ) as string,
    });
    expect(await lacking(false)).toMatchObject({ severity: 'info' });
    // it may not read our settings either: said, not thrown
    const unchecked = (await rows(url, false)).filter(({ code }) => code === 'not_checked');
    expect(unchecked.map(({ severity, object }) => `${severity} ${object}`)).toEqual(['info time zone']);
  });

  test('a schema of our name that is not ours stops the deployment', async () => {
    await use({ deployed: false });
    await plant('create schema domino_sync; create table domino_sync.mine (id integer)');
    expect(await found()).toContain('error name_taken schema domino_sync');
  });

  test('a time zone that is none, and one in which the newest appointment lies in the future, are named', async () => {
    await use({ deployed: true });
    const zone = (value: string) =>
      plant(`update domino_sync.setting set value = '${value}' where name = 'crm_time_zone'`);
    await zone('Europe/Nowhere');
    expect(await found()).toEqual(['error time_zone_invalid setting crm_time_zone']);
    await zone('America/New_York');
    await plant(`insert into communication (comm_type, comm_createddate)
      values ('Appointment', clock_timestamp() at time zone 'Europe/Berlin')`);
    expect(await found()).toEqual(['warning time_zone communication']);
    await zone('Europe/Berlin');
    expect(await found()).toEqual([]);
  });

  test('a transaction left open is named with its session and its lock', async () => {
    await use({ deployed: false });
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      await client.query(`begin; insert into communication (comm_type) values ('Task')`);
      const told = async (longSeconds?: number) =>
        (
          await preflightPostgres(database.url, {
            forDeploy: true,
            ...(longSeconds === 0 ? { longSeconds } : {}),
          })
        )
          .filter(({ code }) => code === 'long_transaction')
          .map(({ severity, object, what }) => ({ severity, object, what }));
      const { rows: own } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      expect(await told(0)).toContainEqual({
        severity: 'warning',
        object: `session ${own[0]?.pid}`,
        what: expect.stringMatching(
          /open for 0 minutes .*holds a lock on a table that gets triggers/,
        ) as string,
      });
      expect((await told()).map(({ severity }) => severity)).toEqual(['ok']);
    } finally {
      await client.end();
    }
  });

  test('errors refuse, unless they are accepted and may be', async () => {
    await use({ deployed: false });
    await plant(`
      alter table communication add column comm_region varchar(10) not null;
      alter table communication drop column comm_crmonly`);
    const all = await rows();
    const codes = (accepted: string[]) => refusals(all, accepted).map(({ code }) => code);
    expect(codes([])).toEqual(['vendor_column_missing', 'vendor_column_required']);
    expect(codes(['vendor_column_required', 'vendor_column_missing'])).toEqual(['vendor_column_missing']);
  });
});

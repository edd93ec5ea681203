/** Deployment on PostgreSQL: repeatable, safe to start many times at once, and it sees what was changed behind it. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { checkPostgres } from '../../src/crm/deploy/check-postgres.ts';
import type { DeployPlan } from '../../src/crm/deploy/plan/plan.ts';
import { postgresPlan } from '../../src/crm/deploy/plan/postgres-plan.ts';
import { deployPlanOver, deployPostgres } from '../../src/crm/deploy/postgres.ts';
import { readPostgresObjects, type SqlFile } from '../../src/crm/deploy/sql-objects.ts';
import { openPostgres } from '../../src/crm/postgres.ts';
import { waitUntil } from '../../src/sandbox/exercise/wait.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

/** The newest migration; it can be applied again, as the test of drift has it do. */
const LAST = readdirSync(join(import.meta.dirname, '../../migrations/postgres'))
  .sort()
  .map((file) => ({ file, id: Number.parseInt(file, 10) }))
  .at(-1)!;

describe('deploy on postgres', () => {
  let database: TestDatabase;

  const use = async (deployed: boolean): Promise<string> => {
    database = await createTestDatabase({ deployed });
    return database.url;
  };
  afterEach(() => database.drop());

  const deploy = (connectionString: string) => deployPostgres({ connectionString });
  const findings = async (): Promise<string[]> =>
    (await checkPostgres({ connectionString: database.url })).map(({ code, object }) => `${code} ${object}`);

  test('brings an empty CRM up to date, and has nothing to do the second time', async () => {
    const url = await use(false);
    expect(await findings()).toEqual(['not_deployed domino_sync']);
    const first = await deploy(url);
    expect(first.migrations).toContain('003_capture.sql');
    expect(first.applied).toContain('queue/fold_changes.sql');
    expect(await findings()).toEqual([]);
    expect(await deploy(url)).toEqual({ migrations: [], applied: [], removed: [] });
  });

  test('20 at once do the work once', async () => {
    const url = await use(false);
    const results = await Promise.all(Array.from({ length: 20 }, () => deploy(url)));
    expect(results.filter(({ migrations }) => migrations.length > 0)).toHaveLength(1);
    expect(results.filter(({ applied }) => applied.length > 0)).toHaveLength(1);
    expect(await findings()).toEqual([]);
  });

  test("a table `migrations` of the CRM's own is left alone", async () => {
    const url = await use(false);
    await database.admin.query(`create table public.migrations (id integer primary key, what text);
      insert into public.migrations values (0, 'of the CRM')`);
    await deploy(url);
    expect((await database.admin.query('select * from public.migrations')).rows).toEqual([
      { id: 0, what: 'of the CRM' },
    ]);
    expect(await findings()).toEqual([]);
  });

  test('a missing vendor column is named before anything is created', async () => {
    const url = await use(false);
    await database.admin.query(
      `alter table communication drop column comm_crmonly; drop table emaillink cascade`,
    );
    await expect(deploy(url)).rejects.toMatchObject({
      code: 'crm_refused',
      message: expect.stringMatching(
        /communication\.comm_crmonly, emaillink\b.*CRM_DATABASE_URL.*nothing was changed/,
      ) as string,
    });
    const { rowCount } = await database.admin.query(
      `select from pg_namespace where nspname like 'domino_sync%'`,
    );
    expect(rowCount).toBe(0);
    expect(await findings()).toContain('vendor_column_missing public.emaillink');
  });

  test('drift is reported and, where it is ours, repaired', async () => {
    const url = await use(true);
    await database.admin.query(`
      create or replace view domino_sync.live_runner as select 1 as runner_id;
      drop function domino_sync_api.fold_changes(integer);
      drop trigger domino_sync_comm_link_insert on comm_link;
      grant select on domino_sync.setting to public;
      grant select on users to domino_sync_runner;
      create table public.kept as select * from domino_sync.migrations where id = ${LAST.id};
      delete from domino_sync.migrations where id = ${LAST.id}`);
    expect(await findings()).toEqual([
      `migration_pending ${LAST.file}`,
      'grants_altered admin/grants.sql',
      'object_missing queue/fold_changes.sql',
      'object_altered queue/live_runner.sql',
      'trigger_missing public.comm_link: domino_sync_comm_link_insert',
      'vendor_rights public.users',
    ]);
    await database.admin.query(
      `insert into domino_sync.migrations (id, name, hash)
       values (${LAST.id}, 'edited', 'edited')`,
    );
    expect(await findings()).toContain(`migration_edited ${LAST.file}`);
    // not every migration can be repeated
    await database.admin.query(`delete from domino_sync.migrations where id = ${LAST.id};
      insert into domino_sync.migrations select * from public.kept`);
    await deploy(url);
    expect(await findings()).toEqual(['vendor_rights public.users']);
  });

  test('an edited migration stops the deployment with its name', async () => {
    const url = await use(true);
    await database.admin.query(`update domino_sync.migrations set hash = 'edited' where id = 3`);
    await expect(deploy(url)).rejects.toMatchObject({
      message: expect.stringContaining('003_capture') as string,
    });
  });

  test('a disabled trigger is reported, and a deployment leaves it disabled', async () => {
    const url = await use(true);
    await database.admin.query(`
      alter table communication disable trigger domino_sync_communication_update;
      drop trigger domino_sync_communication_insert on communication`);
    const disabled = 'trigger_disabled public.communication: domino_sync_communication_update';
    expect(await findings()).toContain(disabled);
    expect((await deploy(url)).applied).toEqual(['admin/grants.sql', 'capture/communication_triggers.sql']);
    expect(await findings()).toEqual([disabled]);
  });

  test('a lock on a vendor table that outlasts the time-out ends the deployment as busy, with nothing half done', async () => {
    const url = await use(false);
    const save = await database.admin.connect();
    await save.query(`begin; insert into communication (comm_type) values ('Appointment')`);
    await expect(deployPostgres({ connectionString: url, timeoutSeconds: 1 })).rejects.toMatchObject({
      code: 'crm_busy',
      details: { transient: true },
    });
    await save.query('commit');
    save.release();
    await deploy(url);
    expect(await findings()).toEqual([]);
  });

  test('another deployment is waited for beyond the time-out, which is that of the tables', async () => {
    const url = await use(false);
    const other = await database.admin.connect();
    await other.query('select pg_advisory_lock(4711002, 1)');
    const lines: string[] = [];
    const waiting = (line: string) => void lines.push(line);
    const deploying = deployPostgres({
      connectionString: url,
      timeoutSeconds: 1,
      tellAfterSeconds: 1,
      waiting,
    });
    const waited = async () =>
      (
        await other.query(`select from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'advisory'
            and query_start < clock_timestamp() - interval '1.5 seconds'`)
      ).rowCount === 1;
    expect(await waitUntil(20_000, waited)).toBe(true);
    expect(await waitUntil(20_000, () => lines.length > 0)).toBe(true);
    await other.query('select pg_advisory_unlock(4711002, 1)');
    other.release();
    await deploying;
    expect(await findings()).toEqual([]);
    expect(lines).toEqual([expect.stringMatching(/another deployment is at work .*10 minutes/)]);
  });

  test('nobody is told of a wait that is short; one that lasts ends with what is to be done', async () => {
    const url = await use(false);
    const lines: string[] = [];
    await deployPostgres({ connectionString: url, waiting: (line) => lines.push(line) });
    expect(lines).toEqual([]);
    const other = await database.admin.connect();
    await other.query("set application_name = 'of somebody'; select pg_advisory_lock(4711002, 1)");
    const plan = await postgresPlan();
    const impatient: DeployPlan = {
      ...plan,
      parts: plan.parts.map((part) => ({
        ...part,
        steps: part.steps.map((step) => ({
          ...step,
          batches: step.batches.map((batch) => batch.replace("'600s'", "'1s'")),
        })),
      })),
    };
    const client = await database.admin.connect();
    await expect(deployPlanOver(client, impatient)).rejects.toMatchObject({
      code: '55P03',
      message: expect.stringMatching(
        /another deployment holds .* \(session \d+, of somebody\): try again/,
      ) as string,
    });
    client.release(true);
    other.release(true);
  });

  describe('of a newer version', () => {
    const file = (path: string, text: string): SqlFile => ({
      path,
      text,
      checksum: text,
      objects: [...text.matchAll(/create or replace (function|view) (\w+)\.(\w+)/g)].map(
        ([, kind, schema, name]) => ({
          kind: kind === 'view' ? 'view' : 'function',
          schema: schema ?? '',
          name: name ?? '',
          table: null,
        }),
      ),
    });

    const apply = async (...extra: SqlFile[]): Promise<{ applied: string[]; removed: string[] }> => {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      try {
        const plan = await postgresPlan({ files: [...readPostgresObjects(), ...extra] });
        const { applied, removed } = await deployPlanOver(client, plan);
        return { applied, removed };
      } finally {
        await client.end();
      }
    };

    const answer = async (text: string): Promise<unknown> =>
      (await database.admin.query<{ answer: unknown }>(text)).rows[0]?.answer;

    const VIEW = file(
      'x/a.sql',
      `create or replace view domino_sync_report.a as select domino_sync.b(1) as n`,
    );
    const FUNCTION = file(
      'x/b.sql',
      `create or replace function domino_sync.b(p integer) returns integer language sql as $$ select p $$`,
    );

    test('objects are made in whatever order they need each other', async () => {
      await use(true);
      expect(await apply(VIEW, FUNCTION)).toEqual({
        applied: ['x/b.sql', 'x/a.sql', 'admin/grants.sql'],
        removed: [],
      });
      expect(await answer('select n as answer from domino_sync_report.a')).toBe(1);
    });

    test('a function that changes its parameters leaves no second one behind, a view may change its columns', async () => {
      await use(true);
      await apply(VIEW, FUNCTION);
      const wider = file(
        'x/b.sql',
        `create or replace function domino_sync.b(p integer, q text) returns text language sql as $$ select q $$`,
      );
      const other = file(
        'x/a.sql',
        `create or replace view domino_sync_report.a as select domino_sync.b(1, 'two') as t`,
      );
      await apply(other, wider);
      expect(await answer('select t as answer from domino_sync_report.a')).toBe('two');
      expect(
        await answer(`select count(*)::integer as answer from pg_proc where proname = 'b'
        and pronamespace = 'domino_sync'::regnamespace`),
      ).toBe(1);
      expect(
        await answer(`select has_table_privilege('domino_sync_reader', 'domino_sync_report.a', 'select')
        as answer`),
      ).toBe(true);
    });

    test('objects that are no longer part of it are removed', async () => {
      await use(true);
      await apply(VIEW, FUNCTION);
      expect((await apply()).removed.sort()).toEqual(['x/a.sql', 'x/b.sql']);
      expect(await answer(`select to_regclass('domino_sync_report.a') as answer`)).toBeNull();
    });

    test("a view of the customer's that uses ours is never dropped", async () => {
      await use(true);
      await apply(VIEW, FUNCTION);
      await database.admin.query('create view public.customers_own as select n from domino_sync_report.a');
      await expect(apply()).rejects.toMatchObject({
        message: expect.stringContaining('other objects depend on it') as string,
      });
      expect(await answer('select n as answer from public.customers_own')).toBe(1);
    });

    test('an object that cannot be made ends the deployment with its file', async () => {
      await use(true);
      const wrong = file(
        'x/c.sql',
        'create or replace view domino_sync_report.c as select n from domino_sync.nowhere',
      );
      await expect(apply(wrong)).rejects.toMatchObject({
        message: expect.stringContaining('x/c.sql') as string,
      });
    });
  });

  describe('opening', () => {
    test('a database without our objects says what to do', async () => {
      const url = await use(false);
      await expect(openPostgres(url)).rejects.toMatchObject({
        code: 'crm_not_deployed',
        message: expect.stringContaining('run "deploy"') as string,
      });
    });

    test('with a wrong password is refused without repeating it', async () => {
      const url = new URL(await use(true));
      url.password = 'not-the-password';
      const refusal = await openPostgres(url.href).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: 'crm_login' });
      expect(JSON.stringify(refusal) + String(refusal)).not.toContain('not-the-password');
    });

    test('without the rights of a runner is forbidden', async () => {
      await use(true);
      await expect(openPostgres(database.sageUrl)).rejects.toMatchObject({ code: 'crm_forbidden' });
    });

    test('a server that is not there is unreachable', async () => {
      const url = new URL(await use(true));
      url.port = '1';
      await expect(openPostgres(url.href)).rejects.toMatchObject({
        code: 'crm_unreachable',
        details: { transient: true },
      });
    });
  });
});

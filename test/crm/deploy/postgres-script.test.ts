/** `deploy --script` for PostgreSQL, run by psql and by an executor of our own. */
import { migrate } from 'postgres-migrations';
import pg from 'pg';
import { checkPostgres } from '../../../src/crm/deploy/check-postgres.ts';
import { postgresPlan } from '../../../src/crm/deploy/plan/postgres-plan.ts';
import { psqlDeployScript } from '../../../src/crm/deploy/plan/psql-script.ts';
import { deployPostgres } from '../../../src/crm/deploy/postgres.ts';
import { POSTGRES_MIGRATIONS } from '../../../src/crm/deploy/sql-objects.ts';
import { catalogueOf } from '../../support/catalogue.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { PSQL_RUNNERS } from '../../support/psql.ts';

const render = async (): Promise<string> => psqlDeployScript(await postgresPlan());

test('the script of deploy is the same each time it is made, and tells neither time nor place', async () => {
  const script = await render();
  expect(await render()).toBe(script);
  expect(script).not.toContain(process.cwd());
  expect(script).not.toMatch(/\b20\d\d-\d\d-\d\d\b.*(generated|made|written)/i);
});

describe.each(PSQL_RUNNERS)('the script of deploy, run by $name', ({ run }) => {
  let script: string;
  const databases: TestDatabase[] = [];

  beforeAll(async () => {
    script = await render();
  });
  afterEach(() => Promise.all(databases.splice(0).map((database) => database.drop())));

  const use = async (deployed: boolean): Promise<TestDatabase> => {
    const database = await createTestDatabase({ deployed });
    databases.push(database);
    return database;
  };
  const findings = async ({ url }: TestDatabase) => checkPostgres({ connectionString: url });
  const nothing = { migrations: [], applied: [], removed: [] };
  const noted = async ({ admin }: TestDatabase): Promise<unknown[]> => [
    ...(await admin.query('select id, name, hash from domino_sync.migrations order by id')).rows,
    ...(
      await admin.query(
        'select path, objects, checksum, definition_digest from domino_sync.deployed_object order by path',
      )
    ).rows,
  ];

  test('leaves what deploy leaves, object by object, and deploy finds nothing to do after it', async () => {
    const [byScript, byDeploy] = [await use(false), await use(false)];
    expect(await run(byScript.url, script)).toMatchObject({ code: 0, errors: '' });
    await deployPostgres({ connectionString: byDeploy.url });
    expect(await catalogueOf(byScript.admin)).toEqual(await catalogueOf(byDeploy.admin));
    expect(await noted(byScript)).toEqual(await noted(byDeploy));
    expect(await findings(byScript)).toEqual([]);
    expect(await deployPostgres({ connectionString: byScript.url })).toEqual(nothing);
    const client = new pg.Client({ connectionString: byScript.url });
    await client.connect();
    await client.query('set search_path = domino_sync');
    expect(await migrate({ client }, POSTGRES_MIGRATIONS)).toEqual([]);
    await client.end();
  });

  test('does nothing after deploy, nor the second time', async () => {
    const database = await use(true);
    const before = [await catalogueOf(database.admin), await noted(database)];
    for (let time = 0; time < 2; time += 1)
      expect(await run(database.url, script)).toEqual({
        code: 0,
        said: ['crm-domino-sync: this database is up to date.'],
        errors: '',
      });
    expect([await catalogueOf(database.admin), await noted(database)]).toEqual(before);
  });

  test('goes on where a deployment stopped half way', async () => {
    const [half, whole] = [await use(false), await use(true)];
    const stop = script.indexOf('-- migration 004_state.sql');
    expect((await run(half.url, script.slice(0, stop))).code).toBe(0);
    const done = await run(half.url, script);
    expect(done).toMatchObject({ code: 0, errors: '' });
    expect(done.said).not.toContain('migration 003_capture.sql');
    expect(done.said).toContain('migration 004_state.sql');
    expect(await catalogueOf(half.admin)).toEqual(await catalogueOf(whole.admin));
  });

  test('repairs what was changed behind it, and keeps a trigger off that an administrator switched off', async () => {
    const database = await use(true);
    await database.admin.query(`
      create or replace view domino_sync.live_runner as select 1 as runner_id;
      drop function domino_sync_api.fold_changes(integer);
      drop trigger domino_sync_communication_insert on communication;
      alter table communication disable trigger domino_sync_communication_update;
      grant select on domino_sync.setting to public;
      insert into domino_sync.deployed_object (path, objects, checksum)
      values ('queue/former.sql', '[]', 'former')`);
    const done = await run(database.url, script);
    expect(done).toMatchObject({ code: 0, errors: '' });
    expect(done.said).toEqual(
      expect.arrayContaining(['applied queue/fold_changes.sql', 'applied admin/grants.sql']) as unknown,
    );
    expect((await findings(database)).map(({ code }) => code)).toEqual(['trigger_disabled']);
  });

  describe('refuses, before it changes anything,', () => {
    const refused = async (
      database: TestDatabase,
      text: string,
      message: RegExp,
      changed = 0,
    ): Promise<void> => {
      const before = await catalogueOf(database.admin);
      const done = await run(database.url, text);
      expect(done.code).toBe(3);
      expect(done.errors).toMatch(message);
      expect(done.said).toEqual([]);
      expect((await catalogueOf(database.admin)).length - before.length).toBe(changed);
    };

    test('a database that lacks a column of the CRM', async () => {
      const database = await use(false);
      await database.admin.query('alter table communication drop column comm_crmonly; drop table emaillink');
      await refused(database, script, /communication\.comm_crmonly, emaillink\b.*names the CRM database/);
    });

    test('a server that is too old', async () => {
      const script99 = script.replace('< 140000', '< 990000');
      await refused(await use(false), script99, /PostgreSQL .* is too old: 14 or later is needed\. Upgrade/);
    });

    test('a migration whose checksum differs', async () => {
      const database = await use(true);
      await database.admin.query(`update domino_sync.migrations set hash = 'edited' where id = 3`);
      await refused(database, script, /edited after they had been applied: 003_capture\.sql\. Restore/);
    });

    test('a database deployed by a newer version, as deploy does', async () => {
      const database = await use(true);
      await database.admin.query(
        `insert into domino_sync.migrations (id, name, hash) values (999, 'of_tomorrow', 'x')`,
      );
      await refused(database, script, /a newer version was deployed.*of_tomorrow\. Use that version/);
      await expect(deployPostgres({ connectionString: database.url })).rejects.toMatchObject({
        code: 'crm_refused',
        message: expect.stringContaining('of_tomorrow') as string,
      });
    });
  });

  test('a step that fails leaves its part undone, and the script stops there', async () => {
    const database = await use(false);
    await database.admin.query(
      'create schema domino_sync; create table domino_sync.runner (of_somebody_else integer)',
    );
    const done = await run(database.url, script);
    expect(done.code).toBe(3);
    expect(done.errors).toMatch(/relation "runner" already exists/);
    expect(done.said.at(-1)).toBe('migration 004_state.sql');
    const { rows } = await database.admin.query('select max(id) as id from domino_sync.migrations');
    expect(rows).toEqual([{ id: 3 }]);
  });
});

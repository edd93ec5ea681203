/** `undeploy --script` for PostgreSQL, on a server of its own: roles belong to the whole server. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { deployPostgres } from '../../../src/crm/deploy/postgres.ts';
import { ownObjects } from '../../../src/crm/deploy/plan/inventory.ts';
import { psqlUndeployScript } from '../../../src/crm/deploy/plan/postgres-undeploy.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../../src/sandbox/embedded-postgres.ts';
import { installVendorSchema } from '../../../src/sandbox/crm/vendor-schema.ts';
import { catalogueOf, rolesOf } from '../../support/catalogue.ts';
import { PSQL_RUNNERS } from '../../support/psql.ts';
import { testDirectory } from '../../support/temp-directory.ts';

let server: EmbeddedPostgres;
let directory: string;
let script: string;
let number = 0;

interface Database {
  name: string;
  url: string;
  admin: pg.Client;
}

const opened: pg.Client[] = [];

const connectTo = async (url: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  opened.push(client);
  return client;
};

const createCrm = async (): Promise<Database> => {
  const name = `crm_${(number += 1)}`;
  const root = await connectTo(server.url);
  await root.query(`create database ${name}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  const admin = await connectTo(url.href);
  await installVendorSchema(admin, 'identity');
  await admin.query(`insert into users (user_userid, user_logon) values (1, 'jdoe');
    insert into communication (comm_type, comm_subject) values ('Appointment', 'kept')`);
  return { name, url: url.href, admin };
};

const deployed = async (): Promise<Database> => {
  const database = await createCrm();
  await deployPostgres({ connectionString: database.url });
  return database;
};

const vendorRows = async ({ admin }: Database): Promise<unknown[]> =>
  (await admin.query('select c.* from communication as c order by 1')).rows;

beforeAll(async () => {
  directory = testDirectory();
  server = await startEmbeddedPostgres({ dataDir: join(directory, 'server') });
  script = await psqlUndeployScript();
}, 60_000);

afterEach(async () => {
  for (const client of opened.splice(0)) await client.end();
  const root = await connectTo(server.url);
  for (let each = 1; each <= number; each += 1)
    await root.query(`drop database if exists crm_${each} with (force)`);
  await root.query(
    'drop role if exists domino_sync_runner, domino_sync_reader, domino_sync_admin, of_the_runner',
  );
  await root.end();
  opened.splice(0);
});

afterAll(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

test('the script of undeploy is the same each time it is made', async () => {
  expect(await psqlUndeployScript()).toBe(script);
});

test('it names every object that a deployment makes', async () => {
  const { admin } = await deployed();
  const { rows } = await admin.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
     where n.nspname like 'domino\\_sync%' and c.relkind in ('r', 'v', 'S')
       and not exists (select from pg_depend as d where d.objid = c.oid and d.deptype in ('a', 'i') and c.relkind = 'S')
     union select n.nspname || '.' || p.proname from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
     where n.nspname like 'domino\\_sync%'`,
  );
  const named = (await ownObjects('postgres')).filter(({ kind }) => kind !== 'trigger');
  expect(named.map(({ schema, name }) => `${schema}.${name}`).sort()).toEqual(
    rows.map(({ name }) => name).sort(),
  );
});

describe.each(PSQL_RUNNERS)('the script of undeploy, run by $name', ({ run }) => {
  test('leaves the database and the server as they were before the deployment, and the rows of the CRM', async () => {
    const database = await createCrm();
    const before = [
      await catalogueOf(database.admin),
      await rolesOf(database.admin),
      await vendorRows(database),
    ];
    await deployPostgres({ connectionString: database.url });
    await database.admin.query(`create role of_the_runner login; grant domino_sync_runner to of_the_runner;
      grant select on users to domino_sync_reader;
      insert into domino_sync.sync_user (crm_user_id, email, mail_file, window_start)
      values (1, 'jdoe@example.com', 'mail/jdoe.nsf', now())`);
    const done = await run(database.url, script, { remove_from: database.name });
    expect(done.code).toBe(0);
    expect(done.said.at(-1)).toBe('crm-domino-sync: every trace is removed.');
    expect(done.errors).toMatch(/members of role domino_sync_runner: .*of_the_runner/);
    await database.admin.query('drop role of_the_runner');
    expect([
      await catalogueOf(database.admin),
      await rolesOf(database.admin),
      await vendorRows(database),
    ]).toEqual(before);
  });

  test('only shows what is there as long as no database is named, and removes nothing from another one', async () => {
    const database = await deployed();
    const before = await catalogueOf(database.admin);
    const shown = await run(database.url, script);
    expect(shown).toMatchObject({ code: 0, errors: '' });
    expect(shown.said.at(-1)).toMatch(/^Nothing was removed\. To remove/);
    const other = await run(database.url, script, { remove_from: 'other' });
    expect(other.code).toBe(3);
    expect(other.errors).toMatch(
      /remove_from names database other, but this is crm_\d+; nothing was removed/,
    );
    expect(await catalogueOf(database.admin)).toEqual(before);
  });

  test('does nothing where nothing is, nor the second time', async () => {
    const database = await createCrm();
    const before = await catalogueOf(database.admin);
    for (let time = 0; time < 2; time += 1)
      expect(await run(database.url, script, { remove_from: database.name })).toMatchObject({
        code: 0,
        errors: '',
      });
    expect(await catalogueOf(database.admin)).toEqual(before);
  });

  test('keeps the roles while another database of the server uses them, and says so', async () => {
    const [one, other] = [await deployed(), await deployed()];
    const first = await run(one.url, script, { remove_from: one.name });
    expect(first.code).toBe(0);
    expect(first.errors).toContain(
      `role domino_sync_runner is kept: it has rights or objects in: ${other.name}.`,
    );
    expect((await rolesOf(one.admin)).join()).toContain('domino_sync_runner');
    const second = await run(other.url, script, { remove_from: other.name });
    expect(second.errors).toContain('role domino_sync_runner is dropped');
    expect((await rolesOf(one.admin)).join()).not.toContain('domino_sync');
  });

  describe('refuses, with nothing removed,', () => {
    const refused = async (database: Database, message: RegExp): Promise<void> => {
      const before = await catalogueOf(database.admin);
      const done = await run(database.url, script, { remove_from: database.name });
      expect(done.code).toBe(3);
      expect(done.errors).toMatch(message);
      expect(await catalogueOf(database.admin)).toEqual(before);
    };

    test('when a view of somebody else uses ours', async () => {
      const database = await deployed();
      await database.admin.query(
        'create view public.of_the_customer as select * from domino_sync_report.backlog',
      );
      await refused(database, /use those of crm-domino-sync: .*of_the_customer.*nothing was removed/);
    });

    test("when our schemas hold somebody else's table, or one of another version", async () => {
      const database = await deployed();
      await database.admin.query('create table domino_sync.of_the_customer (id integer)');
      await refused(database, /does not make: domino_sync\.of_the_customer\. Use the script/);
    });

    test('while a runner is at work', async () => {
      const database = await deployed();
      await database.admin.query(`select domino_sync_api.register_runner('host', 1, '0')`);
      await refused(database, /runners are at work: \d+ .*Stop them first/);
    });
  });
});

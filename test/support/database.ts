/**
 * Databases for tests: an empty sample CRM, with our objects deployed or without, cloned from a template in a few
 * milliseconds. Each template is made by whichever worker needs it first.
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { deployPostgres } from '../../src/crm/deploy/postgres.ts';
import {
  grantSageLogin,
  installVendorSchema,
  SAGE_LOGIN,
  type IdScheme,
} from '../../src/sandbox/crm/vendor-schema.ts';

export interface TestDatabaseOptions {
  /** With our schemas, procedures and triggers. Default true. */
  deployed?: boolean;
  /** Default `identity`. */
  ids?: IdScheme;
}

export interface TestDatabase {
  name: string;
  /** Superuser. */
  url: string;
  admin: pg.Pool;
  /** As Sage CRM's own service: may write the vendor's tables and nothing else. */
  sageUrl: string;
  /** A fresh login that is a member of these roles; gone with the database. */
  createLogin(...memberOf: string[]): Promise<string>;
  drop(): Promise<void>;
}

const SAGE_PASSWORD = 'sage';

const serverUrl = (): string => {
  const url = process.env['TEST_SERVER_URL'];
  if (url === undefined)
    throw new Error('TEST_SERVER_URL is not set: run through Jest, its global setup starts the server');
  return url;
};

const urlFor = (database: string, login?: { user: string; password: string }): string => {
  const url = new URL(serverUrl());
  url.pathname = `/${database}`;
  if (login !== undefined) {
    url.username = login.user;
    url.password = login.password;
  }
  return url.href;
};

export const withClient = async <T>(
  database: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> => {
  const client = new pg.Client({ connectionString: urlFor(database) });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

const makeTemplate = async (
  server: pg.Client,
  name: string,
  deployed: boolean,
  ids: IdScheme,
): Promise<void> => {
  const unfinished = `${name}_unfinished`;
  await server.query(`drop database if exists ${unfinished} with (force)`);
  await server.query(`create database ${unfinished}`);
  await withClient(unfinished, async (client) => {
    await installVendorSchema(client, ids);
    await grantSageLogin(client, ids, SAGE_PASSWORD);
  });
  if (deployed) await deployPostgres({ connectionString: urlFor(unfinished) });
  // A template somebody is connected to cannot be cloned; the deployment's last session may still be closing.
  await server.query(`alter database ${unfinished} with allow_connections false`);
  await server.query('select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1', [
    unfinished,
  ]);
  await server.query(`alter database ${unfinished} rename to ${name}`);
};

/** Made once for all workers: they wait for each other on a lock in the server's `postgres` database. */
const ensureTemplate = async (server: pg.Client, deployed: boolean, ids: IdScheme): Promise<string> => {
  const name = `template_crm_${ids}${deployed ? '_deployed' : ''}`;
  const exists = async (): Promise<boolean> =>
    (await server.query('select from pg_database where datname = $1', [name])).rowCount === 1;
  if (await exists()) return name;
  await server.query('select pg_advisory_lock(4711903)');
  try {
    if (!(await exists())) await makeTemplate(server, name, deployed, ids);
    return name;
  } finally {
    await server.query('select pg_advisory_unlock(4711903)');
  }
};

/** A database of its own for a test or a test file; `drop` it in `afterAll` or `afterEach`. */
export const createTestDatabase = async (options: TestDatabaseOptions = {}): Promise<TestDatabase> => {
  const { deployed = true, ids = 'identity' } = options;
  const name = `test_${randomBytes(6).toString('hex')}`;
  await withClient('postgres', async (server) => {
    const template = await ensureTemplate(server, deployed, ids);
    await server.query(`create database ${name} template ${template}`);
  });

  const admin = new pg.Pool({ connectionString: urlFor(name), max: 10 });
  // An idle session that ends with the database is no event for a test; its own queries report their errors.
  admin.on('error', () => undefined);
  const logins: string[] = [];
  return {
    name,
    url: urlFor(name),
    admin,
    sageUrl: urlFor(name, { user: SAGE_LOGIN, password: SAGE_PASSWORD }),
    createLogin: async (...memberOf) => {
      const user = `login_${randomBytes(6).toString('hex')}`;
      const password = randomBytes(12).toString('hex');
      await admin.query(`create role ${user} login password '${password}'`);
      logins.push(user);
      for (const role of memberOf) await admin.query(`grant ${pg.escapeIdentifier(role)} to ${user}`);
      return urlFor(name, { user, password });
    },
    drop: async () => {
      await admin.end();
      await withClient('postgres', async (server) => {
        await server.query(`drop database if exists ${name} with (force)`);
        for (const user of logins) await server.query(`drop role ${user}`);
      });
    },
  };
};

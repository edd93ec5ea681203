/**
 * Databases for tests on the SQL Server of MSSQL_TEST_URL (a login that may create databases and logins): a sample CRM with
 * our objects deployed or without. Each is made anew, because a SQL Server has no templates.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deployOver } from '../../src/crm/deploy/mssql.ts';
import { batchesOf } from '../../src/crm/deploy/tsql-text.ts';
import type { DeployOptions, DeployResult } from '../../src/crm/deploy/findings.ts';
import { connect, type MssqlSession } from '../../src/crm/mssql/connect.ts';
import type { IdScheme } from '../../src/sandbox/crm/vendor-schema.ts';
import { asBabelfish, grantInsteadOfChaining, isBabelfish } from './babelfish.ts';

export interface MssqlTestDatabase {
  name: string;
  /** As the login of MSSQL_TEST_URL. */
  url: string;
  admin: MssqlSession;
  /** As Sage CRM's own service: may write the vendor's tables and nothing else. */
  sageUrl: string;
  babelfish: boolean;
  deploy(options?: Omit<DeployOptions, 'connectionString'>): Promise<DeployResult>;
  /** A fresh login that is a member of these roles; gone with the database. */
  createLogin(...memberOf: string[]): Promise<string>;
  drop(): Promise<void>;
}

export interface MssqlTestDatabaseOptions {
  /** With our schemas, procedures and triggers. Default true. */
  deployed?: boolean;
  /** Default `identity`. */
  ids?: IdScheme;
}

const VENDOR = join(import.meta.dirname, '..', '..', 'src', 'sandbox', 'crm', 'mssql');

const serverUrl = (): string => {
  const url = process.env['MSSQL_TEST_URL'];
  if (url === undefined) throw new Error('MSSQL_TEST_URL is not set');
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

const openSession = (url: string): Promise<MssqlSession> =>
  connect(url, 'crm-domino-sync test', 'test', 120_000);

const withSession = async <T>(url: string, work: (session: MssqlSession) => Promise<T>): Promise<T> => {
  const session = await openSession(url);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
};

/** Letters and digits of three kinds: the password policy of Windows asks for them. */
const newLogin = (): { user: string; password: string } => ({
  user: `login_${randomBytes(6).toString('hex')}`,
  password: `Aa1${randomBytes(12).toString('hex')}`,
});

const installVendor = async (session: MssqlSession, ids: IdScheme): Promise<void> => {
  for (const file of ['vendor-schema.sql', `vendor-ids-${ids}.sql`]) {
    const path = join(VENDOR, file);
    if (!existsSync(path)) throw new Error(`the sample CRM for SQL Server is missing: ${path}`);
    for (const batch of batchesOf(readFileSync(path, 'utf8'))) await session.batch(batch);
  }
};

/** `drop` it in `afterAll` or `afterEach`. */
export const createMssqlDatabase = async (
  options: MssqlTestDatabaseOptions = {},
): Promise<MssqlTestDatabase> => {
  const { deployed = true, ids = 'identity' } = options;
  const name = `test_${randomBytes(6).toString('hex')}`;
  const babelfish = await withSession(serverUrl(), async (server) => {
    await server.batch(`CREATE DATABASE ${name};`);
    return isBabelfish(server);
  });
  const adapted = (session: MssqlSession): MssqlSession => (babelfish ? asBabelfish(session) : session);
  const admin = await openSession(urlFor(name));
  const logins: string[] = [];

  const createLogin = async (...memberOf: string[]): Promise<string> => {
    const login = newLogin();
    await admin.batch(`CREATE LOGIN ${login.user} WITH PASSWORD = '${login.password}';`);
    logins.push(login.user);
    await admin.batch(`CREATE USER ${login.user} FOR LOGIN ${login.user};`);
    for (const role of memberOf) await admin.batch(`ALTER ROLE ${role} ADD MEMBER ${login.user};`);
    return urlFor(name, login);
  };

  const deploy: MssqlTestDatabase['deploy'] = (deployOptions = {}) =>
    withSession(urlFor(name), (session) => deployOver(adapted(session), deployOptions));

  await installVendor(adapted(admin), ids);
  const sageUrl = await createLogin();
  const sage = logins[0] ?? '';
  await admin.batch(`GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE ON SCHEMA::dbo TO ${sage};`);
  if (deployed) {
    await deploy();
    if (babelfish) await grantInsteadOfChaining(admin, sage);
  }

  return {
    name,
    url: urlFor(name),
    admin,
    sageUrl,
    babelfish,
    deploy,
    createLogin,
    drop: async () => {
      await admin.close();
      await withSession(serverUrl(), async (server) => {
        if (!babelfish) await server.batch(`ALTER DATABASE ${name} SET SINGLE_USER WITH ROLLBACK IMMEDIATE;`);
        await server.batch(`DROP DATABASE ${name};`);
        for (const login of logins) await server.batch(`DROP LOGIN ${login};`);
      });
    },
  };
};

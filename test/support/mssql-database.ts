/**
 * Databases for tests on the SQL Server of MSSQL_TEST_URL (a login that may create databases and logins): a sample CRM with
 * our objects deployed or without. SQL Server has no templates to clone, so within a test file a deployed database is
 * emptied and used again.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkOver } from '../../src/crm/deploy/check-mssql.ts';
import { deployOver } from '../../src/crm/deploy/mssql.ts';
import { batchesOf } from '../../src/crm/deploy/tsql-text.ts';
import type { DeployOptions, DeployResult, Finding } from '../../src/crm/deploy/findings.ts';
import { connect, type MssqlSession } from '../../src/crm/mssql/connect.ts';
import type { IdScheme } from '../../src/sandbox/crm/vendor-schema.ts';
import { JSON_TEXT, NESTED_JSON } from './babelfish-json.ts';
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
  /** As `deploy --check`. */
  check(): Promise<Finding[]>;
  /** Some session waits for a lock that another one holds. */
  somebodyWaits(): Promise<boolean>;
  /** This database is not what a deployment leaves any more: `drop` does not keep it for the next test. */
  spoil(): void;
  /** Of the login that this database keeps for one of our roles. */
  roleUrl(role: string): Promise<string>;
  /** Called when the database itself is dropped, which may be tests later. */
  beforeItGoes(work: () => Promise<void>): void;
  /** A fresh login that is a member of these roles; gone with the test. */
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

interface Login {
  user: string;
  password: string;
}

const urlFor = (database: string, login?: Login): string => {
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
const newLogin = (): Login => ({
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

/** What a deployment fills and tests change. */
const SEEDED = ['setting', 'caption_map', 'reason_code', 'database_witness'];

/** As the deployment left them; in a schema of its own, that nobody takes it for ours. */
const keepSeeds = async (session: MssqlSession): Promise<void> => {
  await session.batch('CREATE SCHEMA kept;');
  for (const table of SEEDED) await session.batch(`SELECT * INTO kept.${table} FROM domino_sync.${table};`);
};

/** Back to what a fresh deployment leaves. Ids go on counting. */
const empty = async (session: MssqlSession): Promise<void> => {
  const tables = await session.query<{ name: string }>(
    `SELECT CONCAT(s.name, N'.', t.name) AS name FROM sys.tables AS t
     INNER JOIN sys.schemas AS s ON s.schema_id = t.schema_id
     WHERE s.name IN (N'dbo', N'domino_sync') AND t.name NOT IN (
         N'Custom_Tables', N'Custom_Captions', N'SQL_Identity', N'migrations', N'deployed_object')
     ORDER BY s.name;`,
  );
  await session.batch(`IF OBJECT_ID(N'domino_sync.broken', N'C') IS NOT NULL
    ALTER TABLE domino_sync.change_log DROP CONSTRAINT broken;`);
  // the vendor's first: its triggers write into ours
  await session.batch(tables.map(({ name }) => `DELETE FROM ${name};`).join('\n'));
  for (const table of SEEDED)
    await session.batch(`INSERT INTO domino_sync.${table} SELECT * FROM kept.${table};`);
  await session.batch(`UPDATE dbo.Custom_Tables SET Bord_TableId = 13 WHERE Bord_Name = N'Person';`);
  await session.batch('ALTER SEQUENCE domino_sync.capture_fault_seq RESTART WITH 0;');
  await session.batch('DECLARE @none bigint = NEXT VALUE FOR domino_sync.capture_fault_seq;');
};

/** A connection that was closed is gone from the server a moment later, and its login cannot be dropped before. */
const untilSignedOut = async (admin: MssqlSession, login: string): Promise<void> => {
  const end = Date.now() + 30_000;
  for (;;) {
    const [open] = await admin.query<{ n: number }>(
      'SELECT COUNT(*) AS n FROM sys.dm_exec_sessions AS s WHERE s.login_name = @login;',
      { login },
    );
    if (open?.n === 0) return;
    if (Date.now() > end) throw new Error(`${login} still has ${open?.n} sessions: a test left them open`);
  }
};

interface Deployed {
  name: string;
  admin: MssqlSession;
  babelfish: boolean;
  sage: Login;
  /** By role. */
  roles: Map<string, Login>;
  goodbyes: (() => Promise<void>)[];
}

const spare = new Map<IdScheme, Deployed[]>();

const isReused = (name: string): boolean =>
  ['IDENTITY', 'EWARE'].some((ids) => {
    const address = process.env[`MSSQL_TEST_REUSE_${ids}`];
    return address !== undefined && new URL(address).pathname === `/${name}`;
  });

const dropLogin = async (admin: MssqlSession, login: string): Promise<void> => {
  await untilSignedOut(admin, login);
  await admin.batch(`DROP USER ${login};`);
  await admin.batch(`DROP LOGIN ${login};`);
};

const addLogin = async (admin: MssqlSession, memberOf: readonly string[]): Promise<Login> => {
  const login = newLogin();
  await admin.batch(`CREATE LOGIN ${login.user} WITH PASSWORD = '${login.password}';`);
  await admin.batch(`CREATE USER ${login.user} FOR LOGIN ${login.user};`);
  for (const role of memberOf) await admin.batch(`ALTER ROLE ${role} ADD MEMBER ${login.user};`);
  return login;
};

const dropDatabase = async ({ name, admin, babelfish, sage, roles, goodbyes }: Deployed): Promise<void> => {
  for (const work of goodbyes) await work();
  for (const { user } of roles.values()) await dropLogin(admin, user);
  await admin.close();
  if (isReused(name)) return;
  await withSession(serverUrl(), async (server) => {
    if (!babelfish) await server.batch(`ALTER DATABASE ${name} SET SINGLE_USER WITH ROLLBACK IMMEDIATE;`);
    await server.batch(`DROP DATABASE ${name};`);
    await server.batch(`DROP LOGIN ${sage.user};`);
  });
};

if (process.env['MSSQL_TEST_URL'] !== undefined)
  afterAll(async () => {
    for (const database of [...spare.values()].flat()) await dropDatabase(database);
  });

const adapted = (session: MssqlSession, babelfish: boolean): MssqlSession =>
  babelfish ? asBabelfish(session) : session;

const deployInto = async (
  { name, babelfish, sage }: Deployed,
  options: Omit<DeployOptions, 'connectionString'>,
): Promise<DeployResult> => {
  const url = urlFor(name);
  const result = await withSession(url, (session) => deployOver(adapted(session, babelfish), options));
  // a session that deployed "cannot fetch toast data without an active snapshot"
  if (babelfish) await withSession(url, (session) => grantInsteadOfChaining(session, sage.user));
  return result;
};

const make = async (deployed: boolean, ids: IdScheme): Promise<Deployed> => {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const sage = newLogin();
  const babelfish = await withSession(serverUrl(), async (server) => {
    await server.batch(`CREATE DATABASE ${name};`);
    await server.batch(`CREATE LOGIN ${sage.user} WITH PASSWORD = '${sage.password}';`);
    return isBabelfish(server);
  });
  const admin = await openSession(urlFor(name));
  const database = { name, admin, babelfish, sage, roles: new Map<string, Login>(), goodbyes: [] };
  try {
    await installVendor(adapted(admin, babelfish), ids);
    await admin.batch(`CREATE USER ${sage.user} FOR LOGIN ${sage.user};`);
    await admin.batch(`GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE ON SCHEMA::dbo TO ${sage.user};`);
    if (babelfish) for (const made of [NESTED_JSON, JSON_TEXT]) await admin.batch(made);
    if (deployed) {
      await deployInto(database, {});
      await keepSeeds(admin);
    }
    return database;
  } catch (error) {
    // an open session would keep the tests from ending
    await dropDatabase(database);
    throw error;
  }
};

/**
 * A deployment takes long on a slow server. MSSQL_TEST_REUSE_IDENTITY and _EWARE, addresses with Sage's login, name
 * databases that a run before has deployed and that nobody else uses: tests take them and leave them there.
 */
const reuse = async (ids: IdScheme): Promise<Deployed | undefined> => {
  const address = process.env[`MSSQL_TEST_REUSE_${ids.toUpperCase()}`];
  if (address === undefined || reused.has(ids)) return undefined;
  reused.add(ids);
  const { pathname, username, password } = new URL(address);
  const name = pathname.slice(1);
  const admin = await openSession(urlFor(name));
  const babelfish = await isBabelfish(admin);
  await empty(admin);
  return { name, admin, babelfish, sage: { user: username, password }, roles: new Map(), goodbyes: [] };
};

const reused = new Set<IdScheme>();

/** `drop` it in `afterAll` or `afterEach`. */
export const createMssqlDatabase = async (
  options: MssqlTestDatabaseOptions = {},
): Promise<MssqlTestDatabase> => {
  const { deployed = true, ids = 'identity' } = options;
  const database =
    (deployed ? (spare.get(ids)?.pop() ?? (await reuse(ids))) : undefined) ?? (await make(deployed, ids));
  const { name, admin, babelfish, sage, roles, goodbyes } = database;
  const logins: string[] = [];
  let spoilt = !deployed;
  return {
    name,
    url: urlFor(name),
    admin,
    sageUrl: urlFor(name, sage),
    babelfish,
    deploy: (deployOptions = {}) => deployInto(database, deployOptions),
    check: () => withSession(urlFor(name), (session) => checkOver(adapted(session, babelfish))),
    somebodyWaits: async () =>
      (
        await admin.query(
          babelfish
            ? `SELECT pid FROM pg_catalog.pg_stat_activity WHERE wait_event_type = 'Lock';`
            : `SELECT r.session_id FROM sys.dm_exec_requests AS r
               WHERE r.blocking_session_id <> 0 AND r.database_id = DB_ID();`,
        )
      ).length > 0,
    spoil: () => {
      spoilt = true;
    },
    roleUrl: async (role) => {
      const login = roles.get(role) ?? (await addLogin(admin, [role]));
      roles.set(role, login);
      return urlFor(name, login);
    },
    beforeItGoes: (work) => void goodbyes.push(work),
    createLogin: async (...memberOf) => {
      const login = await addLogin(admin, memberOf);
      logins.push(login.user);
      return urlFor(name, login);
    },
    drop: async () => {
      for (const login of logins) await dropLogin(admin, login);
      if (spoilt) return dropDatabase(database);
      await empty(admin);
      spare.set(ids, [...(spare.get(ids) ?? []), database]);
    },
  };
};

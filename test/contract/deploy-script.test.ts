/** `deploy --script` and `undeploy --script` on a SQL Server, as sqlcmd runs them. Their PostgreSQL: test/crm/deploy. */
import { deployScript, undeployScript } from '../../src/crm/deploy/plan/scripts.ts';
import { connect } from '../../src/crm/mssql/connect.ts';
import { createMssqlDatabase, type MssqlTestDatabase } from '../support/mssql-database.ts';
import { runAsSqlcmd, type SqlcmdRun } from '../support/sqlcmd.ts';

/** Others deploy at the same time, and on a Babelfish server the lock of deployments is one for all databases. */
const PATIENT = { timeoutSeconds: 600 };

const onMssql = process.env['MSSQL_TEST_URL'] === undefined ? describe.skip : describe;

onMssql('deploy --script on mssql', () => {
  let database: MssqlTestDatabase;
  let script: string;

  beforeEach(async () => {
    database = await createMssqlDatabase({ deployed: false });
    script = (await deployScript('mssql')).text;
  }, 120_000);
  afterEach(() => database.drop());

  /** Each in a session of its own, which ends with it. */
  const run = async (text: string): Promise<SqlcmdRun> => {
    const session = await connect(database.url, 'crm-domino-sync test', 'test', 120_000);
    try {
      return await runAsSqlcmd(session, text, database.babelfish);
    } finally {
      await session.close();
    }
  };
  /** Objects and roles; of the vendor's tables their triggers. */
  const catalogue = async ({ admin } = database): Promise<string[]> =>
    (
      await admin.query<{ line: string }>(
        `SELECT CONCAT(s.name, N'.', o.name, N' ', RTRIM(o.type)) AS line
         FROM sys.objects AS o INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
         WHERE s.name LIKE N'domino[_]sync%' OR s.name = N'dbo'
         UNION ALL SELECT CONCAT(N'schema ', s.name) FROM sys.schemas AS s WHERE s.name LIKE N'domino[_]sync%';`,
      )
    )
      // names that a server makes up end in a number
      .map(({ line }) => line.replace(/(?<=\.DF_\w+_)\d+/, '*'))
      .sort();
  const migrations = async (): Promise<number> =>
    (await database.admin.query<{ n: number }>('SELECT COUNT(*) AS n FROM domino_sync.migrations AS m;'))[0]
      ?.n ?? -1;

  test('leaves what deploy leaves, and neither deploy nor the script has anything to do after it', async () => {
    const other = await createMssqlDatabase({ deployed: false });
    let byDeploy: string[];
    try {
      await other.deploy(PATIENT);
      byDeploy = await catalogue(other);
    } finally {
      await other.drop();
    }
    expect((await run(script)).errors).toEqual([]);
    expect(await catalogue()).toEqual(byDeploy);
    expect(await database.deploy(PATIENT)).toEqual({ migrations: [], applied: [], removed: [] });
    expect((await run(script)).errors).toEqual([]);
    expect(await catalogue()).toEqual(byDeploy);
  }, 600_000);

  test('goes on where it stopped, and stops for good where a part fails', async () => {
    const vendor = await catalogue();
    const broken = script.replace('CREATE TABLE domino_sync.runner (', 'CREATE TABLE domino_sync.runner (; ');
    expect(broken).not.toBe(script);
    const { errors } = await run(broken);
    expect(errors.length).toBeGreaterThan(1);
    expect(errors.at(-1)).toMatch(/^crm-domino-sync: stopped\./);
    expect(await migrations()).toBe(3);
    expect((await catalogue()).filter((line) => /\.(fold_changes|activity) /.test(line))).toEqual([]);
    expect(vendor.every((line) => !line.startsWith('domino_sync'))).toBe(true);
    expect((await run(script)).errors).toEqual([]);
    expect(await database.deploy(PATIENT)).toEqual({ migrations: [], applied: [], removed: [] });
  }, 600_000);

  test('refuses, before it changes anything, what is too old, lacks a column or was deployed by a newer version', async () => {
    const refused = async (text: string, message: RegExp): Promise<void> => {
      const before = await catalogue();
      const { errors } = await run(text);
      expect(errors).toHaveLength(1);
      expect(errors[0]).toMatch(message);
      expect(await catalogue()).toEqual(before);
    };
    await refused(
      script.replace('< 13 * CONVERT', '< 99 * CONVERT'),
      /^SQL Server [\d.]+ is too old: 2016 SP1 .* Upgrade the server first; nothing was changed$/,
    );
    await refused(
      script.replace('@engine IN (5,', '@engine IN (1, 2, 3, 4,'),
      /^this service \(engine edition \d\) lacks sys\.database_recovery_status, .* nothing was changed$/,
    );
    await refused(
      script.replace(
        "(N'emaillink', N'elink_deleted')",
        "(N'emaillink', N'elink_tomorrow'), (N'nowhere', N'x')",
      ),
      /schema dbo lacks emaillink\.elink_tomorrow, nowhere\. Check that/,
    );
    await database.admin.batch('CREATE SCHEMA domino_sync;');
    await database.admin.batch(
      `CREATE TABLE domino_sync.migrations (id int NOT NULL PRIMARY KEY, name varchar(100), hash varchar(40));
       INSERT INTO domino_sync.migrations (id, name, hash) VALUES (999, 'of_tomorrow', 'x');`,
    );
    await refused(script, /a newer version was deployed.*of_tomorrow\. Use that version/);
    await database.admin.batch(`UPDATE domino_sync.migrations SET id = 3;`);
    await refused(script, /edited after they had been applied: 003_capture\.sql\. Restore/);
  }, 600_000);

  test('undeploy only shows until it is told the database, then leaves what was before, and the rows of the CRM', async () => {
    await database.admin.batch(`INSERT INTO dbo.Communication (Comm_Type) VALUES (N'Task');`);
    const before = await catalogue();
    await run(script);
    const deployed = await catalogue();
    const removal = await undeployScript('mssql');
    const named = (name: string): string => removal.replace("VALUES (N'')", `VALUES (N'${name}')`);
    expect((await run(removal)).errors).toEqual([]);
    expect((await run(named('another'))).errors[0]).toMatch(
      /names database another, but this is .*nothing was removed/,
    );
    expect(await catalogue()).toEqual(deployed);
    await database.admin.batch('CREATE TABLE domino_sync.of_the_customer (id int);');
    expect((await run(named(database.name))).errors[0]).toMatch(
      /does not make: domino_sync\.of_the_customer\. Use/,
    );
    await database.admin.batch('DROP TABLE domino_sync.of_the_customer;');
    expect((await run(named(database.name))).errors).toEqual([]);
    expect(await catalogue()).toEqual(before);
    const [rows] = await database.admin.query<{ n: number }>(
      'SELECT COUNT(*) AS n FROM dbo.Communication AS c;',
    );
    expect(rows?.n).toBe(1);
    expect((await run(named(database.name))).errors).toEqual([]);
  }, 600_000);
});

/** Deployment on SQL Server: repeatable, safe to start at once, and it sees what was changed behind it. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createMssqlDatabase, type MssqlTestDatabase } from '../support/mssql-database.ts';
import { testOn } from './lacking.ts';

const describeHere = process.env['MSSQL_TEST_URL'] === undefined ? describe.skip : describe;

/** The newest migration. */
const LAST = readdirSync(join(import.meta.dirname, '../../migrations/mssql'))
  .sort()
  .at(-1)!;

const NOTHING = { migrations: [], applied: [], removed: [] };

describeHere('deploy on mssql', () => {
  const test = testOn({ name: 'mssql' });
  let database: MssqlTestDatabase;

  const findings = async (): Promise<string[]> =>
    (await database.check()).map(({ code, object }) => `${code} ${object}`);

  describe('into a CRM that has nothing of it', () => {
    beforeEach(async () => {
      database = await createMssqlDatabase({ deployed: false });
    });
    afterEach(() => database.drop());

    test('a missing vendor column is named before anything is created', async () => {
      await database.admin.batch(
        'ALTER TABLE dbo.Communication DROP COLUMN Comm_CRMOnly; DROP TABLE dbo.EmailLink;',
      );
      await expect(database.deploy()).rejects.toMatchObject({
        code: 'crm_refused',
        message: expect.stringMatching(
          /communication\.comm_crmonly, emaillink\b.*CRM_DATABASE_URL.*nothing was changed/is,
        ) as string,
      });
      const made = await database.admin.query(
        `SELECT s.name FROM sys.schemas AS s WHERE s.name LIKE N'domino[_]sync%'
         UNION ALL
         SELECT p.name FROM sys.database_principals AS p WHERE p.name LIKE N'domino[_]sync%';`,
      );
      expect(made).toEqual([]);
      expect((await findings()).map((one) => one.toLowerCase())).toContain(
        'vendor_column_missing dbo.emaillink',
      );
    });

    test('the first of three at once does the work, and nothing is left to do', async () => {
      expect(await findings()).toEqual(['not_deployed domino_sync']);
      const results = await Promise.all([database.deploy(), database.deploy(), database.deploy()]);
      const [worked, ...others] = results.sort((a, b) => b.applied.length - a.applied.length);
      expect(worked!.migrations).toContain('003_capture.sql');
      expect(worked!.applied).toContain('queue/fold_changes.sql');
      expect(others).toEqual([NOTHING, NOTHING]);
      expect(await findings()).toEqual([]);
    });
  });

  describe('into a database that has it', () => {
    beforeAll(async () => {
      database = await createMssqlDatabase();
    });
    afterAll(() => database.drop());

    test('a second deployment has nothing to do', async () => {
      expect(await database.deploy()).toEqual(NOTHING);
      expect(await findings()).toEqual([]);
    });

    test('a disabled trigger is reported, and a deployment leaves it disabled', async () => {
      database.spoil();
      await database.admin.batch(
        'DISABLE TRIGGER dbo.domino_sync_communication_capture ON dbo.Communication;',
      );
      const disabled = ['trigger_disabled dbo.Communication: domino_sync_communication_capture'];
      expect(await findings()).toEqual(disabled);
      expect(await database.deploy()).toEqual(NOTHING);
      expect(await findings()).toEqual(disabled);
      await database.admin.batch(
        'ENABLE TRIGGER dbo.domino_sync_communication_capture ON dbo.Communication;',
      );
      expect(await findings()).toEqual([]);
    });

    test('an edited migration stops the deployment with its name', async () => {
      const id = Number.parseInt(LAST, 10);
      const [row] = await database.admin.query<{ hash: string }>(
        `SELECT m.hash FROM domino_sync.migrations AS m WHERE m.id = ${id};`,
      );
      expect(row?.hash).toMatch(/^[0-9a-f]{40}$/);
      const setHash = (hash: string): Promise<void> =>
        database.admin.batch(`UPDATE domino_sync.migrations SET hash = '${hash}' WHERE id = ${id};`);
      await setHash('edited');
      expect(await findings()).toContain(`migration_edited ${LAST}`);
      await expect(database.deploy()).rejects.toMatchObject({
        message: expect.stringContaining(LAST.replace('.sql', '')) as string,
      });
      await setHash(row!.hash);
      expect(await database.deploy()).toEqual(NOTHING);
    });

    describe('where a procedure and a trigger are gone and a view is another', () => {
      beforeAll(async () => {
        database.spoil();
        await database.admin.batch('DROP PROCEDURE domino_sync_api.fold_changes;');
        await database.admin.batch('DROP VIEW domino_sync_report.recent_runs;');
        await database.admin.batch('CREATE VIEW domino_sync_report.recent_runs AS SELECT 1 AS run_id;');
        await database.admin.batch('DROP TRIGGER dbo.domino_sync_comm_link_capture;');
      });

      test('each of them is reported', async () => {
        expect(await findings()).toEqual(
          expect.arrayContaining([
            'object_missing queue/fold_changes.sql',
            'object_altered report/recent_runs.sql',
            'trigger_missing dbo.Comm_Link: domino_sync_comm_link_capture',
          ]),
        );
      });

      test('a deployment makes them anew, and no migration', async () => {
        const { migrations, applied } = await database.deploy();
        expect(migrations).toEqual([]);
        expect(applied).toEqual(
          expect.arrayContaining([
            'admin/grants.sql',
            'capture/capture_comm_link.sql',
            'queue/fold_changes.sql',
            'report/recent_runs.sql',
          ]),
        );
        expect(await findings()).toEqual([]);
      });
    });
  });
});

/**
 * The preflight on SQL Server: it finds what is planted. The test server may be a Babelfish, which lacks some views of the
 * catalogue: what cannot be asked there must come as `not_checked`, never as a crash.
 */
import { preflightOver } from '../../src/crm/deploy/preflight/mssql.ts';
import type { PreflightRow } from '../../src/crm/deploy/preflight/row.ts';
import { asBabelfish } from '../support/babelfish.ts';
import {
  createMssqlDatabase,
  type MssqlTestDatabase,
  type MssqlTestDatabaseOptions,
} from '../support/mssql-database.ts';

const describeMssql = process.env['MSSQL_TEST_URL'] === undefined ? describe.skip : describe;

describeMssql('preflight on mssql', () => {
  let database: MssqlTestDatabase;
  const use = async (options: MssqlTestDatabaseOptions): Promise<void> => {
    database = await createMssqlDatabase(options);
  };
  afterEach(() => database.drop());

  const rows = (): Promise<PreflightRow[]> =>
    preflightOver(database.babelfish ? asBabelfish(database.admin) : database.admin, { forDeploy: true });
  /** What is not in order in the CRM's own tables and modules. */
  const found = async (codes: RegExp): Promise<string[]> =>
    (await rows())
      .filter(({ severity, code }) => severity !== 'ok' && codes.test(code))
      .map(({ severity, code, object }) => `${severity} ${code} ${object}`.toLowerCase());
  const plant = (sql: string) => database.admin.batch(sql);

  test('every probe answers: with a finding, or that it could not look', async () => {
    await use({ deployed: false });
    const all = await rows();
    const unchecked = all.filter(({ code }) => code === 'not_checked').map(({ object }) => object);
    if (!database.babelfish) expect(unchecked).toEqual([]);
    expect(all.filter(({ severity }) => severity === 'ok').map(({ code }) => code)).toEqual(
      expect.arrayContaining([
        'server_version',
        'compatibility_level',
        'database_state',
        'vendor_column_type',
      ]),
    );
    for (const row of all) expect(row).toMatchObject({ what: expect.stringMatching(/\S/) as string });
  });

  test.each([
    ['identity', /IDENTITY column/, []],
    ['eware', /eware_get_identity_id/, ['info ntext_column dbo.communication.comm_note']],
  ] as const)('a sound CRM with ids by %s has sound tables', async (ids, scheme, infos) => {
    await use({ deployed: false, ids });
    expect(await found(/^(vendor|id_scheme|ntext|table|module_output|module_dyn|foreign|instead)/)).toEqual(
      infos,
    );
    const told = (await rows()).filter(({ code }) => code === 'id_scheme');
    expect(told.map(({ severity, what }) => [severity, what])).toEqual([
      ['ok', expect.stringMatching(scheme)],
      ['ok', expect.stringMatching(scheme)],
    ]);
  });

  test('our own objects are no finding', async () => {
    await use({ deployed: true });
    expect(await found(/^(module_output|module_identity|foreign_trigger|name_taken|vendor_col)/)).toEqual([]);
  });

  test('columns that are missing, too short, of another type or to be filled are named', async () => {
    await use({ deployed: false });
    await plant('ALTER TABLE dbo.Communication DROP COLUMN Comm_CRMOnly;');
    await plant('ALTER TABLE dbo.Communication DROP COLUMN Comm_DateTime;');
    await plant('ALTER TABLE dbo.Communication ADD Comm_DateTime datetimeoffset NULL;');
    await plant('ALTER TABLE dbo.Communication DROP COLUMN Comm_Subject;');
    await plant('ALTER TABLE dbo.Communication ADD Comm_Subject varchar(60) NULL;');
    await plant('ALTER TABLE dbo.Communication ADD Comm_Region nvarchar(10) NOT NULL;');
    expect(await found(/^vendor_column/)).toEqual([
      'error vendor_column_type dbo.communication.comm_datetime',
      'error vendor_column_missing dbo.communication.comm_crmonly',
      'error vendor_column_required dbo.communication.comm_region',
      'warning vendor_column_length dbo.communication.comm_subject',
      'warning vendor_column_length dbo.communication.comm_subject',
    ]);
  });

  test('modules that OUTPUT without INTO, and that read @@IDENTITY, are named with their lines', async () => {
    await use({ deployed: false });
    await plant(`CREATE PROCEDURE dbo.archive_it AS
      DELETE FROM dbo.Communication
      OUTPUT deleted.Comm_Subject
      WHERE Comm_CommunicationId < 0;`);
    await plant(`CREATE PROCEDURE dbo.harmless AS
      -- DELETE dbo.Communication OUTPUT deleted.x, SELECT @@IDENTITY
      DECLARE @t table (a nvarchar(255));
      DELETE FROM dbo.Communication OUTPUT deleted.Comm_Subject INTO @t WHERE Comm_CommunicationId < 0;`);
    await plant('CREATE PROCEDURE dbo.last_id AS SELECT @@IDENTITY AS id;');
    await plant(`CREATE PROCEDURE dbo.by_text AS EXECUTE (N'SELECT @@IDENTITY AS id');`);
    const told = (await rows()).filter(
      ({ code, severity }) => code.startsWith('module_') && severity !== 'ok',
    );
    expect(told.map(({ severity, code, object, what }) => [severity, code, object, what])).toEqual([
      [
        'error',
        'module_output',
        'dbo.archive_it',
        'OUTPUT without INTO in DELETE on dbo.Communication (line 3).',
      ],
      ['warning', 'module_dynamic', 'dbo.by_text', expect.stringMatching(/line 1/)],
      ['info', 'module_identity', 'dbo.last_id', 'It reads @@IDENTITY (line 1).'],
    ]);
  });

  test('a trigger of somebody else is told', async () => {
    await use({ deployed: false });
    await plant('CREATE TRIGGER dbo.audit_it ON dbo.Communication AFTER INSERT, UPDATE AS SET NOCOUNT ON;');
    expect(await found(/trigger$/)).toEqual(['info foreign_trigger dbo.communication: audit_it']);
  });

  test('a schema of our name that is not ours stops the deployment', async () => {
    await use({ deployed: false });
    await plant('CREATE SCHEMA domino_sync;');
    await plant('CREATE TABLE domino_sync.mine (id int);');
    expect(await found(/^name_taken/)).toEqual(['error name_taken domino_sync']);
  });

  test('a time zone of another offset than the server, and one that is none, are named', async () => {
    await use({ deployed: true });
    const zone = (value: string) =>
      plant(`UPDATE domino_sync.setting SET [value] = N'${value}' WHERE name = N'crm_time_zone';`);
    await zone('Pacific/Kiritimati');
    expect(await found(/^time_zone/)).toEqual(['warning time_zone setting crm_time_zone']);
    await zone('Europe/Nowhere');
    expect(await found(/^time_zone/)).toContain('error time_zone_invalid setting crm_time_zone');
  });
});

/** `deploy` and the preflight, as an administrator sees them. */
import { EXIT } from '../../src/errors.ts';
import { runCli } from '../support/cli.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase({ deployed: false });
});
afterEach(() => database.drop());

const run = (...args: string[]) => runCli(args, { CRM_DATABASE_URL: database.url, LOG_LEVEL: 'silent' });
const deployed = async (): Promise<boolean> =>
  (await database.admin.query(`select from pg_namespace where nspname = 'domino_sync'`)).rowCount === 1;

test('an error refuses the deployment, says why and what to do, and nothing is changed', async () => {
  await database.admin.query('alter table communication drop column comm_crmonly');
  const ended = await run('deploy');
  expect(ended.code).toBe(EXIT.findings);
  expect(ended.stdout).toMatch(/^error +vendor_column_missing public\.communication\.comm_crmonly: /m);
  expect(ended.stdout).toMatch(/→ Check that CRM_DATABASE_URL/);
  expect(ended.stdout).toMatch(/Refused for an error; nothing was changed/);
  expect(ended.stdout).not.toMatch(/--accept/);
  expect(await deployed()).toBe(false);
  const told = await run('deploy', '--json');
  expect(JSON.parse(told.stdout)).toMatchObject({
    refused: true,
    applied: [],
    preflight: [
      { severity: 'error', code: 'vendor_column_missing', object: 'public.communication.comm_crmonly' },
    ],
  });
  const accepted = await run('deploy', '--accept', 'vendor_column_missing');
  expect(accepted).toMatchObject({ code: EXIT.usage, stdout: '' });
  expect(accepted.stderr).toMatch(/cannot be accepted\n.*vendor_column_required/);
});

test('an error that may be accepted is named, and accepted', async () => {
  await database.admin.query('alter table communication add column comm_region varchar(10) not null');
  expect((await run('deploy')).stdout).toMatch(/deploy --accept vendor_column_required$/m);
  expect(await deployed()).toBe(false);
  const ended = await run('deploy', '--accept', 'vendor_column_required');
  expect(ended.code).toBe(EXIT.ok);
  expect(ended.stdout).toMatch(/vendor_column_required public\.communication\.comm_region[^]*steps applied/);
  expect(await deployed()).toBe(true);
});

test('doctor tells the findings of the database before anything is deployed', async () => {
  const ended = await run('doctor', '--json');
  expect(ended.code).toBe(EXIT.findings); // nothing is deployed
  const findings = JSON.parse(ended.stdout) as { severity: string; code?: string; what: string }[];
  expect(findings).toContainEqual(
    expect.objectContaining({ severity: 'ok', code: 'id_scheme', what: 'public.communication' }),
  );
});

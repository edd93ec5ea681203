/** `deploy --script` and `undeploy --script` as a user starts them, with no database anywhere. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../support/cli.ts';
import { testDirectory } from '../support/temp-directory.ts';

let directory: string;
beforeAll(() => {
  directory = testDirectory();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const NOWHERE = { postgres: 'postgres://dba:x@127.0.0.1:1/crm', mssql: 'mssql://dba:x@127.0.0.1:1/crm' };

test.each([
  ['deploy', 'postgres', '\\set ON_ERROR_STOP on'],
  ['undeploy', 'postgres', '\\set ON_ERROR_STOP on'],
  ['deploy', 'mssql', 'SET NOEXEC OFF;'],
  ['undeploy', 'mssql', 'SET NOEXEC OFF;'],
] as const)('%s --script takes the engine from the address, %s', async (command, engine, holds) => {
  const file = join(directory, `${command}-${engine}.sql`);
  const done = await runCli([command, '--script', file, '--json'], { CRM_DATABASE_URL: NOWHERE[engine] });
  expect(done).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(done.stdout)).toMatchObject({ file, engine });
  const script = readFileSync(file, 'utf8');
  expect(script).toContain(holds);
  expect(script).not.toContain('127.0.0.1');
  // SSMS needs the mark to read the file as UTF-8
  expect(script.startsWith('\uFEFF')).toBe(engine === 'mssql');
});

test('without an address the engine has to be named', async () => {
  const file = join(directory, 'named.sql');
  const asked = await runCli(['undeploy', '--script', file]);
  expect(asked.code).toBe(2);
  expect(asked.stderr).toContain('--engine postgres or --engine mssql');
  expect(await runCli(['undeploy', '--script', file, '--engine', 'mssql'])).toMatchObject({ code: 0 });
});

test('undeploy does nothing but write a script, and deploy takes --script or --check', async () => {
  expect((await runCli(['undeploy'])).code).toBe(2);
  const both = await runCli(['deploy', '--script', join(directory, 'both.sql'), '--check']);
  expect(both.code).toBe(2);
  expect(both.stderr).toContain('--check');
});

test('a file that cannot be written is named', async () => {
  const file = join(directory, 'missing', 'deploy.sql');
  const done = await runCli(['deploy', '--script', file, '--engine', 'postgres']);
  expect(done.code).toBe(2);
  expect(done.stderr).toContain(file);
});

/** `npm start` as a user starts it, while the disk and the database fail it for a moment. */
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '../../src/sandbox/exercise/wait.ts';
import { runningServer, openCluster } from '../../src/sandbox/postgres-cluster.ts';
import { removeEmbeddedPostgres } from '../../src/sandbox/embedded-postgres.ts';
import { startCli, type Started } from '../support/cli.ts';
import { serverControl } from '../support/own-server.ts';
import { testDirectory } from '../support/temp-directory.ts';

let directory: string;
let sandbox: Started;
const inBox = (...names: string[]) => join(directory, '.sandbox', ...names);

beforeEach(() => {
  directory = testDirectory();
});
afterEach(async () => {
  sandbox.child.kill('SIGKILL');
  await sandbox.ended;
  await removeEmbeddedPostgres(inBox('postgres'));
  rmSync(directory, { recursive: true, force: true });
});

test('a database that is killed and mail files that cannot be saved are told, and it goes on and ends in good order', async () => {
  sandbox = startCli(['sandbox'], {}, directory);
  const said = (text: string | RegExp, from = 0) =>
    waitUntil(150_000, () => sandbox.said().slice(from).search(text) >= 0);
  expect(await said('Ready after')).toBe(true);

  // Nothing can be renamed onto a directory that is not empty.
  renameSync(inBox('mail-files.json'), inBox('kept.json'));
  mkdirSync(inBox('mail-files.json', 'in the way'), { recursive: true });
  expect(await said('the mail files cannot be saved')).toBe(true);

  const server = serverControl(inBox('postgres'));
  await server.kill();
  expect(await said('cannot look at what happened')).toBe(true);
  const before = sandbox.said().length;
  await server.start();
  // Both ways: the history is told from the database.
  expect(await said(/→ (?:Notes|CRM)/, before)).toBe(true);

  sandbox.child.kill('SIGINT');
  const { code, signal, stderr } = await sandbox.ended;
  expect({ code, signal }).toEqual({ code: 0, signal: null });
  // The runner's log alone: that the database could not be reached.
  expect(stderr).not.toMatch(/internal error|unhandled/i);
  expect(runningServer(openCluster(inBox('postgres')))).toBeNull();
  expect(JSON.parse(readFileSync(inBox('kept.json'), 'utf8'))).toMatchObject({ format: 1 });
}, 400_000);

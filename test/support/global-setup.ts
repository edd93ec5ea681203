/**
 * One PostgreSQL server a Jest run: the embedded one, or that of POSTGRES_TEST_URL. And the program, compiled once for all the
 * processes that the tests start. Address and place reach the workers through the environment.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import {
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/sandbox/embedded-postgres.ts';
import { connect } from '../../src/crm/mssql/connect.ts';
import { isBabelfish } from './babelfish.ts';
import { bundleProgram } from './bundle.ts';
import { TEMP_PREFIX, testDirectory } from './temp-directory.ts';

declare global {
  var testRun: { server: EmbeddedPostgres | undefined; directory: string } | undefined;
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Of several runs that start at once, one clears up. */
const claim = (directory: string): boolean => {
  try {
    mkdirSync(join(directory, 'clearing'));
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    throw error;
  }
};

/** A run that was killed could not clean up after itself; the next one does. */
const removeLeftovers = async (): Promise<void> => {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(TEMP_PREFIX)) continue;
    const pid = Number(name.slice(TEMP_PREFIX.length).split('-')[0]);
    if (isAlive(pid) || !claim(join(tmpdir(), name))) continue;
    await removeEmbeddedPostgres(join(tmpdir(), name, 'server'));
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch (error) {
      // such as a file system that is mounted there: no reason not to test
      console.warn(`${join(tmpdir(), name)} is left over and cannot be removed: ${String(error)}`);
    }
  }
};

/** A superuser's address of a PostgreSQL of another version, for tests only: databases `template_crm_*` in it are dropped. */
const useServer = async (url: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    // what an earlier run left may hold another version of our objects
    const { rows } = await client.query<{ datname: string }>(
      `select datname from pg_database where datname like 'template\\_crm\\_%'`,
    );
    for (const { datname } of rows)
      await client.query(`drop database ${pg.escapeIdentifier(datname)} with (force)`);
  } finally {
    await client.end();
  }
  process.env['TEST_SERVER_URL'] = url;
};

/** Which server speaks T-SQL for the tests, for those that must know before they open it. */
const nameMssqlServer = async (url: string): Promise<void> => {
  const session = await connect(url, 'crm-domino-sync test', 'test', 30_000);
  try {
    process.env['MSSQL_TEST_SERVER'] = (await isBabelfish(session)) ? 'babelfish' : 'sql server';
  } finally {
    await session.close();
  }
};

const startServer = async (directory: string): Promise<void> => {
  const server = await startEmbeddedPostgres({ dataDir: join(directory, 'server') });
  globalThis.testRun = { server, directory };
  process.env['TEST_SERVER_URL'] = server.url;
  // Interrupted, Jest runs no teardown, and the server does not get the signal.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      server.stopNow();
      for (const place of [server.dataDir, directory]) rmSync(place, { recursive: true, force: true });
      process.exit(130);
    });
  }
};

export default async function globalSetup(): Promise<void> {
  const mssql = process.env['MSSQL_TEST_URL'];
  if (mssql !== undefined) await nameMssqlServer(mssql);
  const wanted = process.env['POSTGRES_TEST_URL'];
  if (wanted === undefined) await removeLeftovers();
  const directory = testDirectory();
  globalThis.testRun = { server: undefined, directory };
  const entry = join(import.meta.dirname, '..', '..', 'src', 'cli.ts');
  const [program] = await Promise.all([
    bundleProgram(entry, join(directory, 'program')),
    wanted === undefined ? startServer(directory) : useServer(wanted),
  ]);
  process.env['TEST_PROGRAM'] = program;
}

/** One PostgreSQL server a Jest run. Its address reaches the workers through the environment. */
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/sandbox/embedded-postgres.ts';

const PREFIX = 'crm-domino-sync-test-';

declare global {
  var testServer: { server: EmbeddedPostgres; dataDir: string } | undefined;
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** A run that was killed could not clean up after itself; the next one does. */
const removeLeftovers = async (): Promise<void> => {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const pid = Number(name.slice(PREFIX.length).split('-')[0]);
    if (!isAlive(pid)) await removeEmbeddedPostgres(join(tmpdir(), name));
  }
};

export default async function globalSetup(): Promise<void> {
  await removeLeftovers();
  const dataDir = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const server = await startEmbeddedPostgres({ dataDir });
  globalThis.testServer = { server, dataDir };
  process.env['TEST_SERVER_URL'] = server.url;
  // Interrupted, Jest runs no teardown, and the server does not get the signal.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      server.stopNow();
      process.exit(130);
    });
  }
}

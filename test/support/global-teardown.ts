import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { removeEmbeddedPostgres } from '../../src/sandbox/embedded-postgres.ts';
import './global-setup.ts';

export default async function globalTeardown(): Promise<void> {
  const running = globalThis.testRun;
  if (running === undefined) return;
  if (running.server !== undefined) {
    await running.server.stop();
    await removeEmbeddedPostgres(join(running.directory, 'server'));
  }
  rmSync(running.directory, { recursive: true, force: true });
}

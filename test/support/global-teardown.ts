import { removeEmbeddedPostgres } from '../../src/sandbox/embedded-postgres.ts';
import './global-setup.ts';

export default async function globalTeardown(): Promise<void> {
  const running = globalThis.testServer;
  if (running === undefined) return;
  await running.server.stop();
  await removeEmbeddedPostgres(running.dataDir);
}

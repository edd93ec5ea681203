import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Followed by a process number: when that process is gone, the next run clears the directory away. */
export const TEMP_PREFIX = 'crm-domino-sync-test-';

/** A directory that the account of a database server can enter; a server inside it belongs into `server`. */
export const testDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), `${TEMP_PREFIX}${process.pid}-`));
  chmodSync(directory, 0o755);
  return directory;
};

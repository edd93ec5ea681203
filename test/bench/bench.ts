/**
 * `npm run bench`: the speed the product is designed for, as ratios measured side by side in one run on this machine.
 * It brings its own PostgreSQL (durability off) and stand-in. `--json` prints one object.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeEmbeddedPostgres } from '../../src/sandbox/embedded-postgres.ts';
import { openSandbox } from '../../src/sandbox/sandbox.ts';
import { benchCapture } from './bench-capture.ts';
import { benchMailbox } from './bench-mailbox.ts';
import { benchQueue } from './bench-queue.ts';
import { benchSnapshot } from './bench-snapshot.ts';

export interface Measured {
  name: string;
  value: number;
  unit: string;
  /** What DESIGN asks for; null for figures that only explain the others. */
  target: { most?: number; least?: number } | null;
}

const directory = mkdtempSync(join(tmpdir(), 'crm-domino-sync-bench-'));
const json = process.argv.includes('--json');
const box = await openSandbox({
  directory,
  fresh: true,
  size: { users: 60, enabled: 40, communications: 2000 },
  notesEntries: false,
  progress: () => undefined,
});
const measured: Measured[] = [];
try {
  measured.push(
    ...(await benchMailbox(box)),
    ...(await benchQueue(box)),
    ...(await benchSnapshot(box)),
    ...(await benchCapture(box)),
  );
} finally {
  await box.stop();
  await removeEmbeddedPostgres(join(directory, 'postgres'));
  rmSync(directory, { recursive: true, force: true });
}

const holds = ({ value, target }: Measured): boolean | null =>
  target === null
    ? null
    : (target.most === undefined || value <= target.most) &&
      (target.least === undefined || value >= target.least);
if (json) {
  process.stdout.write(
    `${JSON.stringify({ processors: availableParallelism(), node: process.version, measured: measured.map((one) => ({ ...one, holds: holds(one) })) })}\n`,
  );
} else {
  for (const one of measured) {
    const target =
      one.target === null
        ? ''
        : `  (${one.target.most === undefined ? `at least ${one.target.least}` : `at most ${one.target.most}`}: ${holds(one) ? 'holds' : 'MISSED'})`;
    process.stdout.write(
      `${one.name.padEnd(62)} ${one.value.toLocaleString('en', { maximumFractionDigits: 2 }).padStart(10)} ${one.unit}${target}\n`,
    );
  }
}

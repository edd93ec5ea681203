/**
 * Kill the runner anywhere: a real process dies by SIGKILL at a numbered point of its cycle, another takes over, and both
 * sides end as after an undisturbed run. `npm run test:faults` takes every point; CI a few, drawn by the seed printed.
 *
 * CRASH_POINTS: how many points, or `all`. CRASH_SEED: the same draw again. CRASH_AT: this one point only.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createWorld, type World } from '../../src/sandbox/exercise/world.ts';
import { bundleProgram } from '../support/bundle.ts';
import { takeDatabaseSnapshot, type DatabaseSnapshot } from '../support/database-snapshot.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';
import { setUpCells } from './cells.ts';
import { drawn } from './drawn.ts';
import { difference, stateOf } from './state.ts';

const WANTED =
  process.env['CRASH_POINTS'] ?? (process.env['npm_lifecycle_event'] === 'test:faults' ? 'all' : '12');
const SEED = Number(process.env['CRASH_SEED'] ?? Date.now() % 1_000_000);
const ONLY = process.env['CRASH_AT'];
const ROOT = join(import.meta.dirname, '..', '..');

let two: TwoSides;
let database: DatabaseSnapshot;
let directory: string;
/** Both sides with all cells set up, before the run. */
const mailFiles = () => join(directory, 'mail-files.json');
/** Where the runner is, compiled: most of a short life went to that. */
let child: string;
let points: string[];
let undisturbed: string[];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'crash-'));
  child = await bundleProgram(join(import.meta.dirname, 'crash-child.ts'), directory);
  two = await openTwoSides({ users: 2 });
  await setUpCells(two.world);
  two.sides.standIn.clearOutbox();
  await two.sides.vendor.query('update domino_sync.sync_user set next_poll_at = now()');
  await two.sides.standIn.save(mailFiles());
  database = await takeDatabaseSnapshot(two.database);
  await restored(async (world) => {
    points = (await runner(0)).points;
    undisturbed = await outcome(world);
  });
}, 300_000);
afterAll(async () => {
  await two.close();
  await database.drop();
  rmSync(directory, { recursive: true, force: true });
});

/** Both sides as they were set up. */
async function restored(work: (world: World) => Promise<void>): Promise<void> {
  await database.restore();
  await two.sides.standIn.load(mailFiles());
  const vendor = new pg.Pool({ connectionString: two.database.url, max: 2 });
  vendor.on('error', () => undefined); // ends with the database
  const crm = await two.sides.openCrm();
  await crm.registerRunner({ host: 'test', process_id: process.pid, version: 'test' });
  const world = createWorld({ ...two.sides, vendor, crm }, two.world.outsider);
  try {
    await work(world);
  } finally {
    await Promise.all([world.close(), crm.close(), vendor.end()]);
  }
}

interface Ran {
  points: string[];
  signal: NodeJS.Signals | null;
}

const runner = (crashAt: number): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const started = execFile(
      process.execPath,
      [child],
      {
        cwd: ROOT,
        env: {
          PATH: process.env['PATH'] ?? '',
          CRM_DATABASE_URL: two.sides.crmUrl,
          DOMINO_URL: two.sides.dominoAccess.url,
          DOMINO_USER: two.sides.dominoAccess.user,
          DOMINO_PASSWORD: two.sides.dominoAccess.password,
          CRASH_AT: String(crashAt),
        },
        maxBuffer: 10_000_000,
      },
      (error, stdout, stderr) => {
        if (error !== null && started.signalCode !== 'SIGKILL') {
          reject(new Error(`the runner failed: ${error.message}\n${stderr}`));
          return;
        }
        resolve({ points: stdout.split('\n').filter((line) => line !== ''), signal: started.signalCode });
      },
    );
  });

/** Whoever comes next finishes the work; what waits for its next attempt gets it now. */
async function outcome(world: World): Promise<string[]> {
  for (let round = 0; round < 2; round += 1) {
    await world.vendor.query(`
      update domino_sync.delivery set next_attempt_at = now() where parked_at is null;
      update domino_sync.inbound_parked set next_attempt_at = now() where next_attempt_at is not null`);
    await world.settle();
  }
  return stateOf(world);
}

const numbers = (most: number): number[] => Array.from({ length: most }, (_, i) => i + 1);

const chosen = (): number[] =>
  ONLY !== undefined
    ? [Number(ONLY)]
    : drawn(numbers(points.length), WANTED === 'all' ? points.length : Number(WANTED), SEED);

test('an undisturbed run passes points on both sides and leaves nothing waiting', () => {
  expect(points.length).toBeGreaterThan(100);
  for (const call of ['crm.applyInbound', 'crm.completeOutbound', 'crm.beginCreate', 'domino.create'])
    expect(points).toEqual(expect.arrayContaining([`before ${call}`, `after ${call}`]));
  expect(undisturbed.filter((line) => /^(waiting|mail)/.test(line))).toEqual([]);
});

const expectNone = (different: readonly (string | null)[]): void => {
  const told = different.filter((one) => one !== null);
  if (told.length > 0) throw new Error(`CRASH_SEED=${SEED}\n${told.join('\n')}`);
};

const HOURS = 3 * 3_600_000;

test(
  'killed at any point, the next runner brings both sides where an undisturbed run brings them',
  async () => {
    const different: (string | null)[] = [];
    for (const point of chosen()) {
      await restored(async (world) => {
        const ran = await runner(point);
        expect(ran.signal).toBe('SIGKILL');
        const told = `CRASH_AT=${point} (${ran.points.at(-1)})`;
        different.push(difference(told, undisturbed, await outcome(world)));
      });
    }
    expectNone(different);
  },
  HOURS,
);

test(
  'killed while a second runner works, the second one does the rest and nothing twice',
  async () => {
    const different: (string | null)[] = [];
    for (const point of drawn(numbers(Math.floor(points.length / 2)), Math.ceil(chosen().length / 4), SEED)) {
      await restored(async (world) => {
        const [killed] = await Promise.all([runner(point), runner(0)]);
        const told = `CRASH_AT=${point} (${killed.points.at(-1)})`;
        different.push(difference(told, undisturbed, await outcome(world)));
      });
    }
    expectNone(different);
  },
  HOURS,
);

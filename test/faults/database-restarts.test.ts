/**
 * The CRM database fails under a runner that lives on: at each call of a cycle the server is killed (as by SIGQUIT), killed in
 * the middle of the call, killed when the call is committed but not answered, or it ends every session. The same runner goes
 * on by itself, and both sides end as after an undisturbed run.
 *
 * `npm run test:faults` takes each phase of a cycle (each kind of call, where it is passed first) with each fault; CI a few.
 * DATABASE_FAULTS: how many; `phases`; or `all`, every single call. DATABASE_SEED: the same draw again.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openCrmDatabase } from '../../src/crm/open.ts';
import { silentLog } from '../../src/log.ts';
import { runOnce, startRunner } from '../../src/runner/runner.ts';
import { effects } from '../../src/runner/counts.ts';
import { createWorld, type World } from '../../src/sandbox/exercise/world.ts';
import { waitUntil } from '../../src/sandbox/exercise/wait.ts';
import { takeDatabaseSnapshot, type DatabaseSnapshot } from '../support/database-snapshot.ts';
import { startOwnServer, type OwnServer } from '../support/own-server.ts';
import { startPostgresProxy, type PostgresProxy } from '../support/postgres-proxy.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';
import { setUpCells } from './cells.ts';
import { crashingCrm, crashingDomino, type Reach } from './crash-points.ts';
import { drawn } from './drawn.ts';
import { difference, stateOf } from './state.ts';

const WANTED =
  process.env['DATABASE_FAULTS'] ?? (process.env['npm_lifecycle_event'] === 'test:faults' ? 'phases' : '3');
const SEED = Number(process.env['DATABASE_SEED'] ?? Date.now() % 1_000_000);
/** A runner whose release was lost with the database must not wait until its own lease has run out. */
const BY_ITSELF_MS = 40_000;

/** A call to either side, and how often it was made before in the same cycle. */
interface Point {
  call: string;
  earlier: number;
}

let server: OwnServer;
let proxy: PostgresProxy;
let two: TwoSides;
let database: DatabaseSnapshot;
let directory: string;
let points: Point[];
let undisturbed: string[];
const mailFiles = () => join(directory, 'mail-files.json');

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'database-faults-'));
  server = await startOwnServer();
  proxy = await startPostgresProxy(server.port);
  two = await openTwoSides({ users: 2, settings: { poll_seconds: '1', lease_seconds: '600' } });
  const { sides, world } = two;
  await setUpCells(world);
  sides.standIn.clearOutbox();
  // A reconcile is a phase of its own; the other mailbox has an ordinary cycle.
  await sides.crm.requestReconcile(world.users[1]!.userId, 'a test');
  await sides.vendor.query('update domino_sync.sync_user set next_poll_at = now()');
  await sides.standIn.save(mailFiles());
  database = await takeDatabaseSnapshot(two.database);
  await restored(async (world) => {
    const passed: string[] = [];
    await withCrm(async (crm) => {
      const reach: Reach = (point) => void passed.push(point);
      const options = { crm: crashingCrm(crm, reach), domino: crashingDomino(sides.domino, reach) };
      await runOnce({ ...options, log: silentLog(), parallel: 1 }, new AbortController().signal);
    });
    points = pointsOf(passed);
    for (let round = 0; round < 2; round += 1) {
      await world.vendor.query('update domino_sync.delivery set next_attempt_at = now()');
      await world.settle();
    }
    undisturbed = await stateOf(world);
  });
}, 300_000);
afterAll(async () => {
  await two.close();
  await proxy.close();
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

function pointsOf(passed: readonly string[]): Point[] {
  const calls = passed.filter((point) => point.startsWith('before ')).map((point) => point.slice(7));
  return calls
    .map((call, i) => ({ call, earlier: calls.slice(0, i).filter((other) => other === call).length }))
    .filter(({ call }) => call !== 'crm.registerRunner');
}

/** Both sides as they were set up. */
async function restored(work: (world: World) => Promise<void>): Promise<void> {
  await database.restore();
  await two.sides.standIn.load(mailFiles());
  const vendor = new pg.Pool({ connectionString: two.database.url, max: 4 });
  vendor.on('error', () => undefined); // ends with the server
  const crm = await two.sides.openCrm();
  await crm.registerRunner({ host: 'test', process_id: process.pid, version: 'test' });
  const world = createWorld({ ...two.sides, vendor, crm }, two.world.outsider);
  try {
    await vendor.query('checkpoint');
    await work(world);
  } finally {
    await Promise.all([world.close(), crm.close(), vendor.end()]);
  }
}

async function withCrm(
  work: (crm: Awaited<ReturnType<typeof openCrmDatabase>>) => Promise<void>,
): Promise<void> {
  const crm = await openCrmDatabase(proxy.through(two.sides.crmUrl));
  try {
    await work(crm);
  } finally {
    await crm.close();
  }
}

/** Begins the fault; what it resolves with goes on beside the call and is over when that resolves. */
type Fault = () => Promise<{ over: Promise<void> }>;

const restart = async (): Promise<void> => {
  await server.kill();
  await server.start();
};
const endSessions = async (): Promise<void> => {
  const admin = new pg.Client({ connectionString: two.database.url });
  await admin.connect();
  try {
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [
      new URL(two.sides.crmUrl).username,
    ]);
  } finally {
    await admin.end();
  }
};

const FAULTS: Readonly<Record<string, Fault>> = {
  'the server is killed before it hears the call': async () => {
    await server.kill();
    return { over: server.start() };
  },
  'the server is killed in the middle of the call': async () => ({ over: restart() }),
  'the server is killed when the call is done and not answered': async () => ({
    over: proxy
      .swallowAnswer()
      .then(restart)
      .then(() => proxy.cut()),
  }),
  'every session is ended': async () => ({ over: endSessions() }),
};

interface Case {
  point: Point;
  fault: keyof typeof FAULTS;
}

function cases(): Case[] {
  const all = points.flatMap((point) =>
    Object.keys(FAULTS)
      .filter((fault) => !fault.endsWith('not answered') || point.call.startsWith('crm.'))
      .map((fault) => ({ point, fault })),
  );
  const phases = all.filter(({ point }) => point.earlier === 0);
  if (WANTED === 'all') return all;
  return WANTED === 'phases' ? phases : drawn(phases, Number(WANTED), SEED);
}

/** The runner as `run` starts it meets the fault at that point, once; answers what is different when it is at rest again. */
async function play({ point, fault }: Case, world: World): Promise<string | null> {
  const told = `DATABASE_SEED=${SEED}: ${fault}, at ${point.call} after ${point.earlier} of them`;
  let over: Promise<void> | null = null;
  let seen = 0;
  const reach: Reach = async (at) => {
    if (over !== null || at !== `before ${point.call}`) return;
    seen += 1;
    if (seen <= point.earlier) return;
    ({ over } = await FAULTS[fault]!());
  };
  let after: string[] = [];
  await withCrm(async (crm) => {
    const runner = await startRunner({
      crm: crashingCrm(crm, reach),
      domino: crashingDomino(two.sides.domino, reach),
      log: silentLog(),
      parallel: 1,
      rule: '* * * * * *',
    });
    try {
      expect(await waitUntil(BY_ITSELF_MS, () => over !== null)).toBe(true);
      await over;
      await waitUntil(BY_ITSELF_MS, async () => {
        after = await stateOf(world);
        return difference(told, undisturbed, after) === null;
      });
    } finally {
      await runner.stop();
    }
  });
  const different = difference(told, undisturbed, after);
  if (different !== null) return different;
  two.sides.standIn.requests.reset();
  const counts = await world.cycle();
  const writes = two.sides.standIn.requests.count().write;
  return effects(counts) + writes === 0 ? null : `${told}: one more cycle had ${writes} writes to do`;
}

test('an undisturbed run passes every phase', () => {
  expect(points.map(({ call }) => call)).toEqual(
    expect.arrayContaining(
      [
        'watchCapture foldChanges readSettings leaseMailboxes startRun leaseOutbound readAppointments beginCreate',
        'completeOutbound listKnown readLinks applyInbound reconcileChunk finishReconcile applyMissing',
        'releaseMailbox finishRun holdDeletions',
      ]
        .flatMap((line) => line.split(' '))
        .map((call) => `crm.${call}`),
    ),
  );
  expect(points.map(({ call }) => call)).toEqual(
    expect.arrayContaining(['domino.create', 'domino.update', 'domino.delete', 'domino.pull', 'domino.read']),
  );
  expect(undisturbed.filter((line) => /^(waiting|mail)/.test(line))).toEqual([]);
});

test(
  'whatever the database does at whatever call, the same runner goes on by itself and ends where an undisturbed run ends',
  async () => {
    const told: string[] = [];
    for (const one of cases())
      await restored(async (world) => {
        const different = await play(one, world);
        if (different !== null) told.push(different);
      });
    if (told.length > 0) throw new Error(told.join('\n'));
  },
  3 * 3_600_000,
);

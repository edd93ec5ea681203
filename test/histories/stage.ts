/**
 * Where many histories are played one after the other: both sides stay open, what is in them is emptied for each, and the
 * runner can die and be replaced.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { CrmError, type CrmDatabase } from '../../src/crm/contract.ts';
import { openCrmDatabase } from '../../src/crm/open.ts';
import { connectDas } from '../../src/domino/das/connect.ts';
import type { DominoServer } from '../../src/domino/port.ts';
import { silentLog } from '../../src/log.ts';
import { effects } from '../../src/runner/counts.ts';
import { runCycle, type CycleResult } from '../../src/runner/cycle.ts';
import { createServerGate } from '../../src/runner/server-gate.ts';
import type { World } from '../../src/sandbox/exercise/world.ts';
import { crashingCrm, crashingDomino, type Reach } from '../faults/crash-points.ts';
import type { Calls } from './step.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

export interface Runner {
  crm: CrmDatabase;
  domino: DominoServer;
}

export interface Stage {
  world: World;
  two: TwoSides;
  /** An administrator's own connection. */
  admin: CrmDatabase;
  /** Added to the clocks of Domino and of the runner's host, in milliseconds. The database has the real time. */
  clocks: { domino: number; runner: number };
  /** Both sides empty, both users enabled, all clocks right. */
  empty(): Promise<void>;
  /** One cycle in which every mailbox is pulled. With `reach`, called at each call to the outside. */
  cycle(runner?: Runner, reach?: Reach): Promise<CycleResult>;
  /** Cycles until one finds nothing to do. Throws when there is no end to it. */
  settle(): Promise<void>;
  /** A cycle whose runner dies at the n-th call, or at none if there are fewer; another takes its place. */
  crash(at: number, of: Calls): Promise<void>;
  twoRunners(crashAt: number | null, of: Calls): Promise<void>;
  /** A cycle in which the server ends all sessions of the runner at its n-th call. */
  endSessions(at: number): Promise<void>;
  close(): Promise<void>;
}

/** Thrown by every call of a runner that is dead. */
class Died extends Error {}

const AROUND_WRITES =
  /^after domino\.(create|update|delete)$|crm\.(beginCreate|completeOutbound|applyInbound|applyMissing|saveLinks)$/;

const MOST_CYCLES = 20;

/** Tables that hold what was deployed and who runs, not what happened. Users are put back as they were at rest. */
const KEPT = [
  'migrations',
  'deployed_object',
  'setting',
  'reason_code',
  'caption_map',
  'runner',
  'sync_user',
];

/** A pool that has lost its sessions learns it one by one. */
async function answering({ crm }: Runner): Promise<void> {
  for (;;) {
    try {
      await crm.readSettings();
      return;
    } catch (error) {
      if (!(error instanceof CrmError && error.details.transient)) throw error;
    }
  }
}

export async function openStage(): Promise<Stage> {
  const clocks = { domino: 0, runner: 0 };
  const two = await openTwoSides({
    users: 2,
    standIn: { clock: () => new Date(Date.now() + clocks.domino) },
  });
  const { sides, world } = two;
  const directory = mkdtempSync(join(tmpdir(), 'histories-'));
  const emptyMailFiles = join(directory, 'empty.json');
  // One session keeps what it has planned.
  const keeper = new pg.Client({ connectionString: two.database.url });
  await keeper.connect();
  await world.settle();
  await sides.standIn.save(emptyMailFiles);
  // Whatever tables there will be: a history must not know what another one left.
  const { rows: tables } = await keeper.query<{ name: string }>(
    `select format('delete from domino_sync.%I', tablename) as name from pg_tables
     where schemaname = 'domino_sync' and tablename <> all ($1)`,
    [KEPT],
  );
  const emptied = tables.map(({ name }) => name).join('; ');
  await keeper.query('create table public.users_at_rest as select * from domino_sync.sync_user');

  const admin = await openCrmDatabase(await two.database.createLogin('domino_sync_admin'));

  const connect = async (): Promise<Runner> => {
    const crm = await sides.openCrm();
    await crm.registerRunner({ host: 'test', process_id: process.pid, version: 'test' });
    return { crm, domino: connectDas({ ...sides.dominoAccess, todoSweepSeconds: 0 }) };
  };
  const close = ({ crm, domino }: Runner) => Promise.all([crm.close(), domino.close()]);
  let second: Runner | null = null;

  const cycle = async (runner: Runner = sides, reach?: Reach): Promise<CycleResult> => {
    await keeper.query('update domino_sync.sync_user set next_poll_at = now() where enabled');
    const crm = reach ? crashingCrm(runner.crm, reach) : runner.crm;
    const domino = reach ? crashingDomino(runner.domino, reach) : runner.domino;
    const log = silentLog();
    return runCycle({
      crm,
      domino,
      log,
      stopping: new AbortController().signal,
      parallel: 8,
      kind: 'once',
      gate: createServerGate({ crm, domino, log }),
      now: () => new Date(Date.now() + clocks.runner),
    });
  };

  /**
   * Unlike SIGKILL it lets calls that are under way come to their end, and the handlers of the runner run; but whatever
   * these ask of the outside is refused, so that nothing more is done on either side.
   */
  const cycleThatDies = async (runner: Runner, at: number, of: Calls): Promise<void> => {
    let passed = 0;
    const reach = (point: string) => {
      if (passed < at && of === 'writes' && !AROUND_WRITES.test(point)) return;
      passed += 1;
      if (passed >= at) throw new Died(`the runner is dead since call ${at}`);
    };
    await cycle(runner, reach).catch((error: unknown) => {
      if (!(error instanceof Died)) throw error;
    });
  };

  return {
    world,
    two,
    admin,
    clocks,
    cycle,
    async empty() {
      clocks.domino = 0;
      clocks.runner = 0;
      sides.standIn.faults.clear();
      await sides.standIn.load(emptyMailFiles);
      await admin.enableCapture();
      // Deleted, not truncated: that would make every session plan everything anew.
      await keeper.query(`
        begin;
        set local session_replication_role = replica;
        delete from communication;
        delete from comm_link;
        ${emptied};
        delete from domino_sync.sync_user;
        insert into domino_sync.sync_user select * from public.users_at_rest;
        commit`);
    },
    async settle() {
      for (let count = 0; count < MOST_CYCLES; count += 1) {
        const { counts } = await cycle();
        if (effects(counts) === 0 && counts.folded === 0) return;
      }
      throw new Error(`the two sides did not come to rest within ${MOST_CYCLES} cycles`);
    },
    async crash(at, of) {
      await cycleThatDies(sides, at, of);
      await close(sides);
      Object.assign(sides, await connect());
    },
    async twoRunners(crashAt, of) {
      second ??= await connect();
      const first = crashAt === null ? cycle() : cycleThatDies(sides, crashAt, of);
      const outcomes = await Promise.allSettled([first, cycle(second)]);
      if (crashAt !== null) {
        await close(sides);
        Object.assign(sides, await connect());
      }
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    },
    async endSessions(at) {
      let passed = 0;
      let ending: Promise<unknown> | null = null;
      const reach = () => {
        passed += 1;
        if (passed === at)
          ending = keeper.query(
            'select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = $1',
            [new URL(sides.crmUrl).username],
          );
      };
      await cycle(sides, reach).catch((error: unknown) => {
        if (!(error instanceof CrmError)) throw error;
      });
      if (ending === null) return;
      await ending;
      // The pools have yet to hear that their sessions are gone.
      for (const one of second ? [sides, second] : [sides]) await answering(one);
    },
    async close() {
      if (second) await close(second);
      await admin.close();
      await keeper.end();
      await close(sides);
      await two.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

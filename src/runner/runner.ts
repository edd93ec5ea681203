/**
 * `once` and `run`: a registered runner with its own presence in the database. Stopping finishes the item in hand,
 * records what was done and gives the leases back.
 */
import { hostname } from 'node:os';
import type { CrmDatabase } from '../crm/contract.ts';
import type { DominoServer } from '../domino/port.ts';
import type { Log } from '../log.ts';
import { VERSION } from '../version.ts';
import { effects, flatCounts, type Counts } from './counts.ts';
import { runCycle } from './cycle.ts';
import { startCadence } from './schedule.ts';
import { createServerGate } from './server-gate.ts';
import { createCaptureWatch } from './capture-watch.ts';
import { createRestoreWatch } from './restore-watch.ts';

export interface RunnerOptions {
  crm: CrmDatabase;
  domino: DominoServer;
  log: Log;
  /** Mailboxes worked on at a time. */
  parallel: number;
  now?: () => Date;
}

const register = (crm: CrmDatabase): Promise<number> =>
  crm.registerRunner({ host: hostname(), process_id: process.pid, version: VERSION });

/** One cycle. Resolves with what it did; throws UserError for settings that are wrong. */
export async function runOnce(options: RunnerOptions, stopping: AbortSignal): Promise<Counts> {
  await register(options.crm);
  await createCaptureWatch(options)();
  const { counts } = await runCycle({ ...options, gate: createServerGate(options), stopping, kind: 'once' });
  return counts;
}

export interface RunningRunner {
  runnerId: number;
  /** Finishes what is in hand; safe to call twice. */
  stop(): Promise<void>;
}

/** Cycles for ever, at the cadence of `rule` and whenever the database says that there is work. */
export async function startRunner(
  options: RunnerOptions & { rule: string; onCycle?: (counts: Counts) => void },
): Promise<RunningRunner> {
  const { crm, log } = options;
  const runnerId = await register(crm);
  const stopping = new AbortController();
  const gate = createServerGate(options);
  const watchCapture = createCaptureWatch(options);
  const restores = createRestoreWatch(crm, log);
  const cadence = startCadence(
    options.rule,
    async () => {
      if (stopping.signal.aborted) return;
      await restores.look();
      await watchCapture();
      const { counts, idle } = await runCycle({
        ...options,
        crm: restores.crm,
        gate,
        stopping: stopping.signal,
        kind: 'run',
      });
      if (idle) return;
      const level = effects(counts) > 0 || counts.failed > 0 || counts.parked > 0 ? 'info' : 'debug';
      log[level](flatCounts(counts), 'cycle');
      options.onCycle?.(counts);
    },
    log,
  );
  try {
    await crm.onWork(cadence.wake);
  } catch (error) {
    // The schedule would keep the process alive, with cycles that nobody can stop.
    await cadence.stop();
    throw error;
  }
  cadence.wake();
  let stopped: Promise<void> | null = null;
  return {
    runnerId,
    stop() {
      stopping.abort(new Error('the runner was asked to stop'));
      stopped ??= cadence.stop();
      return stopped;
    },
  };
}

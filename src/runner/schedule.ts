/**
 * The cadence of `run`: node-schedule ticks and wake-ups of the database, behind a guard of our own.
 *
 * node-schedule alone overlaps jobs that last longer than their interval, loses count when a job throws synchronously,
 * and ends the process when a job throws without an `error` listener. So: the job is async and never throws, a tick
 * that finds the last one running only asks for one more turn, and elapsed time is never inferred from ticks.
 */
import schedule from 'node-schedule';
import { UserError, errorText } from '../errors.ts';
import type { Log } from '../log.ts';

export interface Cadence {
  /** Asks for a turn now, or right after the one that is running. Many calls make one turn. */
  wake(): void;
  /** No more turns; resolves when the one in hand has ended. */
  stop(): Promise<void>;
}

/**
 * Calls `turn` once at each tick of `rule` and at each `wake`, never twice at a time. A turn that throws is logged and
 * the next one comes as scheduled. Throws UserError for a rule node-schedule does not understand.
 */
export function startCadence(rule: string, turn: () => Promise<void>, log: Log): Cadence {
  let running: Promise<void> | null = null;
  let wanted = false;
  let stopped = false;

  const takeTurns = async () => {
    do {
      wanted = false;
      try {
        await turn();
      } catch (error) {
        log.error({ err: error }, `a cycle failed: ${errorText(error)}`);
      }
    } while (wanted && !stopped);
    running = null;
  };
  const wake = () => {
    wanted = true;
    if (!stopped && running === null) running = takeTurns();
  };

  const job = schedule.scheduleJob(rule, async () => wake()) as schedule.Job | null;
  if (job === null) {
    throw new UserError(
      `runner.schedule "${rule}" is not a schedule`,
      'Use a cron rule such as "*/5 * * * * *".',
    );
  }
  job.on('error', (error: unknown) => log.error({ err: error }, 'the schedule failed'));

  return {
    wake,
    async stop() {
      stopped = true;
      job.cancel();
      await running;
    },
  };
}

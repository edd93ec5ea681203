/**
 * The one session that stands for this process: while it lasts, the runner counts as alive and its leases as taken, and
 * NOTIFY reaches it. When it breaks it is made anew with back-off, under the same runner id.
 */
import type pg from 'pg';
import { connect } from './connect.ts';
import { toCrmError } from './errors.ts';
import type { RunnerIdentity } from '../contract.ts';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 10_000;
/** A half-open connection says nothing; a question that is not answered in time tells. */
const HEARTBEAT_MS = 15_000;
const HEARTBEAT_TIMEOUT_MS = 10_000;
const CHANNEL = 'domino_sync';
const RUNNER_LOCK_CLASS = 4711001;

export interface RunnerSession {
  register(identity: RunnerIdentity): Promise<number>;
  /** Null until registered. */
  readonly runnerId: number | null;
  listen(wake: () => void): Promise<void>;
  close(): Promise<void>;
}

export const openSession = async (
  connectionString: string,
  applicationName: string,
): Promise<RunnerSession> => {
  let client: pg.Client | null = null;
  let runnerId: number | null = null;
  let wakers: (() => void)[] = [];
  let closed = false;
  let timer: NodeJS.Timeout | null = null;

  const wakeAll = (): void => wakers.forEach((wake) => wake());

  const later = (delayMs: number, work: () => Promise<void>): void => {
    if (closed) return;
    timer = setTimeout(() => void work(), delayMs);
    timer.unref();
  };

  const lose = (lost: pg.Client): void => {
    if (client !== lost) return;
    client = null;
    if (timer !== null) clearTimeout(timer);
    // Half-open, end() would wait for a goodbye that never comes.
    void lost.end().catch(() => undefined);
    later(FIRST_RETRY_MS, () => reconnect(FIRST_RETRY_MS));
  };

  const beat = async (): Promise<void> => {
    const current = client;
    if (current === null) return;
    let silent: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, fail) => {
      silent = setTimeout(() => fail(new Error('no heartbeat')), HEARTBEAT_TIMEOUT_MS);
    });
    try {
      await Promise.race([current.query('select 1'), silence]);
      if (client === current) later(HEARTBEAT_MS, beat);
    } catch {
      lose(current);
    } finally {
      clearTimeout(silent);
    }
  };

  const establish = async (): Promise<void> => {
    const made = await connect(connectionString, `${applicationName} session`, 'connecting');
    try {
      // Tells a database without our objects from a login without rights at once, and not at the first call.
      await made.query(`select 'domino_sync_api.read_settings()'::regprocedure`);
      if (wakers.length > 0) await made.query(`listen ${CHANNEL}`);
      // Waits while the server still holds the broken session for alive; until then our leases stay ours.
      if (runnerId !== null)
        await made.query('select pg_advisory_lock($1, $2)', [RUNNER_LOCK_CLASS, runnerId]);
    } catch (error) {
      await made.end().catch(() => undefined);
      throw toCrmError(error, 'connecting');
    }
    if (closed) return void (await made.end());
    made.on('notification', wakeAll);
    made.on('end', () => lose(made));
    made.on('error', () => lose(made));
    client = made;
    later(HEARTBEAT_MS, beat);
  };

  const reconnect = async (delayMs: number): Promise<void> => {
    if (closed || client !== null) return;
    try {
      await establish();
      // What was notified meanwhile was not heard.
      wakeAll();
    } catch {
      const next = Math.min(delayMs * 2, LAST_RETRY_MS);
      later(next * (0.5 + Math.random() / 2), () => reconnect(next));
    }
  };

  const current = async (): Promise<pg.Client> => {
    if (client === null) await establish();
    if (client === null) throw new Error('the session is closed');
    return client;
  };

  await establish();
  return {
    get runnerId() {
      return runnerId;
    },
    register: async ({ host, process_id, version }) => {
      try {
        const { rows } = await (
          await current()
        ).query<{ runner_id: number }>(
          'select domino_sync_api.register_runner(p_host => $1, p_process_id => $2, p_version => $3) as runner_id',
          [host, process_id, version],
        );
        runnerId = rows[0]?.runner_id ?? null;
        if (runnerId === null) throw new Error('no runner id');
        return runnerId;
      } catch (error) {
        throw toCrmError(error, 'register_runner');
      }
    },
    listen: async (wake) => {
      wakers.push(wake);
      try {
        await (await current()).query(`listen ${CHANNEL}`);
      } catch (error) {
        throw toCrmError(error, 'listen');
      }
    },
    close: async () => {
      closed = true;
      wakers = [];
      if (timer !== null) clearTimeout(timer);
      const last = client;
      client = null;
      await last?.end().catch(() => undefined);
    },
  };
};

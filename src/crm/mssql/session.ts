/**
 * The one session that stands for this process: while it lasts it holds the application lock of the runner, so that the
 * runner counts as alive and its leases as taken. It also looks for work, as SQL Server notifies nobody. When it breaks
 * it is made anew with back-off, under the same runner id.
 */
import type { RunnerIdentity } from '../contract.ts';
import { connect, type MssqlSession } from './connect.ts';
import { toCrmError } from './errors.ts';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 10_000;
/** A half-open connection says nothing; a question that is not answered in time tells. */
const HEARTBEAT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 10_000;
/** How often it looks for work, once somebody waits for it. */
const LOOK_MS = 1_000;
/** Shorter than the time-out of a request: the lock of a session that the server still holds for alive. */
const RUNNER_LOCK_TIMEOUT_MS = 5_000;

export interface RunnerSession {
  register(identity: RunnerIdentity): Promise<number>;
  /** Null until registered. */
  readonly runnerId: number | null;
  onWork(wake: () => void): void;
  close(): Promise<void>;
}

/** As `register_runner` takes it. */
const takeRunnerLock = async (session: MssqlSession, runnerId: number): Promise<void> => {
  const [answer] = await session.query<{ result: number }>(
    `DECLARE @result int;
     EXECUTE @result = sys.sp_getapplock @Resource = @resource, @LockMode = N'Exclusive', @LockOwner = N'Session',
         @LockTimeout = ${RUNNER_LOCK_TIMEOUT_MS}, @DbPrincipal = N'public';
     SELECT @result AS result;`,
    { resource: `domino_sync.runner.${runnerId}` },
  );
  if (answer === undefined || answer.result < 0)
    throw new Error(`the lock of runner ${runnerId} is still held by its broken session`);
};

export const openSession = async (url: string, applicationName: string): Promise<RunnerSession> => {
  let session: MssqlSession | null = null;
  let runnerId: number | null = null;
  let wakers: (() => void)[] = [];
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const wakeAll = (): void => wakers.forEach((wake) => wake());

  const later = (delayMs: number, work: () => Promise<void>): void => {
    if (closed) return;
    clearTimeout(timer);
    timer = setTimeout(() => void work(), delayMs);
    timer.unref();
  };

  const lose = (lost: MssqlSession): void => {
    if (session !== lost) return;
    session = null;
    void lost.close();
    later(FIRST_RETRY_MS, () => reconnect(FIRST_RETRY_MS));
  };

  /** A look for work is a heartbeat as well. */
  const beat = async (): Promise<void> => {
    const current = session;
    if (current === null) return;
    try {
      if (wakers.length === 0) {
        await current.query('SELECT 1 AS alive;');
      } else {
        const [look] = await current.query<{ found: boolean }>('EXECUTE domino_sync_api.look_for_work;');
        if (look?.found === true) wakeAll();
      }
    } catch {
      lose(current);
      return;
    }
    if (session === current) beatLater();
  };

  const beatLater = (): void => later(wakers.length === 0 ? HEARTBEAT_MS : LOOK_MS, beat);

  const establish = async (): Promise<void> => {
    const made = await connect(url, `${applicationName} session`, 'connecting', REQUEST_TIMEOUT_MS);
    try {
      // Tells a database without our objects from a login without rights at once, and not at the first call.
      await made.query('EXECUTE domino_sync_api.read_settings;');
      if (runnerId !== null) await takeRunnerLock(made, runnerId);
    } catch (error) {
      await made.close();
      throw toCrmError(error, 'connecting');
    }
    if (closed) return void (await made.close());
    session = made;
    made.onEnd(() => lose(made));
    beatLater();
  };

  const reconnect = async (delayMs: number): Promise<void> => {
    if (closed || session !== null) return;
    try {
      await establish();
      // What came meanwhile was not seen.
      wakeAll();
    } catch {
      const next = Math.min(delayMs * 2, LAST_RETRY_MS);
      later(next * (0.5 + Math.random() / 2), () => reconnect(next));
    }
  };

  await establish();
  return {
    get runnerId() {
      return runnerId;
    },
    register: async ({ host, process_id, version }) => {
      try {
        if (session === null) await establish();
        if (session === null) throw new Error('the session is closed');
        const [row] = await session.query<{ runner_id: number }>(
          `EXECUTE domino_sync_api.register_runner @p_host = @p_host, @p_process_id = @p_process_id,
               @p_version = @p_version;`,
          { p_host: host, p_process_id: process_id, p_version: version },
        );
        if (row === undefined) throw new Error('no runner id');
        runnerId = row.runner_id;
        return runnerId;
      } catch (error) {
        throw toCrmError(error, 'register_runner');
      }
    },
    onWork: (wake) => {
      wakers.push(wake);
      if (session !== null) later(LOOK_MS, beat);
    },
    close: async () => {
      closed = true;
      wakers = [];
      clearTimeout(timer);
      const last = session;
      session = null;
      await last?.close();
    },
  };
};

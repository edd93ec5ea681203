/**
 * Runs a script as sqlcmd without -b does: batch by batch, on after an error, and out at an error of state 127. On a
 * Babelfish server it bridges what that lacks: SET NOEXEC (taken and ignored there) and grants inside a transaction, so
 * transactions are counted and not begun; what a failed part has made stays there.
 */
import { randomBytes } from 'node:crypto';
import { batchesOf } from '../../src/crm/deploy/tsql-text.ts';
import type { MssqlSession } from '../../src/crm/mssql/connect.ts';
import { asBabelfish } from './babelfish.ts';

export interface SqlcmdRun {
  /** Texts of the errors, in order. */
  errors: string[];
  /** Batches whose effects were wanted, that is not skipped by NOEXEC; known on Babelfish only. */
  carriedOut: string[];
}

interface DriverError extends Error {
  state?: number;
}

const isDriverError = (error: unknown): error is DriverError => error instanceof Error;

type Send = (batch: string) => Promise<void>;

/** What SQL Server keeps in the session, kept here. */
const emulating = (session: MssqlSession, carriedOut: string[]): { send: Send; failed: () => void } => {
  const adapted = asBabelfish(session);
  const own = randomBytes(6).toString('hex');
  let error = 0;
  const key = (name: string): string => `CONVERT(int, ISNULL(SESSION_CONTEXT(N'test.${name}'), 0))`;
  const set = (name: string, value: number): string =>
    `EXECUTE sys.sp_set_session_context @key = N'test.${name}', @value = ${value}`;
  const asEmulated = (text: string): string =>
    text
      .replace(/\bSET NOEXEC (ON|OFF)\b/g, (_, to: string) => set('noexec', to === 'ON' ? 1 : 0))
      .replace(/\bBEGIN TRANSACTION\b/g, set('transactions', 1))
      .replace(/\b(?:COMMIT|ROLLBACK) TRANSACTION\b/g, set('transactions', 0))
      .replaceAll('@@TRANCOUNT', key('transactions'))
      .replaceAll('@@ERROR', String(error))
      // there an application lock is the server's, not the database's, and other tests deploy at the same time
      .replaceAll(`N'domino_sync.deploy'`, `N'domino_sync.deploy ${own}'`)
      // there a role that was given rights cannot be dropped before each is taken back
      .replace(/\bDROP ROLE IF EXISTS \w+;/g, '')
      // there a sequence of its own stands behind each IDENTITY
      .replace('o.parent_object_id = 0', `o.parent_object_id = 0 AND o.name NOT LIKE N'%[_]id[_]seq'`);
  const ask = async (name: string): Promise<number> =>
    (await session.query<{ answer: number }>(`SELECT ${key(name)} AS answer;`))[0]?.answer ?? 0;
  return {
    send: async (batch) => {
      const skipped = (await ask('noexec')) === 1;
      const off = batch.indexOf('SET NOEXEC OFF');
      if (skipped && off === -1) return;
      if (!/\bSET NOEXEC\b/.test(batch)) carriedOut.push(batch);
      // the declaration stands, its value does not come about
      const from = skipped
        ? `${/^DECLARE @error int/m.test(batch) ? 'DECLARE @error int;\n' : ''}${batch.slice(off)}`
        : batch;
      const emulated = asEmulated(from);
      error = 0;
      await adapted.batch(emulated);
    },
    failed: () => {
      error = 50000;
    },
  };
};

const QUITS = 127;

export const runAsSqlcmd = async (
  session: MssqlSession,
  script: string,
  babelfish: boolean,
): Promise<SqlcmdRun> => {
  const run: SqlcmdRun = { errors: [], carriedOut: [] };
  const { send, failed } = babelfish
    ? emulating(session, run.carriedOut)
    : { send: session.batch, failed: () => undefined };
  for (const batch of batchesOf(script)) {
    try {
      await send(batch);
    } catch (error) {
      if (!isDriverError(error)) throw error;
      run.errors.push(error.message);
      failed();
      // XACT_ABORT has rolled back
      if (babelfish)
        await session.batch(`EXECUTE sys.sp_set_session_context @key = N'test.transactions', @value = 0;`);
      if (error.state === QUITS) break;
    }
  }
  return run;
};

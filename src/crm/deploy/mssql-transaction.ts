/** One transaction on a session of SQL Server. */
import type { MssqlSession } from '../mssql/connect.ts';

/** Batches, not statements with parameters: sp_executesql must leave as many transactions open as it found. */
export const inTransaction = async <T>(session: MssqlSession, work: () => Promise<T>): Promise<T> => {
  await session.batch('BEGIN TRANSACTION;');
  try {
    const result = await work();
    await session.batch('COMMIT TRANSACTION;');
    return result;
  } catch (error) {
    // XACT_ABORT has mostly rolled back already, and a broken session surely has; the first error is the one to tell.
    await session.batch('IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;').catch(() => undefined);
    throw error;
  }
};

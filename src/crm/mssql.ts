/** The CRM database on SQL Server: the procedures of `sql/mssql` behind the contract of both engines. */
import { adminCalls } from './admin-calls.ts';
import { CrmError, type CrmDatabase, type PreviewDatabase } from './contract.ts';
import { openCalls } from './mssql/calls.ts';
import { openSession } from './mssql/session.ts';
import { previewCalls } from './preview-calls.ts';
import { runnerCalls } from './runner-calls.ts';

export interface OpenOptions {
  /** Shown to the DBA in sys.dm_exec_sessions. */
  applicationName?: string;
}

/**
 * `url` is an mssql:// URL (`mssql/address.ts`). Throws CrmError: unreachable, login, forbidden, not deployed. Never
 * repeats the password.
 */
export const openMssql = async (url: string, options: OpenOptions = {}): Promise<CrmDatabase> => {
  const applicationName = options.applicationName ?? 'crm-domino-sync';
  const session = await openSession(url, applicationName);
  const calls = await openCalls(url, applicationName).catch(async (error: unknown) => {
    await session.close();
    throw error;
  });
  const runner = (): number => {
    if (session.runnerId !== null) return session.runnerId;
    throw new CrmError('crm_lease_lost', 'this process has not registered as a runner', { transient: false });
  };
  let closing: Promise<void> | null = null;
  return {
    engine: 'mssql',
    registerRunner: (identity) => session.register(identity),
    onWork: (wake) => Promise.resolve(session.onWork(wake)),
    ...runnerCalls(calls, runner),
    ...adminCalls(calls),
    close: () => (closing ??= Promise.all([session.close(), calls.close()]).then(() => undefined)),
  };
};

/** For `preview`. SQL Server knows no read-only transaction: that nothing is written rests on what the procedures do. */
export const openMssqlPreview = async (url: string): Promise<PreviewDatabase> =>
  previewCalls(await openCalls(url, 'crm-domino-sync preview'));

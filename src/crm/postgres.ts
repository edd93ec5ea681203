/** The CRM database on PostgreSQL: the procedures of `sql/postgres` behind the contract of both engines. */
import { adminCalls } from './admin-calls.ts';
import { CrmError, type CrmDatabase, type PreviewDatabase } from './contract.ts';
import { openCalls } from './postgres/calls.ts';
import { openSession } from './postgres/session.ts';
import { previewCalls } from './preview-calls.ts';
import { runnerCalls } from './runner-calls.ts';

export interface OpenOptions {
  /** Shown to the DBA in pg_stat_activity. */
  applicationName?: string;
}

/**
 * `url` is a postgres:// URL; a connection pooler in front must be in session mode, because leases live as long as a
 * session. Throws CrmError: unreachable, login, forbidden. Never repeats the password.
 */
export const openPostgres = async (url: string, options: OpenOptions = {}): Promise<CrmDatabase> => {
  const applicationName = options.applicationName ?? 'crm-domino-sync';
  const session = await openSession(url, applicationName);
  const calls = openCalls(url, applicationName);
  const runner = (): number => {
    if (session.runnerId !== null) return session.runnerId;
    throw new CrmError('crm_lease_lost', 'this process has not registered as a runner', { transient: false });
  };
  let closing: Promise<void> | null = null;
  return {
    engine: 'postgres',
    registerRunner: (identity) => session.register(identity),
    onWork: (wake) => session.listen(wake),
    ...runnerCalls(calls, runner),
    ...adminCalls(calls),
    close: () => (closing ??= Promise.all([session.close(), calls.close()]).then(() => undefined)),
  };
};

/** For `preview`: no session that announces a runner, and transactions that cannot write. Throws CrmError when called. */
export const openPostgresPreview = (url: string): Promise<PreviewDatabase> =>
  Promise.resolve(previewCalls(openCalls(url, 'crm-domino-sync preview', { readOnly: true })));

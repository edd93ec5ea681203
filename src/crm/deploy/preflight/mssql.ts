/** The preflight of SQL Server. It writes nothing, and works before anything of ours is deployed. */
import { connect, type MssqlSession } from '../../mssql/connect.ts';
import { toCrmError } from '../../mssql/errors.ts';
import { mssqlDeploymentProbes } from './mssql-deployment.ts';
import { mssqlModuleProbes } from './mssql-modules.ts';
import { mssqlServerProbes } from './mssql-server.ts';
import { mssqlTableProbes } from './mssql-tables.ts';
import { triggersOfOthers } from './mssql-triggers.ts';
import { bySeverity, runProbes, type PreflightOptions, type PreflightRow } from './row.ts';

const REQUEST_TIMEOUT_MS = 60_000;

/** On a session of the caller's. */
export const preflightOver = async (
  session: MssqlSession,
  options: PreflightOptions,
): Promise<PreflightRow[]> => {
  await session.batch('SET NOCOUNT ON; SET LOCK_TIMEOUT 5000;');
  return bySeverity(
    await runProbes(
      [
        ...mssqlServerProbes,
        ...mssqlDeploymentProbes,
        ...mssqlTableProbes,
        triggersOfOthers,
        ...mssqlModuleProbes,
      ],
      session,
      options,
      toCrmError,
    ),
  );
};

/** Rows, the worst first. Throws CrmError: unreachable, login. */
export const preflightMssql = async (
  connectionString: string,
  options: PreflightOptions,
): Promise<PreflightRow[]> => {
  const session = await connect(
    connectionString,
    'crm-domino-sync preflight',
    'preflight',
    REQUEST_TIMEOUT_MS,
  );
  try {
    return await preflightOver(session, options);
  } catch (error) {
    throw toCrmError(error, 'preflight');
  } finally {
    await session.close();
  }
};

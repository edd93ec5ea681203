/**
 * `deploy` for SQL Server: versioned migrations, then the re-creatable objects and grants. Any number of deployments may
 * start at once; each waits for the one before it and finds nothing left to do.
 */
import { CrmError } from '../contract.ts';
import { connect, type MssqlSession } from '../mssql/connect.ts';
import { toCrmError } from '../mssql/errors.ts';
import type { DeployOptions, DeployResult } from './findings.ts';
import { migrateMssql } from './mssql-migrations.ts';
import { applyMssqlObjects } from './mssql-objects.ts';
import { requireServer } from './mssql-server.ts';
import { inTransaction } from './mssql-transaction.ts';
import { readMssqlObjects, splitGrants } from './sql-objects.ts';

/** Those of ANSI_NULLS and QUOTED_IDENTIFIER are stored with every procedure and trigger. */
const SESSION_OPTIONS = `
  SET NOCOUNT, XACT_ABORT ON;
  SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
  SET NUMERIC_ROUNDABORT OFF;`;

const takeDeployLock = async (session: MssqlSession, timeoutSeconds: number): Promise<void> => {
  const [answer] = await session.query<{ result: number }>(
    `DECLARE @result int;
     EXECUTE @result = sys.sp_getapplock @Resource = N'domino_sync.deploy', @LockMode = N'Exclusive',
         @LockOwner = N'Session', @LockTimeout = @timeout, @DbPrincipal = N'public';
     SELECT @result AS result;`,
    { timeout: timeoutSeconds * 1000 },
  );
  if (answer !== undefined && answer.result >= 0) return;
  throw new CrmError('crm_busy', 'deploy: another deployment holds this database', { transient: true });
};

/** On a session of its own, which keeps the lock of deployments until it ends. */
export const deployOver = async (
  session: MssqlSession,
  options: Omit<DeployOptions, 'connectionString'> = {},
): Promise<DeployResult> => {
  const { log = () => undefined, timeoutSeconds = 60 } = options;
  const { grants, objects: files } = splitGrants(readMssqlObjects());
  await session.batch(`${SESSION_OPTIONS}\nSET LOCK_TIMEOUT ${Math.round(timeoutSeconds * 1000)};`);
  await takeDeployLock(session, timeoutSeconds);
  await requireServer(session);
  const migrations = await migrateMssql(session, log);
  const { applied, removed } = await inTransaction(session, () => applyMssqlObjects(session, files, grants));
  for (const path of applied) log(`applied ${path}`);
  for (const path of removed) log(`removed ${path}`);
  return { migrations, applied, removed };
};

/**
 * Throws CrmError: unreachable, login, forbidden, refused (an unsupported server, a vendor column is missing, a
 * migration was edited), busy (another deployment, or a lock on the vendor's tables, outlasted the time-out).
 */
export const deployMssql = async (options: DeployOptions): Promise<DeployResult> => {
  const session = await connect(options.connectionString, 'crm-domino-sync deploy', 'deploy', 0);
  try {
    return await deployOver(session, options);
  } catch (error) {
    throw toCrmError(error, 'deploy');
  } finally {
    await session.close();
  }
};

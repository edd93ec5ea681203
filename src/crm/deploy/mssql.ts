/**
 * `deploy` for SQL Server: executes the plan. Any number of deployments may start at once; each waits for the one before it
 * and finds nothing left to do.
 */
import { connect, type MssqlSession } from '../mssql/connect.ts';
import { toCrmError } from '../mssql/errors.ts';
import type { DeployOptions, DeployResult } from './findings.ts';
import { inTransaction } from './mssql-transaction.ts';
import { executePlan, type PlanSession } from './plan/execute.ts';
import { mssqlPlan } from './plan/mssql-plan.ts';
import { LOCK_SQL } from './plan/mssql-steps.ts';
import type { DeployPlan } from './plan/plan.ts';
import { tellingOfWait, type Waiting } from './waiting.ts';

const planSession = (session: MssqlSession, waiting: Waiting): PlanSession => ({
  holds: async (condition) => {
    const [answer] = await session.query<{ holds: number }>(
      `SELECT CASE WHEN ${condition} THEN 1 ELSE 0 END AS holds;`,
    );
    return answer?.holds === 1;
  },
  run: (batch) => {
    const run = () => session.batch(batch);
    return batch === LOCK_SQL ? tellingOfWait(run, waiting) : run();
  },
  inTransaction: (work) => inTransaction(session, work),
});

/** On a session of the caller's, which keeps the lock of deployments until it ends. */
export const deployPlanOver = async (
  session: MssqlSession,
  plan: DeployPlan,
  log: (line: string) => void = () => undefined,
  waiting: Waiting = {},
): Promise<DeployResult> => {
  const ran = await executePlan(planSession(session, waiting), plan, {
    after: (steps) => {
      for (const { kind, name } of steps) {
        if (kind === 'migration') log(`migration ${name}`);
        if (kind === 'file') log(`applied ${name}`);
      }
    },
    fault: (error, { kind, name }) => {
      if (kind === 'migration') return toCrmError(error, `migration ${name}`);
      return kind === 'file' ? toCrmError(error, `applying ${name}`) : error;
    },
  });
  const stale = await session.query<{ path: string }>(
    'SELECT DISTINCT s.path FROM #domino_sync_stale AS s ORDER BY s.path;',
  );
  const removed = stale.map(({ path }) => path);
  for (const path of removed) log(`removed ${path}`);
  const names = (wanted: string): string[] =>
    ran.filter(({ kind }) => kind === wanted).map(({ name }) => name);
  return { migrations: names('migration'), applied: names('file'), removed };
};

/** As `deployMssql`, on a session of the caller's. */
export const deployOver = async (
  session: MssqlSession,
  options: Omit<DeployOptions, 'connectionString'> = {},
): Promise<DeployResult> => {
  const { log, timeoutSeconds } = options;
  const plan = await mssqlPlan(timeoutSeconds === undefined ? {} : { timeoutSeconds });
  try {
    return await deployPlanOver(session, plan, log, options);
  } catch (error) {
    throw toCrmError(error, 'deploy');
  }
};

/**
 * Throws CrmError: unreachable, login, forbidden, refused (an unsupported server, a vendor column is missing, a migration
 * was edited, a newer version was deployed), busy (another deployment was at work for ten minutes, or a lock on the
 * vendor's tables outlasted the time-out).
 */
export const deployMssql = async (options: DeployOptions): Promise<DeployResult> => {
  const session = await connect(options.connectionString, 'crm-domino-sync deploy', 'deploy', 0);
  try {
    return await deployOver(session, options);
  } finally {
    await session.close();
  }
};

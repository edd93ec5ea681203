/**
 * `deploy` for PostgreSQL: executes the plan, its migrations by postgres-migrations. Any number of deployments may start at once; each waits for the one before it and finds nothing left to do.
 */
import type pg from 'pg';
import { migrate } from 'postgres-migrations';
import { connect } from '../postgres/connect.ts';
import { toCrmError } from '../postgres/errors.ts';
import type { DeployOptions, DeployResult } from './findings.ts';
import { executePlan, type PlanSession } from './plan/execute.ts';
import { stepsOf, type DeployPlan } from './plan/plan.ts';
import { postgresPlan } from './plan/postgres-plan.ts';
import { LOCK_SQL } from './plan/postgres-steps.ts';
import { POSTGRES_MIGRATIONS } from './sql-objects.ts';
import { VENDOR_COLUMNS } from './vendor-columns.ts';
import { tellingOfWait, type Waiting } from './waiting.ts';

/** `table.column`, or `table` when the table is missing altogether. */
export const missingVendorColumns = async (client: pg.ClientBase): Promise<string[]> => {
  const wanted = Object.entries(VENDOR_COLUMNS).flatMap(([table, columns]) =>
    columns.map((column) => ({ table, column })),
  );
  const { rows } = await client.query<{ missing: string }>(
    `select distinct case when c.oid is null then w."table" else w."table" || '.' || w."column" end as missing
     from jsonb_to_recordset($1) as w ("table" text, "column" text)
     left join pg_class as c on c.oid = to_regclass('public.' || w."table")
     where not exists (select from pg_attribute as a
                       where a.attrelid = c.oid and a.attname = w."column" and not a.attisdropped)
     order by 1`,
    [JSON.stringify(wanted)],
  );
  return rows.map((row) => row.missing);
};

const inTransaction = async (client: pg.ClientBase, work: () => Promise<void>): Promise<void> => {
  await client.query('begin');
  try {
    await work();
    await client.query('commit');
  } catch (error) {
    // A broken connection has rolled back already; the first error is the one to tell.
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
};

const planSession = (client: pg.ClientBase, waiting: Waiting): PlanSession => ({
  holds: async (condition) => {
    const { rows } = await client.query<{ holds: boolean | null }>(`select (${condition}) as holds`);
    return rows[0]?.holds === true;
  },
  run: async (batch) => {
    const run = () => client.query(batch);
    await (batch === LOCK_SQL ? tellingOfWait(run, waiting) : run());
  },
  inTransaction: (work) => inTransaction(client, work),
});

/** Applies all that are missing. They come from the files the plan was made of, or it is a defect. */
const migrateByLibrary = async (client: pg.Client | pg.PoolClient, plan: DeployPlan): Promise<string[]> => {
  const planned = new Map(stepsOf(plan, 'migration').map(({ name, checksum }) => [name, checksum]));
  const done = await migrate({ client }, POSTGRES_MIGRATIONS, { logger: () => undefined });
  const other = done.find(({ fileName, hash }) => planned.get(fileName) !== hash);
  if (other !== undefined) throw new Error(`migration ${other.fileName} is not the one of the plan`);
  return done.map(({ fileName }) => fileName);
};

const removedFiles = async (client: pg.ClientBase): Promise<string[]> => {
  const { rows } = await client.query<{ path: string }>(
    'select path from pg_temp.domino_sync_stale order by path',
  );
  return rows.map(({ path }) => path);
};

/** On a connected session of the caller's, which keeps the lock of deployments until it ends. */
export const deployPlanOver = async (
  client: pg.Client | pg.PoolClient,
  plan: DeployPlan,
  log: (line: string) => void = () => undefined,
  waiting: Waiting = {},
): Promise<DeployResult> => {
  const migrations: string[] = [];
  const ran = await executePlan(planSession(client, waiting), plan, {
    before: async ({ steps }) => {
      if (!steps.some(({ kind }) => kind === 'migration')) return;
      migrations.push(...(await migrateByLibrary(client, plan)));
      for (const name of migrations) log(`migration ${name}`);
    },
    fault: (error, step) => (step.kind === 'file' ? toCrmError(error, `applying ${step.name}`) : error),
  });
  const applied = ran.filter(({ kind }) => kind === 'file').map(({ name }) => name);
  for (const path of applied) log(`applied ${path}`);
  const removed = await removedFiles(client);
  for (const path of removed) log(`removed ${path}`);
  return { migrations, applied, removed };
};

/**
 * Throws CrmError: unreachable, login, forbidden, refused (an unsupported server, a vendor column is missing, a migration
 * was edited, a newer version was deployed), busy (another deployment was at work for ten minutes, or a lock on the
 * vendor's tables outlasted the time-out).
 */
export const deployPostgres = async (options: DeployOptions): Promise<DeployResult> => {
  const { connectionString, log, timeoutSeconds } = options;
  const plan = await postgresPlan(timeoutSeconds === undefined ? {} : { timeoutSeconds });
  const client = await connect(connectionString, 'crm-domino-sync deploy', 'deploy');
  try {
    return await deployPlanOver(client, plan, log, options);
  } catch (error) {
    throw toCrmError(error, 'deploy');
  } finally {
    await client.end();
  }
};

/**
 * What a deployment does, as a value: ordered parts of ordered steps with their SQL. The script of `deploy --script` is
 * rendered from it and `deploy` executes it, so the two cannot drift apart. Building it takes no database.
 */
export type EngineName = 'postgres' | 'mssql';

export interface PlanStep {
  /** migration and file are what `deploy` reports, by `name`; the rest prepares and notes. */
  kind: 'prepare' | 'refuse' | 'migration' | 'file' | 'note';
  /** File name of a migration, path below `sql/<engine>` of a file, otherwise what the step does. */
  name: string;
  /** SHA-1 of a migration (file name and contents), SHA-256 of a file; null for what this module wrote. */
  checksum: string | null;
  /** SQL condition, asked right before the step; when it does not hold the step is skipped. Null: always. */
  pending: string | null;
  /** SQL, each to be sent on its own: batches of SQL Server, statements of PostgreSQL. */
  batches: readonly string[];
}

export interface PlanPart {
  title: string;
  /** As `pending` of a step, for the whole part. */
  pending: string | null;
  /** All of its steps or none; otherwise each batch stands for itself. */
  transaction: boolean;
  steps: readonly PlanStep[];
}

export interface DeployPlan {
  engine: EngineName;
  parts: readonly PlanPart[];
}

/** How long a deployment waits for one that is at work: twenty at once on a slow machine take minutes. */
export const OTHER_DEPLOYMENT_SECONDS = 600;

/** What a step or part looks like that is always due. */
export const always = (
  kind: PlanStep['kind'],
  name: string,
  ...batches: readonly [string, ...string[]]
): PlanStep => ({ kind, name, checksum: null, pending: null, batches });

/** A transaction that is always due. */
export const whole = (title: string, ...steps: readonly PlanStep[]): PlanPart => ({
  title,
  pending: null,
  transaction: true,
  steps,
});

/** A literal; `n` for SQL Server's Unicode strings. */
export const literal = (text: string, prefix: '' | 'N' = ''): string =>
  `${prefix}'${text.replaceAll("'", "''")}'`;

/** Steps of a plan, of the kinds that `deploy` reports. */
export const stepsOf = (plan: DeployPlan, kind: PlanStep['kind']): PlanStep[] =>
  plan.parts.flatMap(({ steps }) => steps).filter((step) => step.kind === kind);

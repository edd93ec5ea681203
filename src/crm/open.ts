/** Chooses the engine by the address of the CRM database. */
import { CrmError, type CrmDatabase, type PreviewDatabase } from './contract.ts';
import { checkMssql } from './deploy/check-mssql.ts';
import { checkPostgres } from './deploy/check-postgres.ts';
import type { DeployOptions, DeployResult, Finding } from './deploy/findings.ts';
import { deployMssql } from './deploy/mssql.ts';
import { deployPostgres } from './deploy/postgres.ts';
import { preflightMssql } from './deploy/preflight/mssql.ts';
import { preflightPostgres } from './deploy/preflight/postgres.ts';
import type { PreflightOptions, PreflightRow } from './deploy/preflight/row.ts';
import { openMssql, openMssqlPreview } from './mssql.ts';
import { openPostgres, openPostgresPreview } from './postgres.ts';

export type { DeployResult, Finding };

interface EngineEntry {
  scheme: RegExp;
  open(url: string): Promise<CrmDatabase>;
  openPreview(url: string): Promise<PreviewDatabase>;
  deploy(options: DeployOptions): Promise<DeployResult>;
  check(options: { connectionString: string }): Promise<Finding[]>;
  preflight(url: string, options: PreflightOptions): Promise<PreflightRow[]>;
}

const ENGINES: readonly EngineEntry[] = [
  {
    scheme: /^postgres(ql)?:\/\//,
    open: openPostgres,
    openPreview: openPostgresPreview,
    deploy: deployPostgres,
    check: checkPostgres,
    preflight: preflightPostgres,
  },
  {
    scheme: /^mssql:\/\//,
    open: openMssql,
    openPreview: openMssqlPreview,
    deploy: deployMssql,
    check: checkMssql,
    preflight: preflightMssql,
  },
];

const engineOf = (url: string): EngineEntry => {
  const engine = ENGINES.find(({ scheme }) => scheme.test(url));
  if (engine !== undefined) return engine;
  throw new CrmError(
    'crm_refused',
    'the address of the CRM database starts with postgres:// or mssql:// (SQL Server)',
    { transient: false },
  );
};

/** Throws CrmError when the database cannot be reached, refuses the login, or nothing is deployed in it. */
export const openCrmDatabase = async (url: string): Promise<CrmDatabase> => engineOf(url).open(url);

/** The same database for reading alone: it registers no runner, and where the engine knows it, it cannot write. */
export const openPreviewDatabase = async (url: string): Promise<PreviewDatabase> =>
  engineOf(url).openPreview(url);

/** Installs or updates everything of ours; needs the login of the DBA. */
export const deployTo = async (
  url: string,
  options: Omit<DeployOptions, 'connectionString'> = {},
): Promise<DeployResult> => engineOf(url).deploy({ ...options, connectionString: url });

/** What differs from what `deploy` would leave; changes nothing. */
export const checkDeployment = async (url: string): Promise<Finding[]> =>
  engineOf(url).check({ connectionString: url });

/** What of the server and the CRM hinders a deployment or wants to be known (docs/preflight.md); changes nothing. */
export const preflightOf = async (url: string, options: PreflightOptions): Promise<PreflightRow[]> =>
  engineOf(url).preflight(url, options);

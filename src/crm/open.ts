/** Chooses the engine by the address of the CRM database. */
import { CrmError, type CrmDatabase } from './contract.ts';
import { checkPostgres, type Finding } from './deploy/check-postgres.ts';
import { deployPostgres, type DeployResult } from './deploy/postgres.ts';
import { openPostgres } from './postgres.ts';

export type { DeployResult, Finding };

/** Throws CrmError when the database cannot be reached, refuses the login, or nothing is deployed in it. */
export const openCrmDatabase = (url: string): Promise<CrmDatabase> => postgresOnly(url, openPostgres);

/** Installs or updates everything of ours; needs the login of the DBA. */
export const deployTo = (url: string, log?: (line: string) => void): Promise<DeployResult> =>
  postgresOnly(url, (connectionString) => deployPostgres({ connectionString, ...(log ? { log } : {}) }));

/** What differs from what `deploy` would leave; changes nothing. */
export const checkDeployment = (url: string): Promise<Finding[]> =>
  postgresOnly(url, (connectionString) => checkPostgres({ connectionString }));

async function postgresOnly<T>(url: string, work: (url: string) => Promise<T>): Promise<T> {
  if (/^postgres(ql)?:\/\//.test(url)) return work(url);
  throw new CrmError(
    'crm_refused',
    'this version works with PostgreSQL (postgres://); SQL Server is not supported yet',
    {
      transient: false,
    },
  );
}

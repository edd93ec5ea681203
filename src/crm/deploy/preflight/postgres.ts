/** The preflight of PostgreSQL. It writes nothing, and works before anything of ours is deployed. */
import { connect } from '../../postgres/connect.ts';
import { toCrmError } from '../../postgres/errors.ts';
import { postgresServerProbes } from './postgres-server.ts';
import { postgresTableProbes } from './postgres-tables.ts';
import { bySeverity, runProbes, type PreflightOptions, type PreflightRow } from './row.ts';

/** Rows, the worst first. Throws CrmError: unreachable, login. */
export const preflightPostgres = async (
  connectionString: string,
  options: PreflightOptions,
): Promise<PreflightRow[]> => {
  const client = await connect(connectionString, 'crm-domino-sync preflight', 'preflight');
  try {
    await client.query(`set default_transaction_read_only = on; set statement_timeout = '30s';
      set lock_timeout = '5s'; set search_path = pg_catalog, pg_temp`);
    return bySeverity(
      await runProbes([...postgresServerProbes, ...postgresTableProbes], client, options, toCrmError),
    );
  } catch (error) {
    throw toCrmError(error, 'preflight');
  } finally {
    await client.end();
  }
};

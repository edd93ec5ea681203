/** Calls procedures of `domino_sync_api` on a pool of PostgreSQL sessions. */
import pg from 'pg';
import { oneRowCalls, type Calls, type Parameter, type Parameters } from '../calls.ts';
import { CONNECT_TIMEOUT_MS, types } from './connect.ts';
import { toCrmError } from './errors.ts';

/** A procedure that takes longer is broken off by the server: nothing of ours is meant to take a tenth of it. */
const STATEMENT_TIMEOUT_MS = 120_000;
/** For a server that no longer answers at all. */
const QUERY_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 30_000;

export interface CallsOptions {
  /** Every call is a transaction in which the server refuses to write. */
  readOnly?: boolean;
}

export const openCalls = (
  connectionString: string,
  applicationName: string,
  { readOnly = false }: CallsOptions = {},
): Calls => {
  const pool = new pg.Pool({
    connectionString,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    max: 16,
    types,
  });
  // An idle connection that breaks is replaced by the pool; the calls themselves report their own errors.
  pool.on('error', () => undefined);

  const reading = async <Row extends object>(call: string, values: Parameter[]): Promise<Row[]> => {
    const client = await pool.connect();
    let broken = true;
    try {
      await client.query('begin transaction read only');
      const { rows: found } = await client.query<Row>(call, values);
      await client.query('commit');
      broken = false;
      return found;
    } finally {
      // Never back to the pool with an open transaction.
      client.release(broken);
    }
  };

  const rows = async <Row extends object>(procedure: string, parameters: Parameters = {}): Promise<Row[]> => {
    const names = Object.keys(parameters);
    const list = names.map((name, index) => `${name} => $${index + 1}`).join(', ');
    try {
      const call = `select * from domino_sync_api.${procedure}(${list})`;
      const values = Object.values(parameters);
      return readOnly ? await reading<Row>(call, values) : (await pool.query<Row>(call, values)).rows;
    } catch (error) {
      throw toCrmError(error, procedure);
    }
  };

  return { rows, ...oneRowCalls(rows), close: () => pool.end() };
};

/** Calls procedures of `domino_sync_api` on a pool; every call is one round trip and one transaction. */
import pg from 'pg';
import type { z } from 'zod';
import { CrmError } from '../contract.ts';
import { CONNECT_TIMEOUT_MS, types } from './connect.ts';
import { toCrmError } from './errors.ts';

/** A procedure that takes longer is broken off by the server: nothing of ours is meant to take a tenth of it. */
const STATEMENT_TIMEOUT_MS = 120_000;
/** For a server that no longer answers at all. */
const QUERY_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 30_000;

export type Parameter = string | number | boolean | null;

export interface Calls {
  /** Rows of `select * from domino_sync_api.<procedure>(name => value, …)`. Throws CrmError. */
  rows<Row extends pg.QueryResultRow>(
    procedure: string,
    parameters?: Readonly<Record<string, Parameter>>,
  ): Promise<Row[]>;
  /** The only row. */
  one<Row extends pg.QueryResultRow>(
    procedure: string,
    parameters?: Readonly<Record<string, Parameter>>,
  ): Promise<Row>;
  close(): Promise<void>;
}

export const openCalls = (connectionString: string, applicationName: string): Calls => {
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

  const rows: Calls['rows'] = async <Row extends pg.QueryResultRow>(
    procedure: string,
    parameters: Readonly<Record<string, Parameter>> = {},
  ) => {
    const names = Object.keys(parameters);
    const list = names.map((name, index) => `${name} => $${index + 1}`).join(', ');
    try {
      const { rows: found } = await pool.query<Row>(
        `select * from domino_sync_api.${procedure}(${list})`,
        Object.values(parameters),
      );
      return found;
    } catch (error) {
      throw toCrmError(error, procedure);
    }
  };

  return {
    rows,
    one: async <Row extends pg.QueryResultRow>(
      procedure: string,
      parameters: Readonly<Record<string, Parameter>> = {},
    ) => {
      const [row] = await rows<Row>(procedure, parameters);
      if (row === undefined) {
        throw new CrmError('crm_refused', `${procedure}: the database gave no answer`, { transient: false });
      }
      return row;
    },
    close: () => pool.end(),
  };
};

/** JSON made by the database is checked like any other input: a row edited by hand must not reach the mapping. */
export const checked = <T>(schema: z.ZodType<T>, value: unknown, what: string): T => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new CrmError(
    'crm_refused',
    `${what}: the database answers in an unknown shape at "${issue?.path.join('.') ?? ''}": ${issue?.message ?? ''}`,
    { transient: false, cause: result.error },
  );
};

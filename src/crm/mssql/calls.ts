/** Calls procedures of `domino_sync_api` on a pool of SQL Server sessions. */
import { setTimeout as pause } from 'node:timers/promises';
import sql from 'mssql';
import { oneRowCalls, type Calls, type Parameter, type Parameters } from '../calls.ts';
import { CrmError } from '../contract.ts';
import { poolConfiguration } from './connect.ts';
import { isLockFault, toCrmError } from './errors.ts';

/** A procedure that takes longer is broken off: nothing of ours is meant to take a tenth of it. */
const REQUEST_TIMEOUT_MS = 120_000;
/** Shorter than that: whoever blocks us is told apart from a server that is slow. */
const LOCK_TIMEOUT_MS = 30_000;
/** A deadlock has a victim each time; a call is one transaction, so it is made again as a whole. */
const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 50;

/** SQL Server has no JSON type before 2025: these columns come as text. */
export const JSON_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  read_settings: ['values', 'captions'],
  lease_outbound: ['link'],
  read_appointments: ['appointment'],
  read_links: ['link'],
  capture_state: ['state'],
  task_dates: ['dates'],
  sync_status: ['status'],
  explain_item: ['explanation'],
  preview_deliveries: ['link'],
  preview_window: ['link'],
  list_conflicts: ['base_value', 'crm_value', 'domino_value'],
  list_held: ['appointments'],
};

const MAX_INT = 2_147_483_647;

const typeOf = (value: Parameter): sql.ISqlType | (() => sql.ISqlType) => {
  if (typeof value === 'boolean') return sql.Bit;
  if (typeof value !== 'number') return sql.NVarChar(sql.MAX);
  if (!Number.isInteger(value)) return sql.Float;
  return Math.abs(value) <= MAX_INT ? sql.Int : sql.BigInt;
};

const parsed = (procedure: string, column: string, text: unknown): unknown => {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new CrmError('crm_refused', `${procedure}: the database answers with invalid JSON in ${column}`, {
      transient: false,
      cause,
    });
  }
};

/** The drivers give bigint as text; all of ours are far below 2^53. */
const bigintColumns = (columns: sql.IColumnMetadata): string[] =>
  Object.values(columns)
    .filter(({ type }) => type === sql.BigInt)
    .map(({ name }) => name);

const rowsOf = (
  procedure: string,
  set: sql.IRecordSet<Record<string, unknown>>,
): Record<string, unknown>[] => {
  const numbers = bigintColumns(set.columns);
  const documents = JSON_COLUMNS[procedure] ?? [];
  return set.map((row) => {
    const clean = { ...row };
    for (const name of numbers) if (typeof clean[name] === 'string') clean[name] = Number(clean[name]);
    for (const name of documents) clean[name] = parsed(procedure, name, clean[name]);
    return clean;
  });
};

/** Throws CrmError: unreachable, login. */
export const openCalls = async (url: string, applicationName: string): Promise<Calls> => {
  const pool = new sql.ConnectionPool({
    ...poolConfiguration(url, applicationName, REQUEST_TIMEOUT_MS),
    pool: { max: 16, min: 0, idleTimeoutMillis: 30_000, acquireTimeoutMillis: 30_000 },
  });
  // An idle connection that breaks is replaced by the pool; the calls themselves report their own errors.
  pool.on('error', () => undefined);
  try {
    await pool.connect();
  } catch (error) {
    throw toCrmError(error, 'connecting');
  }

  const call = async (procedure: string, parameters: Parameters): Promise<Record<string, unknown>[]> => {
    const request = pool.request();
    const names = Object.keys(parameters);
    for (const [name, value] of Object.entries(parameters)) request.input(name, typeOf(value), value);
    // A batch and no RPC, for the sake of LOCK_TIMEOUT: the server sets it back when the batch ends.
    const result = await request.query<Record<string, unknown>>(
      `SET LOCK_TIMEOUT ${LOCK_TIMEOUT_MS}; ` +
        `EXECUTE domino_sync_api.${procedure} ${names.map((name) => `@${name} = @${name}`).join(', ')};`,
    );
    // A procedure without an answer has no record set. The answer comes last: what it calls of the CRM, a procedure that
    // makes ids or somebody's trigger, may show something too.
    const set = (result.recordsets as sql.IRecordSet<Record<string, unknown>>[]).at(-1);
    return set === undefined ? [] : rowsOf(procedure, set);
  };

  const rows = async <Row extends object>(procedure: string, parameters: Parameters = {}): Promise<Row[]> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await call(procedure, parameters)) as Row[];
      } catch (error) {
        if (attempt === ATTEMPTS || !isLockFault(error)) throw toCrmError(error, procedure);
        await pause(FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random()));
      }
    }
  };

  return { rows, ...oneRowCalls(rows), close: () => pool.close() };
};

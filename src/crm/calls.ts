/** How procedures of `domino_sync_api` are called, whatever the engine; each engine brings its own `openCalls`. */
import type { z } from 'zod';
import { CrmError } from './contract.ts';

export type Parameter = string | number | boolean | null;

export type Parameters = Readonly<Record<string, Parameter>>;

/** Every call is one round trip and one transaction. All throw CrmError. */
export interface Calls {
  /** The rows a procedure answers with. JSON columns are parsed, numbers are numbers, times are text. */
  rows<Row extends object>(procedure: string, parameters?: Parameters): Promise<Row[]>;
  /** The only row. */
  one<Row extends object>(procedure: string, parameters?: Parameters): Promise<Row>;
  /** The only column of the only row: PostgreSQL names it after the function, SQL Server as the procedure does. */
  value<Value>(procedure: string, parameters?: Parameters): Promise<Value>;
  close(): Promise<void>;
}

type Rows = Calls['rows'];

/** What both engines make of `rows` alone. */
export const oneRowCalls = (rows: Rows): Pick<Calls, 'one' | 'value'> => {
  const one = async <Row extends object>(procedure: string, parameters: Parameters = {}): Promise<Row> => {
    const [row] = await rows<Row>(procedure, parameters);
    if (row !== undefined) return row;
    throw new CrmError('crm_refused', `${procedure}: the database gave no answer`, { transient: false });
  };
  return {
    one,
    value: async <Value>(procedure: string, parameters: Parameters = {}) =>
      Object.values(await one<Record<string, Value>>(procedure, parameters))[0] as Value,
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

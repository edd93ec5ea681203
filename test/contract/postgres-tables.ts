/** Tables of PostgreSQL, for the contract suite. */
import pg from 'pg';
import type { IdScheme } from '../../src/sandbox/crm/vendor-schema.ts';
import { timeText, VENDOR_KEYS, type Columns, type Conditions, type Tables } from './tables.ts';

const INT8 = 20;
const TIMESTAMP = 1114;
const { builtins } = pg.types;

const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): unknown => {
    if (oid === INT8) return Number;
    if (oid === TIMESTAMP) return (text: string) => text;
    if (oid === (builtins.TIMESTAMPTZ as number)) return (text: string) => timeText(new Date(text));
    return pg.types.getTypeParser(oid, format as 'text') as unknown;
  },
} as pg.CustomTypesConfig;

export const postgresTables = (db: pg.Pool | pg.Client, ids: IdScheme): Tables => {
  const run = async (text: string, values: unknown[]): Promise<pg.QueryResult<Record<string, unknown>>> =>
    db.query<Record<string, unknown>>({ text, values, types });

  const whereOf = (conditions: Conditions, values: unknown[]): string => {
    const parts = Object.entries(conditions).map(([name, value]) => {
      if (value === null) return `${name} is null`;
      values.push(value);
      return Array.isArray(value) ? `${name} = any($${values.length})` : `${name} = $${values.length}`;
    });
    return parts.length === 0 ? '' : ` where ${parts.join(' and ')}`;
  };

  const idFor = async (table: string, row: Columns): Promise<Columns> => {
    const vendor = VENDOR_KEYS[table];
    if (vendor === undefined || ids === 'identity' || row[vendor.key] !== undefined) return row;
    const { rows } = await run('select eware_get_identity_id($1) as id', [vendor.name]);
    return { [vendor.key]: rows[0]!['id'] as number, ...row };
  };

  return {
    insert: async (table, row) => {
      const given = await idFor(table, row);
      const names = Object.keys(given);
      const { rows } = await run(
        `insert into ${table} (${names.join(', ')}) values (${names.map((_, i) => `$${i + 1}`).join(', ')})
         returning ${VENDOR_KEYS[table]?.key ?? '0'} as id`,
        Object.values(given),
      );
      return rows[0]!['id'] as number;
    },
    update: async (table, set, where = {}) => {
      const values: unknown[] = Object.values(set);
      const assignments = Object.keys(set).map((name, i) => `${name} = $${i + 1}`);
      const { rowCount } = await run(
        `update ${table} set ${assignments.join(', ')}${whereOf(where, values)}`,
        values,
      );
      return rowCount ?? 0;
    },
    remove: async (table, where = {}) => {
      const values: unknown[] = [];
      return (await run(`delete from ${table}${whereOf(where, values)}`, values)).rowCount ?? 0;
    },
    select: async <Row extends object>(
      table: string,
      columns: readonly string[],
      where: Conditions = {},
    ): Promise<Row[]> => {
      const values: unknown[] = [];
      const places = columns.map((_, i) => i + 1).join(', ');
      const text = `select ${columns.join(', ')} from ${table}${whereOf(where, values)} order by ${places}`;
      return (await run(text, values)).rows as Row[];
    },
    count: async (table, where = {}) => {
      const values: unknown[] = [];
      const { rows } = await run(`select count(*) as n from ${table}${whereOf(where, values)}`, values);
      return rows[0]!['n'] as number;
    },
  };
};

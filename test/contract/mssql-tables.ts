/** Tables of SQL Server, for the contract suite. */
import type { Parameters } from '../../src/crm/calls.ts';
import type { MssqlSession } from '../../src/crm/mssql/connect.ts';
import type { IdScheme } from '../../src/sandbox/crm/vendor-schema.ts';
import { timeText, VENDOR_KEYS, type Columns, type Conditions, type Tables, type Value } from './tables.ts';

interface Table {
  name: string;
  identity: string | null;
  /** As the CRM spells them: a database may tell upper from lower case. */
  columns: ReadonlyMap<string, string>;
  /** `ntext` cannot be sorted. */
  unsorted: ReadonlySet<string>;
}

/** A Date becomes what `datetime2` reads without a look at SET LANGUAGE. */
const parameter = (value: Value): string | number | boolean | null =>
  value instanceof Date ? value.toISOString().slice(0, 23) : value;

const cell = (value: unknown): unknown => (value instanceof Date ? timeText(value) : value);

export const mssqlTables = (session: MssqlSession, ids: IdScheme): Tables => {
  const known = new Map<string, Promise<Table>>();

  const describe = async (given: string): Promise<Table> => {
    const [schema, table] = given.includes('.') ? (given.split('.') as [string, string]) : ['dbo', given];
    const rows = await session.query<{
      object: string;
      name: string;
      is_identity: boolean;
      type: string;
    }>(
      `SELECT o.name AS object, c.name AS name, c.is_identity, TYPE_NAME(c.system_type_id) AS type
       FROM sys.columns AS c
       INNER JOIN sys.objects AS o ON o.object_id = c.object_id
       INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
       WHERE LOWER(s.name) = @schema AND LOWER(o.name) = @table;`,
      { schema, table },
    );
    if (rows.length === 0) throw new Error(`there is no ${schema}.${table}, or this login may not see it`);
    return {
      name: `${schema}.${rows[0]!.object}`,
      identity: rows.find(({ is_identity }) => is_identity)?.name ?? null,
      columns: new Map(rows.map(({ name }) => [name.toLowerCase(), name])),
      unsorted: new Set(rows.filter(({ type }) => type === 'ntext').map(({ name }) => name.toLowerCase())),
    };
  };
  const tableOf = (name: string): Promise<Table> => {
    const found = known.get(name) ?? describe(name);
    known.set(name, found);
    return found;
  };
  const column = ({ name, columns }: Table, wanted: string): string => {
    const found = columns.get(wanted);
    if (found === undefined) throw new Error(`${name} has no column ${wanted}`);
    return `[${found}]`;
  };

  const number = async (text: string, parameters: Parameters): Promise<number> =>
    (await session.query<{ answer: number }>(text, parameters))[0]!.answer;

  const whereOf = (
    table: Table,
    conditions: Conditions,
    values: Record<string, string | number | boolean | null>,
  ) => {
    const parts = Object.entries(conditions).map(([name, value], i) => {
      if (value === null) return `${column(table, name)} IS NULL`;
      if (Array.isArray(value)) {
        values[`w${i}`] = JSON.stringify(value);
        return `${column(table, name)} IN (SELECT j.[value] FROM OPENJSON(@w${i}) AS j)`;
      }
      values[`w${i}`] = parameter(value as Value);
      return `${column(table, name)} = @w${i}`;
    });
    return parts.length === 0 ? '' : ` WHERE ${parts.join(' AND ')}`;
  };

  const idFor = async (name: string, row: Columns): Promise<Columns> => {
    const vendor = VENDOR_KEYS[name];
    if (vendor === undefined || ids === 'identity' || row[vendor.key] !== undefined) return row;
    const id = await number(
      `DECLARE @id int; EXECUTE @id = dbo.eware_get_identity_id @name; SELECT @id AS answer;`,
      { name: vendor.name },
    );
    return { [vendor.key]: id, ...row };
  };

  return {
    insert: async (name, row) => {
      const table = await tableOf(name);
      const given = await idFor(name, row);
      const columns = Object.keys(given).map((each) => column(table, each));
      const key = VENDOR_KEYS[name]?.key;
      const explicit = table.identity !== null && columns.includes(`[${table.identity}]`);
      const values = Object.fromEntries(Object.values(given).map((value, i) => [`p${i}`, parameter(value)]));
      const known = key === undefined ? 0 : given[key];
      const id = await number(
        `${explicit ? `SET IDENTITY_INSERT ${table.name} ON;` : ''}
         INSERT INTO ${table.name} (${columns.join(', ')}) VALUES (${columns.map((_, i) => `@p${i}`).join(', ')});
         ${explicit ? `SET IDENTITY_INSERT ${table.name} OFF;` : ''}
         SELECT ${known === undefined ? 'CONVERT(int, SCOPE_IDENTITY())' : '0'} AS answer;`,
        values,
      );
      return typeof known === 'number' ? known : id;
    },
    update: async (name, set, where = {}) => {
      const table = await tableOf(name);
      const values: Record<string, string | number | boolean | null> = {};
      const assignments = Object.entries(set).map(([each, value], i) => {
        values[`p${i}`] = parameter(value);
        return `${column(table, each)} = @p${i}`;
      });
      const text = `UPDATE ${table.name} SET ${assignments.join(', ')}${whereOf(table, where, values)};`;
      return number(`${text} SELECT @@ROWCOUNT AS answer;`, values);
    },
    remove: async (name, where = {}) => {
      const table = await tableOf(name);
      const values = {};
      const text = `DELETE FROM ${table.name}${whereOf(table, where, values)};`;
      return number(`${text} SELECT @@ROWCOUNT AS answer;`, values);
    },
    select: async <Row extends object>(
      name: string,
      columns: readonly string[],
      where: Conditions = {},
    ): Promise<Row[]> => {
      const table = await tableOf(name);
      const values = {};
      const wanted = columns.map((each) => `${column(table, each)} AS [${each}]`).join(', ');
      const places = columns.flatMap((each, i) => (table.unsorted.has(each) ? [] : [i + 1])).join(', ');
      const rows = await session.query(
        `SELECT ${wanted} FROM ${table.name}${whereOf(table, where, values)}
         ${places === '' ? '' : `ORDER BY ${places}`};`,
        values,
      );
      return rows.map((row) =>
        Object.fromEntries(Object.entries(row).map(([key, value]) => [key, cell(value)])),
      ) as Row[];
    },
    count: async (name, where = {}) => {
      const table = await tableOf(name);
      const values = {};
      return number(`SELECT COUNT(*) AS answer FROM ${table.name}${whereOf(table, where, values)};`, values);
    },
  };
};

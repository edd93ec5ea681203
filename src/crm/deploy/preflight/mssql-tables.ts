/** Probes of the CRM's tables on SQL Server. */
import type { MssqlSession } from '../../mssql/connect.ts';
import { VENDOR_COLUMNS } from '../vendor-columns.ts';
import { readMssqlObjects } from '../sql-objects.ts';
import { codeOf } from '../tsql-text.ts';
import { first, type MssqlProbe } from './mssql-server.ts';
import { fine, listed, row } from './row.ts';
import { columnRows, type FoundColumn } from './vendor-shape.ts';

const TABLES = Object.keys(VENDOR_COLUMNS);
const quotedList = (names: readonly string[]): string => names.map((name) => `N'${name}'`).join(', ');
const OURS = `LOWER(o.name) IN (${quotedList(TABLES)}) AND s.name = N'dbo'`;
/** The two that get triggers, as `o` of sys.objects with its schema `s`. */
export const WITH_TRIGGERS = `LOWER(o.name) IN (N'communication', N'comm_link') AND s.name = N'dbo'`;

interface ColumnRow {
  table: string;
  column: string;
  type: string;
  max_length: number;
  nullable: boolean;
  filled: number;
  computed: boolean;
  collation: string | null;
}

const WIDE = new Set(['nvarchar', 'nchar', 'ntext']);
const NARROW = new Set(['varchar', 'char', 'text']);

const readColumns = (session: MssqlSession): Promise<ColumnRow[]> =>
  session.query<ColumnRow>(
    // an alias type shows as the system type behind it
    `SELECT o.name AS [table], c.name AS [column], t.name AS type, CONVERT(int, c.max_length) AS max_length,
         CONVERT(bit, c.is_nullable) AS nullable, CONVERT(bit, c.is_computed) AS computed,
         CASE WHEN c.is_identity = 1 OR c.default_object_id <> 0 OR t.name IN (N'timestamp') THEN 1 ELSE 0 END AS filled,
         c.collation_name AS collation
     FROM sys.columns AS c
     INNER JOIN sys.objects AS o ON o.object_id = c.object_id
     INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
     INNER JOIN sys.types AS t ON t.user_type_id = c.system_type_id
     WHERE ${OURS}
     ORDER BY o.name, c.column_id;`,
  );

const holdsOf = (type: string, length: number): FoundColumn['holds'] => {
  if (['int', 'smallint', 'tinyint'].includes(type)) return 'whole number';
  if (['datetime', 'datetime2', 'smalldatetime'].includes(type)) return 'date and time';
  if (type === 'ntext' || type === 'text') return 'long text';
  if (WIDE.has(type) || NARROW.has(type)) return length === -1 ? 'long text' : 'text';
  return 'other';
};

const losesOf = ({ type, collation }: ColumnRow): string | null => {
  if (type === 'smalldatetime') return 'seconds are lost';
  if (NARROW.has(type) && !/utf8/i.test(collation ?? ''))
    return 'characters outside its code page become question marks';
  return null;
};

const columns: MssqlProbe = {
  name: 'columns',
  run: async (session) => {
    const found = await readColumns(session);
    const rows = columnRows(
      'dbo',
      found.map((column) => {
        const holds = holdsOf(column.type, column.max_length);
        const length = WIDE.has(column.type) ? column.max_length / 2 : column.max_length;
        return {
          table: column.table.toLowerCase(),
          column: column.column.toLowerCase(),
          type: holds === 'text' ? `${column.type}(${length})` : column.type,
          holds,
          length: holds === 'text' ? length : null,
          loses: losesOf(column),
          nullable: column.nullable,
          filledByItself: column.filled === 1,
          computed: column.computed,
        };
      }),
    );
    const note = found.find(({ column }) => column.toLowerCase() === 'comm_note');
    return note?.type === 'ntext'
      ? [...rows, row('ntext_column', 'dbo.communication.comm_note', 'It is ntext.')]
      : rows;
  },
};

/** How our scripts spell the vendor's names, by lower case. */
const ourSpelling = (): Map<string, Set<string>> => {
  const spelled = new Map<string, Set<string>>();
  for (const { text } of readMssqlObjects())
    for (const [word] of codeOf(text).matchAll(/(?<![\w@])[A-Za-z]\w*/g)) {
      const key = word.toLowerCase();
      spelled.set(key, (spelled.get(key) ?? new Set()).add(word));
    }
  return spelled;
};

const spelling: MssqlProbe = {
  name: 'spelling of columns',
  run: async (session) => {
    const { sensitive } = await first<{ sensitive: number }>(
      session,
      `SELECT CASE WHEN N'a' = N'A' THEN 0 ELSE 1 END AS sensitive;`,
    );
    if (sensitive !== 1) return [];
    const ours = ourSpelling();
    const found = await readColumns(session);
    const names = new Set(TABLES.flatMap((table) => [table, ...(VENDOR_COLUMNS[table] ?? [])]));
    const theirs = new Map(found.map(({ table, column }) => [column, `${table}.${column}`]));
    for (const { table } of found) theirs.set(table, table);
    return [...theirs]
      .filter(([name]) => names.has(name.toLowerCase()))
      .flatMap(([name, object]) => {
        const others = [...(ours.get(name.toLowerCase()) ?? [])].filter((spelled) => spelled !== name);
        return others.length === 0
          ? []
          : [row('vendor_column_spelling', `dbo.${object}`, `Our scripts spell it ${listed(others)}.`)];
      });
  },
};

const collations: MssqlProbe = {
  name: 'collation of columns',
  run: async (session) => {
    const { name, collation } = await first<{ name: string; collation: string }>(
      session,
      `SELECT DB_NAME() AS name, CONVERT(nvarchar(128), DATABASEPROPERTYEX(DB_NAME(), N'Collation')) AS collation;`,
    );
    const mixed = (await readColumns(session)).filter(
      (column) =>
        column.collation !== null &&
        column.collation !== collation &&
        (VENDOR_COLUMNS[column.table.toLowerCase()] ?? []).includes(column.column.toLowerCase()),
    );
    if (mixed.length === 0)
      return [fine('collation_mixed', name, 'The CRM’s columns have the collation of the database.')];
    const shown = listed(mixed.map(({ table, column, collation: of }) => `${table}.${column} (${of ?? ''})`));
    return [row('collation_mixed', name, `The database has ${collation}, but ${shown}.`)];
  },
};

const idScheme: MssqlProbe = {
  name: 'ids',
  run: async (session) => {
    // as next_crm_ids decides
    const rows = await session.query<{
      table: string;
      there: number | null;
      is_identity: number | null;
      eware: number | null;
    }>(
      [
        ['Communication', 'Comm_CommunicationId'],
        ['Comm_Link', 'CmLi_CommLinkId'],
      ]
        .map(
          ([table, column]) =>
            `SELECT N'${table}' AS [table], OBJECT_ID(N'dbo.${table}') AS there,
                 COLUMNPROPERTY(OBJECT_ID(N'dbo.${table}'), N'${column}', 'IsIdentity') AS is_identity,
                 OBJECT_ID(N'dbo.eware_get_identity_id', N'P') AS eware`,
        )
        .join('\nUNION ALL\n'),
    );
    return rows
      .filter(({ there }) => there !== null)
      .map(({ table, is_identity: identity, eware }) => {
        const object = `dbo.${table}`;
        if (identity === 1) return fine('id_scheme', object, 'Ids come from an IDENTITY column.');
        return eware === null
          ? row(
              'id_scheme',
              object,
              'Its id is no IDENTITY column, and dbo.eware_get_identity_id is missing.',
            )
          : fine('id_scheme', object, 'Ids come from eware_get_identity_id.');
      });
  },
};

/** A property of sys.tables, each asked for by itself: not every version and server has all. */
const tableFlag = (
  column: string,
  code: 'table_kind' | 'table_tracked' | 'table_replicated',
  what: string,
): MssqlProbe => ({
  name: `sys.tables.${column}`,
  run: async (session) => {
    const rows = await session.query<{ name: string }>(
      `SELECT o.name FROM sys.tables AS o INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
       WHERE ${WITH_TRIGGERS} AND CONVERT(int, o.${column}) > 0 ORDER BY o.name;`,
    );
    return rows.map(({ name }) => row(code, `dbo.${name}`, what));
  },
});

const temporal: MssqlProbe = {
  name: 'system-versioned tables',
  run: async (session) => {
    const rows = await session.query<{ name: string; kind: number }>(
      `SELECT o.name, CONVERT(int, o.temporal_type) AS kind
       FROM sys.tables AS o INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
       WHERE ${WITH_TRIGGERS} AND o.temporal_type <> 0 ORDER BY o.name;`,
    );
    return rows.map(({ name, kind }) =>
      kind === 1
        ? row('table_kind', `dbo.${name}`, 'It is a history table.')
        : row(
            'table_tracked',
            `dbo.${name}`,
            'It is system-versioned: its history table grows with our writes too.',
          ),
    );
  },
};

const changeTracking: MssqlProbe = {
  name: 'change tracking',
  run: async (session) => {
    const rows = await session.query<{ name: string }>(
      `SELECT o.name FROM sys.change_tracking_tables AS c
       INNER JOIN sys.tables AS o ON o.object_id = c.object_id
       INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
       WHERE ${WITH_TRIGGERS} ORDER BY o.name;`,
    );
    return rows.map(({ name }) => row('table_tracked', `dbo.${name}`, 'Change tracking is on.'));
  },
};

const notTables: MssqlProbe = {
  name: 'kinds of tables',
  run: async (session) => {
    const rows = await session.query<{ name: string; type: string }>(
      `SELECT o.name, RTRIM(o.type) AS type FROM sys.objects AS o
       INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
       WHERE ${WITH_TRIGGERS} AND o.type IN ('V', 'SN') ORDER BY o.name;`,
    );
    return rows.map(({ name, type }) =>
      row('table_kind', `dbo.${name}`, `It is a ${type === 'V' ? 'view' : 'synonym'}.`),
    );
  },
};

const rowSecurity: MssqlProbe = {
  name: 'row-level security',
  run: async (session) => {
    const rows = await session.query<{ name: string; policy: string }>(
      `SELECT o.name, p.name AS policy FROM sys.security_policies AS p
       INNER JOIN sys.security_predicates AS d ON d.object_id = p.object_id
       INNER JOIN sys.objects AS o ON o.object_id = d.target_object_id
       INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
       WHERE p.is_enabled = 1 AND ${OURS} GROUP BY o.name, p.name ORDER BY o.name;`,
    );
    return rows.map(({ name, policy }) => row('row_security', `dbo.${name}`, `Policy ${policy} is enabled.`));
  },
};

export const mssqlTableProbes: readonly MssqlProbe[] = [
  columns,
  spelling,
  collations,
  idScheme,
  notTables,
  tableFlag('is_memory_optimized', 'table_kind', 'It is memory-optimised.'),
  tableFlag('is_external', 'table_kind', 'It is an external table.'),
  tableFlag('is_filetable', 'table_kind', 'It is a FileTable.'),
  temporal,
  tableFlag('is_tracked_by_cdc', 'table_tracked', 'Change data capture is on.'),
  tableFlag('is_published', 'table_tracked', 'It is published by transactional replication.'),
  changeTracking,
  tableFlag('is_merge_published', 'table_replicated', 'It takes part in merge replication.'),
  tableFlag('is_sync_tran_subscribed', 'table_replicated', 'It is kept in step with a subscription.'),
  rowSecurity,
];

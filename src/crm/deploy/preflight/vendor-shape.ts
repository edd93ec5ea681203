/**
 * What shape the columns of Sage CRM must have for our procedures, and which findings another shape gives. Pure.
 * Lengths are those of Sage CRM on SQL Server.
 */
import { VENDOR_COLUMNS } from '../vendor-columns.ts';
import { fine, listed, row, type PreflightRow } from './row.ts';

/** A number: text that we write, of that many characters at least. */
type Wanted = 'whole number' | 'date and time' | 'text' | 'long text' | number;

const TIMES = /(datetime|date|notifytime|timestamp)$/;
const WHOLE_NUMBERS =
  /(id|by|deleted|channelid|secterr|territory|status)$|^cmli_(comm_userid|externalpersonid)$/;
const TEXTS: Readonly<Record<string, Wanted>> = {
  comm_type: 40,
  comm_action: 40,
  comm_status: 40,
  comm_priority: 40,
  comm_private: 1,
  comm_isalldayevent: 1,
  comm_taskreminder: 1,
  comm_subject: 255,
  comm_location: 255,
  // a user id or an e-mail address
  comm_organizer: 255,
  comm_note: 'long text',
  cmli_isexternalattendee: 1,
  cmli_recipient: 255,
};

const wantedOf = (column: string): Wanted => {
  const text = TEXTS[column];
  if (text !== undefined) return text;
  if (TIMES.test(column)) return 'date and time';
  return WHOLE_NUMBERS.test(column) ? 'whole number' : 'text';
};

/** Every column of `vendor-columns.ts` with what it must hold. */
export const VENDOR_SHAPE: Readonly<Record<string, Readonly<Record<string, Wanted>>>> = Object.fromEntries(
  Object.entries(VENDOR_COLUMNS).map(([table, columns]) => [
    table,
    Object.fromEntries(columns.map((column) => [column, wantedOf(column)])),
  ]),
);

/** What our INSERTs always give a value. */
const ALWAYS_FILLED = new Set([
  'comm_communicationid',
  'comm_type',
  'comm_datetime',
  'comm_todatetime',
  'comm_createdby',
  'comm_createddate',
  'comm_updatedby',
  'comm_updateddate',
  'comm_timestamp',
  'cmli_commlinkid',
  'cmli_comm_communicationid',
  'cmli_createdby',
  'cmli_createddate',
  'cmli_updatedby',
  'cmli_updateddate',
  'cmli_timestamp',
]);

/** What our INSERTs name, but may leave NULL: there a default does not help. */
export const SOMETIMES_EMPTY: ReadonlySet<string> = new Set([
  'comm_action',
  'comm_status',
  'comm_priority',
  'comm_isalldayevent',
  'comm_private',
  'comm_subject',
  'comm_location',
  'comm_note',
  'comm_notifytime',
  'comm_taskreminder',
  'comm_organizer',
  'comm_secterr',
  'comm_channelid',
  'cmli_comm_userid',
  'cmli_status',
  'cmli_comm_notifytime',
  'cmli_isexternalattendee',
  'cmli_recipient',
  'cmli_externalpersonid',
  // NULL is what Sage takes for not deleted
  'comm_deleted',
  'cmli_deleted',
]);

const WRITTEN_TABLES = ['communication', 'comm_link'];

export interface FoundColumn {
  table: string;
  column: string;
  /** As the engine names it. */
  type: string;
  holds: 'whole number' | 'date and time' | 'text' | 'long text' | 'other';
  /** Characters; null where there is no limit, or where it is no text. */
  length: number | null;
  /** Why it holds less than it seems: `seconds are lost`; null for a type that loses nothing. */
  loses: string | null;
  nullable: boolean;
  filledByItself: boolean;
  computed: boolean;
}

const shapeRows = (schema: string, found: FoundColumn, wanted: Wanted): PreflightRow[] => {
  const object = `${schema}.${found.table}.${found.column}`;
  const kind = typeof wanted === 'number' || wanted === 'long text' ? 'text' : wanted;
  const holds = found.holds === 'long text' ? 'text' : found.holds;
  const rows: PreflightRow[] = [];
  if (holds !== kind) {
    rows.push(row('vendor_column_type', object, `It is ${found.type}; ${kind} is needed.`));
    return rows;
  }
  if (found.computed && TEXTS[found.column] !== undefined)
    rows.push(row('vendor_column_type', object, `It is ${found.type} and computed; it has to be written.`));
  const least = wanted === 'long text' ? 4000 : wanted;
  if (typeof least === 'number' && found.length !== null && found.length < least)
    rows.push(
      row('vendor_column_length', object, `It is ${found.type}; ${least} characters or more are usual.`),
    );
  if (found.loses !== null)
    rows.push(row('vendor_column_length', object, `It is ${found.type}: ${found.loses}.`));
  return rows;
};

const mustBeFilled = ({ table, column, nullable, filledByItself, computed }: FoundColumn): boolean => {
  if (!WRITTEN_TABLES.includes(table) || nullable || computed) return false;
  if (SOMETIMES_EMPTY.has(column)) return true;
  return !filledByItself && !ALWAYS_FILLED.has(column);
};

/** `found`: every column of the seven tables, names in lower case. */
export const columnRows = (schema: string, found: readonly FoundColumn[]): PreflightRow[] => {
  const byName = new Map(found.map((column) => [`${column.table}.${column.column}`, column]));
  const tables = new Set(found.map(({ table }) => table));
  const rows = Object.entries(VENDOR_SHAPE).flatMap(([table, columns]) => {
    if (!tables.has(table))
      return [row('vendor_column_missing', `${schema}.${table}`, 'There is no such table.')];
    return Object.entries(columns).flatMap(([column, wanted]) => {
      const known = byName.get(`${table}.${column}`);
      return known === undefined
        ? [row('vendor_column_missing', `${schema}.${table}.${column}`, 'There is no such column.')]
        : shapeRows(schema, known, wanted);
    });
  });
  const required = found
    .filter(mustBeFilled)
    .map(({ table, column, type }) =>
      row(
        'vendor_column_required',
        `${schema}.${table}.${column}`,
        `It is ${type} not null${SOMETIMES_EMPTY.has(column) ? ', and we leave it empty at times' : ' without a default'}.`,
      ),
    );
  const all = [...rows, ...required];
  if (all.some(({ severity }) => severity !== 'ok')) return all;
  const count = Object.values(VENDOR_SHAPE).reduce((sum, columns) => sum + Object.keys(columns).length, 0);
  const names = listed(Object.keys(VENDOR_SHAPE));
  return [fine('vendor_column_type', schema, `All ${count} columns of ${names} are there and fit.`)];
};

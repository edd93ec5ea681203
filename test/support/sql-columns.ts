/** Reads from the text of a procedure or view which columns it answers, without a server. */
import { codeOf } from '../../src/crm/deploy/tsql-text.ts';

export type Engine = 'postgres' | 'mssql';

/** Parts of `code` between separators that stand in no parentheses. */
const splitOutside = (code: string, separator: RegExp): string[] => {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < code.length; at += 1) {
    if (code[at] === '(') depth += 1;
    if (code[at] === ')') depth -= 1;
    if (depth > 0) continue;
    separator.lastIndex = at;
    const found = separator.exec(code);
    if (found === null) continue;
    parts.push(code.slice(start, at));
    start = at + found[0].length;
    at = start - 1;
  }
  return [...parts, code.slice(start)];
};

const aliasOf = (expression: string): string =>
  (
    /(?:\bas\s+|\.|^|\s)\[?"?(\w+)\]?"?\s*$/i.exec(expression.trim())?.[1] ?? `? ${expression.trim()}`
  ).toLowerCase();

/** Names of the select list of the last SELECT outside parentheses that is not part of a UNION's second half. */
const selectList = (statement: string): string[] | null => {
  const [, list] = splitOutside(statement, /\bselect\b/iy);
  if (list === undefined) return null;
  const [columns = ''] = splitOutside(list, /\b(?:from|into|where|union|order\s+by|for)\b|;/iy);
  return splitOutside(columns.replace(/^\s*(distinct|top\s*\([^)]*\))\s/i, ''), /,/y).map(aliasOf);
};

/** SELECT that answers rows: it assigns nothing and feeds no INSERT. */
const answersRows = (statement: string): boolean => {
  const text = statement.replace(/^(?:\s|\b(?:BEGIN|END|TRY|CATCH|ELSE|AS)\b)+/i, '');
  return (
    /^(SELECT\b(?!\s+(TOP\s*\([^)]*\)\s*)?@\w+\s*=)|WITH\s+\w+\s*(\([^)]*\)\s*)?AS\s*\()/i.test(text) &&
    !/\b(?:INSERT|UPDATE|DELETE)\b/i.test(splitOutside(text, /\bselect\b/iy)[0] ?? '')
  );
};

const ofMssql = (text: string): string[] => {
  const code = codeOf(text);
  const view = /CREATE OR ALTER VIEW [\w.]+\s+AS\b([\s\S]*)/i.exec(code)?.[1];
  if (view !== undefined) return selectList(view) ?? [];
  const body = /^AS\b([\s\S]*)/im.exec(code)?.[1] ?? '';
  const answers = splitOutside(body, /;/y).filter(answersRows);
  // branches of one procedure must answer alike
  const lists = answers.map((statement) => selectList(statement)?.join() ?? '');
  if (new Set(lists).size > 1) throw new Error(`several results: ${lists.join(' | ')}`);
  return lists[0]?.split(',') ?? [];
};

const ofPostgres = (text: string): string[] | 'value' => {
  const code = text.replace(/--[^\n]*/g, '').replace(/'[^']*'/g, ' ');
  const view = /create or replace view [\w.]+\s+as\b([\s\S]*)/i.exec(code)?.[1];
  if (view !== undefined) return selectList(view) ?? [];
  const [, kind, table] = /\)\s*returns\s+(\w+)\s*(?:\(([^$]*?)\)\s*language)?/is.exec(code) ?? [];
  if (kind === 'void') return [];
  if (kind !== 'table') return 'value';
  return splitOutside(table ?? '', /,/y).map(
    (column) => /^\s*"?(\w+)/.exec(column)?.[1]?.toLowerCase() ?? '?',
  );
};

/** In order and lower case; `'value'` for a function that returns a bare value, whose name the caller chooses. */
export const resultColumns = (engine: Engine, text: string): string[] | 'value' =>
  engine === 'postgres' ? ofPostgres(text) : ofMssql(text);

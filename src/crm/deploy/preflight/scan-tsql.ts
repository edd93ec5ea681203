/**
 * What a T-SQL module does that triggers break: `@@IDENTITY`, and OUTPUT without INTO on a table with triggers (error
 * 334). It reads tokens, not text, so comments and strings do not fool it; it follows aliases, derived tables, common
 * table expressions and the views and synonyms it is given. Text that a module puts together and executes is not
 * followed: a string that looks like such a statement is reported as `dynamic`. Where it cannot tell, it reports. Pure.
 */
import { lex, tsql, type Token } from './sql-lexer.ts';

/** A table that gets triggers, or a view or synonym that leads to one. */
export interface Target {
  schema: string;
  name: string;
  /** As the report shows it. */
  table: string;
}

export interface ScanOptions {
  targets: readonly Target[];
  /** A name that begins with another database is another table. */
  database: string;
  /** As the module was created; default true. */
  quotedIdentifier?: boolean;
}

export interface OutputUse {
  verb: 'INSERT' | 'UPDATE' | 'DELETE' | 'MERGE';
  table: string;
  line: number;
}

export interface TsqlScan {
  /** Lines that read @@IDENTITY. */
  identity: number[];
  output: OutputUse[];
  /** Lines of strings that look like either, in a module that executes strings. */
  dynamic: number[];
}

const VERBS = new Set(['insert', 'update', 'delete', 'merge']);
const STARTERS = new Set(
  (
    'select exec execute declare if while begin return print raiserror throw commit rollback create alter drop ' +
    'truncate open fetch close deallocate save use grant revoke deny goto waitfor break continue go'
  ).split(' '),
);
/** What may follow the list of an OUTPUT clause. */
const AFTER_OUTPUT = new Set(['values', 'default', 'from', 'where', 'option', 'output']);

interface Statement {
  verb: OutputUse['verb'];
  start: number;
  /** An OUTPUT clause may still come. */
  open: boolean;
  cases: number;
}

const lower = (token: Token | undefined): string => token?.text.toLowerCase() ?? '';
const isSymbol = (token: Token | undefined, text: string): boolean =>
  token?.kind === 'symbol' && token.text === text;
const isWord = (token: Token | undefined, text: string): boolean =>
  token?.kind === 'word' && lower(token) === text;
const isName = (token: Token | undefined): boolean => token?.kind === 'word' || token?.kind === 'name';

const beginsStatement = (token: Token | undefined): boolean =>
  token?.kind === 'word' && (STARTERS.has(lower(token)) || VERBS.has(lower(token)));

/** `a.b..c` from `at`: its parts, with '' for what is left out, and the index after it. */
const nameAt = (tokens: readonly Token[], at: number): { parts: string[]; end: number } => {
  const parts: string[] = [];
  let end = at;
  while (isName(tokens[end]) || isSymbol(tokens[end], '.')) {
    const empty = isSymbol(tokens[end], '.');
    parts.push(empty ? '' : lower(tokens[end]));
    if (!empty) end += 1;
    if (!isSymbol(tokens[end], '.')) break;
    end += 1;
  }
  return { parts, end };
};

const closing = (tokens: readonly Token[], open: number): number => {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    if (isSymbol(tokens[at], '(')) depth += 1;
    if (isSymbol(tokens[at], ')')) depth -= 1;
    if (depth === 0) return at;
  }
  return tokens.length;
};

const opening = (tokens: readonly Token[], close: number): number => {
  let depth = 0;
  for (let at = close; at >= 0; at -= 1) {
    if (isSymbol(tokens[at], ')')) depth += 1;
    if (isSymbol(tokens[at], '(')) depth -= 1;
    if (depth === 0) return at;
  }
  return 0;
};

type Find = (parts: readonly string[]) => Target | undefined;

const finder = ({ targets, database }: ScanOptions): Find => {
  const byName = new Map(targets.map((target) => [target.name.toLowerCase(), target]));
  return (parts) => {
    const [name = '', schema = '', catalog = '', server = ''] = [...parts].reverse();
    const target = byName.get(name);
    if (target === undefined || server !== '') return undefined;
    if (schema !== '' && schema !== target.schema.toLowerCase()) return undefined;
    return catalog === '' || catalog === database.toLowerCase() ? target : undefined;
  };
};

/** The first target named between two indexes. */
const namedWithin = (tokens: readonly Token[], from: number, to: number, find: Find): Target | undefined => {
  for (let at = from; at < to; at += 1) {
    if (!isName(tokens[at]) || isSymbol(tokens[at - 1], '.')) continue;
    const target = find(nameAt(tokens, at).parts);
    if (target !== undefined) return target;
  }
  return undefined;
};

/** Every `name [(columns)] AS (…)` before `end` whose text names a target, or an earlier one that does. */
const expressionsBefore = (tokens: readonly Token[], end: number, find: Find): Map<string, Target> => {
  const found = new Map<string, Target>();
  const findAny: Find = (parts) =>
    find(parts) ?? (parts.length === 1 ? found.get(parts[0] ?? '') : undefined);
  for (let at = 0; at < end; at += 1) {
    if (!isName(tokens[at])) continue;
    const next = isSymbol(tokens[at + 1], '(') ? closing(tokens, at + 1) + 1 : at + 1;
    if (!isWord(tokens[next], 'as') || !isSymbol(tokens[next + 1], '(')) continue;
    const target = namedWithin(tokens, next + 2, closing(tokens, next + 1), findAny);
    if (target === undefined) found.delete(lower(tokens[at]));
    else found.set(lower(tokens[at]), target);
  }
  return found;
};

const endOfStatement = (tokens: readonly Token[], from: number): number => {
  let depth = 0;
  for (let at = from; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (isSymbol(token, '(')) depth += 1;
    if (isSymbol(token, ')')) depth -= 1;
    if (depth < 0 || (depth === 0 && isSymbol(token, ';'))) return at;
    if (depth === 0 && beginsStatement(token)) return at;
  }
  return tokens.length;
};

/** What a statement that starts at `start` writes to, if that is a target. */
const targetOf = (tokens: readonly Token[], start: number, find: Find): Target | undefined => {
  let at = start + 1;
  if (isWord(tokens[at], 'top')) {
    at = isSymbol(tokens[at + 1], '(') ? closing(tokens, at + 1) + 1 : at + 2;
    if (isWord(tokens[at], 'percent')) at += 1;
  }
  if (isWord(tokens[at], 'into') || isWord(tokens[at], 'from')) at += 1;
  const { parts, end } = nameAt(tokens, at);
  const named = find(parts);
  if (named !== undefined || parts.length !== 1) return named;

  const [alias = ''] = parts;
  // From the OUTPUT list on there is a FROM at most: where it ends is told by the next statement.
  const last = endOfStatement(tokens, end);
  const isAlias = (index: number): boolean => {
    const next = isWord(tokens[index], 'as') ? index + 1 : index;
    return isName(tokens[next]) && lower(tokens[next]) === alias;
  };
  for (let index = end; index < last; index += 1) {
    const token = tokens[index];
    if (isSymbol(token, ')') && isAlias(index + 1)) {
      const within = namedWithin(tokens, opening(tokens, index), index, find);
      if (within !== undefined) return within;
    }
    if (!isName(token) || isSymbol(tokens[index - 1], '.')) continue;
    const name = nameAt(tokens, index);
    const target = find(name.parts);
    if (target !== undefined && isAlias(name.end)) return target;
  }
  return expressionsBefore(tokens, start, find).get(alias);
};

/** Whether the OUTPUT clause at `at` has INTO. */
const hasInto = (tokens: readonly Token[], at: number): boolean => {
  let depth = 0;
  let cases = 0;
  for (let index = at + 1; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (isSymbol(token, '(')) depth += 1;
    if (isSymbol(token, ')')) depth -= 1;
    if (depth < 0 || (depth === 0 && isSymbol(token, ';'))) return false;
    if (depth > 0 || token?.kind !== 'word') continue;
    // a column or an alias may be called like a keyword that is not reserved
    if (isSymbol(tokens[index - 1], '.') || isWord(tokens[index - 1], 'as')) continue;
    const word = lower(token);
    if (word === 'case') cases += 1;
    else if (word === 'end' && cases > 0) cases -= 1;
    else if (word === 'into') return true;
    else if (AFTER_OUTPUT.has(word) || beginsStatement(token) || word === 'end') return false;
  }
  return false;
};

const outputUses = (tokens: readonly Token[], find: Find): OutputUse[] => {
  const uses: OutputUse[] = [];
  const outer: (Statement | null)[] = [];
  let statement: Statement | null = null;
  tokens.forEach((token, at) => {
    if (token.kind === 'symbol') {
      if (token.text === '(') {
        outer.push(statement);
        statement = null;
      } else if (token.text === ')') statement = outer.pop() ?? null;
      else if (token.text === ';') statement = null;
      return;
    }
    if (token.kind !== 'word' || isSymbol(tokens[at - 1], '.')) return;
    const word = lower(token);
    if (VERBS.has(word)) {
      const ofMerge = statement?.verb === 'MERGE' && isWord(tokens[at - 1], 'then');
      const isFunction = word === 'update' && isSymbol(tokens[at + 1], '(');
      if (!ofMerge && !isFunction)
        statement = { verb: word.toUpperCase() as OutputUse['verb'], start: at, open: true, cases: 0 };
      return;
    }
    if (statement === null) return;
    if (word === 'case') statement.cases += 1;
    else if (word === 'end' && statement.cases > 0) statement.cases -= 1;
    else if (STARTERS.has(word) || word === 'end') statement = null;
    else if (word === 'values' || word === 'default') {
      // an INSERT within MERGE has values too
      if (statement.verb === 'INSERT') statement.open = false;
    } else if (word === 'output' && !isWord(tokens[at - 1], 'as') && statement.open && !hasInto(tokens, at)) {
      const target = targetOf(tokens, statement.start, find);
      if (target !== undefined) uses.push({ verb: statement.verb, table: target.table, line: token.line });
    }
  });
  return uses;
};

const executesStrings = (tokens: readonly Token[]): boolean =>
  tokens.some(
    (token, at) =>
      (isName(token) && lower(token) === 'sp_executesql') ||
      ((isWord(token, 'exec') || isWord(token, 'execute')) && isSymbol(tokens[at + 1], '(')),
  );

const dynamicLines = (tokens: readonly Token[], targets: readonly Target[]): number[] => {
  if (!executesStrings(tokens)) return [];
  const names = new Set(targets.map(({ name }) => name.toLowerCase()));
  return tokens
    .filter(({ kind, text }) => {
      if (kind !== 'string') return false;
      const inner = lex(text, tsql(true));
      return (
        inner.some((token) => isWord(token, '@@identity')) ||
        (inner.some((token) => isWord(token, 'output')) &&
          inner.some((token) => isName(token) && names.has(lower(token))))
      );
    })
    .map(({ line }) => line);
};

export const scanTsql = (text: string, options: ScanOptions): TsqlScan => {
  const tokens = lex(text, tsql(options.quotedIdentifier ?? true));
  return {
    identity: tokens.filter((token) => isWord(token, '@@identity')).map(({ line }) => line),
    output: outputUses(tokens, finder(options)),
    dynamic: dynamicLines(tokens, options.targets),
  };
};

/** Whether the text names one of the targets anywhere outside comments and strings. */
export const namesTarget = (text: string, options: ScanOptions): Target | undefined => {
  const tokens = lex(text, tsql(options.quotedIdentifier ?? true));
  return namedWithin(tokens, 0, tokens.length, finder(options));
};

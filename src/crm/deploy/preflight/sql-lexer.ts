/** Words, names, strings and symbols of SQL text, without comments. Pure; never fails: what is not closed ends with the text. */

export interface Token {
  /** word: unquoted name, keyword or variable; name: a quoted name, without its quotes; string: without its quotes. */
  kind: 'word' | 'name' | 'string' | 'number' | 'symbol';
  /** As written, except that doubled quotes are single. */
  text: string;
  /** From 1. */
  line: number;
}

export interface Dialect {
  /** [name] */
  brackets: boolean;
  /** $$text$$ and E'text\n' */
  dollarQuotes: boolean;
  /** "x" is a name; else a string. */
  doubleQuotedNames: boolean;
}

export const POSTGRES: Dialect = { brackets: false, dollarQuotes: true, doubleQuotedNames: true };

/** `quotedIdentifier`: the option of that name the text was created with (sys.sql_modules.uses_quoted_identifier). */
export const tsql = (quotedIdentifier: boolean): Dialect => ({
  brackets: true,
  dollarQuotes: false,
  doubleQuotedNames: quotedIdentifier,
});

const SPACE = /[\s\u200b\ufeff]+/uy;
const TSQL_WORD = /[\p{L}_@#$][\p{L}\p{N}\p{M}_@#$]*/uy;
const POSTGRES_WORD = /[\p{L}_][\p{L}\p{N}\p{M}_$]*/uy;
// T-SQL lets a word follow a number at once: SELECT 1FROM t
const NUMBER = /0x[0-9a-f]*|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d*)?/iy;
const DOLLAR_TAG = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;

const matchAt = (pattern: RegExp, text: string, at: number): string | null => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
};

/** Where a block comment that starts at `start` ends; both engines nest them. */
const endOfComment = (text: string, start: number): number => {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const two = text.slice(at, at + 2);
    if (two !== '/*' && two !== '*/') continue;
    depth += two === '/*' ? 1 : -1;
    at += 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
};

/** Past the closing quote; a doubled one is part of the text, and after a backslash any is, where `escapes`. */
const endOfQuoted = (text: string, start: number, close: string, escapes: boolean): number => {
  for (let at = start; at < text.length; at += 1) {
    if (escapes && text[at] === '\\') at += 1;
    else if (text[at] === close) {
      if (text[at + 1] !== close) return at + 1;
      at += 1;
    }
  }
  return text.length + 1;
};

export const lex = (text: string, dialect: Dialect): Token[] => {
  const tokens: Token[] = [];
  const word = dialect.brackets ? TSQL_WORD : POSTGRES_WORD;
  let at = 0;
  let line = 1;
  const moveTo = (end: number): void => {
    for (let i = at; i < Math.min(end, text.length); i += 1) if (text[i] === '\n') line += 1;
    at = end;
  };
  const push = (kind: Token['kind'], value: string, end: number): void => {
    tokens.push({ kind, text: value, line });
    moveTo(end);
  };
  const quoted = (kind: Token['kind'], start: number, close: string, escapes = false): void => {
    const end = endOfQuoted(text, start, close, escapes);
    push(kind, text.slice(start, end - 1).replaceAll(close + close, close), end);
  };

  while (at < text.length) {
    const here = text[at] ?? '';
    const two = text.slice(at, at + 2);
    const space = matchAt(SPACE, text, at);
    if (space !== null) moveTo(at + space.length);
    else if (two === '--') {
      const end = text.indexOf('\n', at);
      moveTo(end === -1 ? text.length : end);
    } else if (two === '/*') moveTo(endOfComment(text, at));
    else if (here === "'") quoted('string', at + 1, "'");
    else if (/^[nebx]'$/i.test(two)) quoted('string', at + 2, "'", dialect.dollarQuotes && /^e/i.test(two));
    else if (here === '"') quoted(dialect.doubleQuotedNames ? 'name' : 'string', at + 1, '"');
    else if (here === '[' && dialect.brackets) quoted('name', at + 1, ']');
    else {
      const tag = dialect.dollarQuotes && here === '$' ? matchAt(DOLLAR_TAG, text, at) : null;
      const found = matchAt(word, text, at);
      const number = /[\d.]/.test(here) ? matchAt(NUMBER, text, at) : null;
      if (tag !== null) {
        const close = text.indexOf(tag, at + tag.length);
        const end = close === -1 ? text.length : close;
        push('string', text.slice(at + tag.length, end), end + tag.length);
      } else if (found !== null) push('word', found, at + found.length);
      else if (number !== null) push('number', number, at + number.length);
      else push('symbol', here, at + 1);
    }
  }
  return tokens;
};

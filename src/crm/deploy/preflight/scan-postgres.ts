/** What a PostgreSQL function does that depends on which sequence was used last. Pure. */
import { lex, POSTGRES, type Token } from './sql-lexer.ts';

const callsLastval = (tokens: readonly Token[], at: number): boolean =>
  (tokens[at]?.kind === 'word' || tokens[at]?.kind === 'name') &&
  tokens[at]?.text.toLowerCase() === 'lastval' &&
  tokens[at + 1]?.text === '(';

/** Lines that call lastval(), also in strings that may be executed. */
export const lastvalLines = (text: string): number[] => {
  const tokens = lex(text, POSTGRES);
  return tokens.flatMap((token, at) => {
    if (callsLastval(tokens, at)) return [token.line];
    if (token.kind !== 'string') return [];
    const inner = lex(token.text, POSTGRES);
    return inner.some((_, index) => callsLastval(inner, index)) ? [token.line] : [];
  });
};

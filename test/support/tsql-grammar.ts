/**
 * Parses T-SQL by the grammar of the ANTLR collection, as the package @dbml/core ships it: the one complete grammar of
 * T-SQL that npm has. What it does not know is listed in `unknownToTheGrammar`; it checks syntax, never names or types.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import antlr4 from 'antlr4';
import { shortcutsOf, type Grammar } from './tsql-shortcuts.ts';

interface ErrorListener {
  syntaxError(recognizer: unknown, symbol: unknown, line: number, column: number, message: string): void;
  reportAmbiguity(): void;
  reportAttemptingFullContext(): void;
  reportContextSensitivity(): void;
}
interface Recognizer {
  removeErrorListeners(): void;
  addErrorListener(listener: ErrorListener): void;
}
type Lexer = antlr4.Lexer & Recognizer;
interface Context {
  ruleIndex: number;
  parentCtx: Context | null;
}
interface Prediction {
  atn: Pick<Grammar, 'decisionToState'> & { nextTokens: Grammar['firstTokens'] };
  adaptivePredict(input: antlr4.CommonTokenStream, decision: number, context: Context): number;
}
type Parser = Recognizer & {
  buildParseTrees: boolean;
  ruleNames: readonly string[];
  _interp: Prediction;
  tsql_file(): unknown;
};

const load = createRequire(join(import.meta.dirname, 'tsql-grammar.ts'));
const GRAMMAR = '@dbml/core/lib/parse/ANTLR/parsers/mssql';
const { default: TSqlLexer } = load(`${GRAMMAR}/TSqlLexer.js`) as {
  default: new (input: antlr4.CharStream) => Lexer;
};
const { default: TSqlParser } = load(`${GRAMMAR}/TSqlParser.js`) as {
  default: (new (tokens: antlr4.CommonTokenStream) => Parser) & Grammar['words'];
};

/** Same length, so that the places of other mistakes stay right. */
const blank = (found: string, as: string): string => as.padEnd(found.length);

/** Valid T-SQL that the grammar refuses, put in other words. */
const unknownToTheGrammar = (text: string): string =>
  // in a trigger: was the column written?
  text.replace(/\bUPDATE\s*\(\s*\w+\s*\)/g, (found) => blank(found, '1 = 1'));

let shortcuts: ReturnType<typeof shortcutsOf> | undefined;

const takeShortcuts = ({ _interp: prediction, ruleNames }: Parser): void => {
  const { decisionToState } = prediction.atn;
  const answer = (shortcuts ??= shortcutsOf({
    ruleNames,
    decisionToState,
    firstTokens: (state) => prediction.atn.nextTokens(state),
    words: TSqlParser,
  }));
  const find = prediction.adaptivePredict.bind(prediction);
  prediction.adaptivePredict = (input, decision, context) =>
    answer(decision, (position) => input.LA(position), ruleNames[context.parentCtx?.ruleIndex ?? 0] ?? '') ??
    find(input, decision, context);
};

const errorsOf = (text: string, short: boolean): string[] => {
  const errors: string[] = [];
  const listener: ErrorListener = {
    syntaxError: (_recognizer, _symbol, line, column, message) => {
      // it lists every word that could have followed
      errors.push(`${line}:${column} ${message.replace(/ expecting \{.*/s, '')}`);
    },
    reportAmbiguity: () => undefined,
    reportAttemptingFullContext: () => undefined,
    reportContextSensitivity: () => undefined,
  };
  const lexer = new TSqlLexer(new antlr4.CharStream(unknownToTheGrammar(text)));
  lexer.removeErrorListeners();
  lexer.addErrorListener(listener);
  const parser = new TSqlParser(new antlr4.CommonTokenStream(lexer));
  parser.removeErrorListeners();
  parser.addErrorListener(listener);
  parser.buildParseTrees = false;
  if (short) takeShortcuts(parser);
  parser.tsql_file();
  return errors;
};

/** One line a mistake: `line:column what`. Empty when the script parses. The first script takes seconds, the rest little. */
export const syntaxErrors = (text: string): string[] =>
  errorsOf(text, true).length === 0 ? [] : errorsOf(text, false);

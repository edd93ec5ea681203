/**
 * Where the grammar of T-SQL is ambiguous, or tells two forms apart only at their end, the parser reads ahead over whole
 * statements, and that was four fifths of its time. These decisions are taken from the next few tokens instead. A text
 * that parses with them is one that the grammar derives, whatever was decided; one that does not has to be parsed again without.
 */

/** What may follow, by its type; `at(1)` is the token to be read next. */
type Ahead = (position: number) => number;

/** An alternative, from 1 in the order of the grammar; null leaves it to the parser. */
type Choose = (at: Ahead, words: Words, parentRule: string) => number | null;

/** The grammar's token types by name. */
type Words = Readonly<Record<string, number>>;

interface State {
  ruleIndex: number;
  transitions: readonly { target: State }[];
}

export interface Grammar {
  ruleNames: readonly string[];
  decisionToState: readonly State[];
  /** The types of the tokens that a state can begin with. */
  firstTokens(state: State): { contains(type: number): boolean };
  words: Words;
}

/** `a.b.c`: how many names, and where the token behind them is. Null for `a..c`. */
const chain = (at: Ahead, words: Words): { names: number; behind: number } | null => {
  let names = 1;
  let behind = 2;
  while (at(behind) === words['DOT']) {
    if (at(behind + 1) === words['DOT']) return null;
    names += 1;
    behind += 2;
  }
  return { names, behind };
};

/** To the end of the batch: what follows CREATE PROCEDURE or a trigger is all its body. */
const untilGo: Choose = (at, words) => (at(1) === words['EOF'] || at(1) === words['GO'] ? 2 : 1);

const byFirst =
  (alternatives: Readonly<Record<string, number>>): Choose =>
  (at, words) => {
    const found = Object.entries(alternatives).find(([word]) => words[word] === at(1));
    return found === undefined ? null : found[1];
  };

const tableName: Choose = (at, words, parentRule) => {
  const found = chain(at, words);
  if (found === null) return null;
  // the last one is the column
  const names = found.names - (parentRule === 'full_column_name' ? 1 : 0);
  return names >= 1 && names <= 4 ? 6 - names : null;
};

const tableSource: Choose = (at, words) => {
  if (at(1) === words['LOCAL_ID']) return at(2) === words['DOT'] ? 9 : 8;
  if (at(1) === words['OPENJSON']) return 11;
  if (at(1) === words['LR_BRACKET']) return at(2) === words['SELECT'] || at(2) === words['VALUES'] ? 4 : null;
  if (at(1) !== words['ID']) return null;
  const found = chain(at, words);
  return found === null ? null : at(found.behind) === words['LR_BRACKET'] ? 7 : 2;
};

/** Decision, rule it stands in, what is chosen. The numbers are those of the package's version, which is pinned. */
const SHORTCUTS: readonly (readonly [number, string, Choose])[] = [
  [4, 'batch', untilGo],
  [919, 'create_or_alter_procedure', untilGo],
  [930, 'create_or_alter_dml_trigger', untilGo],
  [802, 'insert_statement_value', byFirst({ VALUES: 1, SELECT: 2, EXECUTE: 3, DEFAULT: 4 })],
  [1270, 'execute_statement_arg', (at, words) => (at(1) === words['COMMA'] ? 1 : 2)],
  [1273, 'execute_parameter', (at, words) => (at(1) === words['OUTPUT'] || at(1) === words['OUT'] ? 1 : 2)],
  // the first form is a case of the second
  [1594, 'table_sources', () => 2],
  [1611, 'table_source_item', tableSource],
  [1776, 'full_table_name', tableName],
  [1791, 'full_column_name', (at, words) => (at(2) === words['DOT'] ? 1 : 2)],
];

const FUNCTION_CALL = 1635;
/** Functions with forms of their own come before those that are called by any name. */
const OWN_FORMS = 4;
const CALL_BY_NAME = 5;
const EXPRESSION = 1495;
const EXPRESSIONS = { call: 2, column: 4 };

/** Answers a decision, or null when the parser has to find out. */
export function shortcutsOf(
  grammar: Grammar,
): (decision: number, at: Ahead, parentRule: string) => number | null {
  const { words } = grammar;
  const begin = (decision: number, rule: string) => {
    const state = grammar.decisionToState[decision];
    if (state === undefined || grammar.ruleNames[state.ruleIndex] !== rule)
      throw new Error(`the grammar has changed: decision ${decision} is not one of ${rule} any more`);
    return state.transitions.map(({ target }) => grammar.firstTokens(target));
  };
  const chooses = new Map<number, Choose>();
  for (const [decision, rule, choose] of SHORTCUTS) {
    begin(decision, rule);
    chooses.set(decision, choose);
  }

  const calls = begin(FUNCTION_CALL, 'function_call');
  chooses.set(FUNCTION_CALL, (at) => {
    if (at(1) === words['ID']) return CALL_BY_NAME;
    const own = calls.slice(0, OWN_FORMS).findIndex((first) => first.contains(at(1)));
    return own >= 0 ? own + 1 : null;
  });

  const expressions = begin(EXPRESSION, 'expression');
  chooses.set(EXPRESSION, (at) => {
    const possible = expressions.flatMap((first, index) => (first.contains(at(1)) ? [index + 1] : []));
    if (possible.length === 1) return possible[0]!;
    if (possible.some((one) => one !== EXPRESSIONS.call && one !== EXPRESSIONS.column)) return null;
    if (at(1) === words['NEXT'] && at(2) === words['VALUE']) return EXPRESSIONS.call;
    const found = chain(at, words);
    if (found === null) return null;
    return at(found.behind) === words['LR_BRACKET'] ? EXPRESSIONS.call : EXPRESSIONS.column;
  });

  return (decision, at, parentRule) => chooses.get(decision)?.(at, words, parentRule) ?? null;
}

/** Reads T-SQL scripts as SSMS and sqlcmd do: batches between GO lines, comments and strings told apart. */

/** A string, a quoted name, a comment (block comments nest), or one character of anything else. */
const tokens = function* (text: string): Generator<{ kind: 'code' | 'quoted' | 'comment'; text: string }> {
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at, at + 2);
    const start = at;
    if (rest === '--') {
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end;
      yield { kind: 'comment', text: text.slice(start, at) };
    } else if (rest === '/*') {
      at = endOfBlockComment(text, at);
      yield { kind: 'comment', text: text.slice(start, at) };
    } else if (rest[0] === "'" || rest[0] === '"' || rest[0] === '[') {
      // A doubled quote ends one token and begins the next, which comes to the same.
      const end = text.indexOf(rest[0] === '[' ? ']' : rest[0], at + 1);
      at = end === -1 ? text.length : end + 1;
      yield { kind: 'quoted', text: text.slice(start, at) };
    } else {
      at += 1;
      while (at < text.length && !/['"[/-]/.test(text[at] ?? '')) at += 1;
      yield { kind: 'code', text: text.slice(start, at) };
    }
  }
};

const endOfBlockComment = (text: string, start: number): number => {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const two = text.slice(at, at + 2);
    if (two === '/*') depth += 1;
    if (two === '*/') depth -= 1;
    if (two === '/*' || two === '*/') at += 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
};

/** `GO n` is not known: no script of ours repeats itself. */
const GO_LINE = /^[ \t]*GO[ \t]*;?[ \t\r]*$/gim;

/** The batches of a script, without empty ones. */
export const batchesOf = (script: string): string[] => {
  // What is quoted or commented may hold a line that reads GO.
  const code = [...tokens(script)]
    .map(({ kind, text }) => (kind === 'code' ? text : 'x'.repeat(text.length)))
    .join('');
  const separators = [...code.matchAll(GO_LINE)];
  const starts = [0, ...separators.map(({ index, 0: line }) => index + line.length)];
  const ends = [...separators.map(({ index }) => index), script.length];
  return starts.map((start, index) => script.slice(start, ends[index]).trim()).filter((text) => text !== '');
};

/** Without comments and strings: what is left names objects. Bracketed names stay. */
export const codeOf = (script: string): string =>
  [...tokens(script)]
    .map(({ kind, text }) => (kind === 'code' || text.startsWith('[') ? text : ' '))
    .join('');

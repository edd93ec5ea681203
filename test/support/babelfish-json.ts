/**
 * Babelfish's FOR JSON writes JSON inside JSON as one text, whatever JSON_QUERY says. Here the text is marked where it
 * begins and ends, and the answer of each FOR JSON is cleared of the marks by a function of the tests.
 */

export const NESTED_JSON = `CREATE FUNCTION dbo.test_nested_json(@json nvarchar(max)) RETURNS nvarchar(max) AS
BEGIN
    DECLARE @from int = CHARINDEX(N'"~json~', @json);
    DECLARE @to int;
    DECLARE @inner nvarchar(max);
    WHILE @from > 0
    BEGIN
        SET @to = CHARINDEX(N'~nosj~"', @json, @from);
        SET @inner = pg_catalog.json_array_element_text(
            CAST(N'["' + SUBSTRING(@json, @from + 7, @to - @from - 7) + N'"]' AS pg_catalog.json), 0);
        SET @json = SUBSTRING(@json, 1, @from - 1) + @inner + SUBSTRING(@json, @to + 7, LEN(@json));
        SET @from = CHARINDEX(N'"~json~', @json, @from + LEN(@inner));
    END;
    RETURN @json;
END;`;

/** OPENJSON and JSON_VALUE leave the escapes of texts as they are there, and OPENJSON takes a quote at the end for its own. */
export const JSON_TEXT = `CREATE FUNCTION dbo.test_json_text(@escaped nvarchar(max)) RETURNS nvarchar(max) AS
BEGIN
    IF PATINDEX(N'%[^\\]%', REVERSE(@escaped) + N'.') % 2 = 0
        SET @escaped = @escaped + N'"';
    RETURN pg_catalog.json_array_element_text(CAST(N'["' + @escaped + N'"]' AS pg_catalog.json), 0);
END;`;

/** Where a text with line ends and quotes, or the cursor, is kept, and where a value is put back into JSON. */
export const withTextsRead = (text: string): string =>
  text
    .replace(/\bf\.(subject|location|note)\b/g, 'dbo.test_json_text(f.$1)')
    .replace(
      /(f\.\[key\] = N'(?:subject|location|note)' THEN) f\.\[value\]/g,
      '$1 dbo.test_json_text(f.[value])',
    )
    .replace("STRING_ESCAPE(m.[value], 'json')", "STRING_ESCAPE(dbo.test_json_text(m.[value]), 'json')")
    .replace('COALESCE(r.[cursor],', 'COALESCE(dbo.test_json_text(r.[cursor]),');

/** The place of the bracket that closes the one at `open`; texts in quotes and comments hold none that count. */
const closing = (text: string, open: number): number => {
  let depth = 0;
  for (const { 0: token, index } of text.slice(open).matchAll(/--.*|\/\*[^]*?\*\/|'(?:[^']|'')*'|[()]/g)) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (depth === 0) return open + index;
  }
  throw new Error('a bracket is not closed');
};

const hasComma = (text: string): boolean => {
  let depth = 0;
  for (const [token] of text.matchAll(/--.*|\/\*[^]*?\*\/|'(?:[^']|'')*'|[(),]/g)) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (token === ',' && depth === 0) return true;
  }
  return false;
};

const markNested = (text: string): string => {
  const [before, name, rest] = text.split(/\b(JSON_QUERY|JSON_MODIFY)(?=\()([^]*)/, 3) as [
    string,
    string?,
    string?,
  ];
  if (name === undefined || rest === undefined) return text;
  const end = closing(rest, 0);
  // puts JSON into JSON as it should
  if (name === 'JSON_MODIFY') return before + name + rest.slice(0, end + 1) + markNested(rest.slice(end + 1));
  const inner = rest.slice(1, end);
  // with a path it reads and does not write
  const made = hasComma(inner)
    ? `${name}(${markNested(inner)})`
    : `(N'~json~' + ${markNested(inner)} + N'~nosj~')`;
  return before + made + markNested(rest.slice(end + 1));
};

/** `(SELECT … FOR JSON …)` becomes `dbo.test_nested_json((SELECT … FOR JSON …))`. */
const clearMarks = (text: string): string => {
  const opens: number[] = [];
  const around: { at: number; add: string }[] = [];
  const makesJson = new Set<number>();
  for (const { 0: token, index } of text.matchAll(/--.*|\/\*[^]*?\*\/|'(?:[^']|'')*'|[()]|\bFOR JSON\b/g)) {
    if (token === '(') opens.push(index);
    if (token === 'FOR JSON' && opens.length > 0) makesJson.add(opens.at(-1)!);
    if (token === ')') {
      const open = opens.pop()!;
      if (makesJson.has(open))
        around.push({ at: open, add: 'dbo.test_nested_json(' }, { at: index + 1, add: ')' });
    }
  }
  return around
    .sort((a, b) => b.at - a.at)
    .reduce((made, { at, add }) => made.slice(0, at) + add + made.slice(at), text);
};

export const withNestedJson = (text: string): string =>
  /\bFOR JSON\b/.test(text) ? clearMarks(markNested(text)) : text;

/** What commands print: one JSON value with `--json`, else text made for a terminal of 80 columns and more. */

export interface Output {
  json: boolean;
  write: (line: string) => void;
}

export const standardOutput = (json: boolean): Output => ({
  json,
  write: (line) => process.stdout.write(`${line}\n`),
});

/** Prints `value` as one line of JSON, or the lines `human` makes of it. */
export function print<T>(output: Output, value: T, human: (value: T) => string | readonly string[]): void {
  if (output.json) {
    output.write(JSON.stringify(value));
    return;
  }
  const lines = human(value);
  for (const line of typeof lines === 'string' ? [lines] : lines) output.write(line);
}

/** Rows as an aligned table; null shows as `–`. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): string[] {
  const cells = [headings, ...rows.map((row) => row.map((cell) => (cell === null ? '–' : String(cell))))];
  const widths = headings.map((_, column) =>
    Math.max(...cells.map((row) => [...(row[column] ?? '')].length)),
  );
  const render = (row: readonly string[]) =>
    row
      .map((cell, column) => cell + ' '.repeat(widths[column]! - [...cell].length))
      .join('  ')
      .trimEnd();
  return [
    render(cells[0]!),
    widths.map((width) => '─'.repeat(width)).join('  '),
    ...cells.slice(1).map(render),
  ];
}

/** How far a first comparison of both sides is; null numbers: it has not begun. */
export const shownProgress = (progress: {
  total: number | null;
  compared: number | null;
  read: number | null;
}): string =>
  progress.total === null
    ? 'first synchronisation: to come'
    : `first synchronisation: ${progress.compared ?? 0} of ${progress.total} appointments compared, ${progress.read ?? 0} entries read`;

/** `2026-03-29T01:30:00Z` as `2026-03-29 01:30:00 UTC`; `–` for null. */
export const shownTime = (instant: string | null): string =>
  instant === null ? '–' : `${instant.slice(0, 10)} ${instant.slice(11, 19)} UTC`;

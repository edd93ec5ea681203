/** Keeps the SQL that a page quotes the same as the files: `<!-- sql: capture/x.sql -->` and the code block after it. Pure. */

const QUOTE = /(<!-- sql: ([\w/.]+) -->\n\n```sql\n)[\s\S]*?(\n```)/g;

/** The page with each quoted file as `read` gives it. Throws when the page quotes nothing. */
export function withQuotedSql(page: string, read: (path: string) => string): string {
  if (page.search(QUOTE) < 0) throw new Error('the page quotes no SQL');
  return page.replace(
    QUOTE,
    (_, before: string, path: string, after: string) => before + read(path).trim() + after,
  );
}

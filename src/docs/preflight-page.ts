/** `docs/preflight.md`, and the table of it in `docs/dba.md`: the findings of the preflight. Pure. */
import { CODE_GROUPS } from '../crm/deploy/preflight/codes.ts';
import { markdownTable } from './markdown.ts';

const ENGINES = { both: 'both', mssql: 'SQL Server', postgres: 'PostgreSQL' } as const;

export function preflightPage(): string {
  return [
    '# Preflight',
    '',
    'Made from `src/crm/deploy/preflight/` by `npm run docs`; a test fails when it is out of date. Do not edit it.',
    '',
    '`deploy` looks at the server and the CRM database first, and refuses if a finding is an error. `--accept CODE` goes on in',
    'spite of it, where the text below allows that. `doctor` shows every finding, also what is in order (`ok`). Both only read,',
    'and work before anything of ours is deployed. What cannot be looked at is a finding too: `not_checked`.',
    '',
    '## How modules are read',
    '',
    'The text of procedures, functions, triggers and views is taken apart into words, so comments and strings do not count, and',
    'spelling, brackets, aliases, derived tables, common table expressions, synonyms and views over the two tables do. It errs on',
    'the side of a finding. It does not see:',
    '',
    '- SQL that a program sends: ask the makers of everything that writes to `Communication` and `Comm_Link`. Entity Framework',
    '  Core 7 and later uses OUTPUT without INTO unless it is told that the table has triggers (`HasTrigger`).',
    '- Text that a module puts together and executes. A string in it that looks like such a statement gives `module_dynamic`.',
    '- Encrypted modules (`module_unreadable`) and modules in other databases.',
    ...CODE_GROUPS.flatMap(({ title, codes }) => [
      '',
      `## ${title}`,
      ...codes.flatMap(({ code, severity, engine, acceptable, means, why, remedy }) => [
        '',
        `### \`${code}\``,
        '',
        [
          severity,
          ENGINES[engine] === 'both' ? 'both engines' : ENGINES[engine],
          ...(acceptable === true ? ['can be accepted'] : []),
        ].join(' · '),
        '',
        `${means} ${why}`,
        ...(remedy === '' ? [] : ['', `→ ${remedy}`]),
      ]),
    ]),
    '',
  ].join('\n');
}

const TABLE = /(<!-- preflight -->\n\n)[\s\S]*?(\n\n<!-- end of preflight -->)/;

/** The page with the table of findings as it is now. Throws when the page has no place for it. */
export function withPreflightTable(page: string): string {
  if (!TABLE.test(page)) throw new Error('the page has no table of preflight findings');
  const rows = CODE_GROUPS.flatMap(({ codes }) =>
    codes.map(({ code, severity, engine, acceptable, means }) => [
      `\`${code}\``,
      acceptable === true ? `${severity}, can be accepted` : severity,
      ENGINES[engine],
      means,
    ]),
  );
  const table = markdownTable(['Code', 'Severity', 'Engine', 'Finding'], rows).join('\n');
  return page.replace(TABLE, (_, before: string, after: string) => before + table + after);
}

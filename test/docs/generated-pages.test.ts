/** The pages made from code are those of this code; the hand-written ones name what the code has. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plannerPage } from '../../src/docs/planner-page.ts';
import { preflightPage, withPreflightTable } from '../../src/docs/preflight-page.ts';
import { withQuotedSql } from '../../src/docs/quoted-sql.ts';
import { readReasonTexts, reasonCodesPage } from '../../src/docs/reason-codes-page.ts';
import { EXIT } from '../../src/errors.ts';
import { REASON_CODES } from '../../src/item/reason-code.ts';

const project = join(import.meta.dirname, '..', '..');
const read = (...path: string[]): string =>
  readFileSync(join(project, ...path), 'utf8').replaceAll('\r\n', '\n');

const reasonCodes = read('sql', 'postgres', 'admin', 'reason_codes.sql');

test('docs/planner.md is what `npm run docs` makes', () => {
  expect(read('docs', 'planner.md')).toBe(plannerPage());
});

test('docs/reason-codes.md is what `npm run docs` makes', () => {
  expect(read('docs', 'reason-codes.md')).toBe(reasonCodesPage(reasonCodes));
});

test('docs/preflight.md, and the table in docs/dba.md, are what `npm run docs` makes', () => {
  expect(read('docs', 'preflight.md')).toBe(preflightPage());
  const page = read('docs', 'dba.md');
  expect(withPreflightTable(page)).toBe(page);
});

test('docs/dba.md quotes the triggers as they are', () => {
  const page = read('docs', 'dba.md');
  expect(withQuotedSql(page, (path) => read('sql', 'postgres', path))).toBe(page);
});

test('the page of reason codes shows every code once, with its text', () => {
  const texts = readReasonTexts(reasonCodes);
  expect(texts.map(({ code }) => code).sort()).toEqual([...REASON_CODES].sort());
  const page = reasonCodesPage(reasonCodes);
  for (const { code, meaning, remedy } of texts) {
    expect(page).toContain(`\n### \`${code}\`\n\n${meaning}\n\n→ ${remedy}\n`);
  }
});

test('docs/commands.md names every setting with its default, and every exit code', () => {
  const page = read('docs', 'commands.md');
  const defaults = [
    ...read('sql', 'postgres', 'admin', 'setting_defaults.sql').matchAll(
      /^ {4}\('(\w+)', (?:'(\w+)'|null\b|left\b)/gm,
    ),
  ];
  expect(defaults.length).toBeGreaterThan(10);
  for (const [, name, value] of defaults) {
    expect(page).toMatch(
      new RegExp(`\\| \`${name}\` +\\| ${value === undefined ? '–' : `\`${value}\``} +\\|`),
    );
  }
  for (const code of Object.values(EXIT)) expect(page).toMatch(new RegExp(`\\| ${code} +\\|`));
});

/** `npm run docs`: writes the pages that are made from code. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withMappingTables } from './mapping-page.ts';
import { plannerPage } from './planner-page.ts';
import { preflightPage, withPreflightTable } from './preflight-page.ts';
import { withQuotedSql } from './quoted-sql.ts';
import { reasonCodesPage } from './reason-codes-page.ts';

const project = join(import.meta.dirname, '..', '..');
const sql = (path: string): string => readFileSync(join(project, 'sql', 'postgres', path), 'utf8');

for (const [name, text] of [
  ['planner.md', plannerPage()],
  ['reason-codes.md', reasonCodesPage(sql('admin/reason_codes.sql'))],
  ['preflight.md', preflightPage()],
  [
    'mapping.md',
    withMappingTables(
      readFileSync(join(project, 'docs', 'mapping.md'), 'utf8'),
      sql('admin/caption_defaults.sql'),
    ),
  ],
  ['dba.md', withPreflightTable(withQuotedSql(readFileSync(join(project, 'docs', 'dba.md'), 'utf8'), sql))],
] as const) {
  writeFileSync(join(project, 'docs', name), text);
  process.stdout.write(`docs/${name}\n`);
}

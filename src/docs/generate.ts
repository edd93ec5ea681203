/** `npm run docs`: writes the pages that are made from code. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plannerPage } from './planner-page.ts';
import { reasonCodesPage } from './reason-codes-page.ts';

const project = join(import.meta.dirname, '..', '..');
const reasonCodes = readFileSync(join(project, 'sql', 'postgres', 'admin', 'reason_codes.sql'), 'utf8');

for (const [name, text] of [
  ['planner.md', plannerPage()],
  ['reason-codes.md', reasonCodesPage(reasonCodes)],
] as const) {
  writeFileSync(join(project, 'docs', name), text);
  process.stdout.write(`docs/${name}\n`);
}

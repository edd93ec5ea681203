/** `npm run check:tsql [file …]`: parses every T-SQL file of the product by a real grammar; exit code 1 when one does not. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { syntaxErrors } from './tsql-grammar.ts';
import { ruleBreaches } from './tsql-rules.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const FOLDERS = ['migrations/mssql', 'sql/mssql'];
/** The sample CRM plays the vendor: it has to parse, not to keep our rules. */
const SAMPLE = 'src/sandbox/crm/mssql';

const sqlFiles = (folder: string): string[] =>
  existsSync(join(PROJECT, folder))
    ? readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.sql'))
        .map((name) => join(PROJECT, folder, name))
        .sort()
    : [];

const check = (file: string): string[] => {
  const text = readFileSync(file, 'utf8');
  const ours = !relative(PROJECT, file).replaceAll('\\', '/').startsWith(SAMPLE);
  return [...syntaxErrors(text), ...(ours ? ruleBreaches(text) : [])];
};

const named = process.argv.slice(2);
const files = named.length > 0 ? named : [...FOLDERS, SAMPLE].flatMap(sqlFiles);
let wrong = 0;
for (const file of files) {
  const found = check(file);
  if (found.length > 0) wrong += 1;
  for (const line of found) process.stdout.write(`${relative(PROJECT, file)}:${line}\n`);
}
process.stdout.write(`${files.length - wrong} passed, ${wrong} failed\n`);
if (wrong > 0 || files.length === 0) process.exitCode = 1;

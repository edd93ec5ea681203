/**
 * `npm run check:tsql [file …]`: parses every T-SQL file of the product by a real grammar, and what the scripts of
 * `deploy --script` and `undeploy --script` add to them; exit code 1 when one does not parse.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { deployScript, undeployScript } from '../../src/crm/deploy/plan/scripts.ts';
import { batchesOf } from '../../src/crm/deploy/tsql-text.ts';
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
let passed = 0;
let wrong = 0;

const report = (name: string, found: readonly string[]): void => {
  if (found.length > 0) wrong += 1;
  else passed += 1;
  for (const line of found) process.stdout.write(`${name}:${line}\n`);
};

/** Batches that are in no file; of those that differ in names and numbers only, one; of long lists two rows. */
const addedBy = (script: string): string[] => {
  const ofFiles = new Set(files.flatMap((file) => batchesOf(readFileSync(file, 'utf8'))));
  const added = batchesOf(script)
    .filter((batch) => !ofFiles.has(batch))
    .map((batch) => batch.replace(/(\n {4}\(.*\)),\n(?: {4}\(.*\),\n)+/g, '$1,\n'));
  const alike = (batch: string): string =>
    batch
      .replace(/^--.*$/gm, '')
      .replace(/'[^']*'/g, "''")
      .replace(/\d+/g, '0');
  return [...new Map(added.map((batch) => [alike(batch), batch])).values()];
};

const checkScripts = async (): Promise<void> => {
  const scripts = { deploy: (await deployScript('mssql')).text, undeploy: await undeployScript('mssql') };
  for (const [name, script] of Object.entries(scripts))
    report(
      `${name} --script`,
      addedBy(script).flatMap((batch) =>
        [...syntaxErrors(batch), ...ruleBreaches(batch)].map((error) => `${error} in: ${batch}`),
      ),
    );
};

/** The same check in a process of its own: parsing takes a processor for minutes. True when every file passed. */
const checkApart = (share: readonly string[]): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...share], {
      stdio: 'inherit',
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      resolve(code === 0);
    });
  });

/** Every n-th file to each of n processors, the long ones first. */
const shares = (): string[][] => {
  const longestFirst = [...files].sort((one, other) => statSync(other).size - statSync(one).size);
  const processors = availableParallelism();
  const all = Array.from({ length: processors }, (_, processor) =>
    longestFirst.filter((_file, index) => index % processors === processor),
  );
  return all.filter((share) => share.length > 0);
};

const checkAll = async (): Promise<void> => {
  const allPassed = await Promise.all(shares().map(checkApart));
  await checkScripts();
  if (!allPassed.every(Boolean)) wrong += 1;
};

const main = async (): Promise<void> => {
  if (named.length === 0) await checkAll();
  else for (const file of files) report(relative(PROJECT, file), check(file));
  process.stdout.write(`${passed} passed, ${wrong} failed\n`);
  if (wrong > 0 || files.length === 0) process.exitCode = 1;
};

void main();

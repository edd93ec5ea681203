/** The scripts for SSMS and sqlcmd as text. `npm run check:tsql` parses them, test/contract/deploy-script.test.ts runs them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownObjects } from '../../../src/crm/deploy/plan/inventory.ts';
import { mssqlPlan } from '../../../src/crm/deploy/plan/mssql-plan.ts';
import { deployScript, undeployScript } from '../../../src/crm/deploy/plan/scripts.ts';
import { MSSQL_MIGRATIONS } from '../../../src/crm/deploy/sql-objects.ts';
import { batchesOf, codeOf } from '../../../src/crm/deploy/tsql-text.ts';

test.each(['deploy', 'undeploy'] as const)(
  'the script of %s is the same each time it is made',
  async (which) => {
    const make = async () =>
      which === 'deploy' ? (await deployScript('mssql')).text : undeployScript('mssql');
    expect(await make()).toBe(await make());
  },
);

test.each(['postgres', 'mssql'] as const)(
  'the script of deploy for %s says first how to run the preflight, which is not in it',
  async (engine) => {
    const banner = (await deployScript(engine)).text.split(/^[^-]/m, 1)[0]!;
    expect(banner).toMatch(/^-- +(\S+ )?crm-domino-sync doctor$/m);
    expect(banner).toMatch(new RegExp(`CRM_DATABASE_URL='?${engine}://LOGIN:PASSWORD@`));
    expect(banner.indexOf('Look first')).toBeGreaterThan(0);
    expect(banner.indexOf('Look first')).toBeLessThan(banner.indexOf('Run it in the CRM database'));
    expect(existsSync(join(import.meta.dirname, '../../../docs/preflight.md'))).toBe(true);
  },
);

test('no semicolon parts an IF block from its ELSE', async () => {
  const scripts = [(await deployScript('mssql')).text, await undeployScript('mssql')];
  expect(scripts.filter((script) => /\bEND;\s*ELSE\b/i.test(codeOf(script)))).toEqual([]);
});

test('the script of deploy holds the batches of the plan as they are, and no other command of sqlcmd than GO', async () => {
  const { text } = await deployScript('mssql');
  const batches = new Set(batchesOf(text));
  const planned = (await mssqlPlan()).parts.flatMap(({ steps }) => steps.flatMap((step) => step.batches));
  expect(
    planned.map((batch) => batch.trim()).filter((batch) => !batches.has(batch) && !/^--/.test(batch)),
  ).toEqual([]);
  // sqlcmd would take them for its own, even in comments
  expect(text.split('\n').filter((line) => /^\s*(:\w|!!|(exit|quit|reset|ed)\b)|\$\(\w/i.test(line))).toEqual(
    [],
  );
});

test('a migration of SQL Server changes no rows in the open: a later one may drop the column, and the script compiles all', () => {
  for (const name of readdirSync(MSSQL_MIGRATIONS)) {
    const code = codeOf(readFileSync(join(MSSQL_MIGRATIONS, name), 'utf8'));
    expect([name, /^\s*(INSERT|UPDATE|DELETE|MERGE|SELECT)\b/im.exec(code)]).toEqual([name, null]);
  }
});

test('undeploy names the tables and sequences of the migrations, each after what uses it', async () => {
  const own = await ownObjects('mssql');
  const twins = await ownObjects('postgres');
  const tables = (objects: typeof own) =>
    objects.filter(({ kind }) => kind === 'table').map(({ name }) => name);
  expect(tables(own).sort()).toEqual(tables(twins).sort());
  expect(own.map(({ kind }) => kind).lastIndexOf('procedure')).toBeLessThan(
    own.findIndex(({ kind }) => kind === 'table'),
  );
});

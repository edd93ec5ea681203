/**
 * Babelfish for PostgreSQL speaks T-SQL and finds most mistakes where no SQL Server is at hand. What it lacks is bridged
 * here, for tests only; the product knows nothing of it.
 */
import type { MssqlSession } from '../../src/crm/mssql/connect.ts';

export const isBabelfish = async (session: MssqlSession): Promise<boolean> => {
  const [row] = await session.query<{ version: string }>(
    'SELECT CONVERT(nvarchar(300), @@VERSION) AS version;',
  );
  return /babelfish/i.test(row?.version ?? '');
};

const CREATE_OR_ALTER = /\bCREATE\s+OR\s+ALTER\s+(PROCEDURE|FUNCTION|VIEW|TRIGGER)\s+(\w+)\.(\w+)/gi;

/** At commas outside brackets and texts; comments go. */
const atCommas = (list: string): string[] => {
  const parts = [''];
  let depth = 0;
  for (const [token] of list.matchAll(/--.*|'(?:[^']|'')*'|[^]/g)) {
    if (token.startsWith('--')) continue;
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (token === ',' && depth === 0) parts.push('');
    else parts.push(`${parts.pop()}${token}`);
  }
  return parts.map((part) => part.trim());
};

/** It adds one column a statement. */
const addOneByOne = (text: string): string =>
  text.replace(/^(ALTER TABLE [\w.]+ ADD)\s((?:--.*|[^;])*?);$/gm, (_, start: string, columns: string) =>
    atCommas(columns)
      .map((column) => `${start} ${column};`)
      .join('\n'),
  );

/** What it does not parse and the tests can do without. */
const withoutWhatItLacks = (text: string): string =>
  addOneByOne(text)
    .replace(/\b(CREATE ROLE \w+) AUTHORIZATION dbo/g, '$1')
    .replace(/EXECUTE sys\.sp_addextendedproperty[^;]*;/g, '')
    .replace(/\bWITH SCHEMABINDING\b/g, '')
    .replace(/ WITH \(ALLOW_PAGE_LOCKS = OFF\)/g, '')
    .replace('START WITH 0 INCREMENT BY 1 NO CACHE;', 'START WITH 0 INCREMENT BY 1 MINVALUE 0;')
    .replace(/^ALTER INDEX [^;]*;/gm, '')
    .replace(/DECLARE @revoke [^]*?sp_executesql @revoke;/, '')
    .replaceAll('EXECUTE, VIEW DEFINITION ON', 'EXECUTE ON')
    .replace(/\bGRANT VIEW DEFINITION [^;]*;/g, 'SELECT 1 AS nothing WHERE 1 = 0;')
    .replace(/\bWITH EXECUTE AS OWNER\b/, '')
    .replace(/ALTER TABLE [\w.]+ SET \(LOCK_ESCALATION = DISABLE\);/g, '');

/** It has no CREATE OR ALTER. */
const recreate = (script: string): string[] => {
  const text = withoutWhatItLacks(script);
  const drops = [...text.matchAll(CREATE_OR_ALTER)].map(
    ([, kind, schema, name]) => `DROP ${kind} IF EXISTS ${schema}.${name};`,
  );
  const made = text.replace(CREATE_OR_ALTER, 'CREATE $1 $2.$3');
  // A GRANT inside a transaction, or after another in its batch, may end in "cannot fetch toast data without an active
  // snapshot": deployments there are without transactions.
  if (/^(BEGIN|COMMIT) TRANSACTION;$/.test(made)) return [];
  return [...drops, ...(/^GRANT /m.test(made) ? made.split(/;\n/) : [made])];
};

/** It calls itself 12.0 at compatibility level 120, and knows neither who sees definitions nor what binds to what. */
const ofItsVersion = (text: string): string =>
  text
    .replace("SERVERPROPERTY(N'ProductVersion')", "N'13.0.4001.0'")
    .replace('CONVERT(int, d.compatibility_level)', '130')
    .replace("HAS_PERMS_BY_NAME(DB_NAME(), N'DATABASE', N'VIEW DEFINITION')", '1');

/** A session that takes scripts written for SQL Server. */
export const asBabelfish = (session: MssqlSession): MssqlSession => ({
  ...session,
  batch: async (text) => {
    for (const part of recreate(text)) await session.batch(part);
  },
  query: (text, parameters) => session.query(ofItsVersion(text), parameters),
});

/** It has no ownership chaining: who calls a procedure or fires a trigger needs rights on what is behind it. */
export const grantInsteadOfChaining = async (admin: MssqlSession, sageLogin: string): Promise<void> => {
  for (const role of ['domino_sync_runner', 'domino_sync_admin', sageLogin])
    for (const schema of ['domino_sync', 'dbo'])
      await admin.batch(`GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE ON SCHEMA::${schema} TO ${role};`);
};

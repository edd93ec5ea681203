/**
 * Babelfish for PostgreSQL speaks T-SQL and finds most mistakes where no SQL Server is at hand. What it lacks is bridged
 * here, for tests only; the product knows nothing of it.
 */
import { randomBytes } from 'node:crypto';
import type { MssqlSession } from '../../src/crm/mssql/connect.ts';
import { withNestedJson, withTextsRead } from './babelfish-json.ts';

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
  withNestedJson(withTextsRead(addOneByOne(text)))
    .replace(/\b(CREATE ROLE \w+) AUTHORIZATION dbo/g, '$1')
    .replace(/EXECUTE sys\.sp_addextendedproperty[^;]*;/g, '')
    .replace(/\bWITH SCHEMABINDING\b/g, '')
    // names an unnamed column after its function, and FOR XML makes a tag of that
    .replace(/\bSELECT(\s+)CONCAT\(/g, "SELECT$1N'' + CONCAT(")
    .replace(/ WITH \(ALLOW_PAGE_LOCKS = OFF\)/g, '')
    .replace('START WITH 0 INCREMENT BY 1 NO CACHE;', 'START WITH 0 INCREMENT BY 1 MINVALUE 0;')
    .replace(/^ALTER INDEX [^;]*;/gm, '')
    .replace(/DECLARE @(revoke|names) [^]*?sp_executesql @\1;/g, '')
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
    // its application locks are of the whole server
    .replaceAll("N'domino_sync.deploy'", `N'domino_sync.deploy ${process.pid}'`)
    // each of these is taken by one procedure alone, so a name made with the procedure is that of its database
    .replace(
      /(@Resource = N'domino_sync\.(?:delivery|enable_user|inbound))'/,
      (_, start: string) => `${start} ${randomBytes(6).toString('hex')}'`,
    )
    .replace("SERVERPROPERTY(N'ProductVersion')", "N'13.0.4001.0'")
    .replace('CONVERT(int, d.compatibility_level)', '130')
    .replace("HAS_PERMS_BY_NAME(DB_NAME(), N'DATABASE', N'VIEW DEFINITION')", '1')
    // nor how to print a digest; one column
    .replace(/CONVERT\((?:var)?char\(64\), HASHBYTES\(N?'SHA2_256',([^]*?)\), 2\)/g, 'pg_catalog.md5($1)');

/** A session that takes scripts written for SQL Server. */
export const asBabelfish = (session: MssqlSession): MssqlSession => ({
  ...session,
  batch: async (text) => {
    for (const part of recreate(ofItsVersion(text))) await session.batch(part);
  },
  query: (text, parameters) => session.query(ofItsVersion(text), parameters),
});

/** Whoever is dbo inside a database is no superuser there. */
const becomeSuperuser = async (session: MssqlSession): Promise<void> =>
  void (await session.query(
    "SELECT pg_catalog.set_config('role', SUSER_SNAME(), CAST('false' AS pg_catalog.bool)) AS role;",
  ));

/** It has no DEADLOCK_PRIORITY: the victim is who looks first, and this session does not. */
export const neverTheVictim = async (session: MssqlSession): Promise<void> => {
  await becomeSuperuser(session);
  await session.query(
    "SELECT pg_catalog.set_config('deadlock_timeout', '60s', CAST('false' AS pg_catalog.bool)) AS set_to;",
  );
};

const SEQUENCES = ['change_id_seq', 'capture_fault_seq', 'delivery_version_seq'];

/**
 * It has no ownership chaining: who calls a procedure or fires a trigger needs rights on what is behind it; a right on a
 * schema does not reach its sequences. The procedure that is EXECUTE AS OWNER on SQL Server runs by the rights of its
 * owner as PostgreSQL has it.
 */
export const grantInsteadOfChaining = async (admin: MssqlSession, sageLogin: string): Promise<void> => {
  for (const role of ['domino_sync_runner', 'domino_sync_admin', sageLogin]) {
    for (const schema of ['domino_sync', 'dbo'])
      await admin.query(`GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE ON SCHEMA::${schema} TO ${role};`);
    for (const sequence of SEQUENCES)
      await admin.query(`GRANT UPDATE ON domino_sync.${sequence} TO ${role};`);
  }
  // what the runner's procedures read of the reports
  await admin.query('GRANT SELECT ON domino_sync_report.verification TO domino_sync_runner;');
  // its application locks are of the whole server: runners of two databases must not share a number
  await admin.batch(
    `DBCC CHECKIDENT ('domino_sync.runner', RESEED, ${Math.ceil(Math.random() * 1_000_000_000)});`,
  );
  await becomeSuperuser(admin);
  await admin.batch(
    `UPDATE pg_catalog.pg_proc SET prosecdef = CAST('true' AS pg_catalog.bool)
     WHERE proname = 'switch_triggers' AND pronamespace = (
         SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname = DB_NAME() + '_domino_sync');`,
  );
};

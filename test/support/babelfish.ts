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

/** It has no CREATE OR ALTER. */
const recreate = (text: string): string[] => {
  const drops = [...text.matchAll(CREATE_OR_ALTER)].map(
    ([, kind, schema, name]) => `DROP ${kind} IF EXISTS ${schema}.${name};`,
  );
  return [...drops, text.replace(CREATE_OR_ALTER, 'CREATE $1 $2.$3')];
};

/** It tells the version of SQL Server it speaks like as 12.0. */
const ofItsVersion = (text: string): string =>
  text.replace("SERVERPROPERTY(N'ProductVersion')", "N'13.0.4001.0'");

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

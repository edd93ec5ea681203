/**
 * The migrations of `migrations/mssql`, by the rules of postgres-migrations, which reads and hashes them for both engines:
 * SHA-1 over file name and contents, consecutive ids, one transaction each, never edited once applied.
 */
import { loadMigrationFiles } from 'postgres-migrations';
import { CrmError } from '../contract.ts';
import type { MssqlSession } from '../mssql/connect.ts';
import { toCrmError } from '../mssql/errors.ts';
import { inTransaction } from './mssql-transaction.ts';
import { MSSQL_MIGRATIONS } from './sql-objects.ts';
import { batchesOf } from './tsql-text.ts';

type Migration = Awaited<ReturnType<typeof loadMigrationFiles>>[number];

export interface AppliedMigration {
  id: number;
  name: string;
  hash: string;
}

/** The library's own number 0 makes the table of migrations, in PostgreSQL's words. */
export const mssqlMigrations = async (): Promise<Migration[]> =>
  (await loadMigrationFiles(MSSQL_MIGRATIONS)).filter(({ id }) => id > 0);

export const appliedMigrations = (session: MssqlSession): Promise<AppliedMigration[]> =>
  session.query('SELECT m.id, m.name, m.hash FROM domino_sync.migrations AS m ORDER BY m.id;');

const makeTable = async (session: MssqlSession): Promise<void> => {
  // CREATE SCHEMA must stand alone in its batch
  await session.batch(
    `IF SCHEMA_ID(N'domino_sync') IS NULL EXECUTE (N'CREATE SCHEMA domino_sync AUTHORIZATION dbo;');`,
  );
  await session.batch(`IF OBJECT_ID(N'domino_sync.migrations', N'U') IS NULL
    CREATE TABLE domino_sync.migrations (
        id int NOT NULL CONSTRAINT migrations_pkey PRIMARY KEY,
        name varchar(100) NOT NULL CONSTRAINT migrations_name_key UNIQUE,
        hash varchar(40) NOT NULL,
        executed_at datetime2(3) NOT NULL CONSTRAINT migrations_executed_at_default DEFAULT (sysutcdatetime())
    );`);
};

const requireUnedited = (
  files: readonly Migration[],
  applied: ReadonlyMap<number, AppliedMigration>,
): void => {
  const edited = files.filter(({ id, hash }) => applied.has(id) && applied.get(id)?.hash !== hash);
  if (edited.length === 0) return;
  throw new CrmError(
    'crm_refused',
    `migrations were edited after they had been applied: ${edited.map(({ fileName }) => fileName).join(', ')}. ` +
      'Restore the released files; changes belong in a new migration',
    { transient: false },
  );
};

const applyMigration = (session: MssqlSession, { id, name, hash, fileName, sql }: Migration): Promise<void> =>
  inTransaction(session, async () => {
    try {
      for (const batch of batchesOf(sql)) await session.batch(batch);
      await session.query('INSERT INTO domino_sync.migrations (id, name, hash) VALUES (@id, @name, @hash);', {
        id,
        name,
        hash,
      });
    } catch (error) {
      throw toCrmError(error, `migration ${fileName}`);
    }
  });

/** Applies what is missing, in order. Returns the file names. */
export const migrateMssql = async (session: MssqlSession, log: (line: string) => void): Promise<string[]> => {
  await makeTable(session);
  const files = await mssqlMigrations();
  const applied = new Map((await appliedMigrations(session)).map((row) => [row.id, row]));
  requireUnedited(files, applied);
  const missing = files.filter(({ id }) => !applied.has(id));
  for (const migration of missing) {
    await applyMigration(session, migration);
    log(`migration ${migration.fileName}`);
  }
  return missing.map(({ fileName }) => fileName);
};

/**
 * The migrations of `migrations/mssql`, by the rules of postgres-migrations, which reads and hashes them for both engines:
 * SHA-1 over file name and contents, consecutive ids, one transaction each, never edited once applied.
 */
import { loadMigrationFiles } from 'postgres-migrations';
import type { MssqlSession } from '../mssql/connect.ts';
import { MSSQL_MIGRATIONS } from './sql-objects.ts';

export type Migration = Awaited<ReturnType<typeof loadMigrationFiles>>[number];

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

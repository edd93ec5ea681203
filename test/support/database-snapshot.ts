/** Puts a test database back to what it held, as often as a test wants, under the same name and identity. */
import type { TestDatabase } from './database.ts';
import { withClient } from './database.ts';

export interface DatabaseSnapshot {
  /** Ends every session of the database. */
  restore(): Promise<void>;
  drop(): Promise<void>;
}

export async function takeDatabaseSnapshot({ url }: Pick<TestDatabase, 'url'>): Promise<DatabaseSnapshot> {
  const name = new URL(url).pathname.slice(1);
  const copy = `${name}_snapshot`;
  const oid = await withClient('postgres', async (server) => {
    const { rows } = await server.query<{ oid: number }>('select oid from pg_database where datname = $1', [
      name,
    ]);
    // Somebody who reconnects at this very moment would keep the database from being copied.
    await server.query(`alter database ${name} with allow_connections false`);
    await server.query('select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1', [
      name,
    ]);
    await server.query(`create database ${copy} template ${name} strategy file_copy`);
    await server.query(`alter database ${name} with allow_connections true`);
    return rows[0]!.oid;
  });
  return {
    // The oid is part of the identity by which a runner knows a database that was restored from a backup: not meant here.
    restore: () =>
      withClient('postgres', async (server) => {
        await server.query(`drop database ${name} with (force)`);
        await server.query(`create database ${name} template ${copy} oid ${oid}`);
      }),
    drop: () =>
      withClient('postgres', async (server) => {
        await server.query(`drop database ${copy} with (force)`);
      }),
  };
}

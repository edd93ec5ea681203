/**
 * A real PostgreSQL server from npm, for the sandbox and the tests: nothing to install, nothing to configure.
 *
 * `pg_ctl` puts it into a session of its own: Ctrl-C reaches us and not the server, so the runner can finish what is in
 * hand. Durability is switched off (fsync, full_page_writes): the data survives a crash of the server or of this process,
 * but not of the machine. Never keep anything of value in it.
 */
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import pg from 'pg';
import {
  deleteCluster,
  initialise,
  isInitialised,
  openCluster,
  runningServer,
  startServer,
  stopServer,
  stopServerNow,
  type Cluster,
  type ServerSettings,
} from './postgres-cluster.ts';

export interface EmbeddedPostgresOptions {
  /** Made when missing. Holds the cluster, its password and its log. */
  dataDir: string;
  /** Server settings beside or instead of the defaults, as in postgresql.conf. */
  settings?: ServerSettings;
}

export interface EmbeddedPostgres {
  /** Superuser, database `postgres`. Holds the password: not for logs. */
  url: string;
  /** Superuser, another database. */
  adminUrl(database: string): string;
  port: number;
  /** Where the data really is: elsewhere than asked for when the account of the server cannot reach that. */
  dataDir: string;
  /** Ends all connections and the server. May be called twice. */
  stop(): Promise<void>;
  /** The same at once and without a checkpoint, for a process 'exit' handler. */
  stopNow(): void;
}

/** Another living process uses this data directory. */
export class EmbeddedPostgresInUse extends Error {
  override readonly name = 'EmbeddedPostgresInUse';
}

const DEFAULTS = {
  listen_addresses: '127.0.0.1',
  // No socket file: the length of its path is limited to about 100 characters.
  unix_socket_directories: '',
  max_connections: 200,
  shared_buffers: '128MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Without fsync a synchronous commit costs one write to the cache of the operating system. Asynchronous, a server that
  // is killed would forget what it had confirmed, and Domino would hold what the CRM does not remember.
  fsync: false,
  full_page_writes: false,
  wal_level: 'minimal',
  max_wal_senders: 0,
  jit: false,
  // Containers often allow only 64 MB of shared memory.
  max_parallel_workers_per_gather: 0,
} as const;

/** Session lock of the process that uses the server; it is gone when that process is. */
const OWNER_LOCK = 4_711_900;

const START_ATTEMPTS = 5;

const databaseUrl = (cluster: Cluster, port: number, database: string): string =>
  `postgres://postgres:${cluster.password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;

const freePort = async (): Promise<number> =>
  new Promise((found, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') failed(new Error('no port'));
        else found(address.port);
      });
    });
  });

/** A session that holds the owner lock, or null when somebody else holds it. */
const takeOwnership = async (cluster: Cluster, port: number): Promise<pg.Client | null> => {
  const client = new pg.Client({
    connectionString: databaseUrl(cluster, port, 'postgres'),
    connectionTimeoutMillis: 10_000,
    application_name: 'crm-domino-sync embedded server',
  });
  // Lost with the server, for example when it is killed: whoever uses the server learns that from his own connection.
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
    OWNER_LOCK,
  ]);
  if (rows[0]?.taken === true) return client;
  await client.end();
  return null;
};

const inUse = (cluster: Cluster): EmbeddedPostgresInUse =>
  new EmbeddedPostgresInUse(
    `the PostgreSQL in ${cluster.home} is in use by another running process; stop that one first`,
  );

/** A server left behind by a process that ended uncleanly is stopped; one in use is left alone, by throwing. */
const stopLeftover = async (cluster: Cluster): Promise<void> => {
  const leftover = runningServer(cluster);
  if (leftover === null) return;
  let owner: pg.Client | null;
  try {
    owner = await takeOwnership(cluster, leftover.port);
  } catch {
    owner = null;
    // It does not answer, or not to our password (it may be starting or recovering): nobody can be using it.
    await stopServer(cluster);
    return;
  }
  if (owner === null) throw inUse(cluster);
  await owner.end();
  await stopServer(cluster);
};

const startOnFreePort = async (
  cluster: Cluster,
  settings: ServerSettings,
): Promise<{ port: number; owner: pg.Client }> => {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      await startServer(cluster, { ...DEFAULTS, ...settings, port });
    } catch (error) {
      // Somebody took the port in between, or another process started this very cluster.
      await stopLeftover(cluster);
      if (attempt === START_ATTEMPTS) throw error;
      continue;
    }
    const owner = await takeOwnership(cluster, port);
    if (owner === null) throw inUse(cluster);
    return { port, owner };
  }
};

/**
 * Starts the server on a free port of 127.0.0.1, after making the cluster when there is none. Takes about a second the
 * first time and less later. Throws EmbeddedPostgresInUse, or an Error that says what the server said.
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const cluster = openCluster(options.dataDir);
  await stopLeftover(cluster);
  if (!isInitialised(cluster)) await initialise(cluster);
  const { port, owner } = await startOnFreePort(cluster, options.settings ?? {});
  // The lock must not keep a process alive that has nothing else to do.
  const lock = owner as pg.Client & { ref(): void; unref(): void }; // missing in @types/pg
  lock.unref();

  let stopped = false;
  const stop = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    lock.ref();
    await lock.end().catch(() => undefined); // the server may have gone before us
    await stopServer(cluster);
  };
  const stopNow = (): void => {
    if (stopped) return;
    stopped = true;
    stopServerNow(cluster);
  };
  const adminUrl = (database: string): string => databaseUrl(cluster, port, database);
  return { url: adminUrl('postgres'), adminUrl, port, dataDir: cluster.home, stop, stopNow };
};

/**
 * Deletes the cluster in this directory, also when it had to be put elsewhere, after stopping a server that was left
 * behind. Throws EmbeddedPostgresInUse while some process, this one included, uses it.
 */
export const removeEmbeddedPostgres = async (dataDir: string): Promise<void> => {
  if (!existsSync(dataDir)) return;
  const cluster = openCluster(dataDir);
  await stopLeftover(cluster);
  deleteCluster(cluster, dataDir);
};

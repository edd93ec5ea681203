/** A PostgreSQL server that belongs to one test file: it may be killed and started again under the same address. */
import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedPostgres, removeEmbeddedPostgres } from '../../src/sandbox/embedded-postgres.ts';
import { neutralDirectory } from '../../src/sandbox/postgres-account.ts';
import { openCluster, type ServerSettings } from '../../src/sandbox/postgres-cluster.ts';
import { testDirectory } from './temp-directory.ts';

export interface ServerControl {
  /** As by SIGQUIT, or a power failure of the server alone: no checkpoint, no goodbye to anybody. */
  kill(): Promise<void>;
  /** With a checkpoint, as a DBA stops it. */
  halt(): Promise<void>;
  /** Copies the files of the stopped server to a directory beside them, or back from there. */
  copyFiles(way: 'aside' | 'back'): Promise<void>;
  /** Under the same address; recovers first when it was killed. */
  start(): Promise<void>;
}

export interface OwnServer extends ServerControl {
  port: number;
  /** The cluster's files. */
  data: string;
  stop(): Promise<void>;
}

/** Of the server that has its cluster in this directory, whoever started it. */
export function serverControl(dataDir: string): ServerControl & { data: string } {
  const cluster = openCluster(dataDir);
  const ended = (child: ChildProcess, what: string): Promise<void> =>
    new Promise((done, failed) => {
      child.once('error', failed);
      child.once('exit', (code) => (code === 0 ? done() : failed(new Error(`${what}: ${code}`))));
    });
  // The server inherits what pg_ctl writes to: a pipe would stay open as long as it runs.
  const control = (...args: string[]): Promise<void> =>
    ended(
      spawn(cluster.binaries.pgCtl, [...args, `--pgdata=${cluster.data}`, '--wait', '--silent'], {
        ...cluster.account.ids,
        cwd: neutralDirectory(),
        stdio: 'ignore',
        windowsHide: true,
      }),
      `pg_ctl ${args[0]}`,
    );
  const copy = `${cluster.data}-copy`;
  return {
    data: cluster.data,
    kill: () => control('stop', '--mode=immediate'),
    halt: () => control('stop', '--mode=fast'),
    copyFiles: (way) => {
      const [from, to] = way === 'aside' ? [cluster.data, copy] : [copy, cluster.data];
      const script = `const fs = require('node:fs'); const [, from, to] = process.argv;
        fs.rmSync(to, { recursive: true, force: true });
        fs.cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
        fs.chmodSync(to, 0o700);`;
      // By the account of the server, whose files they are to be.
      return ended(
        spawn(process.execPath, ['-e', script, from, to], {
          ...cluster.account.ids,
          cwd: neutralDirectory(),
          stdio: 'ignore',
          windowsHide: true,
        }),
        `copying files ${way}`,
      );
    },
    start: () => control('start', `--log=${join(cluster.home, 'server.log')}`),
  };
}

/** To be called before `createTestDatabase` and `openTwoSides`: they then use this server, in this test file only. */
export async function startOwnServer(settings: ServerSettings = {}): Promise<OwnServer> {
  const directory = testDirectory();
  const dataDir = join(directory, 'server');
  const server = await startEmbeddedPostgres({ dataDir, settings });
  process.env['TEST_SERVER_URL'] = server.url;
  return {
    ...serverControl(dataDir),
    port: server.port,
    stop: async () => {
      await server.stop();
      await removeEmbeddedPostgres(dataDir);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** One PostgreSQL data directory: made by `initdb`, started and stopped by `pg_ctl`. Used by `embedded-postgres.ts`. */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import {
  canUse,
  neutralDirectory,
  postgresAccount,
  reachableTemp,
  type PostgresAccount,
} from './postgres-account.ts';
import { postgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';

export interface Cluster {
  /** Ours: holds `data`, `password` and `server.log`. */
  home: string;
  data: string;
  password: string;
  account: PostgresAccount;
  binaries: PostgresBinaries;
}

export type ServerSettings = Readonly<Record<string, string | number | boolean>>;

const CONFIGURATION = 'crm-domino-sync.conf';
const serverLog = (cluster: Cluster): string => join(cluster.home, 'server.log');

const giveTo = (account: PostgresAccount, path: string): void => {
  if (account.ids !== null) chownSync(path, account.ids.uid, account.ids.gid);
};

const writeFor = (account: PostgresAccount, path: string, text: string): void => {
  writeFileSync(path, text, { mode: 0o600 });
  giveTo(account, path);
};

/** Runs a program to its end. Its children outlive it, so its output goes to a file: a pipe would stay open. */
const runProgram = async (cluster: Cluster, program: string, args: readonly string[]): Promise<void> => {
  const output = join(cluster.home, `output-${process.pid}.txt`);
  const file = openSync(output, 'w', 0o600);
  try {
    const code = await new Promise<number | null>((done, failed) => {
      const child = spawn(program, args, {
        ...cluster.account.ids,
        cwd: neutralDirectory(),
        stdio: ['ignore', file, file],
        // On Windows a console of its own, or Ctrl-C would reach the server through ours.
        detached: process.platform === 'win32',
        windowsHide: true,
        env: { ...process.env, LC_ALL: 'C' },
      });
      child.once('error', failed);
      child.once('exit', done);
    });
    if (code !== 0) {
      throw new Error(`${program} ended with code ${code ?? 'none'}: ${readFileSync(output, 'utf8').trim()}`);
    }
  } finally {
    closeSync(file);
    rmSync(output, { force: true });
  }
};

const POINTER = 'moved-to.txt';
const OURS = ['data', 'data-unfinished', 'password', 'server.log', POINTER];
/** Left when we were killed while a program ran. */
const OUTPUT = /^output-\d+\.txt$/u;
const pointerFile = (asked: string): string => join(asked, POINTER);

/** A directory with other things in it is not taken over: as root its owner would change. */
const refuseForeign = (asked: string): void => {
  if (!existsSync(asked)) return;
  const names = readdirSync(asked);
  if (names.length === 0 || names.some((name) => name === 'password' || name === POINTER)) return;
  throw new Error(`${asked} is not empty and holds no database of ours: name another directory`);
};

/** Where a moved cluster lives, if it was moved and is still there. */
const movedTo = (asked: string): string | null => {
  if (!existsSync(pointerFile(asked))) return null;
  const home = readFileSync(pointerFile(asked), 'utf8').trim();
  return existsSync(home) ? home : null;
};

/** The asked-for directory, or, when the server's account cannot use it, one it can, remembered in the first. */
const homeFor = (dataDir: string, account: PostgresAccount): string => {
  const asked = resolve(dataDir);
  refuseForeign(asked);
  mkdirSync(asked, { recursive: true });
  giveTo(account, asked);
  if (canUse(account, asked)) return realpathSync(asked);

  const earlier = movedTo(asked);
  if (earlier !== null && canUse(account, earlier)) return earlier;
  const home = reachableTemp(account);
  giveTo(account, home);
  writeFileSync(pointerFile(asked), `${home}\n`);
  return realpathSync(home);
};

export const openCluster = (dataDir: string): Cluster => {
  const account = postgresAccount();
  const home = homeFor(dataDir, account);
  const passwordFile = join(home, 'password');
  return {
    home,
    data: join(home, 'data'),
    password: existsSync(passwordFile) ? readFileSync(passwordFile, 'utf8').trim() : '',
    account,
    binaries: postgresBinaries(account),
  };
};

export const isInitialised = (cluster: Cluster): boolean =>
  cluster.password !== '' && existsSync(join(cluster.data, 'PG_VERSION'));

/** Runs `initdb`; the result gets its name last, so that an interrupted attempt leaves nothing that looks whole. */
export const initialise = async (cluster: Cluster): Promise<void> => {
  const unfinished = `${cluster.data}-unfinished`;
  const passwordFile = join(cluster.home, 'password');
  for (const path of [cluster.data, unfinished, passwordFile]) rmSync(path, { recursive: true, force: true });

  cluster.password = randomBytes(24).toString('hex');
  writeFor(cluster.account, passwordFile, `${cluster.password}\n`);
  await runProgram(cluster, cluster.binaries.initdb, [
    `--pgdata=${unfinished}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The same order and case rules on every operating system.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-sync',
  ]);
  appendFileSync(join(unfinished, 'postgresql.conf'), `\ninclude '${CONFIGURATION}'\n`);
  renameSync(unfinished, cluster.data);
};

const settingText = (value: string | number | boolean): string =>
  typeof value === 'boolean' ? (value ? 'on' : 'off') : `'${String(value).replaceAll("'", "''")}'`;

/** Throws with the end of the server's log when it does not come up within a minute. */
export const startServer = async (cluster: Cluster, settings: ServerSettings): Promise<void> => {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${settingText(value)}\n`);
  writeFor(cluster.account, join(cluster.data, CONFIGURATION), lines.join(''));
  writeFor(cluster.account, serverLog(cluster), '');
  try {
    await runProgram(cluster, cluster.binaries.pgCtl, [
      'start',
      `--pgdata=${cluster.data}`,
      `--log=${serverLog(cluster)}`,
      '--wait',
      '--timeout=60',
      '--silent',
    ]);
  } catch (cause) {
    const log = readFileSync(serverLog(cluster), 'utf8').trim().split('\n').slice(-5).join('\n');
    throw new Error(`PostgreSQL did not start in ${cluster.home}: ${log}`, { cause });
  }
};

const stopArguments = (cluster: Cluster, mode: 'fast' | 'immediate'): string[] => [
  'stop',
  `--pgdata=${cluster.data}`,
  `--mode=${mode}`,
  '--wait',
  '--timeout=30',
  '--silent',
];

/** Ends connections and server; if it hangs, without a checkpoint, which costs a recovery at the next start. */
export const stopServer = async (cluster: Cluster): Promise<void> => {
  try {
    await runProgram(cluster, cluster.binaries.pgCtl, stopArguments(cluster, 'fast'));
  } catch (error) {
    if (runningServer(cluster) === null) return; // it had gone already
    await runProgram(cluster, cluster.binaries.pgCtl, stopArguments(cluster, 'immediate')).catch(() => {
      throw error;
    });
  }
};

/** For 'exit' handlers, where nothing can be awaited. */
export const stopServerNow = (cluster: Cluster): void => {
  spawnSync(cluster.binaries.pgCtl, stopArguments(cluster, 'immediate'), {
    ...cluster.account.ids,
    cwd: neutralDirectory(),
    stdio: 'ignore',
    windowsHide: true,
  });
};

export interface RunningServer {
  pid: number;
  port: number;
}

/**
 * The server that has this data directory open. A lock file whose process is gone, or is some other program by now
 * (process numbers are used again soon in a container), is removed, because PostgreSQL would not dare to.
 */
export const runningServer = (cluster: Cluster): RunningServer | null => {
  const lockFile = join(cluster.data, 'postmaster.pid');
  if (!existsSync(lockFile)) return null;
  const lines = readFileSync(lockFile, 'utf8').split('\n');
  const server = { pid: Number(lines[0]), port: Number(lines[3]) };
  if (isPostgres(server.pid, cluster)) return server;
  rmSync(lockFile, { force: true });
  return null;
};

const isPostgres = (pid: number, cluster: Cluster): boolean => {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  // Elsewhere than on Linux a living process of that number is taken for the server.
  if (process.platform !== 'linux') return true;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(cluster.data);
  } catch {
    return false; // ended meanwhile
  }
};

/**
 * Deletes a stopped cluster, wherever it is: what we made and nothing else, so that a wrong path costs nobody his files.
 */
export const deleteCluster = (cluster: Cluster, dataDir: string): void => {
  const asked = resolve(dataDir);
  for (const directory of new Set([cluster.home, asked])) {
    if (!existsSync(directory)) continue;
    const ours = readdirSync(directory).filter((name) => OURS.includes(name) || OUTPUT.test(name));
    for (const name of ours) rmSync(join(directory, name), { recursive: true, force: true });
    if (readdirSync(directory).length === 0) rmdirSync(directory);
  }
};

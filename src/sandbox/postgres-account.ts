/**
 * PostgreSQL refuses to run as root. Started by root it runs as the operating system user `postgres`, which is made
 * when it does not exist; started by anybody else it runs as that user.
 */
import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface PostgresAccount {
  /** What child processes run as; null = as ourselves. */
  ids: { uid: number; gid: number } | null;
}

const ACCOUNT = 'postgres';

const findUser = (name: string): { uid: number; gid: number } | null => {
  const ask = (option: string): number | null => {
    const { status, stdout } = spawnSync('id', [option, name], { encoding: 'utf8' });
    return status === 0 ? Number(stdout) : null;
  };
  const [uid, gid] = [ask('-u'), ask('-g')];
  return uid === null || gid === null ? null : { uid, gid };
};

const createUser = (): void => {
  // shadow-utils (Debian, Red Hat, SUSE), then BusyBox (Alpine).
  const attempts = [
    ['useradd', '--system', '--user-group', '--no-create-home', '--shell', '/bin/false', ACCOUNT],
    ['adduser', '-S', '-D', '-H', '-s', '/bin/false', ACCOUNT],
  ] as const;
  const failures: string[] = [];
  for (const [command, ...args] of attempts) {
    const result = spawnSync(command, args, { encoding: 'utf8' });
    if (result.status === 0) return;
    failures.push(`${command}: ${result.error?.message ?? result.stderr.trim()}`);
  }
  throw new Error(
    `PostgreSQL cannot run as root and the user "${ACCOUNT}" could not be made (${failures.join('; ')}). ` +
      `Create it, or start as an ordinary user.`,
  );
};

/** Finds, or as root makes, the account the server runs under. Throws when root cannot make it. */
export const postgresAccount = (): PostgresAccount => {
  if (process.getuid?.() !== 0) return { ids: null };
  let ids = findUser(ACCOUNT);
  if (ids === null) {
    createUser();
    ids = findUser(ACCOUNT);
  }
  if (ids === null) throw new Error(`the user "${ACCOUNT}" was made but cannot be found`);
  return { ids };
};

/** Whether the account can enter and write in the directory, asked of the kernel: ACLs and mounts count too. */
export const canUse = (account: PostgresAccount, directory: string): boolean => {
  if (account.ids === null) return true;
  const script = 'test -d "$1" && test -w "$1" && test -x "$1"';
  return spawnSync('/bin/sh', ['-c', script, 'sh', directory], { ...account.ids, cwd: '/' }).status === 0;
};

/** Whether the account can run this program, its libraries included. */
export const canRun = (account: PostgresAccount, program: string): boolean =>
  spawnSync(program, ['--version'], { ...account.ids, cwd: neutralDirectory() }).status === 0;

/** A working directory every account can be in: our own may be closed to it. */
export const neutralDirectory = (): string => (process.platform === 'win32' ? tmpdir() : '/');

/**
 * A directory for temporary files that the account can reach and no third user can have prepared. With a name it is
 * the same one next time; without, a fresh one.
 */
export const reachableTemp = (account: PostgresAccount, name?: string): string => {
  const bases = process.platform === 'win32' ? [tmpdir()] : [tmpdir(), '/var/tmp', '/tmp'];
  for (const base of bases) {
    if (!canTraverse(account, base)) continue;
    if (name === undefined) return mkdtempSync(join(base, 'crm-domino-sync-'));
    const directory = join(base, name);
    mkdirSync(directory, { recursive: true, mode: 0o755 });
    const found = lstatSync(directory);
    const ours = process.getuid === undefined || found.uid === process.getuid();
    // Otherwise somebody else made it: programs in it must not be run.
    if (found.isDirectory() && ours && (process.getuid === undefined || (found.mode & 0o022) === 0))
      return directory;
    return mkdtempSync(join(base, 'crm-domino-sync-'));
  }
  throw new Error(`no temporary directory that the user "${ACCOUNT}" can reach among ${bases.join(', ')}`);
};

const canTraverse = (account: PostgresAccount, directory: string): boolean =>
  account.ids === null ||
  spawnSync('/bin/sh', ['-c', 'test -d "$1" && test -x "$1"', 'sh', directory], { ...account.ids, cwd: '/' })
    .status === 0;

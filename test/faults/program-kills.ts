/** Runs a command of the program in a process that dies at a point of its own, for tests of what is left then. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

export interface Killed {
  /** What it passed, the last one being where it died. */
  points: string[];
  signal: NodeJS.Signals | null;
  code: number | null;
  stdout: string;
}

export interface KillableProgram {
  /** `killAt` 0: it lives to its end. */
  run(args: readonly string[], databaseUrl: string, killAt: number): Promise<Killed>;
  remove(): void;
}

const ROOT = join(import.meta.dirname, '..', '..');

/** In one file, most of a short life would go to compiling it; each source still finds what lies beside it. */
const whereItWas: Plugin = {
  name: 'where it was',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll('import.meta.dirname', JSON.stringify(dirname(path))),
      loader: 'ts',
    }));
    onLoad({ filter: /[\\/]postgres-migrations[\\/].*\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll('__dirname', JSON.stringify(dirname(path))),
      loader: 'js',
    }));
  },
};

export async function killableProgram(): Promise<KillableProgram> {
  const directory = mkdtempSync(join(tmpdir(), 'killed-'));
  const outfile = join(directory, 'program-child.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'program-child.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    external: ['pg-native'],
    plugins: [whereItWas],
    logLevel: 'error',
  });
  return {
    run: (args, databaseUrl, killAt) =>
      new Promise((resolve) => {
        const child = execFile(
          process.execPath,
          [outfile, ...args],
          {
            cwd: ROOT,
            env: { PATH: process.env['PATH'] ?? '', CRM_DATABASE_URL: databaseUrl, KILL_AT: String(killAt) },
            maxBuffer: 10_000_000,
          },
          (_error, stdout, stderr) => {
            const points = stderr.split('\n').filter((line) => line !== '');
            resolve({ points, signal: child.signalCode, code: child.exitCode, stdout });
          },
        );
      }),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

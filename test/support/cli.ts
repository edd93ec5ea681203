/** The program as a user starts it: a real process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = join(import.meta.dirname, '..', '..');
const CLI = join(ROOT, 'src', 'cli.ts');

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Started {
  child: ChildProcess;
  /** What it has said on stderr so far. */
  log(): string;
  /** … and on stdout. */
  said(): string;
  ended: Promise<Ended>;
}

/** Only `env` and the path: nothing of this machine's configuration reaches the program. */
export function startCli(args: readonly string[], env: Record<string, string> = {}, cwd = ROOT): Started {
  const child = spawn(
    process.execPath,
    ['--import', pathToFileURL(join(ROOT, 'node_modules', 'tsx', 'dist', 'loader.mjs')).href, CLI, ...args],
    {
      cwd,
      env: {
        PATH: process.env['PATH'] ?? '',
        ...(process.platform === 'win32' ? { SystemRoot: process.env['SystemRoot'] ?? '' } : {}),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, log: () => stderr, said: () => stdout, ended };
}

export const runCli = (
  args: readonly string[],
  env: Record<string, string> = {},
  cwd?: string,
): Promise<Ended> => startCli(args, env, cwd).ended;

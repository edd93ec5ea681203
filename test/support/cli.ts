/**
 * The program in a process of its own, with the arguments, environment and folder that a user gives it. The global setup has
 * compiled it; `runFromSource` starts it as `npm run sync` does.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = join(import.meta.dirname, '..', '..');
const FROM_SOURCE = [
  '--import',
  pathToFileURL(join(ROOT, 'node_modules', 'tsx', 'dist', 'loader.mjs')).href,
  join(ROOT, 'src', 'cli.ts'),
];

const compiled = (): string[] => {
  const program = process.env['TEST_PROGRAM'];
  if (program === undefined)
    throw new Error('TEST_PROGRAM is not set: run through Jest, its global setup compiles the program');
  return [program];
};

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
function start(
  program: readonly string[],
  args: readonly string[],
  env: Record<string, string>,
  cwd: string,
): Started {
  const child = spawn(process.execPath, [...program, ...args], {
    cwd,
    env: {
      PATH: process.env['PATH'] ?? '',
      ...(process.platform === 'win32' ? { SystemRoot: process.env['SystemRoot'] ?? '' } : {}),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
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

export const startCli = (
  args: readonly string[],
  env: Record<string, string> = {},
  cwd: string = ROOT,
): Started => start(compiled(), args, env, cwd);

export const runCli = (
  args: readonly string[],
  env: Record<string, string> = {},
  cwd?: string,
): Promise<Ended> => startCli(args, env, cwd).ended;

export const runFromSource = (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
  start(FROM_SOURCE, args, env, ROOT).ended;

/**
 * Runs a script as psql would: by psql itself where it is installed, and by an executor for the meta-commands our scripts
 * use, so that the tests need nothing but Node. Any other meta-command is an error.
 */
import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { testDirectory } from './temp-directory.ts';

export interface ScriptRun {
  /** 0, or 3 when a statement failed. */
  code: number;
  /** Lines of \echo. */
  said: string[];
  /** Errors and notices. */
  errors: string;
}

export type ScriptRunner = (
  url: string,
  script: string,
  variables?: Readonly<Record<string, string>>,
) => Promise<ScriptRun>;

const hasPsql = (): boolean => {
  try {
    execFileSync('psql', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

const byPsql: ScriptRunner = async (url, script, variables = {}) => {
  const file = join(testDirectory(), 'script.sql');
  writeFileSync(file, script);
  const set = Object.entries(variables).flatMap(([name, value]) => ['-v', `${name}=${value}`]);
  return new Promise((resolve) => {
    execFile('psql', ['-X', ...set, '-f', file, url], (error, stdout, stderr) => {
      resolve({
        code: error === null ? 0 : Number(error.code ?? 1),
        said: stdout.split('\n').filter((line) => line !== ''),
        errors: stderr,
      });
    });
  });
};

/** The value of a quoted or bare word of a meta-command, variables in it resolved. */
const wordOf = (text: string, variables: ReadonlyMap<string, string>): string => {
  const word = text.trim();
  if (/^:\{\?\w+\}$/.test(word)) return String(variables.has(word.slice(3, -1)));
  if (/^:\w+$/.test(word)) return variables.get(word.slice(1)) ?? word;
  return word.replace(/^'(.*)'$/s, (_, inner: string) => inner.replaceAll("''", "'"));
};

const isTrue = (word: string): boolean => {
  if (/^(t|true|on|yes|1)$/i.test(word)) return true;
  if (/^(f|false|off|no|0)$/i.test(word)) return false;
  throw new Error(`\\if: "${word}" is no boolean`);
};

const interpolated = (sql: string, variables: ReadonlyMap<string, string>): string =>
  sql.replace(/(?<!:):'(\w+)'/g, (found, name: string) => {
    const value = variables.get(name);
    return value === undefined ? found : `'${value.replaceAll("'", "''")}'`;
  });

const byExecutor: ScriptRunner = async (url, script, given = {}) => {
  const client = new pg.Client({ connectionString: url });
  const run: ScriptRun = { code: 0, said: [], errors: '' };
  const variables = new Map(Object.entries(given));
  const branches: boolean[] = [];
  let waiting: string[] = [];
  client.on('notice', ({ severity, message }) => (run.errors += `${severity ?? ''}:  ${message ?? ''}\n`));
  await client.connect();

  const send = async (): Promise<Record<string, unknown>> => {
    const sql = waiting.join('\n');
    waiting = [];
    const last = [await client.query<Record<string, unknown>>(interpolated(sql, variables))].flat().at(-1);
    return last?.rows[0] ?? {};
  };
  const meta = async (line: string): Promise<'quit' | undefined> => {
    await send();
    const [, command = '', rest = ''] = /^\\(\w+)\s*(.*)$/.exec(line) ?? [];
    if (command === 'set') {
      const [name = '', ...value] = rest.split(' ');
      variables.set(name, wordOf(value.join(' '), variables));
    } else if (command === 'if') branches.push(isTrue(wordOf(rest, variables)));
    else if (command === 'echo') run.said.push(wordOf(rest, variables));
    else if (command === 'quit') return 'quit';
    else if (!['encoding', 'pset'].includes(command)) throw new Error(`unknown meta-command ${line}`);
    return undefined;
  };

  try {
    for (const line of script.split('\n')) {
      const skipped = branches.includes(false);
      if (/^\\endif\b/.test(line)) {
        if (!skipped) await send();
        branches.pop();
      } else if (/^\\else\b/.test(line)) {
        if (!skipped) await send();
        branches.push(!(branches.pop() ?? false));
      } else if (skipped) {
        if (/^\\if\b/.test(line)) branches.push(false);
      } else if (line.startsWith('\\')) {
        if ((await meta(line)) === 'quit') break;
      } else if (line.endsWith('\\gset')) {
        waiting.push(line.slice(0, -'\\gset'.length));
        for (const [name, value] of Object.entries(await send())) variables.set(name, String(value));
      } else waiting.push(line);
    }
    await send();
  } catch (error) {
    run.code = 3;
    run.errors += `ERROR:  ${error instanceof Error ? error.message : String(error)}\n`;
  } finally {
    await client.end();
  }
  return run;
};

/** Each way there is on this machine. */
export const PSQL_RUNNERS: readonly { name: string; run: ScriptRunner }[] = [
  { name: 'our executor', run: byExecutor },
  ...(hasPsql() ? [{ name: 'psql', run: byPsql }] : []),
];

/** `sandbox` (`npm start`): both sides on this machine, with life in them; `--exercise` plays the seed rules. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { CONFIG_FILE } from '../config.ts';
import { EXIT, errorText, type ExitCode } from '../errors.ts';
import { createLog } from '../log.ts';
import { startRunner } from '../runner/runner.ts';
import { closeAll } from '../sandbox/close-all.ts';
import { enableAll } from '../sandbox/enable.ts';
import { playExercise } from '../sandbox/exercise/exercise.ts';
import { startLife } from '../sandbox/life.ts';
import { openSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { watchActivity } from '../sandbox/watch.ts';
import type { Output } from './output.ts';
import { untilStopped } from './signals.ts';

export interface SandboxCommand {
  exercise: boolean;
  fresh: boolean;
  life: boolean;
}

const SIZE = { users: 200, enabled: 40, communications: 5000 };
/** Kept in the working directory, so that a second start is quick and nothing is left elsewhere. */
const DIRECTORY = '.sandbox';

export async function sandbox(output: Output, options: SandboxCommand): Promise<ExitCode> {
  return options.exercise ? exercise(output) : live(output, options);
}

async function exercise(output: Output): Promise<ExitCode> {
  const results = await playExercise(
    (result) => {
      if (output.json) {
        output.write(JSON.stringify(result));
        return;
      }
      output.write(
        `${result.rule}  ${result.pass ? 'pass' : 'FAIL'}  ${result.detail.text} (${result.detail.checks} checks, ${result.detail.seconds} s)`,
      );
      for (const statement of result.detail.failed) output.write(`      not so: ${statement}`);
    },
    (line) => (output.json ? undefined : output.write(`    ${line}`)),
  );
  return results.every((result) => result.pass) ? EXIT.ok : EXIT.findings;
}

async function live(output: Output, options: SandboxCommand): Promise<ExitCode> {
  const stop = untilStopped();
  const say = (line: string) => output.write(output.json ? JSON.stringify({ line }) : line);
  const log = createLog(process.env['LOG_LEVEL'] ?? 'error');
  const started = Date.now();
  const box = await openSandbox({
    directory: DIRECTORY,
    fresh: options.fresh,
    size: SIZE,
    notesEntries: true,
    progress: say,
  });
  const closing: (() => Promise<unknown>)[] = [() => box.stop()];
  try {
    const enqueued = await enableAll(box);
    if (enqueued > 0)
      say(`Users: ${box.users.length} enabled, ${enqueued} appointments wait for the first synchronisation`);
    const crm = await box.openCrm();
    closing.push(() => crm.close());
    const runner = await startRunner({ crm, domino: box.domino, log, parallel: 8, rule: '*/2 * * * * *' });
    closing.push(() => runner.stop());

    await firstSynchronisation(box, say, stop.signal);
    say(`Ready after ${((Date.now() - started) / 1000).toFixed(1)} s. In another terminal:`);
    say(`  npm run sync -- --config ${writeConfig(box)} status`);
    say('Ctrl-C stops everything; the next start goes on from here.');
    say('');
    const watcher = watchActivity(box, say);
    closing.push(() => watcher.stop());
    if (options.life && !stop.signal.aborted) {
      const pool = new pg.Pool({ connectionString: box.sageUrl, max: 2 });
      pool.on('error', () => undefined);
      const life = startLife({
        pool,
        standIn: box.standIn,
        users: box.users,
        timeZone: box.timeZone,
        paceMs: 1500,
        seed: Date.now() % 1e9,
        tell: say,
      });
      closing.push(async () => {
        await life.stop();
        await pool.end();
      });
    }
    await stop.stopped;
    say('Stopping: finishing what is in hand …');
    return EXIT.ok;
  } finally {
    try {
      await closeAll(closing);
    } finally {
      stop.end();
    }
    say('Stopped.');
  }
}

/** The configuration of this sandbox, for commands in another terminal; readable by its owner only. */
function writeConfig(box: Sandbox): string {
  const file = join(DIRECTORY, CONFIG_FILE);
  const config = { crmDatabaseUrl: box.crmUrl, domino: box.dominoAccess };
  writeFileSync(file, JSON.stringify(config, null, 2), { mode: 0o600 });
  return file;
}

/** Shows progress until nothing is due and every mailbox has been pulled once, or the user has enough. */
async function firstSynchronisation(
  box: Sandbox,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let shown = '';
  while (!signal.aborted) {
    // A database that fails for a moment does not end the sandbox: the runner goes on too.
    const { line, done } = await progress(box).catch((error: unknown) => ({
      line: `Synchronising: cannot look how far it is: ${errorText(error)}`,
      done: false,
    }));
    if (line !== shown) say(line);
    shown = line;
    if (done) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function progress(box: Sandbox): Promise<{ line: string; done: boolean }> {
  const [status, users] = await Promise.all([box.crm.syncStatus(), box.crm.listUsers()]);
  const enabled = users.filter((user) => user.enabled);
  const pulled = enabled.filter((user) => user.last_poll_at !== null).length;
  const waiting = status.backlog.due + status.backlog.leased;
  return {
    line: `Synchronising: ${status.links.linked} pairs in step, ${waiting} appointments to go, ${pulled} of ${enabled.length} mail files read`,
    done: waiting === 0 && pulled === enabled.length,
  };
}

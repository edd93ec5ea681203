/** `once` and `run`: the runner at work. */
import type { Config } from '../config.ts';
import { EXIT, UserError, type ExitCode } from '../errors.ts';
import { createLog } from '../log.ts';
import { flatCounts } from '../runner/counts.ts';
import { runOnce, startRunner } from '../runner/runner.ts';
import { openDomino, withCrm } from './connections.ts';
import { print, type Output } from './output.ts';
import { untilStopped } from './signals.ts';

export async function once(config: Config, output: Output): Promise<ExitCode> {
  const log = createLog(config.log.level);
  const domino = openDomino(config);
  const stop = untilStopped();
  try {
    return await withCrm(config, async (crm) => {
      const counts = await runOnce({ crm, domino, log, parallel: config.runner.mailboxes }, stop.signal);
      print(output, counts, () => {
        const did = Object.entries(flatCounts(counts)).map(([name, n]) => `${name} ${n}`);
        return did.length === 0 ? 'Nothing to do.' : did.join(', ');
      });
      return counts.failed + counts.parked + counts.paused > 0 ? EXIT.findings : EXIT.ok;
    });
  } finally {
    stop.end();
    await domino.close();
  }
}

export async function run(config: Config): Promise<ExitCode> {
  const log = createLog(config.log.level);
  const domino = openDomino(config);
  const stop = untilStopped();
  try {
    return await withCrm(config, async (crm) => {
      const runner = await startRunner({
        crm,
        domino,
        log,
        parallel: config.runner.mailboxes,
        rule: config.runner.schedule,
      });
      log.info({ runner: runner.runnerId }, 'the runner is up');
      await stop.stopped;
      log.info('stopping: finishing what is in hand');
      await runner.stop();
      log.info('stopped');
      return EXIT.ok;
    });
  } catch (error) {
    if (error instanceof UserError) log.error(error.message);
    throw error;
  } finally {
    stop.end();
    await domino.close();
  }
}

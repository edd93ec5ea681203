/** The small commands of the administrator: settings, capture, retry, purge. */
import type { Config } from '../config.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { withCrm } from './connections.ts';
import { print, table, type Output } from './output.ts';

export async function listSettings(config: Config, output: Output): Promise<ExitCode> {
  const { values } = await withCrm(config, (crm) => crm.readSettings());
  print(output, values, () => table(['setting', 'value'], Object.entries(values)));
  return EXIT.ok;
}

export async function setSetting(
  config: Config,
  output: Output,
  name: string,
  value: string,
): Promise<ExitCode> {
  await withCrm(config, (crm) => crm.changeSetting(name, value));
  print(output, { name, value }, () => `${name} is ${value} from the next cycle on.`);
  return EXIT.ok;
}

export async function switchCapture(
  config: Config,
  output: Output,
  on: boolean,
  reason: string,
): Promise<ExitCode> {
  const state = await withCrm(config, async (crm) => {
    await (on ? crm.enableCapture() : crm.disableCapture(reason));
    return crm.captureState();
  });
  print(output, state, () =>
    on
      ? 'Capture is on. Changes made meanwhile were not seen: enable each user once more to compare his appointments.'
      : 'Capture is off; changes in the CRM are not seen until: crm-domino-sync capture enable',
  );
  return EXIT.ok;
}

export async function retryParked(config: Config, output: Output, id: number | null): Promise<ExitCode> {
  const retried = await withCrm(config, (crm) => crm.retryParked(id));
  print(
    output,
    { retried },
    () => `${retried} parked ${retried === 1 ? 'item is' : 'items are'} tried again.`,
  );
  return EXIT.ok;
}

const PURGE_BATCH = 5000;

export async function purgeHistory(config: Config, output: Output, keepDays: number): Promise<ExitCode> {
  const purged = await withCrm(config, async (crm) => {
    let total = 0;
    for (;;) {
      const rows = await crm.purgeHistory(keepDays, PURGE_BATCH);
      total += rows;
      if (rows < PURGE_BATCH) return total;
    }
  });
  print(output, { purged }, () => `${purged} rows of history older than ${keepDays} days are gone.`);
  return EXIT.ok;
}

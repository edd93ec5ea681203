/** The small commands of the administrator: settings, capture, retry, purge. */
import type { Config } from '../config.ts';
import { EXIT, UserError, type ExitCode } from '../errors.ts';
import { withCrm } from './connections.ts';
import { print, table, type Output } from './output.ts';
import { findUser } from './users.ts';
import { spellingsOf } from './why.ts';

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

export async function listChanges(
  config: Config,
  output: Output,
  name: string | null,
  limit: number,
): Promise<ExitCode> {
  if (!Number.isInteger(limit) || limit < 1)
    throw new UserError('--limit takes a whole number above 0', 'Leave it out for 50.', EXIT.usage);
  const changes = await withCrm(config, (crm) => crm.listChanges(name, limit));
  print(output, changes, () =>
    changes.length === 0
      ? 'Nobody has changed that by command.'
      : table(
          ['at (UTC)', 'by', '', 'before', 'after'],
          changes.map((one) => [
            one.changed_at.slice(0, 19).replace('T', ' '),
            one.changed_by,
            one.kind === 'caption' ? `caption ${one.name}` : one.name,
            one.before ?? '–',
            one.after ?? '–',
          ]),
        ),
  );
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
      ? 'Capture is on. Changes made meanwhile were not seen: the runners compare every mailbox in full now.'
      : 'Capture is off; changes in the CRM are not seen until: crm-domino-sync capture enable',
  );
  return EXIT.ok;
}

export async function retry(
  config: Config,
  output: Output,
  id: string | null,
  options: { recreate?: boolean; user?: string },
): Promise<ExitCode> {
  if (options.recreate !== true) {
    if (options.user !== undefined)
      throw new UserError('--user goes with --recreate', 'Leave it out, or add --recreate.', EXIT.usage);
    return retryParked(config, output, id);
  }
  if (id === null || !isAppointmentId(id)) {
    throw new UserError(
      '--recreate needs the id of one appointment',
      'Give its Comm_CommunicationId: tombstones are never lifted by the dozen.',
      EXIT.usage,
    );
  }
  return liftTombstone(config, output, Number(id), options.user);
}

async function liftTombstone(
  config: Config,
  output: Output,
  id: number,
  who: string | undefined,
): Promise<ExitCode> {
  const lifted = await withCrm(config, async (crm) =>
    crm.liftTombstone(id, who === undefined ? null : (await findUser(crm, who)).crm_user_id),
  );
  print(output, { lifted }, () =>
    lifted === 0
      ? `Appointment ${id} has no tombstone${who === undefined ? '' : ` in the mail file of ${who}`}. why ${id} tells what keeps it out.`
      : `Appointment ${id} may come back into ${lifted} mail ${lifted === 1 ? 'file' : 'files'}: linked again where its entry is still there, else made anew.`,
  );
  return lifted === 0 ? EXIT.findings : EXIT.ok;
}

const isAppointmentId = (id: string): boolean => /^\d{1,9}$/.test(id);

/** `id`: of an appointment, or the uid of an entry as somebody may have copied it; null: all. */
async function retryParked(config: Config, output: Output, id: string | null): Promise<ExitCode> {
  const retried = await withCrm(config, async (crm) => {
    if (id === null || isAppointmentId(id)) return crm.retryParked(id === null ? null : Number(id));
    for (const uid of spellingsOf(id)) {
      const found = await crm.retryParked(null, uid);
      if (found > 0) return found;
    }
    return 0;
  });
  print(
    output,
    { retried },
    () => `${retried} parked ${retried === 1 ? 'item is' : 'items are'} tried again.`,
  );
  return EXIT.ok;
}

/** Rows at most: from 5000 locks on SQL Server locks the whole table. */
const PURGE_BATCH = 4000;

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

/**
 * Entries that wait or are left alone, and that no list shows: deleted in Notes, moved out of the window, or To Dos that
 * nobody touches. Domino is asked for each; one that is gone is parked no more. Nothing is written to the CRM.
 */
import type { AskedEntry, KnownLink } from '../crm/contract.ts';
import { keyText, type EntryKey } from '../item/domino-entry.ts';
import type { MailboxContext } from './context.ts';
import { faultOf } from './faults.ts';
import { takeChanges } from './inbound-changes.ts';
import { unlisted } from './inbound-missing.ts';
import { mayTakeBack } from './own-answer.ts';
import type { Listed } from './inbound.ts';
import { linkKey } from './link.ts';
import type { RefusedSeries } from './series.ts';

/** A window that was made shorter leaves many at once; the rest is asked for at the next poll. */
const MOST_ASKED = 100;

export async function settleParked(
  context: MailboxContext,
  known: ReadonlyMap<string, KnownLink>,
  missing: readonly EntryKey[],
  refused: RefusedSeries,
): Promise<void> {
  // An older state of the mail file lacks what comes back.
  if (context.older.waiting + context.older.over > 0) return;
  const suspects = missing.filter((key) => isToBeAskedFor(context, known.get(keyText(key))));
  const keys = suspects.slice(0, MOST_ASKED);
  if (keys.length === 0) return;
  const answers = await Promise.all(keys.map(async (key) => ({ key, answer: await ask(context, key) })));
  // Somebody wants it looked at: what lies outside of the window is listed nowhere, and is read all the same.
  const wanted = answers.filter(
    ({ key, answer }) => answer === 'present' && known.get(keyText(key))!.retry_due,
  );
  const asked = answers.filter((one) => !wanted.includes(one));
  if (asked.length > 0) {
    await context.crm.settleParked(
      context.mailbox.crm_user_id,
      asked.map(({ key, answer }): AskedEntry => ({
        domino_uid: key.uid,
        domino_recurrence_id: key.recurrenceId ?? '',
        gone: answer === 'gone',
      })),
    );
  }
  if (wanted.length > 0)
    await takeChanges(
      context,
      known,
      wanted.map(({ key }) => unlisted(key)),
      refused,
    );
}

/** For a user to whom nothing comes from Domino: only twins that nobody can tell apart are parked for him. */
export async function settleTwins(context: MailboxContext, { known, pull }: Listed): Promise<void> {
  const byKey = new Map(known.map((link) => [keyText(linkKey(link)), link]));
  await settleParked(context, byKey, pull.missing, new Map());
}

/** Of a pair the deletion is decided elsewhere, and settles what was parked under it. */
const isToBeAskedFor = (context: MailboxContext, link: KnownLink | undefined): boolean =>
  link !== undefined && link.ask_due && link.state !== 'linked' && !mayTakeBack(context, link);

/** An entry that cannot be asked for is not gone, and keeps no other from being asked for. */
async function ask(
  { mailFile, calls, gate }: MailboxContext,
  key: EntryKey,
): Promise<'present' | 'gone' | 'unclear'> {
  try {
    return (await mailFile.probe([key], { signal: calls })).get(keyText(key)) ?? 'unclear';
  } catch (error) {
    const fault = await gate.judge(faultOf(error));
    if (fault.scope !== 'item') throw error;
    return 'unclear';
  }
}

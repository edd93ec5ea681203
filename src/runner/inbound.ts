/**
 * Domino → CRM for one mailbox: list, read what changed, merge, apply; probe what is missing. The cursor is handed back
 * only when every effect of the pull is stored: applied, or parked with its reason.
 */
import type { KnownLink, MailboxReport } from '../crm/contract.ts';
import { keyText, type DominoSummary, type EntryKey } from '../item/domino-entry.ts';
import type { KnownEntry, PullResult } from '../domino/port.ts';
import type { MailboxContext } from './context.ts';
import { takeChanges } from './inbound-changes.ts';
import { takeMissing } from './inbound-missing.ts';
import { isInstanceDeletedInNotes, linkKey } from './link.ts';
import { settleParked } from './inbound-parked.ts';
import { takeBackAnswers } from './own-answer.ts';
import { refusedSeries, type RefusedSeries } from './series.ts';
import { mailboxWindow } from './window.ts';

export interface PullOutcome {
  /** null when the pull was cut short; the next one starts from the old cursor. */
  cursor: string | null;
  /** An alarm: the mailbox is held until an administrator has looked. */
  held: Pick<MailboxReport, 'reason_code' | 'detail'> | null;
}

const BATCH = 50;

/** What Domino showed, and what was known of it then. */
export interface Listed {
  known: readonly KnownLink[];
  pull: PullResult;
}

export async function listMailbox(
  context: MailboxContext,
  known: readonly KnownEntry[],
): Promise<PullResult> {
  const { mailbox, settings } = context;
  const pull = await context.mailFile.pull(
    {
      // Where both sides have to be compared anew, the cursor assumes things that are not so.
      cursor: mailbox.first_sync_done && !context.reconciling ? mailbox.cursor : null,
      window: mailboxWindow(context),
      known,
      todos: settings.todos !== 'off',
    },
    { signal: context.calls },
  );
  for (const remark of pull.remarks ?? []) context.log.warn(remark);
  return pull;
}

/** `listed`: a comparison has asked for the list already, and leaves what it did not settle. */
export async function pullFromDomino(context: MailboxContext, listed?: Listed): Promise<PullOutcome> {
  const known = listed?.known ?? (await context.crm.listKnown(context.mailbox.crm_user_id));
  const pull = listed?.pull ?? (await listMailbox(context, known.map(knownEntry)));
  const byKey = new Map(known.map((link) => [keyText(linkKey(link)), link]));
  const refused = await refusedSeries(context, byKey, pull);
  const changed = pull.changed.filter(
    (summary) => !isLeftAlone(byKey.get(keyText(summary.key)), summary, refused),
  );
  // To Dos whose full look was due: none of them is among the missing, and without this none would ever be.
  const gone: EntryKey[] = [];
  for (let i = 0; i < changed.length; i += BATCH) {
    if (context.stopping.aborted) return { cursor: null, held: null };
    gone.push(...(await takeChanges(context, byKey, changed.slice(i, i + BATCH), refused)));
  }
  if (context.stopping.aborted) return { cursor: null, held: null };
  const held = await takeMissing(context, byKey, [...pull.missing, ...gone], refused);
  if (held === null) {
    await takeBackAnswers(context, byKey, pull.missing);
    await settleParked(context, byKey, [...pull.missing, ...gone], refused);
  }
  return { cursor: context.stopping.aborted ? null : pull.cursor(), held };
}

/**
 * An entry without its appointment has nothing to tell, unless an administrator asks or the list shows it anew; an
 * instance of a series that is too long, as long as the series is.
 */
const isLeftAlone = (
  link: KnownLink | undefined,
  { key, digest }: DominoSummary,
  refused: RefusedSeries,
): boolean => {
  if (link === undefined || link.retry_due || link.domino_digest !== digest) return false;
  if (isOfLongSeries(link)) return refused.get(key.uid) === 'series_too_long';
  return link.reason_code === 'orphan_entry';
};

/** The list of an instance does not change when its series gets shorter, or when more are allowed. */
const isOfLongSeries = (link: KnownLink): boolean =>
  link.state === 'parked' && link.reason_code === 'series_too_long';

/** `digest` null asks to read the entry whether or not the list shows a change; `start` null to ask for it if none does. */
export const knownEntry = (link: KnownLink): KnownEntry => ({
  key: linkKey(link),
  digest:
    link.retry_due || isOfLongSeries(link) || isInstanceDeletedInNotes(link) ? null : link.domino_digest,
  start: link.ask_due ? null : link.domino_start,
});

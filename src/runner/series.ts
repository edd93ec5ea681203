/**
 * Series of Notes that the CRM does not take: too many occurrences, or no end. The list shows instances and never their
 * rule, so the rule is asked for once where a series has something new.
 */
import { keyText, type DominoEntry, type DominoSummary } from '../item/domino-entry.ts';
import type { ReasonCode } from '../item/reason-code.ts';
import type { KnownLink } from '../crm/contract.ts';
import type { PullResult } from '../domino/port.ts';
import type { MailboxContext } from './context.ts';
import { judgeItem } from './server-gate.ts';

/** Why nothing new is taken from a series, by its uid. What is a pair already stays one. */
export type RefusedSeries = ReadonlyMap<string, ReasonCode>;

/**
 * `series_too_long`: more instances in the window than setting max_occurrences (Sage's own limit is 200).
 * `series_no_end`: the rule has neither COUNT nor UNTIL. Notes keeps dates in place of rules, and those end; a rule is
 * seen only of series that were made over an interface, and not on every server.
 */
export async function refusedSeries(
  context: MailboxContext,
  known: ReadonlyMap<string, KnownLink>,
  pull: Pick<PullResult, 'changed' | 'instances'>,
): Promise<RefusedSeries> {
  const refused = new Map<string, ReasonCode>();
  for (const [uid, count] of pull.instances)
    if (count > context.settings.max_occurrences) refused.set(uid, 'series_too_long');

  const uids = new Set(
    pull.changed
      .filter(({ key, noticeType }) => key.recurrenceId !== null && !isPending(noticeType))
      .filter(({ key }) => known.get(keyText(key))?.state !== 'linked' && !refused.has(key.uid))
      .map(({ key }) => key.uid),
  );
  await Promise.all(
    [...uids].map(async (uid) => {
      const series = await readSeries(context, uid);
      if (series?.endless === true) refused.set(uid, 'series_no_end');
    }),
  );
  return refused;
}

/** Invitations and cancellations are no entries yet, and cannot be read. */
const isPending = (noticeType: DominoSummary['noticeType']): boolean =>
  noticeType !== null && ['I', 'L', 'U', 'C'].includes(noticeType);

/** Null where its instances are there and it cannot be read as a whole: their number in the window bounds it still. */
async function readSeries(context: MailboxContext, uid: string): Promise<DominoEntry | null> {
  try {
    return await context.mailFile.read({ form: 'event', uid, recurrenceId: null }, { signal: context.calls });
  } catch (error) {
    const fault = await judgeItem(context, error);
    if (fault.scope !== 'item') throw error;
    context.log.debug({ entry: uid, reason: fault.code }, `the rule of a series is not known: ${fault.text}`);
    return null;
  }
}

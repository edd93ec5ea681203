/** What is to be done for one entry of Domino. */
import type { InboundItem, LinkWrite, MissingItem, ParkedItem } from '../crm/contract.ts';
import type { DominoEntry, DominoSummary } from '../item/domino-entry.ts';
import { CRM_RESPONSE, responseOfNotice } from '../item/people.ts';
import type { ReasonCode } from '../item/reason-code.ts';
import { oneLine } from '../item/text.ts';

/** `none`: nothing to store, the entry will be looked at again. */
export type Decision =
  | { do: 'apply'; item: InboundItem }
  | { do: 'save'; link: LinkWrite }
  | { do: 'park'; parked: ParkedItem }
  /** The pair is kept apart from now on; nothing is written to either side. */
  | { do: 'unlink'; item: MissingItem }
  /** CRM → Domino has to look at it. `link`: how it looks by now, so that it is not read again; null parks the entry. */
  | { do: 'deliver'; appointmentId: number; reason: ReasonCode; link: LinkWrite | null }
  | { do: 'none' };

export interface Seen {
  summary: DominoSummary;
  entry: DominoEntry;
}

export const park = (
  summary: DominoSummary,
  reason: ReasonCode,
  detail: string | null,
  retryAfterSeconds: number | null = null,
): ParkedItem => ({
  form: summary.key.form,
  domino_uid: summary.key.uid,
  domino_recurrence_id: summary.key.recurrenceId ?? '',
  domino_start: summary.start,
  domino_digest: summary.digest,
  reason_code: reason,
  detail: detail === null ? null : oneLine(detail),
  subject: summary.private ? null : oneLine(summary.subject),
  payload: null,
  retry_after_seconds: retryAfterSeconds,
});

/** An invitee's copy of a meeting that the CRM has from its organiser: all it tells is what its owner answered. */
export function parkCopy(summary: DominoSummary, detail: string | null): ParkedItem {
  const answer = responseOfNotice(summary.noticeType);
  return {
    ...park(summary, 'invitee_copy', detail),
    ...(answer === null ? {} : { response: CRM_RESPONSE[answer] }),
  };
}

/**
 * What is parked as it was read: a private entry keeps its subject and its text to itself, and a To Do the digest of its
 * read, which says whether its second is over: an edit within the same second would be missed for ever.
 */
export const discreet = (
  parked: ParkedItem,
  entry: Pick<DominoEntry, 'private'> & Partial<Pick<DominoEntry, 'digest'>>,
): ParkedItem => ({
  ...parked,
  ...(parked.form === 'todo' && entry.digest !== undefined ? { domino_digest: entry.digest } : {}),
  ...(entry.private ? { subject: null, payload: null } : {}),
});

/**
 * The digest that the list showed, should a server's list and single read ever differ: else the entry would be read at
 * every poll. A To Do keeps the digest of its read, which says whether its second is over.
 */
export const listed = <L extends Pick<LinkWrite, 'domino_digest' | 'form'>>(
  summary: DominoSummary,
  link: L,
): L => (link.form === 'event' && summary.digest !== '' ? { ...link, domino_digest: summary.digest } : link);

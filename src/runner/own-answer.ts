/**
 * What the owner of a mailbox answered to other people's invitations. Domino's interfaces show everybody but the chair as
 * "needs action" (domino.md §1.6); only his own copy of the meeting tells, by its NoticeType. One way: to answer in Domino
 * mails the organiser whatever setting `notices` says (§1.11), so an answer given in the CRM stays there.
 */
import type { InboundItem, ItemLink, KnownLink } from '../crm/contract.ts';
import type { CrmAppointment, CrmAttendeeChange } from '../item/crm-appointment.ts';
import { keyText, type DominoEntry, type DominoSummary, type EntryKey } from '../item/domino-entry.ts';
import { CRM_ORGANISER, CRM_RESPONSE, responseOfNotice } from '../item/people.ts';
import type { Attendee, SyncItem } from '../item/sync-item.ts';
import { toInstant, type MailboxContext } from './context.ts';
import { park } from './inbound-decision.ts';
import { baseHash } from './link.ts';
import { changedInDomino } from './told.ts';
import { mailboxWindow } from './window.ts';

/** The digest of a copy that is known to be gone: no list shows it, so that one that comes back is read. */
const GONE = 'gone';

const addressOf = ({ mailbox }: MailboxContext): string => mailbox.email.trim().toLowerCase();

/** The entry with the owner's own answer among its attendees, where its row in the list tells it. */
export function withOwnAnswer(
  context: MailboxContext,
  { noticeType }: DominoSummary,
  entry: DominoEntry,
): DominoEntry {
  const response = responseOfNotice(noticeType);
  const owner = addressOf(context);
  if (response === null || entry.organiser?.email.toLowerCase() === owner) return entry;
  const attendees = entry.attendees.map((attendee): Attendee =>
    attendee.email.toLowerCase() === owner ? { ...attendee, response } : attendee,
  );
  return { ...entry, attendees };
}

/** The owner as a participant of a new appointment, with his answer; nobody where that is not known or he declined. */
export function ownAnswer({ noticeType }: DominoSummary, owner: string): CrmAttendeeChange[] {
  const response = responseOfNotice(noticeType);
  return response === null || response === 'declined'
    ? []
    : [{ email: owner, name: '', response: CRM_RESPONSE[response] }];
}

/**
 * An own copy that is a pair, because its organiser is not enabled, and that shows another answer than when it was last
 * looked at: only this is written; the digest stays, so that the next poll looks at the rest. Null = no news.
 */
export function answerChange(
  context: MailboxContext,
  no: number,
  link: ItemLink,
  appointment: CrmAppointment,
  entry: DominoEntry,
  domino: SyncItem,
): InboundItem | null {
  const base = link.base_item;
  if (link.state !== 'linked' || link.role !== 'copy' || link.kind !== 'meeting' || base === null)
    return null;
  if (!appointment.present || appointment.deleted || context.mailbox.direction === 'to_domino') return null;
  const owner = addressOf(context);
  const answerIn = (item: SyncItem) =>
    item.attendees.find(({ email }) => email === owner)?.response ?? 'none';
  const response = answerIn(domino);
  if (response === 'none' || response === answerIn(base.domino)) return null;
  const own = appointment.users.find(({ user_id: id }) => id === context.mailbox.crm_user_id);
  const code = CRM_RESPONSE[response];
  if (own === undefined || own.response === CRM_ORGANISER || own.response === code) return null;

  const attendees = base.domino.attendees.map((attendee) =>
    attendee.email === owner ? { ...attendee, response } : attendee,
  );
  const seen = { ...base, domino: { ...base.domino, attendees } };
  return {
    item_no: no,
    appointment_id: link.appointment_id,
    fingerprint: appointment.fingerprint,
    fields: {},
    attendees_add: [{ email: owner, name: own.name ?? '', response: code }],
    attendees_remove: [],
    link: { ...link, base_item: seen, base_hash: baseHash(seen) },
    write_back: false,
    action: 'updated',
    reason_code: 'domino_changed',
    detail: `answered in Notes: ${response}`,
    conflicts: [],
    changes: [],
    ...changedInDomino(entry),
  };
}

/**
 * Copies that have told an answer and are gone: declined, tidied up, or taken away by a cancellation; which of these, no
 * interface tells. So the answer is only taken back, and only for what is still to come. Too many at once prove nothing.
 */
export async function takeBackAnswers(
  context: MailboxContext,
  known: ReadonlyMap<string, KnownLink>,
  missing: readonly EntryKey[],
): Promise<void> {
  const copies = [...known.values()].filter(isCopy);
  const suspects = missing.filter((key) => {
    const copy = known.get(keyText(key));
    return copy !== undefined && mayTakeBack(context, copy);
  });
  const { mass_disappearance_count: most, mass_disappearance_percent: percent } = context.settings;
  if (suspects.length === 0) return;
  if (suspects.length > most && suspects.length * 100 > copies.length * percent) {
    context.log.warn(
      `${suspects.length} of ${copies.length} copies of meetings are gone at once; answers are kept`,
    );
    return;
  }
  const probed = await context.mailFile.probe(suspects, { signal: context.calls });
  const gone = suspects.filter((key) => probed.get(keyText(key)) === 'gone');
  if (gone.length === 0) return;
  await context.crm.parkInbound(
    context.mailbox.crm_user_id,
    gone.map((key) => ({
      ...park(
        { key, digest: GONE, noticeType: null, subject: '', start: null },
        'invitee_copy',
        'the copy is gone',
      ),
      domino_start: known.get(keyText(key))!.domino_start,
      subject: null,
      response: CRM_RESPONSE.none,
    })),
  );
}

const isCopy = (link: KnownLink): boolean =>
  link.state === 'parked' && link.reason_code === 'invitee_copy' && link.domino_digest !== GONE;

/** A copy whose answer is taken back if it is gone: until then it is not to be forgotten. */
export function mayTakeBack(context: MailboxContext, copy: KnownLink): boolean {
  const { from, to } = mailboxWindow(context);
  const start = copy.domino_start ?? '';
  return isCopy(copy) && start > toInstant(context.now()) && start >= from && start < to;
}

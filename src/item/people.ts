/** Attendees: who counts as invited, sets of addresses, and the response codes of the CRM. */
import type { CrmAttendeeChange } from './crm-appointment.ts';
import type { Attendee, ItemKind, Response, SyncItem } from './sync-item.ts';
import { isMailAddress } from './text.ts';

/**
 * What happens to people outside the CRM: `list` names them in the body of the entry, `include` invites them, `omit`
 * leaves them out. Only `include` can make mail leave.
 */
export type ExternalAttendees = 'list' | 'include' | 'omit';

/** Codes of `cmli_status`; 6 marks the organiser's own link. */
export const CRM_RESPONSE = { none: 0, tentative: 2, accepted: 3, declined: 4 } as const satisfies Record<
  Response,
  number
>;
export const CRM_ORGANISER = 6;

/** An organiser takes part; a code we do not know says nothing. */
export function responseFromCrm(code: number | null): Response {
  if (code === CRM_ORGANISER) return 'accepted';
  const known = (Object.keys(CRM_RESPONSE) as Response[]).find((response) => CRM_RESPONSE[response] === code);
  return known ?? 'none';
}

const NOTICE_RESPONSES: ReadonlyMap<string, Exclude<Response, 'none'>> = new Map([
  ['A', 'accepted'],
  ['P', 'tentative'],
  ['R', 'declined'],
]);

/**
 * What the owner of an invitee's copy answered, by its NoticeType (domino.md §4.2: A accept, P tentative, R decline); null
 * where it says nothing. That accepted copies keep the letter is inferred: another letter changes nothing.
 */
export function responseOfNotice(noticeType: string | null): Exclude<Response, 'none'> | null {
  return noticeType === null ? null : (NOTICE_RESPONSES.get(noticeType) ?? null);
}

/** Whether Domino holds this person as an attendee of the entry. */
export const isInvited = (attendee: Attendee, mode: ExternalAttendees): boolean =>
  attendee.external !== true || mode === 'include';

/** The kind that follows from who is invited. A To Do stays one. */
export const kindFor = (
  isTodo: boolean,
  attendees: readonly Attendee[],
  mode: ExternalAttendees,
): ItemKind =>
  isTodo ? 'todo' : attendees.some((attendee) => isInvited(attendee, mode)) ? 'meeting' : 'appointment';

/** One entry an address, the first wins; sorted by address; without the addresses in `except`. */
export function attendeeList(
  attendees: readonly Attendee[],
  except: ReadonlySet<string> = new Set(),
): Attendee[] {
  const byEmail = new Map<string, Attendee>();
  for (const attendee of attendees) {
    if (!except.has(attendee.email) && !byEmail.has(attendee.email)) byEmail.set(attendee.email, attendee);
  }
  return [...byEmail.values()].sort((a, b) => (a.email < b.email ? -1 : 1));
}

export const addressesOf = (attendees: readonly Attendee[]): Set<string> =>
  new Set(attendees.map((attendee) => attendee.email));

/**
 * What `apply_inbound` has to do to turn the attendees of `before` (null = a new appointment) into those of `after`;
 * to add somebody who takes part already sets his answer. Names without a mail address cannot be links in the CRM;
 * someone who declined is not made a participant. Roles have no column in the CRM.
 */
export function attendeeChanges(
  before: SyncItem | null,
  after: SyncItem,
): { add: CrmAttendeeChange[]; remove: string[] } {
  const had = new Map((before?.attendees ?? []).map((attendee) => [attendee.email, attendee]));
  const has = addressesOf(after.attendees);
  const comesIn = ({ email, response }: Attendee): boolean => {
    const known = had.get(email);
    return known === undefined ? response !== 'declined' : response !== known.response;
  };
  return {
    add: after.attendees
      .filter((attendee) => isMailAddress(attendee.email) && comesIn(attendee))
      .map(({ email, name, response }) => ({ email, name, response: CRM_RESPONSE[response] })),
    remove: [...had.keys()].filter((email) => !has.has(email)),
  };
}

/** Calendar JSON to DominoEntry and DominoSummary. */
import type { DominoEntry, DominoSummary, EntryKey } from '../../item/domino-entry.ts';
import type { Attendee, Person, When } from '../../item/sync-item.ts';
import type { AllDay } from './all-day.ts';
import { digestOf, hash, noticeTypeOf, splitCategories } from './digest.ts';
import {
  addDays,
  addSeconds,
  daysOf,
  instantIn,
  instantOfBasic,
  resolveTime,
  secondsOf,
  type ZoneContext,
} from './times.ts';
import { xProperty, type WireAttendee, type WireEvent } from './wire.ts';

export interface DecodeContext extends ZoneContext {
  allDay: AllDay;
}

/** Ids that lists of old mail-file designs make up; a single read answers with another one (§10.3). */
const ALTERNATE_ID = /^(.+)_\d+-Lotus_ReadRange_Generated$/;

export const isAlternateUid = (uid: string): boolean => uid.endsWith('-Lotus_ReadRange_Generated');

/** The number in an alternate id is the position in one answer: without it the key stays the same from list to list. */
export const stableUid = (uid: string): string => uid.replace(ALTERNATE_ID, '$1-Lotus_ReadRange_Generated');

export function keyOfEvent(event: WireEvent): EntryKey {
  return { form: 'event', uid: stableUid(event.id), recurrenceId: event.recurrenceId ?? null };
}

/** Null when the row's times cannot be understood. */
export function summaryOf(event: WireEvent, context: ZoneContext): DominoSummary | null {
  const start = resolveTime(event.start, context);
  if (start === null) return null;
  return {
    key: keyOfEvent(event),
    // Nothing can be read under an alternate id, so nothing about it is worth a second look.
    digest: isAlternateUid(event.id) ? 'alternate-id' : digestOf(event, context),
    noticeType: noticeTypeOf(event),
    ...(isPrivate(event) ? { private: true as const } : {}),
    subject: plain(event.summary),
    start: start.kind === 'date' ? start.date : start.at,
  };
}

/** `confidential` is private. */
const isPrivate = (event: WireEvent): boolean =>
  ['private', 'confidential'].includes(event.class?.toLowerCase() ?? '');

/** Null when the times cannot be understood (a zone that is described nowhere). */
export function entryOf(
  event: WireEvent,
  key: EntryKey,
  series: boolean,
  context: DecodeContext,
): DominoEntry | null {
  const when = whenOf(event, context);
  if (when === null) return null;
  const organiser = organiserOf(event);
  const attendees = attendeesOf(event, organiser);
  return {
    key,
    unid: xProperty(event, 'x-lotus-unid'),
    appointmentType: appointmentTypeOf(event, when, attendees),
    subject: plain(event.summary),
    location: plain(event.location),
    // A rich-text description is not returned at all (§1.6), so absence says nothing about what is in Notes.
    body: event.description === undefined ? null : plain(event.description),
    when,
    private: isPrivate(event),
    transparency: event.transparency?.toLowerCase() === 'transparent' ? 'transparent' : 'opaque',
    status: statusOf(event.status),
    priority: event.priority ?? null,
    categories: splitCategories(event.categories),
    organiser,
    attendees,
    reminderMinutes: reminderOf(event),
    series,
    ...(series && isEndless(event.recurrenceRule) ? { endless: true as const } : {}),
    completedAt: null,
    syncKey: null,
    modifiedAt: instantOfBasic(event['last-modified']),
    token: tokenOf(event),
    digest: digestOf(event, context),
  };
}

const isEndless = (rule: string | undefined): boolean =>
  rule !== undefined && !/(?:^|;)(?:COUNT|UNTIL)=/i.test(rule);

/**
 * `last-modified|sequence|content`: the content, because `last-modified` has whole seconds, and a Notes user's edit in the
 * very second of ours would pass for the state we know.
 */
export function tokenOf(event: WireEvent): string {
  // Addresses are spelled differently in the answers to reads and to writes (§10.14).
  const content = { ...event, href: undefined, links: undefined };
  return `${event['last-modified'] ?? '~'}|${event.sequence ?? 0}|${hash(content)}`;
}

export function whenOf(event: WireEvent, context: DecodeContext): When | null {
  const start = resolveTime(event.start, context);
  const end = event.end === undefined ? undefined : resolveTime(event.end, context);
  if (start === null || end === null) return null;

  if (start.kind === 'date') {
    const days = event.duration === undefined ? null : daysOf(event.duration);
    const last =
      end === undefined
        ? addDays(start.date, Math.max(1, days ?? 1) - 1)
        : end.kind === 'date'
          ? context.allDay.lastDay({ start: start.date, end: end.date })
          : end.at.slice(0, 10);
    return { allDay: true, start: start.date, end: last };
  }

  const seconds = event.duration === undefined ? 0 : (secondsOf(event.duration) ?? 0);
  const endAt =
    end === undefined
      ? addSeconds(start.at, seconds)
      : end.kind === 'date'
        ? instantIn(`${end.date}T00:00:00`, start.timeZone ?? context.floatingZone)
        : end.at;
  return { allDay: false, start: start.at, end: endAt, timeZone: start.timeZone };
}

export function attendeesOf(event: WireEvent, organiser: Person | null): Attendee[] {
  const byEmail = new Map<string, Attendee>();
  for (const attendee of event.attendees ?? []) {
    const email = emailOf(attendee.email);
    if (email === null || email === organiser?.email || isChair(attendee) || byEmail.has(email)) continue;
    byEmail.set(email, {
      email,
      name: attendee.displayName ?? '',
      role: roleOf(attendee),
      response: responseOf(attendee.status),
      external: null,
    });
  }
  return [...byEmail.values()];
}

export const isChair = (attendee: WireAttendee): boolean => attendee.role?.toLowerCase() === 'chair';

export function emailOf(text: string | undefined): string | null {
  const email = (text ?? '')
    .replace(/^mailto:/i, '')
    .trim()
    .toLowerCase();
  return email.length < 3 ? null : email;
}

export function roleOf({ role, userType }: WireAttendee): Attendee['role'] {
  if (['room', 'resource'].includes(userType?.toLowerCase() ?? '')) return 'resource';
  switch ((role ?? '').toLowerCase()) {
    case 'opt-participant':
      return 'optional';
    case 'non-participant':
      return 'informed';
    default:
      return 'required';
  }
}

/** Minutes before the start of the first alarm that counts from the start; null when there is none. */
export function reminderOf(event: WireEvent): number | null {
  for (const { trigger } of event.alarm ?? []) {
    if (trigger?.value === undefined || String(trigger['related'] ?? 'START').toUpperCase() === 'END')
      continue;
    const seconds = secondsOf(trigger.value);
    if (seconds !== null) return Math.round(-seconds / 60) + 0;
  }
  return null;
}

export const plain = (text: string | undefined): string => (text ?? '').replace(/\r\n?/g, '\n');

function organiserOf(event: WireEvent): Person | null {
  const chair = event.attendees?.find(isChair);
  const email = emailOf(event.organizer?.email) ?? emailOf(chair?.email);
  return email === null ? null : { email, name: event.organizer?.displayName ?? chair?.displayName ?? '' };
}

function responseOf(status: string | undefined): Attendee['response'] {
  const response = status?.toLowerCase();
  return response === 'accepted' || response === 'declined' || response === 'tentative' ? response : 'none';
}

function statusOf(status: string | undefined): DominoEntry['status'] {
  const known = status?.toLowerCase();
  return known === 'confirmed' || known === 'tentative' || known === 'cancelled' ? known : null;
}

const TYPES: ReadonlyMap<string, DominoEntry['appointmentType']> = new Map([
  ['0', 'appointment'],
  ['1', 'anniversary'],
  ['2', 'all_day'],
  ['3', 'meeting'],
  ['4', 'reminder'],
]);

function appointmentTypeOf(
  event: WireEvent,
  when: When,
  attendees: readonly Attendee[],
): DominoEntry['appointmentType'] {
  const told = TYPES.get(xProperty(event, 'x-lotus-appttype')?.trim() ?? '');
  if (told !== undefined) return told;
  if (attendees.length > 0) return 'meeting';
  return when.allDay ? 'all_day' : 'appointment';
}

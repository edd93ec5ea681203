/** DominoDraft and DominoPatch to Calendar JSON. Times go out in UTC, all-day as dates (domino.md §1.5). */
import type { DominoDraft, DominoEntry, DominoPatch } from '../../item/domino-entry.ts';
import type { Attendee, Person, When } from '../../item/sync-item.ts';
import type { AllDay } from './all-day.ts';
import { attendeesOf, emailOf, isChair, reminderOf, roleOf } from './event-decode.ts';
import { wireInstant } from './times.ts';
import type { EventBody, WireAttendee, WireEvent } from './wire.ts';

type Json = Record<string, unknown>;

/** The body of a create under our own uid. */
export function createBody(uid: string, draft: DominoDraft, allDay: AllDay): { events: [Json] } {
  const event: Json = {
    id: uid,
    summary: draft.subject,
    location: draft.location,
    ...(draft.body === '' ? {} : { description: draft.body }),
    ...wireWhen(draft.when, allDay),
    class: draft.private ? 'private' : 'public',
    transparency: draft.transparency,
    status: draft.status,
    ...(draft.categories.length === 0 ? {} : { categories: wireCategories(draft.categories) }),
    priority: draft.priority,
    ...(draft.organiser === null || draft.attendees.length === 0
      ? {}
      : invitation(draft.organiser, draft.attendees, {})),
    ...(draft.reminderMinutes === null ? {} : { alarm: wireAlarm(draft.reminderMinutes, draft.subject) }),
  };
  return { events: [event] };
}

/** Members that belong to the answer, not to the entry. `x-lotus-summarydataonly` would block the update (§10.11). */
const ANSWER_ONLY = ['href', 'links', 'last-modified', 'x-lotus-summarydataonly'];

/** An entry as it was just read. */
export interface ReadEvent {
  body: EventBody;
  event: WireEvent;
  entry: Pick<DominoEntry, 'when'>;
  /** Its wall clock comes twice, and which of the two instants is meant it does not say: `entry` does. */
  repeated: boolean;
}

/**
 * The body of an update: everything the fresh read showed, with the patch laid over it, because PUT defaults what is left
 * out (§1.8) and a list of attendees that is left out uninvites them (§10.15). Only the description stays out unless it
 * is patched: Domino keeps it then, rich text and attachments included.
 */
export function updateBody(
  { body, event, entry, repeated }: ReadEvent,
  patch: DominoPatch,
  allDay: AllDay,
): Json {
  const next: Json = { ...event };
  for (const name of ANSWER_ONLY) delete next[name];
  delete next['description'];
  if (event.attendees === undefined || event.attendees.length === 0) {
    // SEQUENCE says something about meetings only; there it makes a write based on an older state fail (§10.10).
    delete next['sequence'];
  }

  if (patch.subject !== undefined) next['summary'] = patch.subject;
  if (patch.location !== undefined) next['location'] = patch.location;
  if (patch.body !== undefined) next['description'] = patch.body;
  if (patch.private !== undefined) next['class'] = patch.private ? 'private' : 'public';
  if (patch.transparency !== undefined) next['transparency'] = patch.transparency;
  if (patch.status !== undefined) next['status'] = patch.status;
  if (patch.priority !== undefined) next['priority'] = patch.priority;
  if (patch.categories !== undefined) next['categories'] = wireCategories(patch.categories);
  if (patch.reminderMinutes !== undefined && patch.reminderMinutes !== reminderOf(event)) {
    if (patch.reminderMinutes === null) delete next['alarm'];
    else next['alarm'] = wireAlarm(patch.reminderMinutes, patch.subject ?? event.summary ?? '');
  }
  if (patch.when !== undefined) {
    delete next['duration'];
    Object.assign(next, wireWhen(patch.when, allDay));
  }
  if (patch.attendees !== undefined || patch.organiser !== undefined) applyAttendees(next, event, patch);

  // Zoned times that are left alone keep their zone, which must then be described in the same body; else they go as UTC.
  const zones = [next['start'], next['end']].map(zoneOf).filter((tzid) => tzid !== null);
  const described = (body.timezones ?? []).filter(({ tzid }) => zones.includes(tzid));
  const ambiguous = repeated && patch.when === undefined;
  if (!ambiguous && zones.every((zone) => described.some(({ tzid }) => tzid === zone))) {
    return { ...(described.length === 0 ? {} : { timezones: described }), events: [next] };
  }
  return { events: [{ ...next, ...wireWhen(entry.when, allDay) }] };
}

/** What went out as start and end of an all-day entry, to be compared with the answer; null for any other. */
export function sentDates(body: Json): { start: string; end: string } | null {
  const [event] = body['events'] as [WireEvent];
  return event.start.time === undefined && event.end !== undefined && event.end.time === undefined
    ? { start: event.start.date, end: event.end.date }
    : null;
}

function applyAttendees(next: Json, event: WireEvent, patch: DominoPatch): void {
  const chair = event.attendees?.find(isChair);
  const currentEmail = emailOf(event.organizer?.email) ?? emailOf(chair?.email);
  const current: Person | null =
    currentEmail === null ? null : { email: currentEmail, name: event.organizer?.displayName ?? '' };
  const organiser = patch.organiser === undefined ? current : patch.organiser;
  const attendees = patch.attendees ?? attendeesOf(event, current);
  delete next['organizer'];
  delete next['attendees'];
  if (organiser !== null && attendees.length > 0)
    Object.assign(next, invitation(organiser, attendees, event));
}

/** Organiser and attendees; whoever is in the entry already keeps what Domino says of him. */
function invitation(organiser: Person, attendees: readonly Attendee[], event: Partial<WireEvent>): Json {
  const known = event.attendees ?? [];
  const knownBy = (email: string): WireAttendee | undefined =>
    known.find((one) => emailOf(one.email) === email);
  const sameOrganiser = emailOf(event.organizer?.email) === organiser.email;
  return {
    organizer: sameOrganiser ? event.organizer : { ...named(organiser.name), email: organiser.email },
    attendees: [
      (sameOrganiser ? known.find(isChair) : undefined) ?? {
        role: 'chair',
        status: 'accepted',
        rsvp: false,
        ...named(organiser.name),
        email: organiser.email,
      },
      ...attendees.map((attendee) => {
        const before = knownBy(attendee.email);
        if (before !== undefined && roleOf(before) === attendee.role) return before;
        return {
          status: 'needs-action',
          rsvp: true,
          ...named(attendee.name),
          ...before,
          ...wireRole(attendee.role),
          email: attendee.email,
        };
      }),
    ],
  };
}

function wireWhen(when: When, allDay: AllDay): Json {
  return when.allDay
    ? { start: { date: when.start }, end: { date: allDay.wireEnd(when) } }
    : { start: wireInstant(when.start), end: wireInstant(when.end) };
}

function wireRole(role: Attendee['role']): Json {
  switch (role) {
    case 'required':
      return { role: 'req-participant' };
    case 'optional':
      return { role: 'opt-participant' };
    case 'informed':
      return { role: 'non-participant' };
    case 'resource':
      return { role: 'req-participant', userType: 'resource' };
  }
}

/** Minutes before the start as Domino's trigger object, which knows `value` and not `duration`. */
const wireAlarm = (minutes: number, description: string): Json[] => [
  { action: 'DISPLAY', trigger: { value: `${minutes < 0 ? '' : '-'}PT${Math.abs(minutes)}M` }, description },
];

/** One string; the commas of iCalendar, which the server reads as several. */
const wireCategories = (categories: readonly string[]): string => categories.join(',');

const named = (name: string): Json => (name === '' ? {} : { displayName: name });

const zoneOf = (time: unknown): string | null =>
  typeof time === 'object' && time !== null && 'tzid' in time && typeof time.tzid === 'string'
    ? time.tzid
    : null;

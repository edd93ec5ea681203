/** What Domino makes of a posted VEVENT: PUT replaces, and whatever is left out falls back to a default. */
import { abbreviated } from './directory.ts';
import { blankFields, ownerAsOrganizer } from './entries.ts';
import { foreignX, type EventInput } from './event-input.ts';
import { Refusal, storeRefusal } from './http-reply.ts';
import type { MailFile } from './mail-file.ts';
import type {
  AppointmentType,
  Attendee,
  CalendarEntry,
  EntryFields,
  EntryTime,
  Series,
  TimeZone,
} from './model.ts';
import { expandRule, occurrencesAt, recurrenceIdOf } from './series.ts';
import { findZone } from './time-zones.ts';
import type { World } from './world.ts';

interface Update {
  before: EntryFields;
  entry: CalendarEntry;
  literally: boolean;
}

/** DTEND left out: the same instant, or one day. That is the "odd end" of a PUT with a start alone. */
const endOf = (start: EntryTime, end: EntryTime | undefined): EntryTime => {
  if (end === undefined || end.kind !== start.kind) return { ...start };
  return end;
};

const attendeesFrom = (
  world: World,
  input: EventInput,
  owner: string,
  before: readonly Attendee[],
): Attendee[] => {
  const seen = new Set([owner.toLowerCase()]);
  const attendees: Attendee[] = [];
  for (const one of input.attendees ?? []) {
    const email = one.email.toLowerCase();
    if (one.role === 'chair' || email === '' || seen.has(email)) continue;
    seen.add(email);
    const known = world.directory.find(email);
    attendees.push({
      ...one,
      displayName: one.displayName ?? (known === undefined ? null : abbreviated(known.notesName)),
      // PARTSTAT of the body is ignored.
      response: before.find((other) => other.email.toLowerCase() === email)?.response ?? 'needs-action',
    });
  }
  return attendees;
};

/**
 * The content to store. `update` is null on create. `writer` is the address of who writes, if it is not the owner.
 * Throws Refusal: no start (500, iCal4j's validation), an organizer who is not the owner (400/1028, inferred).
 */
export const fieldsFrom = (
  world: World,
  mailFile: MailFile,
  input: EventInput,
  update: Update | null,
  writer: string | null,
): EntryFields => {
  if (input.start === undefined) {
    throw new Refusal(500, 'Property [DTSTART] must be specified once', {
      exception: 'net.fortuna.ical4j.model.ValidationException',
    });
  }
  const owner = mailFile.state.ownerEmail;
  const organizes = input.organizer !== undefined;
  const foreign = update !== null && update.entry.noticeType !== null;
  if (organizes && !foreign && input.organizer?.email.toLowerCase() !== owner.toLowerCase()) {
    throw storeRefusal(1028, 'The organizer is not the owner of the calendar');
  }
  const before = update?.before ?? null;
  const keepsPeople =
    before !== null &&
    (foreign ||
      (input.attendees === undefined &&
        before.organizer !== null &&
        (world.knobs.putWithoutAttendees === 'keeps' || before.attendees.length === 0)));
  // On update the organizer is known already, so attendees alone count.
  const attendees =
    organizes || before?.organizer != null ? attendeesFrom(world, input, owner, before?.attendees ?? []) : [];
  const sentBy = writer !== null && writer.toLowerCase() !== owner.toLowerCase() ? writer : null;
  const isMeeting = attendees.length > 0 || update?.entry.appointmentType === '3';
  const keep = world.knobs.keepsForeignMembers;
  return {
    ...blankFields(input.start, endOf(input.start, input.end)),
    summary: input.summary ?? '',
    location: input.location ?? '',
    description: input.description ?? (update?.literally === false ? update.before.description : null),
    rich: input.description === undefined && update?.literally === false ? update.before.rich : null,
    class: input.class === 'public' || input.class === undefined ? 'public' : 'private',
    transparency: input.transparency === 'transparent' ? 'transparent' : 'opaque',
    status: keep ? (input.status ?? null) : null,
    categories: input.categories ?? '',
    priority: input.priority ?? null,
    attendees: keepsPeople && before !== null ? before.attendees : attendees,
    organizer:
      keepsPeople && before !== null
        ? before.organizer
        : isMeeting
          ? ownerAsOrganizer(mailFile, sentBy)
          : null,
    comment: keep ? (input.comment ?? null) : null,
    x: keep ? foreignX(input.x) : {},
    alarm: input.alarm,
    sequence: before?.sequence ?? 0,
  };
};

/** AppointmentType by content; what the client claims decides only between the kinds without people. */
export const appointmentTypeOf = (
  input: EventInput,
  fields: EntryFields,
  before: AppointmentType | null,
): AppointmentType => {
  if (before === '3' || fields.attendees.length > 0) return '3';
  const claimed = input.x['x-lotus-appttype']?.data ?? before;
  if (fields.start.kind === 'date') return claimed === '1' && input.end === undefined ? '1' : '2';
  return claimed === '4' && input.end === undefined ? '4' : '0';
};

/** The series a body describes, exceptions included; null for a single entry. */
export const seriesFrom = (
  world: World,
  mailFile: MailFile,
  input: EventInput,
  exceptions: readonly EventInput[],
  fields: EntryFields,
  zones: readonly TimeZone[],
  writer: string | null,
): Series | null => {
  const rule = input.recurrenceRule ?? null;
  if (rule === null && input.recurrenceDates.length === 0) return null;
  const zone = zoneOf(mailFile, fields.start, zones);
  let starts = input.recurrenceDates;
  if (rule !== null) {
    try {
      starts = [...expandRule(rule, fields.start, zone), ...starts];
    } catch (error) {
      throw storeRefusal(
        1034,
        `Invalid iCalendar string: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  const occurrences = occurrencesAt(fields, starts);
  const excluded = new Set(input.exceptDates.map(recurrenceIdOf));
  for (const occurrence of occurrences) {
    if (excluded.has(occurrence.recurrenceId)) occurrence.deleted = true;
  }
  for (const exception of exceptions) {
    const occurrence = occurrences.find((one) => one.recurrenceId === exception.recurrenceId);
    if (occurrence === undefined) throw storeRefusal(1034, 'Invalid iCalendar string');
    occurrence.override = fieldsFrom(world, mailFile, exception, null, writer);
  }
  return { rule, occurrences };
};

const UTC: TimeZone = { tzid: 'UTC' };

const zoneOf = (mailFile: MailFile, start: EntryTime, zones: readonly TimeZone[]): TimeZone => {
  if (start.kind === 'date') return mailFile.zone;
  return start.tzid === null ? UTC : (findZone(start.tzid, zones) ?? mailFile.zone);
};

/** Making, changing and removing calendar entries: the one place both the Calendar service and the Notes users go through. */
import { abbreviated } from './directory.ts';
import type { MailFile } from './mail-file.ts';
import type {
  AppointmentType,
  CalendarEntry,
  EntryFields,
  EntryTime,
  Organizer,
  Series,
  TimeZone,
} from './model.ts';
import { endAfter, findOccurrence, instanceFields } from './series.ts';
import type { World } from './world.ts';
import { isChair, notify, answerEntry } from './workflow.ts';

export const blankFields = (start: EntryTime, end: EntryTime): EntryFields => ({
  summary: '',
  location: '',
  description: null,
  rich: null,
  start,
  end,
  class: 'public',
  transparency: 'opaque',
  status: null,
  categories: '',
  priority: null,
  attendees: [],
  organizer: null,
  comment: null,
  x: {},
  alarm: [],
  sequence: 0,
});

/** The owner as ORGANIZER; `sentBy` names whoever wrote the entry on his behalf. */
export const ownerAsOrganizer = (mailFile: MailFile, sentBy: string | null): Organizer => ({
  displayName: abbreviated(mailFile.state.ownerName),
  email: mailFile.state.ownerEmail,
  sentBy: `mailto:${sentBy ?? mailFile.state.ownerEmail}`,
});

export interface NewEntry {
  /** Absent: derived from the UNID with this suffix. */
  uid?: string | undefined;
  madeBy: 'api' | 'notes';
  appointmentType: AppointmentType;
  fields: EntryFields;
  series: Series | null;
  zones: TimeZone[];
  /** Send invitations when it is a meeting. */
  workflow: boolean;
}

export const addEntry = (world: World, mailFile: MailFile, made: NewEntry): CalendarEntry => {
  const now = world.now();
  const unid = world.ids.unid(now);
  // Over the API the document UNID is not the prefix of the uid; in Notes it is [inferred for Notes].
  const uid =
    made.uid ??
    (made.madeBy === 'notes'
      ? `${unid}-Lotus_Notes_Generated`
      : `${world.ids.unid(now)}-Lotus_Auto_Generated`);
  const entry: CalendarEntry = {
    uid,
    unid,
    noteId: world.ids.noteId(),
    madeBy: made.madeBy,
    created: now,
    modified: now,
    appointmentType: made.appointmentType,
    fields: made.fields,
    series: made.series,
    noticeType: null,
    chair: mailFile.state.ownerName,
    chairEmail: mailFile.state.ownerEmail,
    broadcast: false,
    zones: made.zones,
    items: {},
    readBy: [],
  };
  mailFile.addEntry(entry);
  if (made.workflow && entry.appointmentType === '3') notify(world, mailFile, entry, 'I');
  return entry;
};

const sameTime = (a: EntryTime, b: EntryTime): boolean =>
  a.kind === 'date' || b.kind === 'date'
    ? a.kind === 'date' && b.kind === 'date' && a.date === b.date
    : a.at === b.at;

export const sameTimes = (a: EntryFields, b: EntryFields): boolean =>
  sameTime(a.start, b.start) && sameTime(a.end, b.end);

/** Writes new content to an entry or one instance of it and, with workflow, tells the invitees what changed. */
export const changeEntry = (
  world: World,
  mailFile: MailFile,
  entry: CalendarEntry,
  recurrenceId: string | null,
  fields: EntryFields,
  options: { workflow: boolean; comments?: string | null },
): void => {
  const occurrence = recurrenceId === null ? undefined : findOccurrence(entry, recurrenceId);
  const before = occurrence === undefined ? entry.fields : instanceFields(entry, occurrence);
  if (occurrence === undefined) entry.fields = fields;
  else occurrence.override = fields;
  mailFile.touch(entry, world.now());
  if (!options.workflow || entry.appointmentType !== '3' || !isChair(mailFile, entry)) return;

  const addresses = (of: EntryFields): string[] =>
    of.attendees.map((attendee) => attendee.email.toLowerCase());
  const was = addresses(before);
  const is = addresses(fields);
  const about = { recurrenceId, comments: options.comments ?? null };
  notify(world, mailFile, entry, 'C', { ...about, to: was.filter((email) => !is.includes(email)) });
  notify(world, mailFile, entry, 'I', { ...about, to: is.filter((email) => !was.includes(email)) });
  const kept = is.filter((email) => was.includes(email));
  if (!sameTimes(before, fields)) notify(world, mailFile, entry, 'U', { ...about, to: kept });
  else if (informs(before, fields)) notify(world, mailFile, entry, 'E', { ...about, to: kept });
};

/** Changes of subject, place or body are told as an information update; others are the chair's own business. */
const informs = (before: EntryFields, after: EntryFields): boolean =>
  before.summary !== after.summary ||
  before.location !== after.location ||
  before.description !== after.description;

export type InstanceRange = 'this' | 'all' | 'future' | 'previous';

/**
 * Deletes an entry, or instances of it. With workflow the chair's meeting is cancelled and an invitee's copy declined;
 * without, and for everything else, it just goes. A broadcast meeting wants no replies, so declining is a plain delete.
 */
export const deleteEntry = (
  world: World,
  mailFile: MailFile,
  entry: CalendarEntry,
  recurrenceId: string | null,
  range: InstanceRange,
  workflow: boolean,
): void => {
  const now = world.now();
  const tells = workflow && entry.appointmentType === '3';
  const whole = recurrenceId === null || range === 'all' || entry.series === null;
  if (whole) {
    if (tells && isChair(mailFile, entry)) notify(world, mailFile, entry, 'C');
    else if (tells && entry.noticeType !== null) {
      answerEntry(world, mailFile, entry, 'decline', null);
      return;
    }
    mailFile.removeEntry(entry, now);
    return;
  }
  const doomed = (entry.series?.occurrences ?? []).filter(
    (one) =>
      !one.deleted &&
      (one.recurrenceId === recurrenceId ||
        (range === 'future' && one.recurrenceId > recurrenceId) ||
        (range === 'previous' && one.recurrenceId < recurrenceId)),
  );
  for (const one of doomed) {
    if (tells && isChair(mailFile, entry))
      notify(world, mailFile, entry, 'C', { recurrenceId: one.recurrenceId });
    else if (tells && entry.noticeType !== null) {
      answerEntry(world, mailFile, entry, 'decline', one.recurrenceId);
    }
    one.deleted = true;
  }
  mailFile.touch(entry, now);
  if ((entry.series?.occurrences ?? []).every((one) => one.deleted)) mailFile.removeEntry(entry, now);
};

/** Fields moved to a new start; the length stays unless an end is given. */
export const movedTo = (fields: EntryFields, start: EntryTime, end?: EntryTime): EntryFields => ({
  ...fields,
  start,
  end: end ?? endAfter(fields, start),
});

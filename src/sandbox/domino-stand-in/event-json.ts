/** How the Calendar service prints entries: members in Domino's order, lists in UTC, single reads zoned. */
import { abbreviated } from './directory.ts';
import { addDays, basicInstant, isoDate, isoTime } from './dates.ts';
import type { MailFile, CalendarRow } from './mail-file.ts';
import type {
  CalendarEntry,
  EntryFields,
  EntryTime,
  Notice,
  Occurrence,
  Organizer,
  TimeZone,
} from './model.ts';
import { instanceFields, recurrenceIdOf, reorderRule } from './series.ts';
import { findZone, toWall } from './time-zones.ts';
import type { World } from './world.ts';

type Json = Record<string, unknown>;

const given = (members: Json): Json =>
  Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  );

/** Domino's line breaks are CRLF on output. */
const crlf = (text: string | null): string | null => text?.replace(/\r?\n/g, '\r\n') ?? null;

const data = (value: string): Json => ({ data: value });

const utcTime = (at: number): Json => ({ date: isoDate(at), time: isoTime(at), utc: true });

/** Last day of an all-day entry as the wire puts it. */
const endDate = (world: World, end: EntryTime & { kind: 'date' }): Json => ({
  date: world.knobs.allDayEnd === 'exclusive' ? addDays(end.date, 1) : end.date,
});

const listTimes = (world: World, fields: EntryFields): Json => ({
  start: fields.start.kind === 'date' ? { date: fields.start.date } : utcTime(fields.start.at),
  end: fields.end.kind === 'date' ? endDate(world, fields.end) : utcTime(fields.end.at),
});

/** The zone an instant is shown in on a single read: as entered; UTC when entered so, unless the knob says zoned. */
const shownZone = (
  world: World,
  mailFile: MailFile,
  own: readonly TimeZone[],
  time: EntryTime,
): TimeZone | null => {
  if (time.kind === 'date') return null;
  if (time.tzid === null) return world.knobs.utcReadBack === 'zoned' ? mailFile.zone : null;
  return findZone(time.tzid, own) ?? null;
};

const readTimes = (
  world: World,
  mailFile: MailFile,
  own: readonly TimeZone[],
  fields: EntryFields,
  used: Map<string, TimeZone>,
): Json => {
  const time = (one: EntryTime, isEnd: boolean): Json => {
    if (one.kind === 'date') return isEnd ? endDate(world, one) : { date: one.date };
    const zone = shownZone(world, mailFile, own, one);
    if (zone === null) return utcTime(one.at);
    used.set(zone.tzid, zone);
    const wall = toWall(zone, one.at);
    return { date: isoDate(wall), time: isoTime(wall), tzid: zone.tzid };
  };
  return { start: time(fields.start, false), end: time(fields.end, true) };
};

/** One row of GET /events; `position` is its place in this response, which old designs put into the id. */
export const listedEvent = (world: World, base: string, row: CalendarRow, position: number): Json => {
  const { fields, source } = row;
  const owner = 'entry' in source ? source.entry : source.notice;
  const recurrenceId =
    source.occurrence?.recurrenceId ?? ('notice' in source ? source.notice.recurrenceId : null);
  const noticeType = 'entry' in source ? source.entry.noticeType : source.notice.noticeType;
  const appointmentType = 'entry' in source ? source.entry.appointmentType : '3';
  if (world.knobs.oldMailDesign) {
    const id = `${row.unid}_${position}-Lotus_ReadRange_Generated`;
    return given({
      href: `${base}/${id}`,
      id,
      summary: [fields.summary, fields.location, abbreviated(owner.chair)]
        .filter((part) => part !== '')
        .join(', '),
      ...listTimes(world, fields),
      class: fields.class,
      'x-lotus-organizer': data(owner.chair),
      'x-lotus-summarydataonly': data('TRUE'),
      'x-lotus-appttype': data(appointmentType),
    });
  }
  return given({
    href: recurrenceId === null ? `${base}/${row.uid}` : `${base}/${row.uid}/${recurrenceId}`,
    id: row.uid,
    summary: fields.summary,
    location: fields.location,
    ...listTimes(world, fields),
    recurrenceId,
    class: fields.class,
    transparency: fields.transparency,
    status: fields.status,
    sequence: fields.sequence,
    categories: fields.categories,
    priority: fields.priority,
    'x-lotus-organizer': data(owner.chair),
    'x-lotus-summarydataonly': data('TRUE'),
    'x-lotus-unid': 'notice' in source ? data(source.notice.unid) : undefined,
    'x-lotus-noticetype': noticeType === null ? undefined : data(noticeType),
    'x-lotus-appttype': data(appointmentType),
  });
};

const personJson = (organizer: Organizer): Json =>
  given({ displayName: organizer.displayName, sentBy: organizer.sentBy, email: organizer.email });

/** Everyone but the chair reads back as needs-action, whatever they answered. */
const attendeesJson = (fields: EntryFields): Json[] | undefined => {
  if (fields.organizer === null) return undefined;
  const chair = {
    role: 'chair',
    status: 'accepted',
    rsvp: false,
    displayName: fields.organizer.displayName,
    email: fields.organizer.email,
  };
  return [
    chair,
    ...fields.attendees.map((attendee) =>
      given({
        role: attendee.role,
        userType: attendee.userType,
        status: 'needs-action',
        rsvp: attendee.rsvp,
        displayName: attendee.displayName,
        email: attendee.email,
      }),
    ),
  ];
};

/** Periods in UTC and exceptions, as Notes keeps a series: a deleted instance stands in both lists. */
const seriesJson = (world: World, href: string, entry: CalendarEntry | Notice): Json => {
  const series = entry.series;
  if (series === null) return {};
  const wire = (time: EntryTime, isEnd: boolean): Json =>
    time.kind === 'instant' ? utcTime(time.at) : isEnd ? endDate(world, time) : { date: time.date };
  const deleted = series.occurrences.filter((one) => one.deleted).map((one) => wire(one.start, false));
  const links = [{ rel: 'instances', href: `${href}/instances` }];
  const exceptDates = deleted.length > 0 ? deleted : undefined;
  if (keepsRule(world, entry)) return { recurrenceRule: reorderRule(series.rule ?? ''), exceptDates, links };
  const recurrenceDates = series.occurrences.map((one) => {
    const start = one.override?.start ?? one.start;
    // A moved instance is at its new start but keeps the length of the series.
    const shift = start.kind === 'instant' && one.start.kind === 'instant' ? start.at - one.start.at : 0;
    const end: EntryTime =
      one.end.kind === 'instant' ? { ...one.end, at: one.end.at + shift } : (one.override?.end ?? one.end);
    return { start: wire(start, false), end: wire(end, true) };
  });
  return { exceptDates, recurrenceDates, links };
};

/** Whether a series reads back with its rule: never when made in Notes; over the API as the knob says. */
export const keepsRule = (world: World, entry: CalendarEntry | Notice): boolean =>
  'madeBy' in entry &&
  entry.madeBy === 'api' &&
  world.knobs.ruleReadBack === 'rule' &&
  entry.series?.rule != null;

const eventJson = (
  world: World,
  mailFile: MailFile,
  href: string | null,
  entry: CalendarEntry | Notice,
  fields: EntryFields,
  recurrenceId: string | null,
  isMaster: boolean,
  used: Map<string, TimeZone>,
): Json => {
  const noticeType = entry.noticeType;
  const appointmentType = 'appointmentType' in entry ? entry.appointmentType : '3';
  const times = readTimes(world, mailFile, entry.zones, fields, used);
  const series = isMaster ? seriesJson(world, href ?? '', entry) : {};
  return given({
    href,
    id: entry.uid,
    summary: fields.summary,
    location: fields.location,
    description: crlf(fields.description),
    ...times,
    ...series,
    recurrenceId,
    class: fields.class,
    transparency: fields.transparency,
    status: fields.status,
    sequence: fields.sequence,
    'last-modified': basicInstant(entry.modified),
    categories: fields.categories,
    priority: fields.priority,
    attendees: attendeesJson(fields),
    organizer: fields.organizer === null ? undefined : personJson(fields.organizer),
    comment: crlf(fields.comment),
    ...fields.x,
    'x-lotus-broadcast': data(entry.broadcast ? 'TRUE' : 'FALSE'),
    'x-lotus-notesversion': data('2'),
    'x-lotus-noticetype': noticeType === null ? undefined : data(noticeType),
    'x-lotus-appttype': data(appointmentType),
    alarm: fields.alarm.length > 0 ? fields.alarm : undefined,
  });
};

const withZones = (used: Map<string, TimeZone>, members: Json): Json =>
  used.size > 0 ? { timezones: [...used.values()], ...members } : members;

/** A single read: the entry, or the series followed by its exceptions. `href` is that of the entry. */
export const readEntry = (world: World, mailFile: MailFile, href: string, entry: CalendarEntry): Json => {
  const used = new Map<string, TimeZone>();
  const events = [eventJson(world, mailFile, href, entry, entry.fields, null, entry.series !== null, used)];
  for (const occurrence of entry.series?.occurrences ?? []) {
    if (occurrence.override === null || occurrence.deleted) continue;
    const own = `${href}/${occurrence.recurrenceId}`;
    events.push(
      eventJson(world, mailFile, own, entry, occurrence.override, occurrence.recurrenceId, false, used),
    );
  }
  return withZones(used, { events });
};

/** A single read of one instance; `href` is that of the instance. */
export const readInstance = (
  world: World,
  mailFile: MailFile,
  href: string,
  entry: CalendarEntry,
  occurrence: Occurrence,
): Json => {
  const used = new Map<string, TimeZone>();
  const fields = instanceFields(entry, occurrence);
  const event = eventJson(world, mailFile, href, entry, fields, occurrence.recurrenceId, false, used);
  return withZones(used, { events: [event] });
};

/** Instances by original start; a series kept as dates names a moved one by its new start, which cannot be read. */
export const instancesJson = (world: World, href: string, entry: CalendarEntry): Json => ({
  instances: (entry.series?.occurrences ?? [])
    .filter((one) => !one.deleted)
    .map((one) => {
      const moved = one.override !== null && !keepsRule(world, entry);
      const recurrenceId = moved ? recurrenceIdOf(one.override?.start ?? one.start) : one.recurrenceId;
      return { recurrenceId, href: `${href}/${recurrenceId}` };
    }),
});

const METHODS: Record<Notice['noticeType'], string> = {
  I: 'request',
  U: 'request',
  E: 'request',
  C: 'cancel',
  A: 'reply',
  R: 'reply',
  P: 'reply',
  T: 'counter',
  J: 'declinecounter',
};

export const noticeSummary = (base: string, notice: Notice): Json => ({
  summary: notice.fields.summary,
  scheduleMethod: METHODS[notice.noticeType],
  href: `${base}/${notice.unid}`,
});

export const readNotice = (world: World, mailFile: MailFile, base: string, notice: Notice): Json => {
  const used = new Map<string, TimeZone>();
  const event = eventJson(
    world,
    mailFile,
    null,
    notice,
    notice.fields,
    notice.recurrenceId,
    notice.series !== null,
    used,
  );
  const members = { href: `${base}/${notice.unid}`, scheduleMethod: METHODS[notice.noticeType] };
  return { ...members, ...withZones(used, { events: [event] }) };
};

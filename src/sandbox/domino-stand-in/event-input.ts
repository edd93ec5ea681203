/** Reads what a client posts, as strictly as Domino and with its messages. */
import { addDays, isoDate, isoTime, parseDuration, wallMillis } from './dates.ts';
import { parseRefusal, Refusal, storeRefusal } from './http-reply.ts';
import type { EntryTime, TimeZone, XProperty } from './model.ts';
import { findZone, fromWall } from './time-zones.ts';

type Json = Record<string, unknown>;

export interface AttendeeInput {
  role: string;
  userType: string | null;
  displayName: string | null;
  email: string;
  rsvp: boolean;
}

/** One VEVENT as sent; undefined = absent. */
export interface EventInput {
  uid: string | undefined;
  recurrenceId: string | undefined;
  summary: string | undefined;
  location: string | undefined;
  description: string | undefined;
  start: EntryTime | undefined;
  end: EntryTime | undefined;
  class: string | undefined;
  transparency: string | undefined;
  status: string | undefined;
  sequence: number | undefined;
  categories: string | undefined;
  priority: number | undefined;
  comment: string | undefined;
  recurrenceRule: string | undefined;
  recurrenceDates: EntryTime[];
  exceptDates: EntryTime[];
  attendees: AttendeeInput[] | undefined;
  organizer: { email: string; displayName: string | null } | undefined;
  x: Record<string, XProperty>;
  alarm: Json[];
}

export interface EventBody {
  zones: TimeZone[];
  events: EventInput[];
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Java casts without asking: a value of another type ends in a ClassCastException. */
const castRefusal = (name: string): Refusal =>
  // Inferred: nothing in the source catches it, so 500.
  new Refusal(500, `Illegal value for ${name}`, { exception: 'java.lang.ClassCastException' });

const text = (event: Json, name: string): string | undefined => {
  const value = event[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw castRefusal(name);
  return value;
};

const number = (event: Json, name: string): number | undefined => {
  const value = event[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') throw castRefusal(name);
  return Math.trunc(value);
};

const list = (event: Json, name: string): Json[] => {
  const value = event[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every(isObject)) throw castRefusal(name);
  return value;
};

const unparseable = (value: string): Refusal => parseRefusal(`Unparseable date: "${value}"`);

const readTime = (value: unknown, zones: readonly TimeZone[], floating: TimeZone): EntryTime => {
  if (!isObject(value) || typeof value['date'] !== 'string')
    throw parseRefusal('Must at least have a date value');
  const { date, time, utc, tzid } = value;
  if (utc === true && tzid !== undefined) throw parseRefusal('Bad date time property');
  // Only zones of this very body count, even those the server knows.
  const zone = tzid === undefined ? undefined : findZoneOfBody(String(tzid), zones);
  const match = /^(\d{4})-(\d\d?)-(\d\d?)$/.exec(date);
  if (match === null) throw unparseable(date);
  const day = isoDate(Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])));
  if (time === undefined) return { kind: 'date', date: day };
  if (typeof time !== 'string' || !/^\d\d?:\d\d(:\d\d)?$/.test(time)) throw unparseable(String(time));
  const wall = wallMillis(day, time);
  if (utc === true) return { kind: 'instant', at: wall, tzid: null };
  if (zone !== undefined) return { kind: 'instant', at: fromWall(zone, wall), tzid: zone.tzid };
  // Floating: Domino puts it into the zone of the server [inferred].
  return { kind: 'instant', at: fromWall(floating, wall), tzid: floating.tzid };
};

const findZoneOfBody = (tzid: string, zones: readonly TimeZone[]): TimeZone => {
  const zone = zones.find((one) => one.tzid === tzid);
  if (zone === undefined) throw parseRefusal('The Timezone ID is not found');
  return zone;
};

const readZone = (value: Json): TimeZone => {
  const tzid = value['tzid'];
  if (typeof tzid !== 'string') throw parseRefusal('The Timezone ID is not found');
  const half = (name: 'standard' | 'daylight'): TimeZone['standard'] => {
    const part = value[name];
    if (!isObject(part)) return undefined;
    const { start, offsetFrom, offsetTo, recurrenceRule } = part;
    if (!isObject(start) || typeof offsetFrom !== 'string' || typeof offsetTo !== 'string') {
      throw parseRefusal(`Bad ${name} time of ${tzid}`);
    }
    return {
      start: { date: String(start['date']), time: String(start['time'] ?? '00:00:00') },
      offsetFrom,
      offsetTo,
      ...(typeof recurrenceRule === 'string' ? { recurrenceRule } : {}),
    };
  };
  const standard = half('standard');
  const daylight = half('daylight');
  if (standard === undefined && daylight === undefined) {
    const known = findZone(tzid);
    if (known !== undefined) return known;
  }
  return {
    tzid,
    ...(standard === undefined ? {} : { standard }),
    ...(daylight === undefined ? {} : { daylight }),
  };
};

const mail = (value: unknown): string => String(value ?? '').replace(/^mailto:/i, '');

const readAttendee = (value: Json): AttendeeInput => ({
  role: String(value['role'] ?? 'req-participant').toLowerCase(),
  userType: typeof value['userType'] === 'string' ? value['userType'].toLowerCase() : null,
  displayName: typeof value['displayName'] === 'string' ? value['displayName'] : null,
  email: mail(value['email']),
  rsvp: value['rsvp'] === true,
});

const OWN_X = new Set(['x-lotus-appttype', 'x-lotus-noticetype', 'x-lotus-summarydataonly']);

const readX = (event: Json): Record<string, XProperty> => {
  const x: Record<string, XProperty> = {};
  for (const [name, value] of Object.entries(event)) {
    // A bare string is silently ignored; only objects count.
    if (!/^x-/i.test(name) || !isObject(value) || value['data'] === undefined) continue;
    x[name.toLowerCase()] = {
      data: String(value['data']),
      ...(typeof value['type'] === 'string' ? { type: value['type'] } : {}),
    };
  }
  return x;
};

/** X-properties that are not the server's own. */
export const foreignX = (x: Record<string, XProperty>): Record<string, XProperty> =>
  Object.fromEntries(Object.entries(x).filter(([name]) => !OWN_X.has(name) && !name.startsWith('x-lotus-')));

const readAlarm = (value: Json): Json => {
  if (value['repeat'] !== undefined && typeof value['repeat'] !== 'string') throw castRefusal('repeat');
  return value;
};

/** On the wire an all-day end is exclusive or inclusive; `end` = `start` is one day either way. */
const lastDay = (start: EntryTime, end: EntryTime, exclusive: boolean): EntryTime =>
  start.kind === 'date' && end.kind === 'date' && exclusive && end.date > start.date
    ? { kind: 'date', date: addDays(end.date, -1) }
    : end;

const readEvent = (event: Json, zones: TimeZone[], floating: TimeZone, exclusive: boolean): EventInput => {
  const start = 'start' in event ? readTime(event['start'], zones, floating) : undefined;
  let end = 'end' in event ? readTime(event['end'], zones, floating) : undefined;
  const duration = text(event, 'duration');
  if (end === undefined && duration !== undefined && start?.kind === 'instant') {
    const length = parseDuration(duration);
    if (length === null) throw parseRefusal(`Invalid duration: ${duration}`);
    end = { ...start, at: start.at + length };
  }
  if (start !== undefined && end !== undefined) end = lastDay(start, end, exclusive);
  const organizer = event['organizer'];
  return {
    uid: text(event, 'id'),
    recurrenceId: text(event, 'recurrenceId'),
    summary: text(event, 'summary'),
    location: text(event, 'location'),
    description: text(event, 'description'),
    start,
    end,
    class: text(event, 'class')?.toLowerCase(),
    transparency: text(event, 'transparency')?.toLowerCase(),
    status: text(event, 'status')?.toLowerCase(),
    sequence: number(event, 'sequence'),
    categories: text(event, 'categories'),
    priority: number(event, 'priority'),
    comment: text(event, 'comment'),
    recurrenceRule: text(event, 'recurrenceRule'),
    // No zone is looked up for these: a tzid is refused.
    recurrenceDates: list(event, 'recurrenceDates').map((one) => readTime(one['start'], [], floating)),
    exceptDates: list(event, 'exceptDates').map((one) => readTime(one, zones, floating)),
    attendees: 'attendees' in event ? list(event, 'attendees').map(readAttendee) : undefined,
    organizer: isObject(organizer)
      ? {
          email: mail(organizer['email']),
          displayName: typeof organizer['displayName'] === 'string' ? organizer['displayName'] : null,
        }
      : undefined,
    x: readX(event),
    alarm: list(event, 'alarm').map(readAlarm),
  };
};

/** The body of a POST or PUT. `floating` is the zone for times without one. Throws Refusal. */
export const readEventBody = (
  body: string,
  floating: TimeZone,
  allDayEnd: 'exclusive' | 'inclusive',
): EventBody => {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw new Refusal(400, 'Error while parsing the JSON content', {
      exception: 'com.ibm.commons.util.io.json.JsonException',
    });
  }
  if (!isObject(json)) throw storeRefusal(1034, 'Invalid iCalendar string');
  const zones = list(json, 'timezones').map(readZone);
  const events = list(json, 'events').map((event) =>
    readEvent(event, zones, floating, allDayEnd === 'exclusive'),
  );
  if (events.length === 0) throw storeRefusal(1034, 'Invalid iCalendar string');
  return { zones, events };
};

/** For a message: how a time reads in UTC. */
export const timeText = (time: EntryTime): string =>
  time.kind === 'date' ? time.date : `${isoDate(time.at)}T${isoTime(time.at)}Z`;

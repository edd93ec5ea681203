/** Repeating entries: Notes expands a rule into an explicit list of instances, each known by its original start. */
import ICAL from 'ical.js';
import { addDays, basicDate, basicInstant, DAY, dateMillis, isoDate, isoTime, wallMillis } from './dates.ts';
import type { CalendarEntry, EntryFields, EntryTime, Occurrence } from './model.ts';
import { fromWall, toWall } from './time-zones.ts';
import type { TimeZone } from './model.ts';

/** The server expands at most ten years from the first start. */
const EXPANSION = 3650 * DAY;
const MOST_INSTANCES = 4000;

export const recurrenceIdOf = (start: EntryTime): string =>
  start.kind === 'date' ? basicDate(start.date) : basicInstant(start.at);

/** Moves an entry's end with a new start, keeping its length. */
export const endAfter = (fields: Pick<EntryFields, 'start' | 'end'>, start: EntryTime): EntryTime => {
  if (start.kind === 'date' || fields.start.kind === 'date' || fields.end.kind === 'date') {
    if (start.kind !== 'date' || fields.start.kind !== 'date' || fields.end.kind !== 'date') return start;
    const days = Math.round((dateMillis(fields.end.date) - dateMillis(fields.start.date)) / DAY);
    return { kind: 'date', date: addDays(start.date, days) };
  }
  return { ...start, at: start.at + fields.end.at - fields.start.at };
};

/** Occurrences at the given starts, in time order, each start once. */
export const occurrencesAt = (fields: EntryFields, starts: readonly EntryTime[]): Occurrence[] => {
  const byId = new Map<string, Occurrence>();
  for (const start of starts) {
    const recurrenceId = recurrenceIdOf(start);
    byId.set(recurrenceId, {
      recurrenceId,
      start,
      end: endAfter(fields, start),
      override: null,
      deleted: false,
    });
  }
  return [...byId.values()].sort((a, b) => (a.recurrenceId < b.recurrenceId ? -1 : 1));
};

/**
 * The starts a rule yields. Expansion runs on the wall clock of the zone, so a weekly 09:00 stays at 09:00 across daylight
 * saving. Throws when the rule cannot be read.
 */
export const expandRule = (rule: string, start: EntryTime, zone: TimeZone): EntryTime[] => {
  const until = /(?:^|;)UNTIL=([^;]+)/.exec(rule)?.[1];
  // UNTIL is applied here, as an instant, because the library would compare it as wall clock.
  const recur = ICAL.Recur.fromString(rule.replace(/(^|;)UNTIL=[^;]+/, '').replace(/^;/, ''));
  const wall = start.kind === 'date' ? dateMillis(start.date) : toWall(zone, start.at);
  const first = start.kind === 'date' ? start.date : `${isoDate(wall)}T${isoTime(wall)}`;
  const iterator = recur.iterator(
    start.kind === 'date' ? ICAL.Time.fromDateString(first) : ICAL.Time.fromDateTimeString(first),
  );
  const last = until === undefined ? Infinity : untilMillis(until);
  const starts: EntryTime[] = [];
  for (let next = iterator.next(); next && starts.length < MOST_INSTANCES; next = iterator.next()) {
    const date = `${String(next.year).padStart(4, '0')}-${String(next.month).padStart(2, '0')}-${String(next.day).padStart(2, '0')}`;
    const local = wallMillis(date, `${next.hour}:${next.minute}:${next.second}`);
    if (local - wall > EXPANSION) break;
    const one: EntryTime =
      start.kind === 'date'
        ? { kind: 'date', date }
        : { kind: 'instant', at: fromWall(zone, local), tzid: start.tzid };
    if ((one.kind === 'date' ? dateMillis(one.date) : one.at) > last) break;
    starts.push(one);
  }
  return starts;
};

const untilMillis = (text: string): number => {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z?)?$/.exec(text);
  if (match === null) throw new RangeError(`UNTIL is not a date: ${text}`);
  const [year, month, day] = match.slice(1, 4).map(Number) as [number, number, number];
  if (match[4] === undefined) return Date.UTC(year, month - 1, day) + DAY - 1;
  return Date.UTC(year, month - 1, day, Number(match[4]), Number(match[5]), Number(match[6]));
};

const RULE_ORDER = [
  'FREQ',
  'WKST',
  'UNTIL',
  'COUNT',
  'INTERVAL',
  'BYMONTH',
  'BYWEEKNO',
  'BYYEARDAY',
  'BYMONTHDAY',
  'BYDAY',
  'BYHOUR',
  'BYMINUTE',
  'BYSECOND',
  'BYSETPOS',
];

/** A rule as it comes back: the parts re-ordered. */
export const reorderRule = (rule: string): string => {
  const rank = (part: string): number => {
    const at = RULE_ORDER.indexOf(part.split('=')[0] ?? '');
    return at === -1 ? RULE_ORDER.length : at;
  };
  return rule
    .split(';')
    .filter((part) => part !== '')
    .sort((a, b) => rank(a) - rank(b))
    .join(';');
};

/** The content of one instance: its own once it was changed, the series' at its time otherwise. */
export const instanceFields = (entry: Pick<CalendarEntry, 'fields'>, occurrence: Occurrence): EntryFields =>
  occurrence.override ?? { ...entry.fields, start: occurrence.start, end: occurrence.end };

/** A live instance by its original start. */
export const findOccurrence = (entry: CalendarEntry, recurrenceId: string): Occurrence | undefined =>
  entry.series?.occurrences.find((one) => one.recurrenceId === recurrenceId && !one.deleted);

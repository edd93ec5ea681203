/**
 * Wall-clock times of a zone ↔ UTC instants. The CRM stores wall-clock times of its server's zone, which name no
 * instant in the hour that is skipped and two in the hour that is repeated; the rules for both live here and nowhere
 * else: a skipped time moves forward by the length of the gap, a repeated time is the first of the two instants.
 */
import { Temporal } from 'temporal-polyfill';

/** What `instantSchema` accepts: UTC, whole seconds. */
const INSTANT = { smallestUnit: 'second' } as const;

const IANA_NAME = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/;

/**
 * True for an IANA zone id this runtime knows (`Europe/Berlin`, `UTC`). Fixed offsets such as `+01:00` are refused: a
 * server's zone has rules, and an offset in their place is wrong for half of the year.
 */
export function isTimeZone(name: string): boolean {
  if (!IANA_NAME.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/**
 * The UTC instant (`2026-03-29T01:30:00Z`) a wall-clock time (`2026-03-29T03:30:00`) of `zone` names. Throws
 * RangeError for a text that is no date and time, an unknown zone, or a year outside 1 to 9999.
 */
export function wallToInstant(wall: string, zone: string): string {
  const instant = Temporal.PlainDateTime.from(wall, { overflow: 'reject' })
    .toZonedDateTime(zone, { disambiguation: 'compatible' })
    .toInstant();
  return fourDigitYear(instant.toString(INSTANT));
}

/** The wall-clock time in `zone` at a UTC instant, whole seconds. Throws RangeError as `wallToInstant` does. */
export function instantToWall(instant: string, zone: string): string {
  const wall = Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainDateTime();
  return fourDigitYear(wall.toString(INSTANT));
}

/** The instant a day begins in `zone`: midnight, or the first instant after it where midnight is skipped. */
export function startOfDay(date: string, zone: string): string {
  const day = Temporal.PlainDate.from(date).toZonedDateTime(zone);
  return fourDigitYear(day.toInstant().toString(INSTANT));
}

/** `date` moved by whole days; a date without zone, so no clock change is involved. */
export const addDays = (date: string, days: number): string =>
  fourDigitYear(Temporal.PlainDate.from(date).add({ days }).toString());

/** `instant` moved by exact minutes. */
export const addMinutes = (instant: string, minutes: number): string =>
  fourDigitYear(Temporal.Instant.from(instant).add({ minutes }).toString(INSTANT));

/** Whole minutes from `earlier` to `later`, both UTC instants, rounded down; negative when they are the other way round. */
export const minutesBetween = (earlier: string, later: string): number =>
  Math.floor((Date.parse(later) - Date.parse(earlier)) / 60_000);

/** The date part of a wall-clock time. */
export const dateOf = (wall: string): string => wall.slice(0, 10);

/** The time part of a wall-clock time. */
export const timeOf = (wall: string): string => wall.slice(11);

/** Texts are compared and stored as text: a year of five digits or a sign would break the order. */
function fourDigitYear(text: string): string {
  if (!/^\d{4}-/.test(text)) throw new RangeError(`${text} is outside the years 0001 to 9999`);
  return text;
}

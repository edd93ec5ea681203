/**
 * Time zones from VTIMEZONE data only, the way Domino hands them out: Windows names with yearly rules. The arithmetic uses
 * the very rules that go over the wire, so a client that reads them must come to the same instants.
 */
import { DAY, dateMillis, isoDate, wallMillis } from './dates.ts';
import type { Observance, TimeZone } from './model.ts';

const europe = (tzid: string, standard: string, daylight: string): TimeZone => ({
  tzid,
  // Recorded from a real server: both changes at 02:00 local, so autumn comes an hour before the law says.
  standard: {
    start: { date: '1950-10-29', time: '02:00:00' },
    offsetFrom: daylight,
    offsetTo: standard,
    recurrenceRule: 'FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;BYHOUR=2;BYMINUTE=0',
  },
  daylight: {
    start: { date: '1950-03-26', time: '02:00:00' },
    offsetFrom: standard,
    offsetTo: daylight,
    recurrenceRule: 'FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;BYHOUR=2;BYMINUTE=0',
  },
});

const america = (tzid: string, standard: string, daylight: string): TimeZone => ({
  tzid,
  standard: {
    start: { date: '1950-11-05', time: '02:00:00' },
    offsetFrom: daylight,
    offsetTo: standard,
    recurrenceRule: 'FREQ=YEARLY;BYMONTH=11;BYDAY=1SU;BYHOUR=2;BYMINUTE=0',
  },
  daylight: {
    start: { date: '1950-03-12', time: '02:00:00' },
    offsetFrom: standard,
    offsetTo: daylight,
    recurrenceRule: 'FREQ=YEARLY;BYMONTH=3;BYDAY=2SU;BYHOUR=2;BYMINUTE=0',
  },
});

const fixed = (tzid: string, offset: string): TimeZone => ({
  tzid,
  standard: { start: { date: '1950-01-01', time: '00:00:00' }, offsetFrom: offset, offsetTo: offset },
});

/** Zones the server knows without being told. */
const KNOWN: readonly TimeZone[] = [
  europe('Romance Standard Time', '+0100', '+0200'),
  europe('W. Europe Standard Time', '+0100', '+0200'),
  europe('Central Europe Standard Time', '+0100', '+0200'),
  europe('GMT Standard Time', '+0000', '+0100'),
  europe('FLE Standard Time', '+0200', '+0300'),
  america('Eastern Standard Time', '-0500', '-0400'),
  america('Eastern', '-0500', '-0400'),
  america('Central Standard Time', '-0600', '-0500'),
  america('Pacific Standard Time', '-0800', '-0700'),
  fixed('India Standard Time', '+0530'),
  fixed('UTC', '+0000'),
];

/** A zone by its tzid, among those a body brought along first; undefined when nobody knows it. */
export const findZone = (tzid: string, own: readonly TimeZone[] = []): TimeZone | undefined =>
  own.find((zone) => zone.tzid === tzid) ?? KNOWN.find((zone) => zone.tzid === tzid);

const minutes = (offset: string): number => {
  const match = /^([+-])(\d\d)(\d\d)/.exec(offset);
  if (match === null) throw new RangeError(`not an offset: ${offset}`);
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
};

const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/** The local day a rule such as `BYMONTH=10;BYDAY=-1SU` falls on in a year. */
const ruleDay = (rule: string, year: number): number => {
  const part = (name: string): string | undefined => new RegExp(`(?:^|;)${name}=([^;]+)`).exec(rule)?.[1];
  const month = Number(part('BYMONTH') ?? 1);
  const [, count = '1', weekday = 'SU'] = /^([+-]?\d+)(\w\w)$/.exec(part('BYDAY') ?? '') ?? [];
  const nth = Number(count);
  const wanted = WEEKDAYS.indexOf(weekday);
  if (nth > 0) {
    const first = Date.UTC(year, month - 1, 1);
    return first + (((wanted - new Date(first).getUTCDay() + 7) % 7) + (nth - 1) * 7) * DAY;
  }
  const last = Date.UTC(year, month, 0);
  return last - (((new Date(last).getUTCDay() - wanted + 7) % 7) + (-nth - 1) * 7) * DAY;
};

interface Transition {
  at: number;
  offset: number;
}

const transitionIn = (observance: Observance, year: number): Transition | null => {
  const firstYear = Number(observance.start.date.slice(0, 4));
  if (year < firstYear) return null;
  if (observance.recurrenceRule === undefined && year !== firstYear) return null;
  const day =
    observance.recurrenceRule === undefined
      ? dateMillis(observance.start.date)
      : ruleDay(observance.recurrenceRule, year);
  const local = wallMillis(isoDate(day), observance.start.time);
  return { at: local - minutes(observance.offsetFrom) * 60_000, offset: minutes(observance.offsetTo) };
};

/** Offset from UTC in minutes at an instant. */
export const offsetAt = (zone: TimeZone, at: number): number => {
  const observances = [zone.standard, zone.daylight].filter((one) => one !== undefined);
  const year = new Date(at).getUTCFullYear();
  let latest: Transition | null = null;
  for (const observance of observances) {
    const years =
      observance.recurrenceRule === undefined
        ? [Number(observance.start.date.slice(0, 4))]
        : [year - 1, year, year + 1];
    for (const one of years) {
      const transition = transitionIn(observance, one);
      if (transition !== null && transition.at <= at && (latest === null || transition.at > latest.at)) {
        latest = transition;
      }
    }
  }
  if (latest !== null) return latest.offset;
  const first = observances[0];
  return first === undefined ? 0 : minutes(first.offsetFrom);
};

/** Wall clock in a zone, as milliseconds to be formatted as if they were UTC. */
export const toWall = (zone: TimeZone, at: number): number => at + offsetAt(zone, at) * 60_000;

/** The instant of a wall clock: the first one where it occurs twice, shifted forward where it does not occur. */
export const fromWall = (zone: TimeZone, wall: number): number => {
  const before = offsetAt(zone, wall - DAY);
  const after = offsetAt(zone, wall + DAY);
  const instants = [before, after]
    .filter((offset) => offsetAt(zone, wall - offset * 60_000) === offset)
    .map((offset) => wall - offset * 60_000);
  return instants.length > 0 ? Math.min(...instants) : wall - before * 60_000;
};

/** Times of the Calendar service: three spellings on the way in (UTC, zoned, floating), one on the way out (UTC). */
import { Temporal } from 'temporal-polyfill';
import { findIana } from 'windows-iana';
import { notesZoneOf, type NotesZone } from './notes-zone.ts';
import { compileZone, type ZoneRules } from './zone-rules.ts';
import type { WireTime, WireTimeZone } from './wire.ts';

/** What a body and the server's settings say about zones. */
export interface ZoneContext {
  timezones: readonly WireTimeZone[];
  /** IANA id for times without any zone. */
  floatingZone: string;
}

/** `again`: the second instant of a time that comes twice, where clocks go back; `at` is the first then. */
export type ResolvedTime =
  { kind: 'date'; date: string } | { kind: 'instant'; at: string; timeZone: string | null; again?: string };

const compiled = new Map<string, ZoneRules | null>();
const MOST_COMPILED = 500;

/** Null when the zone is described nowhere: guessing would move the appointment. */
export function resolveTime(wire: WireTime, context: ZoneContext): ResolvedTime | null {
  if (wire.time === undefined) return { kind: 'date', date: wire.date };
  const local = `${wire.date}T${wire.time}`;
  if (wire.utc === true) return { kind: 'instant', at: `${local}Z`, timeZone: null };
  if (wire.tzid === undefined) return instantOf(local, context.floatingZone, null);

  const notesZone = notesZoneOf(wire.tzid);
  const timeZone = notesZone === null ? ianaOf(wire.tzid) : namedZone(notesZone);
  const described =
    context.timezones.find(({ tzid }) => tzid === wire.tzid) ??
    (timeZone === null ? notesZone?.rules : undefined) ??
    undefined;
  const rules = described === undefined ? null : rulesOf(described);
  if (rules === null) return timeZone === null ? null : instantOf(local, timeZone, timeZone);
  const milliseconds = Date.parse(`${local}Z`);
  const again = rules.againUtc(milliseconds);
  return {
    kind: 'instant',
    at: toInstant(rules.toUtc(milliseconds)),
    timeZone,
    ...(again === null ? {} : { again: toInstant(again) }),
  };
}

function instantOf(local: string, zone: string, timeZone: string | null): ResolvedTime {
  const again = againIn(local, zone);
  return {
    kind: 'instant',
    at: instantIn(local, zone),
    timeZone,
    ...(again === null ? {} : { again }),
  };
}

function rulesOf(zone: WireTimeZone): ZoneRules | null {
  const key = JSON.stringify(zone);
  let rules = compiled.get(key);
  if (rules === undefined) {
    if (compiled.size >= MOST_COMPILED) compiled.clear();
    rules = compileZone(zone);
    compiled.set(key, rules);
  }
  return rules;
}

/** Names that Windows has given up or merged; Notes still shows them, and zone lists no longer have them. */
const FORMER: ReadonlyMap<string, string> = new Map([
  ['Armenian Standard Time', 'Asia/Yerevan'],
  ['Kamchatka Standard Time', 'Asia/Kamchatka'],
  ['Mexico Standard Time', 'America/Mexico_City'],
  ['Mexico Standard Time 2', 'America/Chihuahua'],
  ['Mid-Atlantic Standard Time', 'Atlantic/South_Georgia'],
]);

/** IANA id of a zone name: itself, or the one its Windows or Notes name stands for; null when it is neither. */
export const ianaOf = (tzid: string): string | null => (isIana(tzid) ? tzid : windowsZone(tzid));

/** Notes drops "Standard Time" from the Windows names: "Eastern" is "Eastern Standard Time". */
function windowsZone(name: string): string | null {
  for (const one of [name, `${name} Standard Time`]) {
    const iana = findIana(one)[0] ?? FORMER.get(one);
    if (iana !== undefined) return iana;
  }
  return null;
}

/** A zone that never changes its clocks goes by its offset: "GMT" of Notes is London, but not when clocks stay. */
const namedZone = ({ name, changesClocks }: NotesZone): string | null =>
  !changesClocks || name === null ? null : (windowsZone(name) ?? ianaOf(name));

function isIana(id: string): boolean {
  try {
    // Offsets such as +01:00 are accepted by newer engines; they name no zone.
    return /^[A-Za-z]/.test(id) && new Intl.DateTimeFormat('en', { timeZone: id }) !== null;
  } catch {
    return false;
  }
}

/** Gap: shifted forward. Overlap: the first instant. */
export const instantIn = (local: string, timeZone: string): string =>
  toInstant(
    Temporal.PlainDateTime.from(local).toZonedDateTime(timeZone, { disambiguation: 'compatible' })
      .epochMilliseconds,
  );

/** The second instant of a local time that comes twice there; null for all others. */
function againIn(local: string, timeZone: string): string | null {
  const time = Temporal.PlainDateTime.from(local);
  const [first, again] = (['earlier', 'later'] as const).map((disambiguation) =>
    time.toZonedDateTime(timeZone, { disambiguation }),
  ) as [Temporal.ZonedDateTime, Temporal.ZonedDateTime];
  // In the gap the two differ as well, but neither shows the time that was asked for.
  const twice = first.toPlainDateTime().equals(time) && first.epochMilliseconds < again.epochMilliseconds;
  return twice ? toInstant(again.epochMilliseconds) : null;
}

export const dateIn = (instant: string, timeZone: string): string =>
  Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone).toPlainDate().toString();

/**
 * Whether a text is a day of the calendar that may be shifted into any zone: the first and the last year would leave what
 * an ISO text with four digits for the year can say.
 */
export const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) &&
  text >= '0001-01-02' &&
  text < '9999-12-31' &&
  new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text;

/** `YYYY-MM-DDTHH:MM:SSZ`: Domino's parser refuses milliseconds (domino.md §1.4). */
export const toInstant = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');

export const addSeconds = (instant: string, seconds: number): string =>
  toInstant(Date.parse(instant) + seconds * 1000);

export const addDays = (date: string, days: number): string =>
  Temporal.PlainDate.from(date).add({ days }).toString();

/** Whole days of an ISO 8601 duration, or null when it has none. */
export function daysOf(duration: string): number | null {
  const parsed = durationOf(duration);
  return parsed === null ? null : parsed.weeks * 7 + parsed.days;
}

/** Seconds of an ISO 8601 duration of days or less (a day is 24 hours), signed; null when unreadable. */
export function secondsOf(duration: string): number | null {
  const parsed = durationOf(duration);
  if (parsed === null || parsed.years !== 0 || parsed.months !== 0) return null;
  return ((parsed.weeks * 7 + parsed.days) * 24 + parsed.hours) * 3600 + parsed.minutes * 60 + parsed.seconds;
}

function durationOf(text: string): Temporal.Duration | null {
  try {
    return Temporal.Duration.from(text);
  } catch {
    return null;
  }
}

/** `20170504T113216Z` as an instant; null when it is not one. */
export function instantOfBasic(text: string | undefined): string | null {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text ?? '');
  return match === null ? null : `${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}Z`;
}

/** The wire form of a UTC instant. */
export const wireInstant = (instant: string): WireTime => ({
  date: instant.slice(0, 10),
  time: instant.slice(11, 19),
  utc: true,
});

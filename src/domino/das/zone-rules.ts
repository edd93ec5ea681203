/**
 * Local time to UTC by the VTIMEZONE data that comes with an answer. Names cannot be trusted: the field has shown
 * "Unknown1 Standard Time" and names in Catalan (domino.md §10.6).
 *
 * ical.js expands the rules; the choice at the two special hours is made here, because ical.js places a time in the gap
 * an hour early and takes the second of two equal local times. We shift forward in the gap and take the first instant.
 */
import ICAL from 'ical.js';
import type { WireTimeZone } from './wire.ts';

interface Transition {
  /** Milliseconds since 1970 UTC. */
  at: number;
  from: number;
  to: number;
}

export interface ZoneRules {
  /** Milliseconds since 1970 UTC of a local time given as if it were UTC milliseconds. */
  toUtc(local: number): number;
  /** The second instant of a local time that comes twice; null for all others. */
  againUtc(local: number): number | null;
}

const HOUR = 3_600_000;
/** Rules are expanded at most this far; beyond it the last rule's offsets hold. */
const LAST_YEAR = 2100;

/** Null when the observances cannot be understood. */
export function compileZone(zone: WireTimeZone): ZoneRules | null {
  const observances = [zone.standard, zone.daylight].flat().filter((observance) => observance !== undefined);
  if (observances.length === 0) return null;
  try {
    const transitions = observances.flatMap(expand).sort((a, b) => a.at - b.at);
    if (transitions.length === 0) return null;
    return {
      toUtc: (local) => resolve(transitions, local)[0],
      againUtc: (local) => resolve(transitions, local)[1],
    };
  } catch {
    return null; // ical.js throws on rules it cannot read; the caller falls back to the zone's name
  }
}

type Observance = NonNullable<Exclude<WireTimeZone['standard'], unknown[]>>;

function expand(observance: Observance): Transition[] {
  const from = offsetOf(observance.offsetFrom);
  const to = offsetOf(observance.offsetTo);
  const start = ICAL.Time.fromString(
    `${observance.start.date}T${observance.start.time ?? '00:00:00'}`,
    undefined,
  );
  const onset = (time: ICAL.Time): Transition => ({
    at: Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second) - from,
    from,
    to,
  });
  if (observance.recurrenceRule === undefined || observance.recurrenceRule === '') return [onset(start)];
  const transitions: Transition[] = [];
  const iterator = ICAL.Recur.fromString(observance.recurrenceRule).iterator(start);
  for (let next = iterator.next(); next && next.year <= LAST_YEAR; next = iterator.next()) {
    transitions.push(onset(next));
  }
  return transitions;
}

/** `+0530`, `-08:00`, `+013045` in milliseconds. */
function offsetOf(text: string): number {
  const match = /^([+-])(\d{2}):?(\d{2}):?(\d{2})?$/.exec(text);
  if (match === null) throw new Error(`not an offset: ${text}`);
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
  return (match[1] === '-' ? -1 : 1) * seconds * 1000;
}

/** The instant a local time means, and the other one where it comes twice. */
function resolve(transitions: readonly Transition[], local: number): [number, number | null] {
  // No offset is further than a day from UTC, so only transitions near the local time matter, and the one before them.
  let first = transitions.length - 1;
  while (first > 0 && transitions[first]!.at > local - 24 * HOUR) first -= 1;
  const near = transitions.slice(first).filter(({ at }, index) => index === 0 || at < local + 24 * HOUR);

  const offsetAt = (utc: number): number => {
    const passed = near.filter(({ at }) => at <= utc);
    return passed.at(-1)?.to ?? near[0]!.from;
  };
  const instants = near
    .flatMap(({ from, to }) => [from, to])
    .map((offset) => ({ offset, utc: local - offset }))
    .filter(({ offset, utc }) => offsetAt(utc) === offset)
    .map(({ utc }) => utc);
  if (instants.length > 0) {
    const [first, again] = [Math.min(...instants), Math.max(...instants)];
    return [first, again > first ? again : null];
  }

  // In the gap: count on with the offset that held before it.
  const gap = near.find(({ at, from, to }) => local >= at + from && local < at + to);
  return [local - (gap?.from ?? offsetAt(local)), null];
}

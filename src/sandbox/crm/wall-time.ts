/**
 * Wall-clock arithmetic for the sample: a wall time is a number of milliseconds as if the clock on the wall ran in UTC,
 * so that adding days never meets daylight saving. Only `wallNow` and `clockChanges` know a zone.
 */
import { Temporal } from 'temporal-polyfill';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** `2026-03-29T02:30:00`: text without a zone, as PostgreSQL takes a timestamp. */
export const wallText = (wall: number): string => new Date(wall).toISOString().slice(0, 19);

const toWall = (time: Temporal.ZonedDateTime): number => Date.parse(`${time.toPlainDateTime().toString()}Z`);

/** What the clock in `zone` (IANA id) shows at the instant. */
export const wallNow = (now: Date, zone: string): number =>
  toWall(Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone).round('minute'));

export interface ClockChange {
  /** Midnight at the start of that day. */
  day: number;
  kind: 'gap' | 'overlap';
  /** A wall time half-way into the hour that is missing or there twice. */
  oddTime: number;
}

/** The days on which the clocks in `zone` change between two wall times; none where they never do. */
export const clockChanges = (from: number, to: number, zone: string): ClockChange[] => {
  const changes: ClockChange[] = [];
  let time = Temporal.PlainDateTime.from(wallText(from)).toZonedDateTime(zone);
  for (;;) {
    const change = time.getTimeZoneTransition('next');
    if (change === null || toWall(change) > to) return changes;
    const before = change.subtract({ nanoseconds: 1 });
    const shift = (change.offsetNanoseconds - before.offsetNanoseconds) / 1_000_000;
    const after = toWall(change);
    changes.push({
      day: after - (after % DAY),
      kind: shift > 0 ? 'gap' : 'overlap',
      oddTime: after - shift / 2,
    });
    time = change;
  }
};

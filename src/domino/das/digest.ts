/**
 * The digest of an event: over the fields that a list and a single read both show, and in one spelling, so that the digest
 * of what we wrote equals the digest of the row that the next list shows for it.
 */
import { createHash } from 'node:crypto';
import type { WireEvent } from './wire.ts';
import { xProperty } from './wire.ts';
import { addSeconds, resolveTime, secondsOf, type ZoneContext } from './times.ts';

/**
 * Left out on purpose: `sequence` and the organiser, which the two views show differently; description, attendees and
 * last-modified, which lists do not have. Defaults are iCalendar's, because a list may leave out what equals them.
 */
export function digestOf(event: WireEvent, context: ZoneContext): string {
  const noticeType = noticeTypeOf(event);
  return hash([
    spell(event, 'start', context),
    spell(event, 'end', context),
    text(event.summary),
    text(event.location),
    event.class?.toLowerCase() ?? 'public',
    event.transparency?.toLowerCase() ?? 'opaque',
    event.status?.toLowerCase() ?? 'confirmed',
    splitCategories(event.categories).sort(),
    event.priority ?? 0,
    // An accepted copy: lists say A, single reads need not.
    noticeType === 'A' ? null : noticeType,
  ]);
}

/** First letter of the NoticeType; null for one's own entries. */
export const noticeTypeOf = (event: WireEvent): string | null =>
  xProperty(event, 'x-lotus-noticetype')?.trim().charAt(0).toUpperCase() || null;

/** Domino writes `Projects;Phone Calls`, iCalendar commas. */
export const splitCategories = (categories: string | undefined): string[] => [
  ...new Set(
    (categories ?? '')
      .split(/[;,]/)
      .map((category) => category.trim())
      .filter((category) => category !== ''),
  ),
];

const text = (value: string | undefined): string => (value ?? '').replace(/\r\n?/g, '\n').trimEnd();

function spell(event: WireEvent, side: 'start' | 'end', context: ZoneContext): string {
  const start = resolveTime(event.start, context);
  const wire = side === 'start' ? event.start : event.end;
  // `end` is normally derived by the server (§10.6); where it is not, the duration stands for it.
  if (wire === undefined) {
    const seconds = event.duration === undefined ? 0 : (secondsOf(event.duration) ?? 0);
    if (start?.kind === 'instant') return addSeconds(start.at, seconds);
    return start === null ? JSON.stringify([event.start, seconds]) : start.date;
  }
  const time = side === 'start' ? start : resolveTime(wire, context);
  if (time === null) return JSON.stringify([wire.date, wire.time, wire.tzid]);
  return time.kind === 'date' ? time.date : time.at;
}

/** The same for equal JSON values, in whatever order their members come. */
export const hash = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value, inOrder)).digest('base64url').slice(0, 22);

const inOrder = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/**
 * Where clocks go back an hour comes twice, and a single read, which shows wall clock and zone, does not say which one is
 * meant. The list shows the same entry in UTC (domino.md §1.6), so in that case it is asked for the hours in question.
 */
import { keyText, type EntryKey } from '../../item/domino-entry.ts';
import { keyOfEvent } from './event-decode.ts';
import { listWindow } from './event-list.ts';
import type { Session } from './session.ts';
import { addSeconds, resolveTime, type ResolvedTime, type ZoneContext } from './times.ts';
import type { WireEvent, WireTime } from './wire.ts';

const againOf = (time: WireTime | undefined, context: ZoneContext): string | null => {
  const resolved = time === undefined ? null : resolveTime(time, context);
  return resolved?.kind === 'instant' ? (resolved.again ?? null) : null;
};

/** Whether the start or the end of an entry can be one of two instants. */
export const comesTwice = (event: WireEvent, context: ZoneContext): boolean =>
  againOf(event.start, context) !== null || againOf(event.end, context) !== null;

export interface Question {
  /** Path of the mail file, encoded. */
  root: string;
  key: EntryKey;
  /** As it was read. */
  event: WireEvent;
  context: ZoneContext;
  signal: AbortSignal;
}

/** The event with the times that the list shows for it; null where the list does not show these very times. */
export async function asListed(
  session: Session,
  { root, key, event, context, signal }: Question,
): Promise<WireEvent | null> {
  const start = resolveTime(event.start, context);
  if (start?.kind !== 'instant') return null;
  const { rows, timezones } = await listWindow(session, {
    root,
    window: { from: start.at, to: addSeconds(start.again ?? start.at, 1) },
    floatingZone: context.floatingZone,
    incomplete: () => false,
    signal,
  });
  const listedContext = { timezones, floatingZone: context.floatingZone };
  const row = rows.find(
    (one) =>
      keyText(keyOfEvent(one)) === keyText(key) &&
      // Another time is another state: somebody has moved it since it was read.
      isOneOf(resolveTime(one.start, listedContext), start) &&
      (event.end === undefined ||
        (one.end !== undefined &&
          isOneOf(resolveTime(one.end, listedContext), resolveTime(event.end, context)))),
  );
  return row === undefined
    ? null
    : { ...event, start: row.start, ...(event.end === undefined ? {} : { end: row.end }) };
}

const isOneOf = (time: ResolvedTime | null, meant: ResolvedTime | null): boolean =>
  time?.kind === 'instant' && meant?.kind === 'instant' && [meant.at, meant.again].includes(time.at);

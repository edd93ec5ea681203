/** The listing of a window of the calendar: one series of pages, traps of domino.md §1.4 included. */
import { garbled, NOT_FOUND, NOT_SUPPORTED, parseBody, refused, refusalOf } from './answer.ts';
import type { DasRequest, Session } from './session.ts';
import { addDays, addSeconds, resolveTime } from './times.ts';
import { listBodySchema, wireEventSchema, type WireEvent, type WireTimeZone } from './wire.ts';

export interface ListRequest {
  /** Path of the mail file, encoded. */
  root: string;
  /** UTC instants, [from, to). */
  window: { from: string; to: string };
  floatingZone: string;
  /** True while entries are missing that should be listed: then a short page is not taken for the last one. */
  incomplete(rows: readonly WireEvent[]): boolean;
  signal: AbortSignal;
}

export interface Listing {
  rows: WireEvent[];
  timezones: WireTimeZone[];
  /** Oddities for the log, one line each. */
  remarks: string[];
}

/** The most the interface gives (§1.4), counted in view entries, not in events. */
const PAGE = 100;

export async function listWindow(session: Session, request: ListRequest): Promise<Listing> {
  const first = await listPages(session, request);
  const strays = outside(first, request);
  if (strays.length === 0) return first;
  // The server's date parser is shared between requests and may mix them up; asking once more tells that from entries
  // that Domino really lists there.
  const second = await listPages(session, request);
  const still = new Set(outside(second, request));
  if (still.size === 0) return second;
  return {
    ...second,
    rows: second.rows.filter((row) => !still.has(row)),
    remarks: [...second.remarks, `${still.size} listed outside the window that was asked for, left out`],
  };
}

async function listPages(session: Session, request: ListRequest): Promise<Listing> {
  const listing: Listing = { rows: [], timezones: [], remarks: [] };
  for (let start = 0; ;) {
    const page = await readPage(session, request, start);
    if (page === null) return listing;
    for (const row of page.events) {
      const event = wireEventSchema.safeParse(row);
      if (event.success) listing.rows.push(event.data);
      else
        listing.remarks.push(
          `a row is not of the documented shape at ${event.error.issues[0]?.path.join('.') ?? '?'}`,
        );
    }
    listing.timezones.push(...page.timezones);
    start += page.processed;
    if (page.processed < PAGE && !request.incomplete(listing.rows)) return listing;
  }
}

interface Page {
  events: unknown[];
  timezones: WireTimeZone[];
  /** View entries gone through; some yield no event at all. */
  processed: number;
}

/** Null when there is nothing (more). */
async function readPage(session: Session, request: ListRequest, start: number): Promise<Page | null> {
  const call: DasRequest = {
    method: 'GET',
    path: `${request.root}/api/calendar/events`,
    query: {
      // Membership is by start time; whether the bounds belong to the window is not known (§10, end), so ask early.
      since: addSeconds(request.window.from, -1),
      before: request.window.to,
      count: String(PAGE),
      start: String(start),
    },
    oneAtATime: true,
    signal: request.signal,
  };
  const place = session.place(call);
  let answer = await session.exchange(call);
  let refusal = refusalOf(answer);
  if (refusal !== null && maybeEmpty(refusal)) {
    // HCL's help has an error for an empty window, the recordings an empty 200. Twice the same is taken for empty.
    answer = await session.exchange(call);
    refusal = refusalOf(answer);
    if (refusal !== null && maybeEmpty(refusal)) return null;
  }
  if (refusal !== null) throw refused(place, answer, refusal, 'mailbox');

  const range = rangeOf(answer.header('content-range'));
  const empty = answer.text.trim() === '';
  if (range === null) {
    if (empty) return null;
    const body = parseBody(place, answer, listBodySchema, 'mailbox');
    if (body.events.length === 0) return null;
    // Without it nobody knows where the next page begins; guessing by the number of events skips entries.
    throw garbled(place, 'no Content-Range', 'mailbox');
  }
  if (range.first !== start || range.last < range.first) {
    throw garbled(place, `Content-Range begins at ${range.first}, asked from ${start}`, 'mailbox');
  }
  const body = empty ? { events: [] } : parseBody(place, answer, listBodySchema, 'mailbox');
  return { events: body.events, timezones: body.timezones ?? [], processed: range.last - range.first + 1 };
}

const maybeEmpty = ({ status, cserror }: { status: number; cserror: number | null }): boolean =>
  [400, 404, 500].includes(status) && (cserror === NOT_SUPPORTED || cserror === NOT_FOUND);

/** `items 0-99`, with or without a total. */
function rangeOf(header: string | null): { first: number; last: number } | null {
  const match = /^\s*items\s+(\d+)-(\d+)/i.exec(header ?? '');
  return match === null ? null : { first: Number(match[1]), last: Number(match[2]) };
}

/** Rows that start clearly outside the window: dates have no zone, so they get a day of grace. */
function outside({ rows, timezones }: Listing, { window, floatingZone }: ListRequest): WireEvent[] {
  return rows.filter((row) => {
    const start = resolveTime(row.start, { timezones, floatingZone });
    if (start === null) return false;
    return start.kind === 'date'
      ? start.date < addDays(window.from.slice(0, 10), -1) || start.date > addDays(window.to.slice(0, 10), 1)
      : start.at < addSeconds(window.from, -1) || start.at > window.to;
  });
}

/** Whether an entry that starts there must be in a complete listing of the window. */
export function shouldBeListed(start: string | null, window: { from: string; to: string }): boolean {
  if (start === null) return true; // never seen: only asking can tell
  if (start.length > 10) return start >= window.from && start < window.to;
  // A date begins between 14 hours before and 12 hours after its midnight in UTC, depending on the zone.
  const midnight = `${start}T00:00:00Z`;
  return addSeconds(midnight, -14 * 3600) >= window.from && addSeconds(midnight, 12 * 3600) < window.to;
}

/** Whether a row belongs to the window that was asked for: the second before it was only asked to be safe. */
export const isInWindow = (start: string, window: { from: string; to: string }): boolean =>
  start.length === 10 || (start >= window.from && start < window.to);

/** GET /events: windows by start time, pages by view entries, summary data in UTC. */
import { integer, type ApiRequest } from './api-request.ts';
import { DAY, parseStrictInstant } from './dates.ts';
import { listedEvent } from './event-json.ts';
import { emptyReply, grouped, jsonReply, Refusal, storeRefusal, type Reply } from './http-reply.ts';
import type { CalendarRow, MailFile } from './mail-file.ts';
import type { World } from './world.ts';

const YEAR = 365 * DAY;

const instantParameter = (query: URLSearchParams, name: string): number | undefined => {
  const value = query.get(name);
  if (value === null) return undefined;
  const at = parseStrictInstant(value);
  if (at === null) {
    throw new Refusal(400, `Unparseable date: "${value}"`, { exception: 'java.text.ParseException' });
  }
  return at;
};

interface Window {
  since: number;
  before: number;
}

const readWindow = (query: URLSearchParams, now: number): Window => {
  if (query.has('since') && query.has('sincenow')) {
    throw new Refusal(400, 'A request cannot include both the "since" and "sincenow" parameters.');
  }
  if (query.has('before') && query.has('days')) {
    throw new Refusal(400, 'A request cannot include both the "before" and "days" parameters.');
  }
  const sinceNow = integer(query, 'sincenow');
  const days = integer(query, 'days');
  if (days !== undefined && days <= 0) {
    throw new Refusal(400, `Invalid "days" parameter: ${grouped(days)}. The value must be greater than 0.`);
  }
  const since = sinceNow === undefined ? instantParameter(query, 'since') : now + sinceNow * DAY;
  const before = days === undefined ? instantParameter(query, 'before') : (since ?? now) + days * DAY;
  if (since !== undefined && before !== undefined && before <= since) {
    throw new Refusal(400, 'The "before" date must be after the "since" date');
  }
  if (since === undefined && before === undefined) return { since: now, before: now + YEAR };
  if (since === undefined)
    return { since: days === undefined ? (before as number) - YEAR : now, before: before as number };
  return { since, before: before ?? since + YEAR };
};

const readPage = (query: URLSearchParams): { start: number; count: number } => {
  const start = integer(query, 'start') ?? 0;
  if (start < 0) {
    throw new Refusal(
      400,
      `Invalid start parameter: ${grouped(start)}.  It must be greater than or equal to 0.`,
    );
  }
  const count = integer(query, 'count') ?? 50;
  if (count <= 0 || count > 100) {
    throw new Refusal(
      400,
      `Invalid count parameter: ${grouped(count)}.  It must be greater than 0 and less than 101.`,
    );
  }
  return { start, count };
};

/** Names as the server spells them, its two slips included. */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ...[
    'categories',
    'class',
    'end',
    'location',
    'priority',
    'sequence',
    'start',
    'status',
    'summary',
    'transparency',
    'x-lotus-noticetype',
    'x-lotus-onlinemeeting-url',
    'x-lotus-organizer',
    'x-lotus-room',
  ].map((name): [string, string] => [name, name]),
  ['reccurenceid', 'recurrenceId'],
  ['x-lotus-apptype', 'x-lotus-appttype'],
]);

const readFields = (query: URLSearchParams): Set<string> | null => {
  const value = query.get('fields');
  if (value === null) return null;
  if (!/^(\s*[\w-]+\s*,)*\s*([\w-]+)\s*$/.test(value)) {
    throw new Refusal(400, `Invalid fields parameter: ${value} `, {
      exception: 'java.lang.IllegalArgumentException',
    });
  }
  const names = value.split(',').map((name) => FIELDS.get(name.trim().toLowerCase()));
  const known = names.filter((name) => name !== undefined);
  return known.length === 0 ? null : new Set([...known, 'id', 'href']);
};

const inWindow = (world: World, start: number, window: Window): boolean => {
  const { windowEnds } = world.knobs;
  const after = windowEnds === 'neither' ? start > window.since : start >= window.since;
  const before = windowEnds === 'both' ? start <= window.before : start < window.before;
  return after && before;
};

const EMPTY = { 'error 400/1028': 1028, 'error 404/1031': 1031 } as const;

export const listEvents = (world: World, request: ApiRequest, mailFile: MailFile): Reply => {
  const { query } = request;
  const window = readWindow(query, world.now());
  const { start, count } = readPage(query);
  const fields = readFields(query);
  const rows: (CalendarRow | null)[] = mailFile.rows().filter((row) => inWindow(world, row.start, window));
  const { duplicateUid, phantomViewEntries, emptyWindow } = world.knobs;
  const entries = [
    ...Array<null>(phantomViewEntries).fill(null),
    ...rows.flatMap((row) => (row !== null && row.uid === duplicateUid ? [row, row] : [row])),
  ];
  const page = entries.slice(start, start + count);
  if (page.length === 0) {
    // Past the last page there is nothing, never an error; only a window without entries is in doubt.
    if (start > 0 || emptyWindow === 'empty') return emptyReply(200);
    throw storeRefusal(EMPTY[emptyWindow], 'Error reading events');
  }
  const shown = page.filter((row) => row !== null);
  if (shown.some((row) => row.uid.includes(':'))) {
    // The href cannot be built as a URI, which ends the whole list.
    throw new Refusal(500, 'Expected scheme-specific part', { exception: 'java.net.URISyntaxException' });
  }
  const base = `${world.knobs.absoluteHrefs ? request.origin : ''}${request.base}/events`;
  const events = shown.map((row, index) => {
    const event = listedEvent(world, base, row, start + index);
    return fields === null
      ? event
      : Object.fromEntries(Object.entries(event).filter(([name]) => fields.has(name)));
  });
  if (events[0] !== undefined && request.effects.some((one) => one.effect === 'duplicate entry')) {
    events.splice(1, 0, events[0]);
  }
  const range = { 'Content-Range': `items ${start}-${start + page.length - 1}` };
  if (events.length === 0 && world.knobs.phantomPage === 'empty body') return emptyReply(200, range);
  return jsonReply(200, { events }, range);
};

/** `since` of /invitations: default one day ago. */
export const invitationSince = (query: URLSearchParams, name: string, otherwise: number): number =>
  instantParameter(query, name) ?? otherwise;

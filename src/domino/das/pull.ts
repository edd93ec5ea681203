/**
 * What changed in a mail file since the last pull: a snapshot of the calendar window compared with what is known, and,
 * where the Data service is open, the documents modified since the cursor (domino.md §5.2).
 *
 * An unchanged mailbox of n entries costs ceil(n / 100) lists and no single read.
 */
import { keyText, UNLISTED, type DominoSummary, type EntryKey } from '../../item/domino-entry.ts';
import {
  DominoError,
  type CallOptions,
  type KnownEntry,
  type PullRequest,
  type PullResult,
} from '../port.ts';
import type { CalendarContext } from './calendar.ts';
import { readCursor, remembered, writeCursor, youngest, type DataCursor } from './cursor.ts';
import type { DataDocuments } from './data.ts';
import { formOf, textOf } from './document.ts';
import { isInWindow, listWindow, shouldBeListed } from './event-list.ts';
import { keyOfEvent, summaryOf } from './event-decode.ts';
import { addSeconds, toInstant } from './times.ts';
import { TODO_FORM } from './todo.ts';
import { xProperty } from './wire.ts';

export interface PullContext extends CalendarContext {
  documents: DataDocuments;
  /** How often all known To Dos are put forward for probing: no list of the Data service shows deletions. */
  todoSweepSeconds: number;
}

/** What the next pull asks for once more, so that nothing falls between two clocks. */
const OVERLAP_SECONDS = 120;

export async function pull(
  context: PullContext,
  request: PullRequest,
  options: CallOptions,
): Promise<PullResult> {
  const cursor = readCursor(request.cursor);
  if (cursor.allDay !== null) context.allDay.recall(cursor.allDay);

  // Documents first: an edit that arrives between the two requests is then seen by the list or by the next pull.
  const data = request.todos ? await pullDocuments(context, request, cursor.data, options) : null;
  const events = await pullEvents(context, request, data?.touched ?? new Set(), options);

  return {
    changed: [...events.changed, ...(data?.changed ?? [])],
    missing: [...events.missing, ...(data?.missing ?? [])],
    listed: events.listed + (data?.listed ?? 0),
    instances: events.instances,
    remarks: [...events.remarks, ...(data?.remarks ?? [])],
    cursor: () =>
      writeCursor({
        v: 1,
        data: data?.cursor ?? cursor.data,
        allDay: context.allDay.finding() ?? cursor.allDay,
      }),
  };
}

interface Events {
  changed: DominoSummary[];
  missing: EntryKey[];
  listed: number;
  instances: ReadonlyMap<string, number>;
  remarks: string[];
}

async function pullEvents(
  { session, root, floatingZone, allDay }: PullContext,
  { window, known }: PullRequest,
  touched: ReadonlySet<string>,
  { signal }: CallOptions,
): Promise<Events> {
  const knownEvents = known.filter(({ key }) => key.form === 'event');
  const expected = knownEvents
    .filter(({ start }) => shouldBeListed(start, window))
    .map(({ key }) => keyText(key));
  const listing = await listWindow(session, {
    root,
    window,
    floatingZone,
    incomplete(rows) {
      const listed = new Set(rows.map((row) => keyText(keyOfEvent(row))));
      return expected.some((key) => !listed.has(key));
    },
    signal,
  });

  allDay.guess(
    listing.rows.flatMap(({ start, end }) =>
      start.time === undefined && end !== undefined && end.time === undefined
        ? [{ start: start.date, end: end.date }]
        : [],
    ),
  );

  const digests = new Map(knownEvents.map(({ key, digest }) => [keyText(key), digest]));
  const remarks = [...listing.remarks];
  const listed = new Map<string, { summary: DominoSummary; notice: boolean }>();
  for (const row of listing.rows) {
    const summary = summaryOf(row, { timezones: listing.timezones, floatingZone });
    if (summary === null) {
      remarks.push(`the time zone of ${row.id} is described nowhere`);
      continue;
    }
    // Notices carry the UNID that leads to /notices (§10.5); the entry itself goes before its notices.
    const candidate = { summary, notice: xProperty(row, 'x-lotus-unid') !== null };
    const key = keyText(summary.key);
    const other = listed.get(key);
    // A notice beside its entry is in order, and so are two notices.
    if (other !== undefined && !candidate.notice && !other.notice && summary.digest !== 'alternate-id')
      remarks.push(`${row.id} is listed twice`);
    if (other === undefined || goesBefore(candidate, other, digests.get(key) ?? null))
      listed.set(key, candidate);
  }

  const changed = [...listed].filter(([key, { summary }]) => {
    if (!isInWindow(summary.start!, window)) return false;
    const digest = digests.get(key);
    return digest === undefined || digest !== summary.digest || isTouched(summary.key.uid, touched);
  });
  return {
    changed: changed.map(([, { summary }]) => summary),
    missing: knownEvents
      .filter(({ key, start }) => shouldBeListed(start, window) && !listed.has(keyText(key)))
      .map(({ key }) => key),
    listed: listed.size,
    instances: instancesOf(
      [...listed.values()].map(({ summary }) => summary),
      window,
    ),
    remarks,
  };
}

function instancesOf(
  listed: readonly DominoSummary[],
  window: PullRequest['window'],
): ReadonlyMap<string, number> {
  const instances = new Map<string, number>();
  for (const { key, start } of listed)
    if (key.recurrenceId !== null && isInWindow(start!, window))
      instances.set(key.uid, (instances.get(key.uid) ?? 0) + 1);
  return instances;
}

/** Of two rows under one key: the entry before a notice, the known one before another, else any fixed order. */
function goesBefore(
  one: { summary: DominoSummary; notice: boolean },
  other: { summary: DominoSummary; notice: boolean },
  knownDigest: string | null,
): boolean {
  if (one.notice !== other.notice) return other.notice;
  if (other.summary.digest === knownDigest) return false;
  return one.summary.digest === knownDigest || one.summary.digest < other.summary.digest;
}

/** ApptUNID is the uid, or for entries made in Notes the hexadecimal digits it begins with. */
const isTouched = (uid: string, touched: ReadonlySet<string>): boolean =>
  touched.size > 0 &&
  (touched.has(uid) || touched.has(uid.replace(/(?:_\d+)?-Lotus_[A-Za-z]+_Generated$/, '')));

interface Documents {
  changed: DominoSummary[];
  missing: EntryKey[];
  listed: number;
  /** ApptUNID of calendar documents that were modified: description and attendees show in no list. */
  touched: Set<string>;
  cursor: DataCursor;
  remarks: string[];
}

/** Null when the Data service is closed: events are still pulled, To Dos are left alone. */
async function pullDocuments(
  { session, documents, todoSweepSeconds }: PullContext,
  { window, known }: PullRequest,
  cursor: DataCursor | null,
  options: CallOptions,
): Promise<Documents | null> {
  const remarks: string[] = [];
  let since = cursor === null ? window.from : addSeconds(cursor.since, -OVERLAP_SECONDS);
  let answer;
  try {
    answer = await documents.modifiedSince(since, options);
    if (cursor !== null && answer.date !== null && answer.date < since) {
      // The server's clock was put back by more than the overlap: what happened in between has times we skipped.
      remarks.push(
        `the server's clock went back from ${cursor.since} to ${answer.date}; all documents are looked at again`,
      );
      since = window.from;
      answer = await documents.modifiedSince(since, options);
    }
  } catch (error) {
    if (error instanceof DominoError && ['data_service_closed', 'domino_forbidden'].includes(error.code))
      return null;
    throw error;
  }

  // Without a Date header there is no server clock; then the same question is asked next time.
  const date = answer.date ?? session.clock() ?? cursor?.since ?? window.from;
  const knownTodos = new Map(
    known.filter(({ key }) => key.form === 'todo').map((entry) => [entry.key.uid.toUpperCase(), entry]),
  );
  const result = await classify(
    documents,
    answer.documents,
    { knownTodos, seenBefore: cursor?.seen ?? {}, clock: date },
    options,
  );
  const inHand = new Set(result.changed.map(({ key }) => key.uid));
  const confirmed = new Set(answer.documents.map(({ unid }) => unid));

  // A clock that was put back must not put off the next sweep until it has caught up.
  const sweep =
    cursor === null || date < cursor.sweptAt || date >= addSeconds(cursor.sweptAt, todoSweepSeconds);
  for (const [unid, { key, digest }] of knownTodos) {
    if (inHand.has(unid)) continue;
    if (digest === null) result.changed.push(todoSummary(key.uid, UNLISTED));
    else if (sweep && !confirmed.has(unid)) result.missing.push(key);
  }
  return {
    ...result,
    remarks,
    cursor: {
      since: toInstant(Date.parse(date)),
      seen: remembered(result.seen),
      sweptAt: sweep || cursor === null ? date : cursor.sweptAt,
      youngest: youngest(cursor?.youngest ?? [], answer.documents),
    },
  };
}

async function classify(
  documents: DataDocuments,
  modified: readonly { unid: string; modified: string }[],
  {
    knownTodos,
    seenBefore,
    clock,
  }: {
    knownTodos: ReadonlyMap<string, KnownEntry>;
    seenBefore: Readonly<Record<string, string>>;
    /** The server's clock when it listed them. */
    clock: string;
  },
  options: CallOptions,
): Promise<Pick<Documents, 'changed' | 'missing' | 'listed' | 'touched'> & { seen: Map<string, string> }> {
  const changed: DominoSummary[] = [];
  const touched = new Set<string>();
  const seen = new Map<string, string>();
  let listed = 0;
  await Promise.all(
    modified.map(async ({ unid, modified: at }) => {
      const todo = knownTodos.get(unid);
      if (todo !== undefined) {
        listed += 1;
        if (todo.digest !== at) changed.push(todoSummary(todo.key.uid, at));
        return;
      }
      if (seenBefore[unid] === at) {
        seen.set(unid, at);
        return;
      }
      const document = await documents.peek(unid, ['Subject', 'ApptUNID'], options);
      if (document === null) return;
      if (formOf(document) === TODO_FORM) {
        listed += 1;
        // Not remembered as seen: until the runner knows it, it stays new.
        changed.push({ ...todoSummary(document['@unid'], at), subject: textOf(document, 'Subject') });
        return;
      }
      // Mail and everything else is looked at once, however often it comes within the overlap. What was modified in this
      // very second may be modified once more under the same time.
      if (at < clock) seen.set(unid, at);
      if (formOf(document) === 'Appointment') {
        const apptUnid = textOf(document, 'ApptUNID').trim();
        if (apptUnid !== '') touched.add(apptUnid);
      }
    }),
  );
  return { changed, missing: [], listed, touched, seen };
}

const todoSummary = (uid: string, modified: string): DominoSummary => ({
  key: { form: 'todo', uid, recurrenceId: null },
  digest: modified,
  noticeType: null,
  subject: '',
  start: null,
});

/** Meetings and appointments of one mail file, over the Calendar service. */
import type { DominoDraft, DominoEntry, DominoPatch, EntryKey } from '../../item/domino-entry.ts';
import type { When } from '../../item/sync-item.ts';
import { DominoError, type CallOptions, type DeleteOutcome, type WriteOptions } from '../port.ts';
import type { HttpAnswer } from '../http.ts';
import type { AllDay } from './all-day.ts';
import {
  EXISTS,
  garbled,
  NEWER_VERSION,
  NOT_FOUND,
  NOTICES_FAILED,
  OVERWRITES_PERSONAL,
  parseBody,
  refusalOf,
  refused,
  type Refusal,
} from './answer.ts';
import { entryOf, isAlternateUid, keyOfEvent } from './event-decode.ts';
import { createBody, sentDates, updateBody } from './event-encode.ts';
import { createdUid, isAmbiguousUid, isSafeUid, uidSegment, unusableUid } from './paths.ts';
import { asListed, comesTwice } from './repeated-hour.ts';
import type { DasRequest, Session } from './session.ts';
import { eventBodySchema, type EventBody, type WireEvent } from './wire.ts';

export interface CalendarContext {
  session: Session;
  /** Path of the mail file, encoded. */
  root: string;
  allDay: AllDay;
  floatingZone: string;
}

export interface Calendar {
  read(key: EntryKey, options: CallOptions): Promise<DominoEntry | null>;
  create(
    uid: string,
    draft: DominoDraft,
    options: WriteOptions,
  ): Promise<{ outcome: 'created' | 'exists'; entry: DominoEntry }>;
  update(
    key: EntryKey,
    patch: DominoPatch,
    expectedToken: string,
    options: WriteOptions,
  ): Promise<UpdateOutcome>;
  delete(key: EntryKey, expectedToken: string | null, options: WriteOptions): Promise<DeleteOutcome>;
  exists(key: EntryKey, options: CallOptions): Promise<boolean>;
}

export type UpdateOutcome =
  | { outcome: 'updated'; entry: DominoEntry; bodyKept?: true }
  | { outcome: 'changed'; entry: DominoEntry }
  | { outcome: 'gone' };

interface Fresh {
  body: EventBody;
  event: WireEvent;
  entry: DominoEntry;
  /** The wall clock that the event shows comes twice; the entry has the instants that the list tells. */
  repeated: boolean;
}

interface Written {
  call: DasRequest;
  answer: HttpAnswer;
  key: EntryKey;
  body: Record<string, unknown>;
  /** What the caller wanted the times to be, if he said so. */
  meant: When | undefined;
}

export function openCalendar({ session, root, allDay, floatingZone }: CalendarContext): Calendar {
  const events = `${root}/api/calendar/events`;

  const pathOf = (key: EntryKey): string => {
    if (isAlternateUid(key.uid)) {
      throw unusableUid(
        key.uid,
        'an alternate id of an old mail-file design, which no read or write accepts',
      );
    }
    const segments = [key.uid, ...(key.recurrenceId === null ? [] : [key.recurrenceId])];
    return [events, ...segments.map(uidSegment)].join('/');
  };

  /** Always explicit: left out it means that Domino mails people. */
  const workflow = ({ notify }: WriteOptions): Record<string, string> => ({ workflow: String(notify) });

  const isGone = (refusal: Refusal | null, key: EntryKey): boolean => {
    if (refusal?.status !== 404) return false;
    if (isAmbiguousUid(key.uid)) throw unusableUid(key.uid, 'the server may not understand its encoded "/"');
    return refusal.cserror === NOT_FOUND;
  };

  const failure = (call: DasRequest, answer: HttpAnswer, refusal: Refusal, key: EntryKey): DominoError => {
    const unexplained = refusal.cserror === null && !refusal.cutOff;
    if (!isSafeUid(key.uid) && [400, 404, 500].includes(refusal.status) && unexplained) {
      return unusableUid(key.uid, `this interface cannot address it (${refusal.status})`);
    }
    return refused(session.place(call), answer, refusal, 'item');
  };

  function decode(call: DasRequest, answer: HttpAnswer, key: EntryKey): Fresh {
    const place = session.place(call);
    const body = parseBody(place, answer, eventBodySchema);
    const event =
      (key.recurrenceId === null
        ? body.events.find(({ recurrenceId }) => recurrenceId === undefined)
        : body.events.find(({ recurrenceId }) => recurrenceId === key.recurrenceId)) ?? body.events[0]!;
    // Should a server answer the read of an instance with its series, that must not pass for the instance.
    const series =
      (key.recurrenceId === null && body.events.length > 1) ||
      (event.recurrenceId === undefined &&
        (event.recurrenceRule !== undefined || event.recurrenceDates !== undefined));
    const context = { timezones: body.timezones ?? [], floatingZone, allDay };
    const entry = entryOf(event, key, series, context);
    if (entry === null)
      throw garbled(place, `time zone ${event.start.tzid ?? event.end?.tzid ?? ''} is described nowhere`);
    return { body, event, entry, repeated: false };
  }

  /** A time that comes twice is told apart by the list, which shows instants. Where that does not show it: the first. */
  async function exact(fresh: Fresh, key: EntryKey, signal: AbortSignal): Promise<Fresh> {
    const { body, event, entry } = fresh;
    const context = { timezones: body.timezones ?? [], floatingZone, allDay };
    if (entry.series || !comesTwice(event, context)) return fresh;
    const listed = await asListed(session, { root, key, event, context, signal });
    const read = listed === null ? null : entryOf(listed, key, false, context);
    if (read === null || read.when.allDay || entry.when.allDay) return fresh;
    const when = { ...read.when, timeZone: entry.when.timeZone };
    return { ...fresh, entry: { ...read, when, token: entry.token }, repeated: true };
  }

  async function readFresh(key: EntryKey, signal: AbortSignal): Promise<Fresh | null> {
    const call: DasRequest = { method: 'GET', path: pathOf(key), signal };
    const answer = await session.exchange(call);
    const refusal = refusalOf(answer);
    if (isGone(refusal, key)) return null;
    if (refusal !== null) throw failure(call, answer, refusal, key);
    const fresh = decode(call, answer, key);
    if (fresh.event.id !== key.uid) {
      throw unusableUid(key.uid, 'a read answers with another one, so it is an alternate id');
    }
    return exact(fresh, key, signal);
  }

  async function readWritten(key: EntryKey, signal: AbortSignal, call: DasRequest): Promise<DominoEntry> {
    const fresh = await readFresh(key, signal);
    if (fresh !== null) return fresh.entry;
    throw new DominoError(
      'domino_failed',
      `${session.place(call)}: answered as written, but it cannot be read`,
      {
        scope: 'item',
        transient: true,
      },
    );
  }

  /**
   * The entry as the answer to a write shows it. The answer may teach how this server counts the last day of an all-day
   * entry; if that makes the days we just wrote wrong, they are put right at once.
   */
  async function written(write: Written, options: WriteOptions): Promise<DominoEntry> {
    const { call, answer, key, body, meant } = write;
    const before = { rule: allDay.rule(), settled: allDay.settled() };
    const dates = sentDates(body);
    const { start, end } = decode(call, answer, key).event;
    if (dates !== null && end !== undefined && start.time === undefined) {
      allDay.observe(dates, { start: start.date, end: end.date });
    }
    const { entry } = await exact(decode(call, answer, key), key, options.signal);
    const wrong = meant?.allDay === true && entry.when.allDay && entry.when.end !== meant.end;
    // Each round settles the rule or changes it, which happens at most three times in the life of a server.
    const learnt = allDay.settled() && (!before.settled || allDay.rule() !== before.rule);
    if (!wrong || !learnt) return entry;
    const corrected = await calendar.update(entry.key, { when: meant }, entry.token, options);
    return corrected.outcome === 'gone' ? entry : corrected.entry;
  }

  const calendar: Calendar = {
    async read(key, { signal }) {
      return (await readFresh(key, signal))?.entry ?? null;
    },

    async create(uid, draft, options) {
      if (!isSafeUid(uid) || uid.includes('@')) {
        throw unusableUid(uid, 'our own consist of letters, digits, "-", "." and "_" only');
      }
      const key: EntryKey = { form: 'event', uid, recurrenceId: null };
      const body = createBody(uid, draft, allDay);
      const call: DasRequest = {
        method: 'POST',
        path: events,
        query: workflow(options),
        json: body,
        signal: options.signal,
      };
      const answer = await session.exchange(call);
      const refusal = refusalOf(answer);
      if (refusal?.cserror === EXISTS) {
        const fresh = await readFresh(key, options.signal);
        if (fresh !== null) return { outcome: 'exists', entry: fresh.entry };
        throw new DominoError(
          'domino_conflict',
          `${session.place(call)}: the uid is taken, but cannot be read`,
          {
            scope: 'item',
            transient: true,
            status: answer.status,
            cserror: EXISTS,
          },
        );
      }
      // The entry is written; only the notices could not be sent (§1.7).
      if (refusal?.cserror === NOTICES_FAILED) {
        return { outcome: 'created', entry: await readWritten(key, options.signal, call) };
      }
      if (refusal !== null) throw failure(call, answer, refusal, key);

      const given: EntryKey = { ...key, uid: createdUid(answer.header('location'), uid) };
      if (answer.text.trim() === '')
        return { outcome: 'created', entry: await readWritten(given, options.signal, call) };
      const shown = parseBody(session.place(call), answer, eventBodySchema).events[0]!;
      return {
        outcome: 'created',
        entry: await written({ call, answer, key: keyOfEvent(shown), body, meant: draft.when }, options),
      };
    },

    async update(key, patch, expectedToken, options) {
      const fresh = await readFresh(key, options.signal);
      if (fresh === null) return { outcome: 'gone' };
      if (fresh.entry.series) {
        throw new DominoError('domino_series', `${events}/${key.uid}: a whole series cannot be updated`, {
          scope: 'item',
          transient: false,
        });
      }
      if (fresh.entry.token !== expectedToken) return { outcome: 'changed', entry: fresh.entry };

      if (Object.values(patch).every((value) => value === undefined)) {
        return { outcome: 'updated', entry: fresh.entry };
      }

      const body = updateBody(fresh, patch, allDay);
      const call: DasRequest = {
        method: 'PUT',
        path: pathOf(key),
        query: workflow(options),
        json: body,
        signal: options.signal,
      };
      const answer = await session.exchange(call);
      const refusal = refusalOf(answer);
      if (isGone(refusal, key)) return { outcome: 'gone' };
      if (refusal?.cserror === NEWER_VERSION || refusal?.cserror === OVERWRITES_PERSONAL) {
        const now = await readFresh(key, options.signal);
        if (now === null) return { outcome: 'gone' };
        // Refused although nobody was faster: as an invitee one cannot change it, and asking again would not help.
        if (now.entry.token === expectedToken) throw failure(call, answer, refusal, key);
        return { outcome: 'changed', entry: now.entry };
      }
      if (refusal?.cserror === NOTICES_FAILED || (refusal === null && answer.text.trim() === '')) {
        return { outcome: 'updated', entry: await readWritten(key, options.signal, call) };
      }
      if (refusal !== null) throw failure(call, answer, refusal, key);
      return {
        outcome: 'updated',
        entry: await written({ call, answer, key, body, meant: patch.when }, options),
      };
    },

    async delete(key, expectedToken, options) {
      // The interface knows no conditional delete: between this look and the request an edit can still be lost (§1.9).
      if (expectedToken !== null) {
        const fresh = await readFresh(key, options.signal);
        if (fresh === null) return { outcome: 'gone' };
        if (fresh.entry.token !== expectedToken) return { outcome: 'changed', entry: fresh.entry };
      }
      const call: DasRequest = {
        method: 'DELETE',
        path: pathOf(key),
        query: workflow(options),
        signal: options.signal,
      };
      const answer = await session.exchange(call);
      const refusal = refusalOf(answer);
      if (isGone(refusal, key)) return { outcome: 'gone' };
      if (refusal === null) return { outcome: 'deleted' };
      if (refusal.cserror === NOTICES_FAILED && (await readFresh(key, options.signal)) === null)
        return { outcome: 'deleted' };
      throw failure(call, answer, refusal, key);
    },

    async exists(key, { signal }) {
      const call: DasRequest = { method: 'GET', path: pathOf(key), signal };
      const answer = await session.exchange(call);
      const refusal = refusalOf(answer);
      if (isGone(refusal, key)) return false;
      if (refusal !== null) throw failure(call, answer, refusal, key);
      return true;
    },
  };
  return calendar;
}

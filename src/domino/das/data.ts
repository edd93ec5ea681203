/** Documents of one mail file over the Data service: To Dos, and which calendar documents changed. */
import type { DominoDraft, DominoEntry, DominoPatch, EntryKey } from '../../item/domino-entry.ts';
import {
  DominoError,
  type CallOptions,
  type DeleteOutcome,
  type FaultScope,
  type WriteOptions,
} from '../port.ts';
import type { HttpAnswer } from '../http.ts';
import { parseBody, refusalOf, refused, type Refusal } from './answer.ts';
import type { UpdateOutcome } from './calendar.ts';
import {
  documentSchema,
  formOf,
  modifiedListSchema,
  modifiedOf,
  textOf,
  type NotesDocument,
} from './document.ts';
import { unusableUid } from './paths.ts';
import type { DasRequest, Session } from './session.ts';
import { addSeconds } from './times.ts';
import { entryOfTodo, itemsOf, itemsOfNew, shows, SYNC_KEY, TODO_FORM } from './todo.ts';

export interface ModifiedDocument {
  unid: string;
  /** `@modified`, one second resolution; a replicated document may show a time before `since`. */
  modified: string;
}

export interface DataDocuments {
  /** Every document (mail included) modified since the instant, and the server's clock at the answer. */
  modifiedSince(
    since: string,
    options: CallOptions,
  ): Promise<{ documents: ModifiedDocument[]; date: string | null }>;
  /** Just the named items and the system items; null when the document is gone. */
  peek(unid: string, items: readonly string[], options: CallOptions): Promise<NotesDocument | null>;
  read(key: EntryKey, options: CallOptions): Promise<DominoEntry | null>;
  create(
    syncUid: string,
    draft: DominoDraft,
    options: WriteOptions & { since: string | null },
  ): Promise<{ outcome: 'created' | 'exists'; entry: DominoEntry }>;
  update(
    key: EntryKey,
    patch: DominoPatch,
    expectedToken: string,
    options: WriteOptions,
  ): Promise<UpdateOutcome>;
  delete(key: EntryKey, expectedToken: string | null, options: WriteOptions): Promise<DeleteOutcome>;
  /** The To Do that a create wrote since then, found by our item in it; null when there is none. */
  findBySyncKey(syncUid: string, since: string, options: CallOptions): Promise<DominoEntry | null>;
  exists(key: EntryKey, options: CallOptions): Promise<boolean>;
  /** The latest time of those that still stand as they were listed, newest first; null: none does. */
  aliveAt(listed: readonly ModifiedDocument[], options: CallOptions): Promise<string | null>;
  /** Throws data_service_closed unless documents of this mail file can be read. */
  check(options: CallOptions): Promise<void>;
}

export interface DataContext {
  session: Session;
  /** Path of the mail file, encoded. */
  root: string;
  floatingZone: string;
}

/** `since` of a create comes from another clock than the server's; this much they may differ. */
const CLOCK_TOLERANCE_SECONDS = 600;
/** How long ago an attempt can have been by a clock that was put back since: nobody can tell, a day has to do. */
const PUT_BACK_SECONDS = 86_400;

/** GET marks mail as read for us unless told otherwise; types only show with `strongtype` (§2.4). */
const QUIETLY = { markread: 'false', strongtype: 'true' };

export function openDocuments({ session, root, floatingZone }: DataContext): DataDocuments {
  const documents = `${root}/api/data/documents`;
  const pathOf = (unid: string): string => {
    if (!/^[0-9A-F]{32}$/i.test(unid)) throw unusableUid(unid, 'not the UNID of a document');
    return `${documents}/unid/${unid}`;
  };

  const failure = (
    call: DasRequest,
    answer: HttpAnswer,
    refusal: Refusal,
    scope: FaultScope = 'item',
  ): DominoError => {
    // An unknown path answers 404 without a body (§10.19): the service is not there at all.
    if (refusal.status === 403 || (refusal.status === 404 && !refusal.fromService && !refusal.cutOff)) {
      return new DominoError(
        'data_service_closed',
        `${session.place(call)}: ${refusal.status} ${refusal.text}`.trim(),
        {
          scope: 'item',
          transient: false,
          status: refusal.status,
        },
      );
    }
    return refused(session.place(call), answer, refusal, scope);
  };

  const isGone = (refusal: Refusal | null): boolean => refusal?.status === 404 && refusal.fromService;
  /** A body with attachments is not replaced (§2.5.7); the interface tells it by this text alone. */
  const holdsFiles = (refusal: Refusal | null): boolean =>
    refusal?.status === 400 && /embedded objects/i.test(refusal.text);
  const withoutBody = (patch: DominoPatch): DominoPatch => {
    const rest = { ...patch };
    delete rest.body;
    return rest;
  };

  async function modifiedSince(
    since: string,
    { signal }: CallOptions,
  ): Promise<{ documents: ModifiedDocument[]; date: string | null }> {
    const call: DasRequest = { method: 'GET', path: documents, query: { since }, signal };
    const answer = await session.exchange(call);
    const refusal = refusalOf(answer);
    if (refusal !== null) throw failure(call, answer, refusal, 'mailbox');
    // Bodies are streamed, so an error may follow the first bytes of a 200: only a whole JSON text counts (§2.2).
    const list =
      answer.text.trim() === '' ? [] : parseBody(session.place(call), answer, modifiedListSchema, 'mailbox');
    const found = list.map((row) => ({ unid: row['@unid'].toUpperCase(), modified: row['@modified'] }));
    return { documents: found, date: answer.date };
  }

  async function get(
    unid: string,
    query: Record<string, string>,
    signal: AbortSignal,
  ): Promise<{ document: NotesDocument; lastModified: string | null; date: string | null } | null> {
    const call: DasRequest = { method: 'GET', path: pathOf(unid), query: { ...QUIETLY, ...query }, signal };
    const answer = await session.exchange(call);
    const refusal = refusalOf(answer);
    if (isGone(refusal)) return null;
    if (refusal !== null) throw failure(call, answer, refusal);
    const document = parseBody(session.place(call), answer, documentSchema);
    return { document, lastModified: answer.header('last-modified'), date: answer.date };
  }

  async function readTodo(
    unid: string,
    signal: AbortSignal,
  ): Promise<{ entry: DominoEntry; lastModified: string | null } | null> {
    const got = await get(unid, {}, signal);
    if (got === null || formOf(got.document) !== TODO_FORM) return null;
    return { entry: entryOfTodo(got.document, floatingZone, got.date), lastModified: got.lastModified };
  }

  const peek: DataDocuments['peek'] = async (unid, items, { signal }) =>
    (await get(unid, { fields: items.join(',') }, signal))?.document ?? null;

  /** The To Do an earlier attempt wrote, if one got through. */
  async function findBySyncKey(
    syncUid: string,
    since: string,
    options: CallOptions,
  ): Promise<DominoEntry | null> {
    let { documents: found, date } = await modifiedSince(
      addSeconds(since, -CLOCK_TOLERANCE_SECONDS),
      options,
    );
    // The server's clock was put back meanwhile, and what the attempt wrote bears a time before all this.
    if (date !== null && date < since)
      ({ documents: found, date } = await modifiedSince(addSeconds(date, -PUT_BACK_SECONDS), options));
    const entries = await Promise.all(
      found.map(async ({ unid }) => {
        const document = await peek(unid, [SYNC_KEY], options);
        if (document === null || formOf(document) !== TODO_FORM) return null;
        return textOf(document, SYNC_KEY) === syncUid ? unid : null;
      }),
    );
    const unid = entries.find((found) => found !== null);
    return unid === undefined ? null : ((await readTodo(unid, options.signal))?.entry ?? null);
  }

  const lost = (call: DasRequest, what: string, transient: boolean): DominoError =>
    new DominoError('domino_failed', `${session.place(call)}: ${what}`, { scope: 'item', transient });

  return {
    modifiedSince,
    peek,
    findBySyncKey,

    async read(key, { signal }) {
      return (await readTodo(key.uid, signal))?.entry ?? null;
    },

    async create(syncUid, draft, options) {
      if (options.since !== null) {
        const earlier = await findBySyncKey(syncUid, options.since, options);
        if (earlier !== null) return { outcome: 'exists', entry: earlier };
      }
      const call: DasRequest = {
        method: 'POST',
        path: documents,
        query: { form: TODO_FORM, computewithform: 'true' },
        json: itemsOfNew(syncUid, draft, floatingZone),
        signal: options.signal,
      };
      const answer = await session.exchange(call);
      const refusal = refusalOf(answer);
      if (refusal !== null) throw failure(call, answer, refusal);
      const unid = /([0-9A-F]{32})\/?$/i.exec(answer.header('location') ?? '')?.[1];
      if (unid === undefined) throw lost(call, 'written, but the answer does not say where', true);
      const entry = (await readTodo(unid, options.signal))?.entry;
      if (entry === undefined) throw lost(call, 'answered as written, but it cannot be read', true);
      if (entry.syncKey !== syncUid) throw lost(call, `the mail template drops the item ${SYNC_KEY}`, false);
      return { outcome: 'created', entry };
    },

    async update(key, patch, expectedToken, options) {
      const fresh = await readTodo(key.uid, options.signal);
      if (fresh === null) return { outcome: 'gone' };
      if (fresh.entry.token !== expectedToken) return { outcome: 'changed', entry: fresh.entry };
      const items = itemsOf(patch, floatingZone);
      if (Object.keys(items).length === 0) return { outcome: 'updated', entry: fresh.entry };

      // Never PUT: it removes what the body does not name (§2.5.4). The header's text must come back to the letter (§10.24).
      const call: DasRequest = {
        method: 'PATCH',
        path: pathOf(key.uid),
        json: items,
        headers: fresh.lastModified === null ? {} : { 'if-unmodified-since': fresh.lastModified },
        signal: options.signal,
      };
      let answer = await session.exchange(call);
      let refusal = refusalOf(answer);
      const bodyKept = patch.body !== undefined && holdsFiles(refusal);
      if (bodyKept) {
        const others = itemsOf(withoutBody(patch), floatingZone);
        if (Object.keys(others).length === 0)
          return { outcome: 'updated', entry: fresh.entry, bodyKept: true };
        answer = await session.exchange({ ...call, json: others });
        refusal = refusalOf(answer);
      }
      if (isGone(refusal)) return { outcome: 'gone' };
      const faster = refusal !== null && (refusal.status === 412 || refusal.status === 409);
      if (refusal !== null && !faster) throw failure(call, answer, refusal);

      const now = await readTodo(key.uid, options.signal);
      if (now === null) return { outcome: 'gone' };
      if (!faster && shows(now.entry, patch))
        return { outcome: 'updated', entry: now.entry, ...(bodyKept ? { bodyKept: true as const } : {}) };
      if (now.entry.token !== expectedToken) return { outcome: 'changed', entry: now.entry };
      throw lost(
        call,
        faster ? 'refused as changed meanwhile' : 'answered as written, but nothing changed',
        true,
      );
    },

    async delete(key, expectedToken, options) {
      let lastModified: string | null = null;
      if (expectedToken !== null) {
        const fresh = await readTodo(key.uid, options.signal);
        if (fresh === null) return { outcome: 'gone' };
        if (fresh.entry.token !== expectedToken) return { outcome: 'changed', entry: fresh.entry };
        lastModified = fresh.lastModified;
      }
      const call: DasRequest = {
        method: 'DELETE',
        path: pathOf(key.uid),
        headers: lastModified === null ? {} : { 'if-unmodified-since': lastModified },
        signal: options.signal,
      };
      const answer = await session.exchange(call);
      const refusal = refusalOf(answer);
      if (isGone(refusal)) return { outcome: 'gone' };
      if (refusal === null) return { outcome: 'deleted' };
      if (refusal.status === 412 || refusal.status === 409) {
        const now = await readTodo(key.uid, options.signal);
        if (now === null) return { outcome: 'gone' };
        if (now.entry.token !== expectedToken) return { outcome: 'changed', entry: now.entry };
      }
      throw failure(call, answer, refusal);
    },

    async exists(key, options) {
      return (await peek(key.uid, ['Subject'], options)) !== null;
    },

    async aliveAt(listed, options) {
      for (const { unid, modified } of listed) {
        const document = await peek(unid, ['Subject'], options);
        if (document !== null && modifiedOf(document) >= modified) return modified;
      }
      return null;
    },

    async check(options) {
      // A list of what was modified "from now on" costs the server next to nothing.
      await modifiedSince(session.clock() ?? '2100-01-01T00:00:00Z', options);
    },
  };
}

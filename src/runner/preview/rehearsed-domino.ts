/**
 * A mail file that is read and never written: a write is answered as Domino would answer it, from what stands there now.
 * What only a write can bring to light stays unknown: that Domino refuses an item, or keeps a text because files are in it.
 */
import {
  keyText,
  type DominoDraft,
  type DominoEntry,
  type DominoPatch,
  type EntryKey,
} from '../../item/domino-entry.ts';
import { DominoError, type CallOptions, type MailFile } from '../../domino/port.ts';
import type { PreviewState } from './state.ts';

/** The reading half of a mail file: the preview is given no more. */
export type ReadableMailFile = Omit<MailFile, 'create' | 'update' | 'delete'>;

export function rehearseDomino(file: ReadableMailFile, state: PreviewState): MailFile {
  const place = (key: EntryKey): string => `${file.path}|${keyText(key)}`;
  const written = (key: EntryKey): boolean => state.entries.has(place(key));
  const put = (key: EntryKey, entry: DominoEntry | null): void => void state.entries.set(place(key), entry);

  const read = async (key: EntryKey, options: CallOptions): Promise<DominoEntry | null> => {
    if (written(key)) return state.entries.get(place(key)) ?? null;
    const entry = await file.read(key, options);
    if (entry !== null) state.seenEntries.set(place(key), entry);
    return entry;
  };
  const findCreated: MailFile['findCreated'] = async (form, uid, since, options) => {
    const made = [...state.entries].find(
      ([at, entry]) => at.startsWith(`${file.path}|`) && entry?.syncKey === uid && entry.key.form === form,
    );
    if (made !== undefined) return made[1];
    if (form === 'event') return read({ form, uid, recurrenceId: null }, options);
    const found = await file.findCreated(form, uid, since, options);
    return found === null ? null : read(found.key, options);
  };

  return {
    ...file,
    read,
    findCreated,

    async pull(request, options) {
      // What the preview has written is as the link says, so a list of Domino would show nothing new of it.
      const known = request.known.filter(({ key }) => !written(key));
      const pull = await file.pull({ ...request, known }, options);
      return {
        ...pull,
        changed: pull.changed.filter(({ key }) => !written(key)),
        missing: pull.missing.filter((key) => !written(key)),
      };
    },

    async create(syncUid, draft, options) {
      const earlier =
        draft.form === 'todo' && options.since === null
          ? null
          : await findCreated(draft.form, syncUid, options.since ?? state.clock, options);
      if (earlier !== null) return { outcome: 'exists', entry: earlier };
      const entry = entryOf(syncUid, draft, state.clock);
      put(entry.key, entry);
      return { outcome: 'created', entry };
    },

    async update(key, patch, expectedToken, options) {
      const entry = await read(key, options);
      if (entry === null) return { outcome: 'gone' };
      if (entry.series)
        throw new DominoError('domino_series', `${key.uid}: a whole series cannot be updated`, {
          scope: 'item',
          transient: false,
        });
      if (entry.token !== expectedToken) return { outcome: 'changed', entry };
      const after = patched(entry, patch, state.clock);
      put(key, after);
      return { outcome: 'updated', entry: after };
    },

    async delete(key, expectedToken, options) {
      const entry = await read(key, options);
      if (entry === null) return { outcome: 'gone' };
      if (expectedToken !== null && entry.token !== expectedToken) return { outcome: 'changed', entry };
      put(key, null);
      return { outcome: 'deleted' };
    },

    async probe(keys, options) {
      const asked = keys.filter((key) => !written(key));
      const states = asked.length === 0 ? new Map<string, never>() : await file.probe(asked, options);
      const own = keys
        .filter(written)
        .map((key): [string, 'present' | 'gone'] => [
          keyText(key),
          state.entries.get(place(key)) === null ? 'gone' : 'present',
        ]);
      return new Map([...states, ...own]);
    },
  };
}

/** The UNID of a To Do is Domino's to give; until then it goes by our sync key. */
const entryOf = (syncUid: string, { form, ...draft }: DominoDraft, now: string): DominoEntry => ({
  ...draft,
  key: { form, uid: syncUid, recurrenceId: null },
  unid: null,
  appointmentType: form === 'todo' ? 'todo' : draft.attendees.length > 0 ? 'meeting' : 'appointment',
  series: false,
  syncKey: form === 'todo' ? syncUid : null,
  modifiedAt: now,
  token: `preview of ${syncUid}`,
  digest: `preview of ${syncUid}`,
});

function patched(entry: DominoEntry, patch: DominoPatch, now: string): DominoEntry {
  const set = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  if (Object.keys(set).length === 0) return entry;
  return {
    ...entry,
    ...set,
    modifiedAt: now,
    token: `${entry.token}, then a preview`,
    digest: `${entry.digest}, then a preview`,
  };
}

/** One mail file in memory, with the indexes that keep lists quick. */
import { wallMillis } from './dates.ts';
import type {
  CalendarEntry,
  EntryFields,
  EntryTime,
  MailFileState,
  Notice,
  NotesDocument,
  Occurrence,
  TimeZone,
} from './model.ts';
import { instanceFields } from './series.ts';
import { findZone, fromWall } from './time-zones.ts';

/** A row of the calendar view: an entry, one instance of a series, or an unprocessed notice. */
export interface CalendarRow {
  start: number;
  uid: string;
  unid: string;
  fields: EntryFields;
  source:
    | { entry: CalendarEntry; occurrence: Occurrence | null }
    | { notice: Notice; occurrence: Occurrence | null };
}

export interface MailFile {
  readonly state: MailFileState;
  readonly zone: TimeZone;
  entry(uid: string): CalendarEntry | undefined;
  entryByUnid(unid: string): CalendarEntry | undefined;
  addEntry(entry: CalendarEntry): void;
  removeEntry(entry: CalendarEntry, now: number): void;
  /** To be called after every change of an entry or a notice that shows on the calendar. */
  touch(changed: CalendarEntry | Notice, now: number): void;
  addNotice(notice: Notice): void;
  notice(unid: string): Notice | undefined;
  document(unid: string): NotesDocument | undefined;
  addDocument(document: NotesDocument): void;
  removeDocument(unid: string, now: number): boolean;
  /** In order of start. */
  rows(): readonly CalendarRow[];
  /** The instant a time stands for in this mail file: all-day entries begin at local midnight. */
  instant(time: EntryTime): number;
}

/** Notices that stand on the calendar until they are processed. */
const shown = (notice: Notice): boolean =>
  !notice.processed && ['I', 'U', 'C', 'T'].includes(notice.noticeType);

export const openMailFile = (state: MailFileState): MailFile => {
  const zone = findZone(state.tzid);
  if (zone === undefined) throw new RangeError(`unknown time zone: ${state.tzid}`);
  const byUid = new Map(state.entries.map((entry) => [entry.uid, entry]));
  const byUnid = new Map(state.entries.map((entry) => [entry.unid, entry]));
  const documents = new Map(state.documents.map((document) => [document.unid, document]));
  const notices = new Map(state.notices.map((notice) => [notice.unid, notice]));
  let rows: CalendarRow[] | null = null;

  const instant = (time: EntryTime): number =>
    time.kind === 'instant' ? time.at : fromWall(zone, wallMillis(time.date, '00:00:00'));

  const buildRows = (): CalendarRow[] => {
    const built: CalendarRow[] = [];
    const add = (source: CalendarRow['source'], owner: CalendarEntry | Notice): void => {
      const fields = source.occurrence === null ? owner.fields : instanceFields(owner, source.occurrence);
      built.push({ start: instant(fields.start), uid: owner.uid, unid: owner.unid, fields, source });
    };
    for (const entry of state.entries) {
      if (entry.series === null) add({ entry, occurrence: null }, entry);
      for (const occurrence of entry.series?.occurrences ?? []) {
        if (!occurrence.deleted) add({ entry, occurrence }, entry);
      }
    }
    for (const notice of state.notices) {
      if (!shown(notice)) continue;
      if (notice.series === null) add({ notice, occurrence: null }, notice);
      for (const occurrence of notice.series?.occurrences ?? []) {
        if (!occurrence.deleted) add({ notice, occurrence }, notice);
      }
    }
    return built.sort((a, b) => a.start - b.start || (a.uid < b.uid ? -1 : a.uid > b.uid ? 1 : 0));
  };

  return {
    state,
    zone,
    instant,
    entry: (uid) => byUid.get(uid),
    entryByUnid: (unid) => byUnid.get(unid.toUpperCase()),
    addEntry: (entry) => {
      state.entries.push(entry);
      byUid.set(entry.uid, entry);
      byUnid.set(entry.unid, entry);
      rows = null;
    },
    removeEntry: (entry, now) => {
      state.entries = state.entries.filter((other) => other !== entry);
      byUid.delete(entry.uid);
      byUnid.delete(entry.unid);
      state.stubs.push({ unid: entry.unid, uid: entry.uid, at: now });
      rows = null;
    },
    touch: (changed, now) => {
      changed.modified = now;
      rows = null;
    },
    addNotice: (notice) => {
      state.notices.push(notice);
      notices.set(notice.unid, notice);
      rows = null;
    },
    notice: (unid) => notices.get(unid.toUpperCase()),
    document: (unid) => documents.get(unid.toUpperCase()),
    addDocument: (document) => {
      state.documents.push(document);
      documents.set(document.unid, document);
    },
    removeDocument: (unid, now) => {
      const key = unid.toUpperCase();
      if (!documents.delete(key) && !notices.delete(key)) return false;
      state.documents = state.documents.filter((document) => document.unid !== key);
      state.notices = state.notices.filter((notice) => notice.unid !== key);
      state.stubs.push({ unid: key, uid: null, at: now });
      rows = null;
      return true;
    },
    rows: () => (rows ??= buildRows()),
  };
};

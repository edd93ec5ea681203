/** All documents of a mail file under one roof: calendar entries, notices, To Dos and anything else. */
import type { DocumentView } from './document-json.ts';
import {
  entryItems,
  fieldsFromItems,
  isMapped,
  noticeItems,
  textItem,
  numberItem,
  type Items,
} from './entry-document.ts';
import type { MailFile } from './mail-file.ts';
import type { CalendarEntry, Notice, NotesDocument } from './model.ts';
import type { World } from './world.ts';

const entryView = (mailFile: MailFile, entry: CalendarEntry): DocumentView => ({
  unid: entry.unid,
  noteId: entry.noteId,
  created: entry.created,
  modified: entry.modified,
  form: 'Appointment',
  authors: entry.chair,
  parent: null,
  items: entryItems(mailFile, entry),
  readBy: entry.readBy,
});

const noticeView = (mailFile: MailFile, notice: Notice): DocumentView => ({
  unid: notice.unid,
  noteId: notice.noteId,
  created: notice.created,
  modified: notice.modified,
  form: 'Notice',
  authors: notice.from,
  parent: null,
  items: noticeItems(mailFile, notice),
  readBy: notice.readBy,
});

export const findDocument = (mailFile: MailFile, unid: string): DocumentView | null => {
  const document = mailFile.document(unid);
  if (document !== undefined) return document;
  const entry = mailFile.entryByUnid(unid);
  if (entry !== undefined) return entryView(mailFile, entry);
  const notice = mailFile.notice(unid);
  return notice === undefined ? null : noticeView(mailFile, notice);
};

/** UNID and time of every document; deletion stubs have no UNID here and are skipped. */
export const documentStamps = (mailFile: MailFile): { unid: string; modified: number }[] =>
  [...mailFile.state.documents, ...mailFile.state.entries, ...mailFile.state.notices].map(
    ({ unid, modified }) => ({
      unid,
      modified,
    }),
  );

export const addDocument = (
  world: World,
  mailFile: MailFile,
  form: string,
  authors: string,
  items: Items,
  parent: string | null = null,
): NotesDocument => {
  const now = world.now();
  const document: NotesDocument = {
    unid: world.ids.unid(now),
    noteId: world.ids.noteId(),
    created: now,
    modified: now,
    form,
    authors,
    parent,
    items,
    readBy: [],
  };
  mailFile.addDocument(document);
  return document;
};

/** Stores new items. A calendar entry whose dates are gone, or text, drops off the calendar and lives on as a document. */
export const storeItems = (
  world: World,
  mailFile: MailFile,
  unid: string,
  items: Items,
  written: readonly string[],
): void => {
  const now = world.now();
  const document = mailFile.document(unid);
  if (document !== undefined) {
    document.items = items;
    document.modified = now;
    return;
  }
  const entry = mailFile.entryByUnid(unid);
  if (entry !== undefined) {
    const fields = fieldsFromItems(mailFile, entry, items, written);
    if (fields === null) {
      mailFile.removeEntry(entry, now);
      mailFile.state.stubs.pop();
      mailFile.addDocument({ ...entryView(mailFile, entry), items, modified: now });
      return;
    }
    for (const name of written) {
      const item = items[name];
      if (item !== undefined && !isMapped(mailFile, entry, name)) entry.items[name] = item;
    }
    entry.fields = fields;
    mailFile.touch(entry, now);
    return;
  }
  const notice = mailFile.notice(unid);
  // Of a notice only the time moves: nothing else about it can be written back.
  if (notice !== undefined) mailFile.touch(notice, now);
};

/** Deletes without any workflow, whatever the document is. */
export const deleteDocument = (mailFile: MailFile, unid: string, now: number): boolean => {
  const entry = mailFile.entryByUnid(unid);
  if (entry === undefined) return mailFile.removeDocument(unid, now);
  mailFile.removeEntry(entry, now);
  return true;
};

/**
 * What the To Do form computes. Which of these a real template produces without a client is unknown [inferred].
 * DueState is a guess as well: 9 completed, 1 otherwise.
 */
export const computeTask = (items: Items): Items => ({
  ...items,
  TaskType: items['TaskType'] ?? textItem('1'),
  ORGTABLE: textItem('T0'),
  _ViewIcon: numberItem(168),
  ExcludeFromView: textItem('D'),
  DueState: numberItem(items['CompletedDateTime']?.type === 'datetime' ? 9 : 1),
  $CSVersion: textItem('2'),
  ...(items['OrgConfidential']?.values[0] === '1' ? {} : { $PublicAccess: textItem('1') }),
  ...(items['DueDateTime'] === undefined ? {} : { $NoPurge: items['DueDateTime'] }),
});

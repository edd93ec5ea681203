/**
 * To Dos: documents of form Task, as DominoEntry and back (domino.md §2.5, §4.2, §4.3).
 *
 * What a To Do cannot hold through this interface: a reminder (`$Alarm` is a `$` item), attendees and an organiser, a
 * status other than completed. `DueState` is left to Domino: its codes are known by hearsay only.
 */
import type { DominoDraft, DominoEntry, DominoPatch, GroupTodo } from '../../item/domino-entry.ts';
import type { When } from '../../item/sync-item.ts';
import {
  modifiedOf,
  plainBodyOf,
  textOf,
  textsOf,
  timeOf,
  type NotesDocument,
  type NotesTime,
} from './document.ts';
import { hash } from './digest.ts';
import { textToHtml } from './html-text.ts';
import { dateIn, instantIn, isDay } from './times.ts';

export const TODO_FORM = 'Task';
/** Item of ours that holds the uid derived from the pair; makes a repeated create findable. */
export const SYNC_KEY = 'CrmSyncKey';
/** Item of ours: '1' = the dates mean whole days. Date-only values would go through a locale-dependent parser (§2.5.2). */
const ALL_DAY = 'CrmSyncAllDay';

/**
 * `clock` is the server's when it answered, null when not told. `@modified` has whole seconds: a To Do read in the second
 * of its last change may change once more under the same time, so its digest is one that no list shows and it is read
 * again; and the token holds the content too.
 */
export function entryOfTodo(
  document: NotesDocument,
  floatingZone: string,
  clock: string | null,
): DominoEntry {
  const modified = modifiedOf(document);
  const settled = clock === null || modified < clock;
  return {
    key: { form: 'todo', uid: document['@unid'], recurrenceId: null },
    unid: document['@unid'],
    appointmentType: 'todo',
    subject: textOf(document, 'Subject'),
    location: textOf(document, 'Location'),
    body: plainBodyOf(document, 'Body'),
    when: whenOf(document, floatingZone),
    private: textOf(document, 'OrgConfidential').trim() === '1',
    transparency: 'transparent',
    status: null,
    priority: priorityOf(textOf(document, 'Importance')),
    categories: textsOf(document, 'Categories')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    organiser: null,
    attendees: [],
    reminderMinutes: null,
    series: false,
    completedAt: instantOf(timeOf(document, 'CompletedDateTime'), floatingZone),
    ...groupOf(document),
    syncKey: textOf(document, SYNC_KEY) || null,
    modifiedAt: modified === '' ? null : modified,
    token: `${modified}|${hash(document)}`,
    digest: settled ? modified : `${modified}~`,
  };
}

/**
 * Verified are the codes (TaskType 2; AppointmentType 2 on a To Do) and the names of the items (domino.md §4.2, §4.3).
 * Inferred: that an assignee's document has them as his assigner's does, with the assigner in Chair as an invitee's entry
 * has its organiser. Whichever is there counts, and who looks for duplicates finds none where all are missing.
 */
function groupOf(document: NotesDocument): { group?: GroupTodo } {
  const named = (item: string): string[] => textsOf(document, item).filter((name) => name.trim() !== '');
  const assignees = ['AssignedTo', 'OptionalAssignedTo', 'FYIAssignedTo'].flatMap(named);
  const coded = ['TaskType', 'AppointmentType'].some((item) => textOf(document, item).trim() === '2');
  if (!coded && assignees.length === 0) return {};
  return { group: { assigner: named('Chair')[0] ?? named('From')[0] ?? '', assignees } };
}

/** All items of a new To Do. The body goes out as HTML, which is what the interface documents for rich text. */
export function itemsOfNew(
  syncUid: string,
  draft: DominoDraft,
  floatingZone: string,
): Record<string, unknown> {
  return {
    // What DominoREST's own example of a Task has, as far as names without `$` go (§4.3).
    TaskType: '1',
    ORGTABLE: 'T0',
    _ViewIcon: 168,
    ExcludeFromView: 'D',
    SequenceNum: 1,
    UpdateSeq: 1,
    [SYNC_KEY]: syncUid,
    ...itemsOf(draft, floatingZone),
  };
}

/** The items a patch sets; empty when it sets none that a To Do has. */
export function itemsOf(patch: DominoPatch, floatingZone: string): Record<string, unknown> {
  return {
    ...(patch.subject === undefined ? {} : { Subject: patch.subject }),
    ...(patch.location === undefined ? {} : { Location: patch.location }),
    ...(patch.body === undefined
      ? {}
      : {
          Body: { type: 'richtext', contentType: 'text/html; charset=UTF-8', data: textToHtml(patch.body) },
        }),
    ...(patch.when === undefined ? {} : itemsOfWhen(patch.when, floatingZone)),
    ...(patch.private === undefined ? {} : { OrgConfidential: patch.private ? '1' : '' }),
    ...(patch.priority === undefined ? {} : { Importance: importanceOf(patch.priority) }),
    ...(patch.categories === undefined
      ? {}
      : { Categories: patch.categories.length === 0 ? '' : patch.categories }),
    // Null is undefined in this interface (§2.5.8); an empty text is how Notes itself keeps "not completed".
    ...(patch.completedAt === undefined
      ? {}
      : { CompletedDateTime: patch.completedAt === null ? '' : strongDate(patch.completedAt) }),
  };
}

/** Whether an entry shows what was written, as far as it is kept to the letter. A failed save answers 200 (§2.5.5). */
export function shows(entry: DominoEntry, patch: DominoPatch): boolean {
  return (
    (patch.subject === undefined || entry.subject === patch.subject.replace(/\r\n?/g, '\n')) &&
    (patch.when === undefined || sameWhen(entry.when, patch.when)) &&
    (patch.completedAt === undefined || entry.completedAt === patch.completedAt) &&
    (patch.private === undefined || entry.private === patch.private) &&
    (patch.priority === undefined || entry.priority === priorityOf(importanceOf(patch.priority)))
  );
}

function itemsOfWhen(when: When, zone: string): Record<string, unknown> {
  // Notes shows the day of the instant in the zone of who looks: noon is that day as far around as any time can be.
  const noon = (day: string): string => instantIn(`${day}T12:00:00`, zone);
  const start = strongDate(when.allDay ? noon(when.start) : when.start);
  const due = strongDate(when.allDay ? noon(when.end) : when.end);
  return {
    StartDate: start,
    StartDateTime: start,
    DueDate: due,
    DueDateTime: due,
    CalendarDateTime: start,
    [ALL_DAY]: when.allDay ? '1' : '',
  };
}

/** Exactly twenty characters: only this spelling is parsed independently of the server's locale (§2.5.2). */
const strongDate = (instant: string): { type: string; data: string } => ({ type: 'datetime', data: instant });

function whenOf(document: NotesDocument, floatingZone: string): When {
  const start = timeOf(document, 'StartDateTime') ?? timeOf(document, 'StartDate');
  const due = timeOf(document, 'DueDateTime') ?? timeOf(document, 'DueDate') ?? timeOf(document, 'EndDate');
  // Notes allows a To Do without any date; then the day it was made has to do.
  const first = start ?? due ?? { kind: 'date', date: dayMade(document) };
  const last = due ?? first;
  const marked = textOf(document, ALL_DAY).trim() === '1';
  if (marked || (first.kind === 'date' && last.kind === 'date')) {
    return { allDay: true, start: dateOf(first, floatingZone), end: dateOf(last, floatingZone) };
  }
  return {
    allDay: false,
    start: instantOf(first, floatingZone)!,
    end: instantOf(last, floatingZone)!,
    timeZone: null,
  };
}

function dayMade(document: NotesDocument): string {
  const day = textOf(document, '@created').slice(0, 10);
  return isDay(day) ? day : '1970-01-01';
}

const dateOf = (time: NotesTime, zone: string): string =>
  time.kind === 'date' ? time.date : dateIn(time.at, zone);

const instantOf = (time: NotesTime | null, zone: string): string | null =>
  time === null ? null : time.kind === 'instant' ? time.at : instantIn(`${time.date}T00:00:00`, zone);

/** Importance 1 high, 2 medium, 3 low, 99 none: recollection, to be read off a real To Do (domino.md §4.2, §9.8). */
const PRIORITIES: ReadonlyMap<string, number> = new Map([
  ['1', 1],
  ['2', 5],
  ['3', 9],
]);

function priorityOf(importance: string): number | null {
  return PRIORITIES.get(importance.trim()) ?? null;
}

function importanceOf(priority: number): string {
  if (priority >= 1 && priority <= 4) return '1';
  return priority >= 6 ? '3' : '2';
}

const sameWhen = (a: When, b: When): boolean =>
  a.allDay === b.allDay && a.start === b.start && a.end === b.end;

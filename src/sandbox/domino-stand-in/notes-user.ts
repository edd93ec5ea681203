/**
 * A person at the Notes client. Works on his own mail file directly, with Domino's scheduling always on.
 * Times are UTC instants, dates are dates; entries get the zone of the mail file. Throws RangeError on what is not there.
 */
import { abbreviated } from './directory.ts';
import { addEntry, blankFields, changeEntry, deleteEntry, movedTo, ownerAsOrganizer } from './entries.ts';
import type { MailFile } from './mail-file.ts';
import type { Attendee, CalendarEntry, EntryFields, EntryTime, RichBody, Series } from './model.ts';
import { readCalendar, type CalendarItem } from './notes-user-calendar.ts';
import type * as input from './notes-user-input.ts';
import { createProposals, type NotesProposals } from './notes-user-counter.ts';
import { createSeriesActs, seriesOf, type NotesSeries } from './notes-user-series.ts';
import { createTodos, type NotesTodos } from './notes-user-todos.ts';
import { findOccurrence, instanceFields } from './series.ts';
import { findZone } from './time-zones.ts';
import { answerEntry, answerNotice, isChair, processNotice, type Answer } from './workflow.ts';
import type { World } from './world.ts';

export interface NotesUser extends NotesTodos, NotesSeries, NotesProposals {
  readonly email: string;
  readonly mailFile: MailFile;
  /** These answer the uid of the new entry. */
  createAppointment(entry: input.AppointmentInput): string;
  createMeeting(entry: input.MeetingInput): string;
  createSeries(entry: input.SeriesInput): string;
  createAllDaySeries(entry: input.AllDaySeriesInput): string;
  createAllDay(entry: input.AllDayInput): string;
  createReminder(entry: input.ReminderInput): string;
  createAnniversary(entry: input.AnniversaryInput): string;
  /** Changes an entry, a whole series, or with `recurrenceId` one instance. */
  edit(change: input.EditInput): void;
  move(change: input.MoveInput): void;
  /** Moves an all-day entry. */
  moveDay(change: input.MoveDayInput): void;
  moveInstance(change: input.MoveInstanceInput): void;
  delete(which: input.DeleteInput): void;
  deleteInstance(which: input.DeleteInstanceInput): void;
  /** Answer an invitation or a reschedule that waits, else an accepted copy anew. */
  accept(which: input.AnswerInput): void;
  tentative(which: input.AnswerInput): void;
  decline(which: input.AnswerInput): void;
  /** Takes note of cancellations and updates that wait for this uid. */
  process(which: { uid: string }): void;
  setPrivate(change: input.PrivateInput): void;
  /** Everything on the calendar, unprocessed notices and single instances included, by start. */
  calendar(): CalendarItem[];
}

const at = (text: string): number => {
  const millis = Date.parse(text);
  if (Number.isNaN(millis)) throw new RangeError(`not an instant: ${text}`);
  return millis;
};

interface Content {
  subject?: string | undefined;
  location?: string | undefined;
  body?: string | undefined;
  richBody?: { html: string; attachments?: string[] | undefined } | undefined;
  private?: boolean | undefined;
  categories?: string[] | undefined;
  transparent?: boolean | undefined;
  alarmMinutes?: number | null | undefined;
}

const alarm = (minutes: number): Record<string, unknown> => ({
  action: 'display',
  trigger: { value: `${minutes < 0 ? '' : '-'}PT${Math.abs(minutes)}M` },
});

const richBody = ({ html, attachments = [] }: NonNullable<Content['richBody']>): RichBody => ({
  html,
  attachments,
});

const withContent = (fields: EntryFields, content: Content): EntryFields => ({
  ...fields,
  ...(content.subject === undefined ? {} : { summary: content.subject }),
  ...(content.location === undefined ? {} : { location: content.location }),
  ...(content.body === undefined ? {} : { description: content.body, rich: null }),
  ...(content.richBody === undefined ? {} : { description: null, rich: richBody(content.richBody) }),
  ...(content.private === undefined ? {} : { class: content.private ? 'private' : 'public' }),
  ...(content.categories === undefined ? {} : { categories: content.categories.join(';') }),
  ...(content.transparent === undefined
    ? {}
    : { transparency: content.transparent ? 'transparent' : 'opaque' }),
  ...(content.alarmMinutes === undefined
    ? {}
    : { alarm: content.alarmMinutes === null ? [] : [alarm(content.alarmMinutes)] }),
});

export const notesUser = (world: World, email: string): NotesUser => {
  const person = world.directory.find(email);
  const mailFile = person === undefined ? undefined : world.mailFile(person.mailFile);
  if (person === undefined || mailFile === undefined) throw new RangeError(`no such Notes user: ${email}`);

  const instant = (text: string, zone?: string): EntryTime => {
    const tzid = zone ?? mailFile.state.tzid;
    if (findZone(tzid) === undefined) throw new RangeError(`unknown time zone: ${tzid}`);
    return { kind: 'instant', at: at(text), tzid };
  };
  const entryOf = (uid: string): CalendarEntry => {
    const entry = mailFile.entry(uid);
    if (entry === undefined) throw new RangeError(`${email} has no entry ${uid}`);
    return entry;
  };
  const attendees = (invitees: readonly input.Invitee[], before: readonly Attendee[] = []): Attendee[] =>
    invitees.map((one) => {
      const { email: address, role = 'req-participant' } = typeof one === 'string' ? { email: one } : one;
      const known = world.directory.find(address);
      return {
        role,
        userType: null,
        displayName: known === undefined ? null : abbreviated(known.notesName),
        email: known?.email ?? address,
        rsvp: true,
        response: before.find((other) => other.email === address)?.response ?? 'needs-action',
      };
    });
  const timed = (entry: input.AppointmentInput): EntryFields =>
    withContent(blankFields(instant(entry.start, entry.zone), instant(entry.end, entry.zone)), entry);
  const dated = (entry: { date: string; lastDate?: string | undefined } & Content): EntryFields =>
    withContent(
      blankFields({ kind: 'date', date: entry.date }, { kind: 'date', date: entry.lastDate ?? entry.date }),
      entry,
    );
  const add = (
    appointmentType: CalendarEntry['appointmentType'],
    fields: EntryFields,
    more: { series?: Series; broadcast?: boolean } = {},
  ): string => {
    const entry = addEntry(world, mailFile, {
      madeBy: 'notes',
      appointmentType,
      fields,
      series: more.series ?? null,
      zones: [],
      workflow: more.broadcast !== true,
    });
    return entry.uid;
  };

  /** Writes changed content as the client would: a time change of a meeting or an instance counts SEQUENCE up. */
  const change = (
    entry: CalendarEntry,
    recurrenceId: string | null,
    fields: EntryFields,
    moved: boolean,
  ): void => {
    if (moved && (entry.appointmentType === '3' || recurrenceId !== null)) fields.sequence += 1;
    changeEntry(world, mailFile, entry, recurrenceId, fields, { workflow: isChair(mailFile, entry) });
  };
  const fieldsOf = (entry: CalendarEntry, recurrenceId: string | undefined): EntryFields => {
    if (recurrenceId === undefined) return structuredClone(entry.fields);
    const occurrence = findOccurrence(entry, recurrenceId);
    if (occurrence === undefined) throw new RangeError(`no instance ${recurrenceId} of ${entry.uid}`);
    return structuredClone(instanceFields(entry, occurrence));
  };
  const answer = (kind: Answer, { uid, recurrenceId, comments }: input.AnswerInput): void => {
    const waiting = mailFile.state.notices.find(
      (notice) => notice.uid === uid && !notice.processed && ['I', 'U'].includes(notice.noticeType),
    );
    if (waiting !== undefined) answerNotice(world, mailFile, waiting, kind, comments ?? null);
    else {
      const entry = entryOf(uid);
      if (entry.noticeType === null)
        throw new RangeError(`${uid} is ${email}'s own entry: nothing to answer`);
      answerEntry(world, mailFile, entry, kind, recurrenceId ?? null, comments ?? null);
    }
  };

  return {
    email: person.email,
    mailFile,
    ...createTodos(world, mailFile),
    createAppointment: (entry) => add('0', timed(entry)),
    createMeeting: ({ invitees = [], broadcast = false, ...entry }) => {
      const fields = {
        ...timed(entry),
        organizer: ownerAsOrganizer(mailFile, null),
        attendees: attendees(invitees),
      };
      if (!broadcast) return add('3', fields);
      // A broadcast meeting invites as well, but wants no replies: the mark has to be there before the notices go.
      const uid = add('3', { ...fields, attendees: [] }, { broadcast });
      const made = entryOf(uid);
      made.broadcast = true;
      change(made, null, fields, false);
      return uid;
    },
    ...createProposals(world, mailFile, entryOf, (text) => instant(text)),
    ...createSeriesActs(world, mailFile, entryOf, withContent),
    createSeries: ({ rule, dates, invitees, ...entry }) => {
      const fields = timed(entry);
      if (invitees !== undefined) {
        fields.organizer = ownerAsOrganizer(mailFile, null);
        fields.attendees = attendees(invitees);
      }
      const series = seriesOf(mailFile, fields, { rule, dates });
      return add(invitees === undefined ? '0' : '3', fields, { series });
    },
    createAllDaySeries: ({ rule, dates, ...entry }) => {
      const fields = dated(entry);
      return add('2', fields, { series: seriesOf(mailFile, fields, { rule, dates }) });
    },
    createAllDay: (entry) => add('2', dated(entry)),
    createReminder: (entry) =>
      add('4', withContent(blankFields(instant(entry.at), instant(entry.at)), entry)),
    createAnniversary: (entry) => add('1', dated(entry)),
    edit: ({ uid, recurrenceId, invitees, ...content }) => {
      const entry = entryOf(uid);
      const fields = withContent(fieldsOf(entry, recurrenceId), content);
      if (invitees !== undefined) {
        fields.attendees = attendees(invitees, fields.attendees);
        fields.organizer ??= ownerAsOrganizer(mailFile, null);
        entry.appointmentType = '3';
      }
      change(entry, recurrenceId ?? null, fields, false);
    },
    move: ({ uid, start, end }) => {
      const entry = entryOf(uid);
      if (entry.series !== null) throw new RangeError(`${uid} is a series: move one instance`);
      const fields = fieldsOf(entry, undefined);
      change(
        entry,
        null,
        movedTo(fields, instant(start), end === undefined ? undefined : instant(end)),
        true,
      );
    },
    moveDay: ({ uid, date, lastDate }) => {
      const entry = entryOf(uid);
      const end: EntryTime | undefined =
        lastDate === undefined ? undefined : { kind: 'date', date: lastDate };
      change(entry, null, movedTo(fieldsOf(entry, undefined), { kind: 'date', date }, end), true);
    },
    moveInstance: ({ uid, recurrenceId, start, end }) => {
      const entry = entryOf(uid);
      const fields = fieldsOf(entry, recurrenceId);
      change(
        entry,
        recurrenceId,
        movedTo(fields, instant(start), end === undefined ? undefined : instant(end)),
        true,
      );
    },
    delete: ({ uid, notify = true }) => deleteEntry(world, mailFile, entryOf(uid), null, 'all', notify),
    deleteInstance: ({ uid, recurrenceId, range = 'this', notify = true }) => {
      const entry = entryOf(uid);
      fieldsOf(entry, recurrenceId);
      deleteEntry(world, mailFile, entry, recurrenceId, range, notify);
    },
    accept: (which) => answer('accept', which),
    tentative: (which) => answer('tentative', which),
    decline: (which) => answer('decline', which),
    process: ({ uid }) => {
      const waiting = mailFile.state.notices.filter(
        (notice) => notice.uid === uid && !notice.processed && ['U', 'E', 'C'].includes(notice.noticeType),
      );
      for (const notice of waiting) processNotice(world, mailFile, notice);
    },
    setPrivate: ({ uid, private: secret }) => {
      const entry = entryOf(uid);
      change(entry, null, withContent(fieldsOf(entry, undefined), { private: secret }), false);
    },
    calendar: () => readCalendar(mailFile),
  };
};

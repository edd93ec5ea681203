/** The calendar as a Notes user sees it: plain rows for assertions and for the sandbox. */
import { isoInstant } from './dates.ts';
import type { CalendarRow, MailFile } from './mail-file.ts';
import type { AppointmentType, Attendee, EntryTime, RichBody } from './model.ts';

export interface CalendarItem {
  uid: string;
  unid: string;
  recurrenceId: string | null;
  type: AppointmentType;
  /** I, U or C: a notice that waits. A or P: an accepted copy. Null: one's own entry. */
  noticeType: string | null;
  subject: string;
  location: string;
  body: string | null;
  richBody: RichBody | null;
  /** UTC instant, or date of an all-day entry; `end` of such is its last day. */
  start: string;
  end: string;
  private: boolean;
  transparent: boolean;
  categories: string;
  chair: string;
  attendees: Pick<Attendee, 'email' | 'role' | 'response'>[];
  sequence: number;
  madeBy: 'api' | 'notes' | 'invitation' | 'notice';
  modified: string;
}

const timeText = (time: EntryTime): string => (time.kind === 'date' ? time.date : isoInstant(time.at));

const item = (row: CalendarRow): CalendarItem => {
  const { fields, source } = row;
  const owner = 'entry' in source ? source.entry : source.notice;
  return {
    uid: row.uid,
    unid: row.unid,
    recurrenceId: source.occurrence?.recurrenceId ?? ('notice' in source ? source.notice.recurrenceId : null),
    type: 'entry' in source ? source.entry.appointmentType : '3',
    noticeType: owner.noticeType,
    subject: fields.summary,
    location: fields.location,
    body: fields.description,
    richBody: fields.rich,
    start: timeText(fields.start),
    end: timeText(fields.end),
    private: fields.class === 'private',
    transparent: fields.transparency === 'transparent',
    categories: fields.categories,
    chair: owner.chair,
    attendees: fields.attendees.map(({ email, role, response }) => ({ email, role, response })),
    sequence: fields.sequence,
    madeBy: 'entry' in source ? source.entry.madeBy : 'notice',
    modified: isoInstant(owner.modified),
  };
};

export const readCalendar = (mailFile: MailFile): CalendarItem[] => mailFile.rows().map(item);

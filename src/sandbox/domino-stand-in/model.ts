/**
 * What the stand-in keeps: plain data, so that a mail file can be saved as JSON as it is.
 * Instants are milliseconds since 1970 UTC; `date` is `yyyy-MM-dd`.
 */

/** A calendar date, or an instant with the zone it was entered in (`null` = entered in UTC). */
export type EntryTime = { kind: 'date'; date: string } | { kind: 'instant'; at: number; tzid: string | null };

/** One half of a VTIMEZONE as Domino writes it; `start` is local time, offsets are `+hhmm`. */
export interface Observance {
  start: { date: string; time: string };
  offsetFrom: string;
  offsetTo: string;
  recurrenceRule?: string;
}

export interface TimeZone {
  tzid: string;
  standard?: Observance;
  daylight?: Observance;
}

export interface Organizer {
  displayName: string;
  email: string;
  /** With its `mailto:`, as Domino emits it. */
  sentBy: string | null;
}

/** An invitee; the chair is never in this list. `response` is known to the stand-in, never shown by the Calendar service. */
export interface Attendee {
  role: string;
  userType: string | null;
  displayName: string | null;
  email: string;
  rsvp: boolean;
  response: 'needs-action' | 'accepted' | 'declined' | 'tentative';
}

export interface XProperty {
  data: string;
  type?: string;
}

export interface RichBody {
  html: string;
  /** File names. */
  attachments: string[];
}

/** The content of one VEVENT. For all-day entries `end` is the last day, inclusive, whatever the wire says. */
export interface EntryFields {
  summary: string;
  location: string;
  description: string | null;
  /** What a Notes user formatted; then there is no `description`: the Calendar service does not hand rich text out. */
  rich: RichBody | null;
  start: EntryTime;
  end: EntryTime;
  class: string;
  transparency: string;
  status: string | null;
  /** One string, as on the wire: `Projects;Phone Calls`. */
  categories: string;
  priority: number | null;
  attendees: Attendee[];
  organizer: Organizer | null;
  comment: string | null;
  x: Record<string, XProperty>;
  alarm: Record<string, unknown>[];
  sequence: number;
}

/** One repetition. `recurrenceId` is the original start for ever, `override` the content once somebody changed it. */
export interface Occurrence {
  recurrenceId: string;
  start: EntryTime;
  end: EntryTime;
  override: EntryFields | null;
  deleted: boolean;
}

export interface Series {
  rule: string | null;
  occurrences: Occurrence[];
}

/** AppointmentType: 0 appointment, 1 anniversary, 2 all-day event, 3 meeting, 4 reminder. */
export type AppointmentType = '0' | '1' | '2' | '3' | '4';

export interface CalendarEntry {
  uid: string;
  unid: string;
  noteId: string;
  madeBy: 'api' | 'notes' | 'invitation';
  created: number;
  modified: number;
  appointmentType: AppointmentType;
  fields: EntryFields;
  series: Series | null;
  /** NoticeType of an invitee's copy: A accepted, P tentative; null on one's own entries. */
  noticeType: 'A' | 'P' | null;
  /** Canonical Notes name and address of the chair. */
  chair: string;
  chairEmail: string;
  /** True when no replies are wanted. */
  broadcast: boolean;
  /** Zones the client brought along that Domino does not know by itself. */
  zones: TimeZone[];
  /** Items written by the Data service that the calendar does not map. */
  items: Record<string, Item>;
  readBy: string[];
}

export type ItemType = 'text' | 'number' | 'datetime' | 'richtext';

/** `datetime` values: `yyyy-MM-ddTHH:mm:ssZ`, `yyyy-MM-dd` or `HH:mm:ss`. `richtext`: one value. */
export interface Item {
  type: ItemType;
  /** Of rich text: the MIME part as the client stored it; absent = HTML. */
  contentType?: string;
  /** Of rich text: names of the files in it; the interface refuses to write such an item. */
  attachments?: string[];
  values: (string | number)[];
}

export interface NotesDocument {
  unid: string;
  noteId: string;
  created: number;
  modified: number;
  form: string;
  authors: string;
  parent: string | null;
  items: Record<string, Item>;
  readBy: string[];
}

/** NoticeType letters: I invitation, U reschedule, E information update, C cancellation, A/R/P replies, T counter, J counter declined. */
export type NoticeType = 'I' | 'U' | 'E' | 'C' | 'A' | 'R' | 'P' | 'T' | 'J';

/** A workflow message that lies in a mail file. Unprocessed I, U, C and T show as rows of the calendar. */
export interface Notice {
  unid: string;
  noteId: string;
  created: number;
  modified: number;
  noticeType: NoticeType;
  uid: string;
  recurrenceId: string | null;
  fields: EntryFields;
  series: Series | null;
  zones: TimeZone[];
  chair: string;
  chairEmail: string;
  from: string;
  broadcast: boolean;
  processed: boolean;
  comments: string | null;
  readBy: string[];
}

/** What is left of a deleted document; never shown over HTTP. */
export interface DeletionStub {
  unid: string;
  uid: string | null;
  at: number;
}

/** `$AllowRESTDbAPI` of the icon note: 0 closed, 1 views, 2 views and documents. */
export type DataAccess = 0 | 1 | 2;

export type Access = 'none' | 'reader' | 'author' | 'editor' | 'editor without delete' | 'manager';

export interface MailFileState {
  path: string;
  title: string;
  replicaId: string;
  /** Canonical Notes name of the owner: `CN=Jane Doe/O=Acme`. */
  ownerName: string;
  ownerEmail: string;
  tzid: string;
  dataAccess: DataAccess;
  /** Views with the flag `A` (Allow Domino Data Service operations). */
  openViews: string[];
  /** ACL entries by canonical name or user name; the owner is manager. */
  acl: Record<string, Access>;
  entries: CalendarEntry[];
  documents: NotesDocument[];
  notices: Notice[];
  stubs: DeletionStub[];
}

/** A notice that left a mail file as mail, kept for inspection. `deliveredTo` is null for people outside the stand-in. */
export interface OutboxNotice {
  at: string;
  noticeType: NoticeType;
  mailFile: string;
  from: string;
  to: string;
  uid: string;
  recurrenceId: string | null;
  summary: string;
  comments: string | null;
  deliveredTo: string | null;
}

export interface StandInUser {
  /** Canonical (`CN=Jane Doe/O=Acme`) or abbreviated (`Jane Doe/Acme`). */
  notesName: string;
  displayName: string;
  email: string;
  mailFile: string;
  password?: string;
}

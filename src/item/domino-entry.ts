/**
 * A Domino calendar entry or To Do as an adapter hands it out: wire quirks removed, times resolved, nothing
 * interpreted. `domino-mapping.ts` turns it into a SyncItem. Adapters in `src/domino` produce and consume it.
 */
import type { Attendee, Person, When } from './sync-item.ts';

/** Which store of the mail file an entry lives in. */
export type DominoForm = 'event' | 'todo';

export interface EntryKey {
  form: DominoForm;
  /** iCalendar UID of an event; document UNID of a To Do. Opaque. */
  uid: string;
  /** `yyyyMMddTHHmmssZ` or `yyyyMMdd`: the original start of one instance of a series; null for a single entry. */
  recurrenceId: string | null;
}

export const keyText = (key: EntryKey): string =>
  `${key.form}:${key.uid}${key.recurrenceId === null ? '' : `/${key.recurrenceId}`}`;

/** The digest of an entry that has to be read although no list has shown it. */
export const UNLISTED = '';

/** Names as Notes wrote them: canonical, abbreviated or a mail address. */
export interface GroupTodo {
  /** '' when the document does not say. */
  assigner: string;
  assignees: string[];
}

/** What a list gives: enough to see that something changed, too little to map (no body, no attendees). */
export interface DominoSummary {
  key: EntryKey;
  /** Digest over the listed fields, made by the adapter; changes when any of them does. */
  digest: string;
  /** Domino's NoticeType letter when the row is a notice or an invitee's copy: I invitation, A accepted, … */
  noticeType: string | null;
  /** The row says so; a To Do's does not. */
  private?: true;
  subject: string;
  /** UTC instant or date the entry starts at; null when the list does not say (a To Do). */
  start: string | null;
}

export interface DominoEntry {
  key: EntryKey;
  /** UNID where the interface reveals it. */
  unid: string | null;
  appointmentType: 'appointment' | 'anniversary' | 'all_day' | 'meeting' | 'reminder' | 'todo';
  subject: string;
  location: string;
  /** Plain text with `\n`; null when the interface does not return it: unknown, replaced only when the CRM's text changed. */
  body: string | null;
  when: When;
  private: boolean;
  transparency: 'opaque' | 'transparent';
  status: 'confirmed' | 'tentative' | 'cancelled' | null;
  /** iCalendar PRIORITY 0..9 for events, Notes Importance 1..3 mapped to 1/5/9 for To Dos; null = not given. */
  priority: number | null;
  categories: string[];
  organiser: Person | null;
  /** Without the chair/organiser. Responses are what the interface says, often always `none`. */
  attendees: Attendee[];
  reminderMinutes: number | null;
  /** True when this is a whole series, which no interface can update as one. */
  series: boolean;
  /** Of a whole series: its rule has no end. Left out where the interface shows no rule. */
  endless?: true;
  /** To Do only: UTC instant of completion; null = open. */
  completedAt: string | null;
  /** Of a To Do that was assigned to others; left out elsewhere. */
  group?: GroupTodo;
  /** The item `CrmSyncKey` we put on To Dos we create: the uid derived from the pair; null elsewhere. */
  syncKey: string | null;
  /** Server's last modification, UTC instant; null when not told. */
  modifiedAt: string | null;
  /** Opaque change token to hand back on update. */
  token: string;
  /** The digest a list would show for this state (see DominoSummary), so that our own write is not read again. */
  digest: string;
}

/** What a write sets. On update an absent member is left as it is in Domino, unknown members survive. */
export interface DominoDraft {
  form: DominoForm;
  subject: string;
  location: string;
  body: string;
  when: When;
  private: boolean;
  transparency: 'opaque' | 'transparent';
  status: 'confirmed' | 'tentative' | 'cancelled';
  priority: number;
  categories: string[];
  /** Both null/empty for an entry without invitees. */
  organiser: Person | null;
  attendees: Attendee[];
  reminderMinutes: number | null;
  /** To Do only. */
  completedAt: string | null;
}
export type DominoPatch = Partial<Omit<DominoDraft, 'form'>>;

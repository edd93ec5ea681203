/** What a preview tells: the history that the next cycle would write, item by item. */
import type { ConflictWrite, PreviewMailbox } from '../../crm/contract.ts';
import type { FieldChange } from '../../item/field-change.ts';

export interface PreviewItem {
  direction: 'to_domino' | 'to_crm';
  /** In the words of the history. `unchanged` is told only where a conflict is decided; retried: a fault, tried later. */
  action:
    | 'created'
    | 'updated'
    | 'deleted'
    | 'adopted'
    | 'unlinked'
    | 'skipped'
    | 'parked'
    | 'retried'
    | 'unchanged';
  /** Null: it would be created. */
  appointment_id: number | null;
  domino_uid: string | null;
  subject: string | null;
  /** UTC instant, or the date of an all-day item. */
  start: string | null;
  private: boolean;
  reason_code: string;
  detail: string | null;
  /** Before and after; texts shortened as in the history, words of private items masked. */
  changes: FieldChange[];
  conflicts: ConflictWrite[];
  /** Not in the next cycle but in the one after it, as a consequence. */
  follows: boolean;
}

export interface PreviewedMailbox extends Pick<
  PreviewMailbox,
  | 'crm_user_id'
  | 'email'
  | 'mail_file'
  | 'direction'
  | 'enabled'
  | 'health'
  | 'health_reason'
  | 'health_detail'
  | 'waiting'
> {
  /** Both sides would be compared first. */
  first_sync: boolean;
  /** Deliveries that were parked before and stay so. */
  parked_before: number;
  items: PreviewItem[];
  /** Looked at and found as agreed. */
  unchanged: number;
  /** What stops the mailbox: a fault of Domino, or an alarm. What is told was found before it. */
  stop: { reason_code: string; detail: string | null } | null;
}

export interface Preview {
  /** UTC, of the database server. */
  clock: string;
  /** The user whose enabling is supposed; null: the next cycle as things are. */
  enabling: number | null;
  mailboxes: PreviewedMailbox[];
}

/** The pair of an appointment and an entry, as it is kept, and what is known of either without the other. */
import type { DominoForm } from '../../item/domino-entry.ts';
import type { ItemKind, SyncItem } from '../../item/sync-item.ts';

export interface BaseItem {
  crm: SyncItem;
  domino: SyncItem;
}

export type LinkState = 'creating' | 'linked' | 'unlinked';
export type LinkRole = 'organiser' | 'copy';

export interface ItemLink {
  appointment_id: number;
  crm_user_id: number;
  role: LinkRole;
  kind: ItemKind;
  state: LinkState;
  form: DominoForm;
  domino_uid: string;
  /** '' for an entry that is not an instance of a series. */
  domino_recurrence_id: string;
  domino_unid: string | null;
  incarnation: number;
  base_item: BaseItem | null;
  base_hash: string | null;
  domino_start: string | null;
  domino_token: string | null;
  domino_digest: string | null;
  unlinked_reason: string | null;
  /** When the create was recorded: from here on an earlier attempt may have written. */
  created_at: string;
}

/** A link as `complete_outbound`, `begin_create`, `apply_inbound` and `save_links` take it. */
export type LinkWrite = Omit<ItemLink, 'created_at'>;

/** An appointment of the mailbox's window that is linked to no entry. */
export interface UnlinkedAppointment {
  appointment_id: number;
  /** Null: parked as a twin that nobody could tell apart, and gone since or no longer of this mailbox. */
  role: LinkRole | null;
  subject: string | null;
  /** CRM wall clock. */
  start_at: string | null;
  end_at: string | null;
  all_day: boolean;
  /** Of a pair that is kept apart. */
  unlinked_reason: string | null;
  incarnation: number | null;
  /** The link is lost, and the history says that it was a tombstone: deleted in Notes, kept in the CRM. */
  lost_tombstone: string | null;
  /** own: an administrator wants it to be an item of its own, although there are twins that nobody could tell apart. */
  delivery: 'due' | 'waiting' | 'parked' | 'own' | null;
  /** Why it is in the queue; of a parked one, why it was parked. */
  delivery_reason: string | null;
}

/** What is known of a mailbox's entries, without the heavy columns: linked, unlinked and parked ones. */
export interface KnownLink {
  appointment_id: number | null;
  state: LinkState | 'parked';
  form: DominoForm;
  domino_uid: string;
  domino_recurrence_id: string;
  domino_start: string | null;
  domino_digest: string | null;
  domino_token: string | null;
  reason_code: string | null;
  /** To be read whatever the list shows: parked and due again, or not compared in full for `recheck_hours`. */
  retry_due: boolean;
  /** Parked, and to be asked for if no list shows it: it may be gone. */
  ask_due: boolean;
}

/** Everything known of one appointment or entry. */
import type { CrmAppointment } from '../../item/crm-appointment.ts';
import type { FieldChange } from '../../item/field-change.ts';
import type { ConflictWrite } from './conflict.ts';
import type { ParkedItem } from './inbound.ts';
import type { ItemLink } from './link.ts';
import type { LeasedDelivery } from './outbound.ts';

/** A CRM user whom an explanation concerns, and his mailbox; empty fields when he was never enabled. */
export interface ExplainedMailbox {
  crm_user_id: number;
  name: string;
  email: string | null;
  refusal: string | null;
  known: boolean;
  enabled: boolean;
  direction: 'both' | 'to_domino' | 'to_crm' | null;
  mail_file: string | null;
  window_start: string | null;
  enabled_at: string | null;
  disabled_at: string | null;
  health: 'ok' | 'paused' | 'held' | null;
  health_reason: string | null;
  health_detail: string | null;
  health_since: string | null;
  last_poll_at: string | null;
  next_poll_at: string | null;
  first_sync_done: boolean;
}

export interface ExplainedActivity {
  happened_at: string;
  crm_user_id: number | null;
  direction: string;
  action: string;
  reason_code: string;
  detail: string | null;
  domino_uid: string | null;
  run_id: number | null;
  changes: FieldChange[] | null;
  /** Where the side that changed it tells. */
  changed_by: string | null;
  changed_at: string | null;
}

export interface ExplainedConflict extends ConflictWrite {
  conflict_id: number;
  crm_user_id: number;
  decided_at: string;
  resolution: 'crm' | 'domino' | 'value' | null;
  resolved_by: string | null;
  resolved_at: string | null;
}

export interface Explanation {
  /** UTC instant of the database server: `retry_after_seconds` and `next_attempt_at` are relative to it. */
  clock: string;
  /** null: asked by uid, and no appointment belongs to the entry. */
  appointment: CrmAppointment | null;
  mailboxes: ExplainedMailbox[];
  deliveries: (Omit<LeasedDelivery, 'link'> & {
    enqueued_at: string;
    next_attempt_at: string;
    parked_at: string | null;
    last_reason_code: string | null;
    last_error: string | null;
    leased: boolean;
  })[];
  links: (ItemLink & {
    email: string | null;
    mail_file: string | null;
    user_enabled: boolean;
    updated_at: string;
  })[];
  /** Entries that were not taken over: of this appointment, also in the mail files of its invitees. */
  parked: (ParkedItem & { crm_user_id: number; parked_at: string })[];
  conflicts: ExplainedConflict[];
  /** Newest first, at most 100. */
  activity: ExplainedActivity[];
  /** All reason codes. */
  reasons: Record<string, { meaning: string; remedy: string }>;
  /** Who has the addresses of the external attendees, and of those CRM users whose address is a person's as well. */
  people: {
    email: string;
    external: boolean;
    /** Of the CRM user with that address. */
    user_name: string | null;
    persons: { person_id: number; name: string | null }[];
  }[];
  /** Changes captured and not yet folded. */
  unfolded_changes: number;
  runners: {
    alive: number;
    last_seen_at: string | null;
    /** Why a live runner does not ask Domino at all, and until when. */
    domino_reason: string | null;
    domino_paused_until: string | null;
  };
  /** Times in which changes may have gone unseen and that nobody has reconciled; `closed_at` null = still open. */
  gaps: { opened_at: string; closed_at: string | null; reason: string }[];
  /** Triggers that are disabled or missing now. */
  triggers_off: number;
  settings: Record<string, string | null>;
}

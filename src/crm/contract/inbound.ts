/** Domino → CRM: what is written, what is gone, what is parked. */
import type { CrmAttendeeChange, CrmFields } from '../../item/crm-appointment.ts';
import type { DominoForm } from '../../item/domino-entry.ts';
import type { ConflictWrite } from './conflict.ts';
import type { LinkWrite } from './link.ts';
import type { ChangeRecord } from './outbound.ts';

export interface InboundItem extends ChangeRecord {
  /** Position in the call, echoed in the outcome. */
  item_no: number;
  /** null creates an appointment. */
  appointment_id: number | null;
  /** The fingerprint the merge was based on; the row is written only if it is unchanged. null when creating. */
  fingerprint: string | null;
  fields: CrmFields;
  attendees_add: CrmAttendeeChange[];
  /** E-mail addresses. */
  attendees_remove: string[];
  link: Omit<LinkWrite, 'appointment_id'>;
  /** True takes back a soft deletion first: Comm_Deleted of the row and of the links that the same deletion took. */
  restore?: boolean;
  /** True when Domino has to be written as well (CRM won a field): leaves a delivery behind. */
  write_back: boolean;
  action: 'created' | 'updated' | 'adopted' | 'unchanged';
  reason_code: string;
  detail: string | null;
  conflicts: ConflictWrite[];
}

export interface InboundOutcome {
  item_no: number;
  /** stale: the fingerprint no longer holds, nothing was written. duplicate: that Domino entry is linked already. */
  outcome: 'created' | 'updated' | 'stale' | 'duplicate';
  appointment_id: number | null;
}

export interface MissingItem {
  appointment_id: number;
  /** delete: Comm_Deleted = 1 (S4). unlink: tombstone, the CRM is left alone (S5). */
  action: 'delete' | 'unlink';
  fingerprint: string | null;
  reason_code: string;
  detail: string | null;
}

export interface MissingOutcome {
  appointment_id: number;
  outcome: 'deleted' | 'unlinked' | 'stale' | 'gone';
}

/** What Domino answered when it was asked for a parked entry that no list shows. */
export interface AskedEntry {
  domino_uid: string;
  domino_recurrence_id: string;
  gone: boolean;
}

export interface ParkedItem {
  form: DominoForm;
  domino_uid: string;
  domino_recurrence_id: string;
  domino_start: string | null;
  domino_digest: string | null;
  reason_code: string;
  detail: string | null;
  subject: string | null;
  payload: unknown;
  /** An invitee's copy: `cmli_status` code of what its owner answered, 0 = the copy is gone; absent or null = not known. */
  response?: number | null;
  /** Seconds until it is tried again; null = only when it changes in Domino. */
  retry_after_seconds: number | null;
}

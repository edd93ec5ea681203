/** CRM → Domino: what is leased, and what became of it. */
import type { FieldChange } from '../../item/field-change.ts';
import type { ConflictWrite } from './conflict.ts';
import type { ItemLink, LinkWrite } from './link.ts';

export interface LeasedDelivery {
  appointment_id: number;
  crm_user_id: number;
  version: number;
  attempts: number;
  reason_code: string;
  link: ItemLink | null;
}

/** What the history tells of an effect beside its reason. Absent and null alike: not told. */
export interface ChangeRecord {
  /** The fields written to the other side, before and after. */
  changes?: FieldChange[] | null;
  /** The CRM user who made the change that was carried over; the database finds his name. */
  changed_by_user?: number | null;
  /** UTC instant at which its side says it was made. */
  changed_at?: string | null;
}

export interface OutboundResult extends ChangeRecord {
  appointment_id: number;
  crm_user_id: number;
  version: number;
  action: 'created' | 'updated' | 'deleted' | 'adopted' | 'unlinked' | 'unchanged' | 'skipped';
  reason_code: string;
  detail: string | null;
  /** The link as it is from now on; null leaves it as it is. */
  link: LinkWrite | null;
  conflicts: ConflictWrite[];
}

export interface OutboundFailure {
  appointment_id: number;
  crm_user_id: number;
  version: number;
  reason_code: string;
  /** One line, free of secrets. */
  error: string;
  /** Seconds until the next attempt; null parks the delivery. */
  retry_after_seconds: number | null;
}

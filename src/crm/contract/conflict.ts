/** What both sides changed, as it is recorded, listed and decided. */
import type { FieldChange } from '../../item/field-change.ts';
import type { InboundItem } from './inbound.ts';

export interface ConflictWrite {
  field: string;
  base_value: unknown;
  crm_value: unknown;
  domino_value: unknown;
  winner: 'crm' | 'domino' | 'both';
  decided_by: string;
}

/** A conflict that no administrator has looked at. Its values are of SyncItem, `existence` apart. */
export interface OpenConflict extends ConflictWrite {
  conflict_id: number;
  appointment_id: number;
  crm_user_id: number;
  user_name: string | null;
  mail_file: string | null;
  subject: string | null;
  private: boolean;
  decided_at: string;
}

/** What an administrator chose in conflicts of one appointment, as it is to be written to the CRM. */
export interface ConflictResolution extends Pick<
  InboundItem,
  'fields' | 'attendees_add' | 'attendees_remove'
> {
  appointment_id: number;
  /** What the choice was based on; the row is written only if it is unchanged. */
  fingerprint: string;
  /** delete: Comm_Deleted = 1. keep: the CRM holds what was chosen. */
  operation: 'write' | 'delete' | 'keep';
  /** `conflict_id`: the newest of its field that was looked at; the older ones are closed with it. */
  choices: { field: string; conflict_id: number; resolution: 'crm' | 'domino' | 'value' }[];
  detail: string;
  changes: FieldChange[];
}

/** stale: the appointment has changed meanwhile. gone: somebody else has closed a conflict. Nothing was written. */
export type ResolveOutcome = 'resolved' | 'stale' | 'gone';

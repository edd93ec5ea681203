/** Users, and deletions that wait for an administrator. */

export interface EnableUser {
  crm_user_id: number;
  mail_file: string;
  notes_name: string | null;
  direction: 'both' | 'to_domino' | 'to_crm';
  /** Days before today that still count; null = setting window_past_days. */
  past_days: number | null;
}

export interface CrmUser {
  crm_user_id: number;
  logon: string | null;
  /** The CRM's of today. */
  email: string | null;
  /** The one he was enabled with, by which Notes knows him until he is enabled again; null = never enabled. */
  enabled_email: string | null;
  name: string;
  enabled: boolean;
  mail_file: string | null;
  notes_name: string | null;
  direction: string | null;
  health: string | null;
  health_reason: string | null;
  health_detail: string | null;
  last_poll_at: string | null;
  pending: number;
  parked: number;
  linked: number;
  /** Why this user cannot be enabled (disabled, deleted, resource, template, no e-mail), or null. */
  refusal: string | null;
  /** False while an enabled user waits for his first comparison or has it; then the numbers tell how far it is. */
  first_sync_done: boolean;
  first_sync_total: number | null;
  first_sync_compared: number | null;
  first_sync_read: number | null;
  /** Both sides were equal as of then (UTC), apart from open differences; null: not compared in full yet, or not enabled. */
  verified_at: string | null;
  /** Differences that the last reconcile put right. */
  healed: number | null;
  open_differences: number | null;
  verification: 'first comparison only' | 'due' | 'running' | 'verified' | null;
}

/** What the breaker makes of deletions. A series counts once, and so do the deletions of the hours before. */
export interface WeighedDeletions {
  /** Pairs that wait for an administrator; 0 = go on. */
  held: number;
  /** What they count as, with the earlier ones. */
  counted: number;
  earlier: number;
  /** What the mailbox has, counted alike. */
  linked: number;
}

/** recreate: of entries that are gone from Domino, make them there again. */
export type HeldDecision = 'allow' | 'refuse' | 'recreate';

/** Deletions that wait for an administrator. */
export interface HeldPlan {
  plan_id: number;
  crm_user_id: number;
  /** The side on which the items would be deleted. */
  direction: 'to_domino' | 'to_crm';
  /** Why: more than the settings allow (`mass_…`), or the mail file looks older than it was. */
  reason_code: string;
  held_at: string;
  items: number;
  /** Deletions of the hours before that counted too. */
  earlier: number;
  /** What the mailbox had then, a series counted once. */
  linked: number;
  /** At most 100; `start_at` in CRM wall clock; a private one has no subject. */
  appointments: { appointment_id: number; subject: string | null; start_at: string | null }[];
}

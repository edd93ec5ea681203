/** How the synchronisation stands. */
import type { HeldPlan } from './administration.ts';

/** on; off, as it was known; opened: found off just now; closed: found on again, so every mailbox is compared. */
export interface CaptureWatch {
  outcome: 'on' | 'off' | 'opened' | 'closed';
  /** Triggers that are missing or disabled. */
  detail: string | null;
}

export interface CaptureState {
  /** One row a trigger that must exist: table, trigger, state. */
  triggers: { table_name: string; trigger_name: string; state: 'enabled' | 'disabled' | 'missing' }[];
  faults: number;
  open_gap: { opened_at: string; opened_by: string; reason: string } | null;
  unreconciled_gaps: number;
  log_rows: number;
}

/** What the live Tasks of the CRM look like, for the decision on setting `tasks` and its like. */
export interface TaskDates {
  taken: boolean;
  /** Comm_DateTime counts as the due date. */
  due_first: boolean;
  /** With an action of setting `task_actions`; the other counts are of these. */
  tasks: number;
  /** Comm_DateTime is after Comm_ToDateTime, as Sage documents it for Tasks. */
  datetime_later: number;
  /** As of appointments. */
  todatetime_later: number;
  /** Of several users. */
  shared: number;
  nobody: number;
  /** Tasks with actions that setting `task_actions` does not name. */
  left_out: { action: string; tasks: number }[];
}

export interface SyncStatus {
  clock: string;
  capture: CaptureState;
  users: { enabled: number; ok: number; paused: number; held: number };
  /** Users whose first comparison is to come or runs; null numbers: not begun. */
  first_syncs: {
    crm_user_id: number;
    name: string;
    cause: string;
    total: number | null;
    compared: number | null;
    read: number | null;
  }[];
  /** Enabled mailboxes whose sides were compared in full. */
  verification: {
    verified: number;
    due: number;
    running: number;
    oldest_verified_at: string | null;
    healed: number;
    open_differences: number;
  };
  held_plans: (Omit<HeldPlan, 'appointments'> & { name: string })[];
  backlog: { due: number; waiting: number; leased: number; parked: number; oldest_seconds: number | null };
  links: { linked: number; unlinked: number; creating: number };
  inbound_parked: { skipped: number; errors: number };
  /** Decided, and not looked at by an administrator. */
  conflicts: { open: number };
  runners: {
    runner_id: number;
    host: string;
    process_id: number;
    alive: boolean;
    started_at: string;
    /** Why Domino as a whole is paused for this runner; null while it answers. */
    domino_reason: string | null;
    domino_detail: string | null;
    domino_paused_until: string | null;
  }[];
  last_runs: {
    run_id: number;
    kind: string;
    started_at: string;
    finished_at: string | null;
    counts: Record<string, number> | null;
    error: string | null;
  }[];
}

/** What a runner is told of the settings and of the mailbox it has leased, and what it reports. */

export interface RunnerIdentity {
  host: string;
  process_id: number;
  version: string;
}

/** How a caption of the CRM reads in Notes, and which way that is used. */
export interface Caption {
  family: string;
  crm_value: string;
  item_value: string;
  to_item: boolean;
  to_crm: boolean;
}

/** Who changed a setting or a caption, newest first. */
export interface ConfigurationChange {
  /** UTC instant. */
  changed_at: string;
  /** Login of the database. */
  changed_by: string;
  kind: 'setting' | 'caption';
  /** Of a caption its family and its code: `priority: Urgent`. */
  name: string;
  /** null: there was none, or there is none any more. */
  before: string | null;
  after: string | null;
}

export interface Settings {
  values: Record<string, string | null>;
  captions: Caption[];
  /** Changes when the database was restored from a backup or promoted; kept beside every cursor. */
  database_identity: string;
  /** UTC instant of the database server. */
  clock: string;
}

export interface LeasedMailbox {
  crm_user_id: number;
  /** The CRM's of today. */
  email: string;
  notes_name: string | null;
  mail_file: string;
  direction: 'both' | 'to_domino' | 'to_crm';
  enabled: boolean;
  window_start: string;
  cursor: string | null;
  database_identity: string | null;
  faults_in_a_row: number;
  /** Deliveries due now. */
  due_deliveries: number;
  /** The poll of Domino is due. */
  poll_due: boolean;
  /** Days before today that still count for this user; null = setting window_past_days. */
  past_days: number | null;
  /**
   * False: both sides have to be compared before anything is created. Never done, enabled once more since, the database
   * is another one than then, or links are missing.
   */
  first_sync_done: boolean;
  /** Entries are parked because nobody could tell twins apart: whoever creates has to look at them again before. */
  twins_pending: boolean;
  /** Why both sides are to be compared in full; null: they need not. */
  reconcile_reason: string | null;
}

export interface FirstSyncProgress {
  /** Appointments to compare. */
  total: number;
  compared: number;
  /** Entries read from Domino one by one. */
  read: number;
}

export interface MailboxReport {
  health: 'ok' | 'paused' | 'held';
  reason_code: string | null;
  detail: string | null;
  /** Set only when a pull and all its effects are stored. */
  cursor?: string;
  polled: boolean;
  /** True only when a first comparison and all its effects are stored. */
  first_sync_done?: boolean;
  /** Links that the comparison found and made: should there be fewer by now, it is done once more. */
  links_seen?: number;
  /** Seconds until the next poll of Domino. */
  next_poll_seconds: number;
}

/** What a runner has seen of the database: one that knows less is older than it was. */
export interface DatabaseWitness {
  /** The last run that was begun. */
  run_id: number;
  /** UTC with fractions, as the engine writes it; null: not known. */
  started_at: string | null;
  finished: boolean;
  /** Raised whenever the database was found older than it was. */
  epoch: number;
}

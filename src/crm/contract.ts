/**
 * The contract of the CRM database: one interface, two engines. Each method is one stored procedure of
 * `domino_sync_api` with the same name in snake_case; `docs/contract.md` lists parameters, results and locks.
 *
 * All lists cross as one JSON text parameter, so that a call is one round trip and one transaction.
 * UTC instants are ISO text `2026-03-29T01:30:00Z`; CRM wall-clock times are text without offset.
 */
import type { CrmAppointment, CrmAttendeeChange, CrmFields } from '../item/crm-appointment.ts';
import type { DominoForm } from '../item/domino-entry.ts';
import type { FieldChange } from '../item/field-change.ts';
import type { ItemKind, SyncItem } from '../item/sync-item.ts';

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

export interface RunnerIdentity {
  host: string;
  process_id: number;
  version: string;
}

export interface Settings {
  values: Record<string, string | null>;
  captions: { family: string; crm_value: string; item_value: string; to_item: boolean; to_crm: boolean }[];
  /** Changes when the database was restored from a backup or promoted; kept beside every cursor. */
  database_identity: string;
  /** UTC instant of the database server. */
  clock: string;
}

export interface LeasedMailbox {
  crm_user_id: number;
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
}

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
  email: string | null;
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

/** Deletions that wait for an administrator: more at once than the settings allow. */
export interface HeldPlan {
  plan_id: number;
  crm_user_id: number;
  /** The side on which the items would be deleted. */
  direction: 'to_domino' | 'to_crm';
  held_at: string;
  items: number;
  /** Linked items of the mailbox then. */
  linked: number;
  /** At most 100; `start_at` in CRM wall clock; a private one has no subject. */
  appointments: { appointment_id: number; subject: string | null; start_at: string | null }[];
}

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

/** What the runner needs. Any method may throw CrmError. */
export interface CrmDatabase {
  readonly engine: 'postgres' | 'mssql';
  /** Announces this process; its leases count as free as soon as the announcing session ends. */
  registerRunner(identity: RunnerIdentity): Promise<number>;
  /** Calls back when the database has work (NOTIFY, or a cheap look every second); ends with `close`. */
  onWork(wake: () => void): Promise<void>;

  readSettings(): Promise<Settings>;
  startRun(kind: string): Promise<number>;
  finishRun(runId: number, counts: Record<string, number>, error: string | null): Promise<void>;

  foldChanges(limit: number): Promise<{ changes: number; deliveries: number }>;
  leaseMailboxes(limit: number, leaseSeconds: number): Promise<LeasedMailbox[]>;
  /** False when the lease was lost meanwhile: stop working on the mailbox at once. */
  renewMailbox(crmUserId: number, leaseSeconds: number): Promise<boolean>;
  releaseMailbox(crmUserId: number, report: MailboxReport): Promise<void>;
  /** Tells the administrator that Domino as a whole fails for this runner, once; null = it answers again. */
  reportServer(pause: { reason_code: string; detail: string; seconds: number } | null): Promise<void>;

  /** `crmUserId` null: any mailbox this runner has leased. */
  leaseOutbound(crmUserId: number | null, limit: number, leaseSeconds: number): Promise<LeasedDelivery[]>;
  readAppointments(ids: readonly number[]): Promise<CrmAppointment[]>;
  /** Records the intent to create before Domino is asked, so that a lost reply can be told from a user's edit. */
  beginCreate(links: readonly LinkWrite[]): Promise<void>;
  completeOutbound(results: readonly OutboundResult[]): Promise<{ completed: number; requeued: number }>;
  /** Keeps what is about to lose before Domino is written; `completeOutbound` may tell the same again. */
  noteConflicts(
    results: readonly Pick<OutboundResult, 'appointment_id' | 'crm_user_id' | 'conflicts'>[],
  ): Promise<void>;
  failOutbound(failures: readonly OutboundFailure[]): Promise<{ waiting: number; parked: number }>;
  /** Puts a delivery in the queue for a pair, whether or not the CRM changed. */
  enqueueDelivery(crmUserId: number, appointmentIds: readonly number[], reasonCode: string): Promise<void>;

  /** Puts the next appointments of a mailbox in the queue to be compared; `more` false: the CRM's side is through. */
  reconcileChunk(crmUserId: number, limit: number): Promise<{ enqueued: number; more: boolean }>;
  /** Records that both sides were compared in full. */
  finishReconcile(crmUserId: number): Promise<{ healed: number; open_differences: number }>;
  /** Looks whether our triggers are there and on; keeps the record of the times in which they were not. */
  watchCapture(): Promise<CaptureWatch>;
  /**
   * Asked before anything is deleted: `held` deletions wait for an administrator, 0 = go on. To the CRM
   * `appointmentIds` would go; to Domino the due deliveries say it.
   */
  holdDeletions(
    crmUserId: number,
    direction: 'to_domino' | 'to_crm',
    appointmentIds: readonly number[],
  ): Promise<{ held: number; linked: number }>;

  /** What a first comparison has to find on the other side before anything is created. */
  listUnlinked(crmUserId: number): Promise<UnlinkedAppointment[]>;
  reportFirstSync(crmUserId: number, progress: FirstSyncProgress): Promise<void>;
  listKnown(crmUserId: number): Promise<KnownLink[]>;
  readLinks(crmUserId: number, keys: readonly { uid: string; recurrence_id: string }[]): Promise<ItemLink[]>;
  applyInbound(crmUserId: number, items: readonly InboundItem[]): Promise<InboundOutcome[]>;
  applyMissing(crmUserId: number, items: readonly MissingItem[]): Promise<MissingOutcome[]>;
  parkInbound(crmUserId: number, items: readonly ParkedItem[]): Promise<void>;
  /** Tokens and digests of entries that were read and found as expected. */
  saveLinks(crmUserId: number, links: readonly LinkWrite[]): Promise<void>;

  // administration and report
  listUsers(): Promise<CrmUser[]>;
  enableUser(user: EnableUser): Promise<{ enqueued: number }>;
  disableUser(crmUserId: number): Promise<void>;
  changeSetting(name: string, value: string | null): Promise<void>;
  disableCapture(reason: string): Promise<void>;
  enableCapture(): Promise<void>;
  captureState(): Promise<CaptureState>;
  syncStatus(): Promise<SyncStatus>;
  /** By appointment; or, `appointmentId` null, of the entry with this uid that belongs to none. */
  explain(appointmentId: number | null, uid?: string | null): Promise<Explanation>;
  /** Appointment ids (null: none) that a Domino uid is or was linked or parked under, and in whose mail file. */
  findByUid(uid: string): Promise<{ appointment_id: number | null; crm_user_id: number }[]>;
  retryParked(appointmentId: number | null): Promise<number>;
  /** Lets an appointment come back where a tombstone keeps it away; `crmUserId` null: in every mailbox. */
  liftTombstone(appointmentId: number, crmUserId: number | null): Promise<number>;
  /** Newest first; null = of all appointments. */
  listConflicts(appointmentId: number | null, limit: number): Promise<OpenConflict[]>;
  resolveConflicts(crmUserId: number, resolution: ConflictResolution): Promise<ResolveOutcome>;
  /** Answers how many mailboxes; `crmUserId` null: all enabled ones. */
  requestReconcile(crmUserId: number | null, reason: string): Promise<number>;
  listHeld(crmUserId: number | null): Promise<HeldPlan[]>;
  /** Answers how many items the plan has. */
  decideHeld(planId: number, decision: 'allow' | 'refuse'): Promise<number>;
  purgeHistory(keepDays: number, limit: number): Promise<number>;

  close(): Promise<void>;
}

export interface ReasonText {
  code: string;
  severity: 'info' | 'skip' | 'error';
  meaning: string;
  remedy: string;
}

/** A mailbox as `leaseMailboxes` would hand it out, with what the next cycle leaves alone. */
export interface PreviewMailbox extends LeasedMailbox {
  health: 'ok' | 'paused' | 'held';
  health_reason: string | null;
  health_detail: string | null;
  /** Deliveries that are not due yet. */
  waiting: number;
  parked: number;
}

/** The mailbox that enabling would leave. */
export type SupposedMailbox = Pick<
  LeasedMailbox,
  'crm_user_id' | 'email' | 'mail_file' | 'direction' | 'window_start' | 'database_identity' | 'past_days'
> & {
  /** His links are of another mail file, and would be kept apart. */
  moved: boolean;
};

/** A pair that enabling would put in the queue; of a user `to_crm`, what the CRM has of his already. */
export interface PreviewPair extends Pick<
  UnlinkedAppointment,
  'appointment_id' | 'role' | 'subject' | 'start_at' | 'end_at' | 'all_day' | 'lost_tombstone'
> {
  /** Not the user himself: somebody who holds a copy that becomes his. */
  crm_user_id: number;
  link: ItemLink | null;
}

/**
 * What a preview needs: reading alone. On PostgreSQL every call is a read-only transaction, so the database itself refuses
 * to write. Any method may throw CrmError.
 */
export interface PreviewDatabase extends Pick<
  CrmDatabase,
  'readSettings' | 'listUsers' | 'readAppointments' | 'listUnlinked' | 'listKnown' | 'readLinks'
> {
  /** Of everybody who was ever enabled. */
  previewMailboxes(): Promise<PreviewMailbox[]>;
  previewReasons(): Promise<ReasonText[]>;
  /** Appointments whose deletion on the other side an administrator has allowed. */
  previewAllowed(crmUserId: number, direction: 'to_domino' | 'to_crm'): Promise<number[]>;
  /** What `leaseOutbound` would answer once the changes captured by now are folded; null = for all mailboxes. */
  previewDeliveries(crmUserId: number | null): Promise<LeasedDelivery[]>;
  /** What `applyInbound` would answer. */
  previewInbound(crmUserId: number, items: readonly InboundItem[]): Promise<InboundOutcome[]>;
  /** What `applyMissing` would answer. */
  previewMissing(crmUserId: number, items: readonly MissingItem[]): Promise<MissingOutcome[]>;
  /** Refuses whom, and with what, `enableUser` refuses. */
  previewEnable(user: EnableUser): Promise<SupposedMailbox>;
  previewWindow(user: EnableUser): Promise<PreviewPair[]>;
  close(): Promise<void>;
}

/** Stable codes; those that can concern an item are rows of `reason_code`. */
export type CrmFault =
  | 'crm_unreachable'
  | 'crm_login'
  | 'crm_forbidden'
  | 'crm_not_deployed'
  | 'crm_lease_lost'
  | 'crm_busy' // deadlock, lock time-out, serialisation: the same call may succeed
  | 'crm_refused'; // the database refuses this data

export class CrmError extends Error {
  override readonly name = 'CrmError';
  constructor(
    readonly code: CrmFault,
    message: string,
    readonly details: { transient: boolean; sqlState?: string; cause?: unknown },
  ) {
    super(message, { cause: details.cause });
  }
}

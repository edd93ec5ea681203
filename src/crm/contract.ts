/**
 * The contract of the CRM database: one interface, two engines. Each method is one stored procedure of
 * `domino_sync_api` with the same name in snake_case; `docs/contract.md` lists parameters, results and locks.
 *
 * All lists cross as one JSON text parameter, so that a call is one round trip and one transaction.
 * UTC instants are ISO text `2026-03-29T01:30:00Z`; CRM wall-clock times are text without offset.
 */
import type { CrmAppointment } from '../item/crm-appointment.ts';
import type {
  CrmUser,
  EnableUser,
  HeldDecision,
  HeldPlan,
  WeighedDeletions,
} from './contract/administration.ts';
import type { ConflictResolution, OpenConflict, ResolveOutcome } from './contract/conflict.ts';
import type { Explanation } from './contract/explanation.ts';
import type {
  InboundItem,
  InboundOutcome,
  MissingItem,
  MissingOutcome,
  AskedEntry,
  ParkedItem,
} from './contract/inbound.ts';
import type { ItemLink, KnownLink, LinkWrite, UnlinkedAppointment } from './contract/link.ts';
import type {
  Caption,
  ConfigurationChange,
  DatabaseWitness,
  FirstSyncProgress,
  LeasedMailbox,
  MailboxReport,
  RunnerIdentity,
  Settings,
} from './contract/mailbox.ts';
import type { LeasedDelivery, OutboundFailure, OutboundResult } from './contract/outbound.ts';
import type { CaptureState, CaptureWatch, SyncStatus, TaskDates } from './contract/report.ts';

export type * from './contract/administration.ts';
export type * from './contract/conflict.ts';
export type * from './contract/explanation.ts';
export type * from './contract/inbound.ts';
export type * from './contract/link.ts';
export type * from './contract/mailbox.ts';
export type * from './contract/outbound.ts';
export type * from './contract/preview.ts';
export type * from './contract/report.ts';
export { CrmError, type CrmFault } from './contract/fault.ts';

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
   * Compares the database with what was seen there, null: nothing yet, and answers what to remember. `restored`: it is
   * older, and bears another identity from now on.
   */
  watchRestore(seen: DatabaseWitness | null): Promise<DatabaseWitness & { restored: boolean }>;
  /**
   * Asked before anything is deleted. To the CRM `appointmentIds` would go; to Domino the due deliveries say it. `reason`:
   * code of why they wait however few they are.
   */
  holdDeletions(
    crmUserId: number,
    direction: 'to_domino' | 'to_crm',
    appointmentIds: readonly number[],
    reason: string | null,
  ): Promise<WeighedDeletions>;

  /** What a first comparison has to find on the other side before anything is created. */
  listUnlinked(crmUserId: number): Promise<UnlinkedAppointment[]>;
  reportFirstSync(crmUserId: number, progress: FirstSyncProgress): Promise<void>;
  listKnown(crmUserId: number): Promise<KnownLink[]>;
  readLinks(crmUserId: number, keys: readonly { uid: string; recurrence_id: string }[]): Promise<ItemLink[]>;
  applyInbound(crmUserId: number, items: readonly InboundItem[]): Promise<InboundOutcome[]>;
  applyMissing(crmUserId: number, items: readonly MissingItem[]): Promise<MissingOutcome[]>;
  parkInbound(crmUserId: number, items: readonly ParkedItem[]): Promise<void>;
  settleParked(crmUserId: number, items: readonly AskedEntry[]): Promise<void>;
  /** Tokens and digests of entries that were read and found as expected. */
  saveLinks(crmUserId: number, links: readonly LinkWrite[]): Promise<void>;

  // administration and report
  listUsers(): Promise<CrmUser[]>;
  enableUser(user: EnableUser): Promise<{ enqueued: number; taken_over: number }>;
  disableUser(crmUserId: number): Promise<void>;
  changeSetting(name: string, value: string | null): Promise<void>;
  /** What said otherwise gives way. Answers how many rows changed; 0: it was so already. */
  setCaption(row: Caption): Promise<number>;
  /** `itemValue` null: all rows of this caption. `remaining`: rows the family still has. */
  removeCaption(
    family: string,
    crmValue: string,
    itemValue: string | null,
  ): Promise<{ removed: number; remaining: number }>;
  /** `name` null: all of them. */
  listChanges(name: string | null, limit: number): Promise<ConfigurationChange[]>;
  disableCapture(reason: string): Promise<void>;
  enableCapture(): Promise<void>;
  captureState(): Promise<CaptureState>;
  taskDates(): Promise<TaskDates>;
  syncStatus(): Promise<SyncStatus>;
  /** By appointment; or, `appointmentId` null, of the entry with this uid that belongs to none. */
  explain(appointmentId: number | null, uid?: string | null): Promise<Explanation>;
  /** Appointment ids (null: none) that a Domino uid is or was linked or parked under, and in whose mail file. */
  findByUid(uid: string): Promise<{ appointment_id: number | null; crm_user_id: number }[]>;
  /** Of one appointment; or of the entry with this uid, `appointmentId` null; or, both null, of all. */
  retryParked(appointmentId: number | null, uid?: string | null): Promise<number>;
  /** Lets an appointment come back where a tombstone keeps it away; `crmUserId` null: in every mailbox. */
  liftTombstone(appointmentId: number, crmUserId: number | null): Promise<number>;
  /** Newest first; null = of all appointments. */
  listConflicts(appointmentId: number | null, limit: number): Promise<OpenConflict[]>;
  resolveConflicts(crmUserId: number, resolution: ConflictResolution): Promise<ResolveOutcome>;
  /** Answers how many mailboxes; `crmUserId` null: all enabled ones. */
  requestReconcile(crmUserId: number | null, reason: string): Promise<number>;
  listHeld(crmUserId: number | null): Promise<HeldPlan[]>;
  /** Answers how many items the plan has. */
  decideHeld(planId: number, decision: HeldDecision): Promise<number>;
  purgeHistory(keepDays: number, limit: number): Promise<number>;

  close(): Promise<void>;
}

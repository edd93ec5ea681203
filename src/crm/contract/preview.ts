/** What a preview reads. */
import type { CrmDatabase } from '../contract.ts';
import type { EnableUser, WeighedDeletions } from './administration.ts';
import type { InboundItem, InboundOutcome, MissingItem, MissingOutcome } from './inbound.ts';
import type { ItemLink, UnlinkedAppointment } from './link.ts';
import type { LeasedMailbox } from './mailbox.ts';
import type { LeasedDelivery } from './outbound.ts';

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
  /** What `holdDeletions` would answer, were these what is due to be deleted. */
  previewDeletions(
    crmUserId: number,
    direction: 'to_domino' | 'to_crm',
    appointmentIds: readonly number[],
    reason: string | null,
  ): Promise<WeighedDeletions>;
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

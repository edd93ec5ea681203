/** What every step of a cycle needs. Made anew for each cycle, so that a changed setting takes effect at once. */
import type { CrmDatabase, LeasedMailbox } from '../crm/contract.ts';
import type { DominoServer, MailFile } from '../domino/port.ts';
import type { CrmContext } from '../item/crm-mapping.ts';
import type { DominoContext } from '../item/domino-mapping.ts';
import type { Mask } from '../item/privacy.ts';
import { oneLine } from '../item/text.ts';
import type { Log } from '../log.ts';
import type { Counts } from './counts.ts';
import type { FormerUsers } from './former-users.ts';
import type { NotesPeople } from './group-todos.ts';
import type { NotesAddresses } from './notes-addresses.ts';
import type { ServerGate } from './server-gate.ts';
import type { SyncSettings } from './settings.ts';

/** A Date as the UTC instant text used everywhere: no milliseconds, which Domino refuses. */
export const toInstant = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

export interface CycleContext {
  crm: CrmDatabase;
  domino: DominoServer;
  settings: SyncSettings;
  log: Log;
  /** UTC now; one function talks to the clock. */
  now: () => Date;
  /** Source of jitter in [0, 1). */
  random: () => number;
  /** Ends the work at the next safe point; what is in hand is finished first. */
  stopping: AbortSignal;
  counts: Counts;
  /** Knows whether the Domino server answers at all. */
  gate: ServerGate;
  /** Lower-cased addresses of all enabled users: their entries are theirs to write. */
  enabledEmails: ReadonlySet<string>;
  /** All enabled users by their names in Notes. */
  people: NotesPeople;
  /** Of users who were made anew in the CRM: the numbers they had, which their entries still bear in their uids. */
  former: FormerUsers;
  /** Users whom Notes knows by another address than the CRM. */
  addresses: NotesAddresses;
}

/** What the work on a mailbox asks of the CRM database: a preview answers the same calls without writing. */
export type MailboxDatabase = Pick<
  CrmDatabase,
  | 'leaseOutbound'
  | 'readAppointments'
  | 'beginCreate'
  | 'completeOutbound'
  | 'noteConflicts'
  | 'failOutbound'
  | 'enqueueDelivery'
  | 'listUnlinked'
  | 'reportFirstSync'
  | 'listKnown'
  | 'readLinks'
  | 'applyInbound'
  | 'applyMissing'
  | 'parkInbound'
  | 'settleParked'
  | 'saveLinks'
  // Asked before the first deletion of a batch: a preview answers what would be held.
  | 'holdDeletions'
  // Of a mailbox that is due for a reconcile; one with reconcile_reason null never gets there.
  | 'reconcileChunk'
  | 'finishReconcile'
>;

export interface MailboxContext extends Omit<CycleContext, 'crm' | 'domino'> {
  crm: MailboxDatabase;
  /** Items of this cycle that were not answered although the server is there. */
  unanswered: { items: number };
  /** Entries that Domino showed in an older state than before in this cycle, and those of them that stayed so. */
  older: { waiting: number; over: number };
  mailbox: LeasedMailbox;
  mailFile: MailFile;
  /** Appointments that a comparison could not tell from others: not to be made in Domino, with the reason in words. */
  heldBack: ReadonlyMap<number, string>;
  /** Both sides are compared in full: what the list shows unchanged and differs all the same is told as such. */
  reconciling: boolean;
  /** Cuts calls to Domino short: the lease was lost and another runner works on the mailbox. */
  calls: AbortSignal;
}

/** How the CRM row is read for this mailbox. `role` decides whether invitees belong to the entry. */
export const crmContext = (context: MailboxContext, role: 'organiser' | 'copy'): CrmContext => ({
  zone: context.settings.crm_time_zone,
  captions: context.settings.captions,
  owner: { crm_user_id: context.mailbox.crm_user_id, email: context.mailbox.email },
  role,
  externalAttendees: context.settings.external_attendees,
  regarding: context.settings.regarding,
});

/** What others see of private items; null: everything. */
export const maskOf = ({ settings }: Pick<MailboxContext, 'settings'>): Mask | null =>
  settings.private_appointments === 'masked' ? { subject: oneLine(settings.private_subject) } : null;

export const dominoContext = (context: MailboxContext): DominoContext => ({
  owner: { email: context.mailbox.email },
  externalAttendees: context.settings.external_attendees,
  mask: maskOf(context),
  now: toInstant(context.now()),
});

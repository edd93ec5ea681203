/**
 * What a delivery asks for: a pure decision from the CRM row, the link and the settings. No I/O.
 *
 * A delivery only says "look at this pair"; what to do follows from the state of the CRM now.
 */
import type { ItemLink, LeasedDelivery, LinkRole } from '../crm/contract.ts';
import type { CrmAppointment } from '../item/crm-appointment.ts';
import { ORDINARY, planPair, type CrmChange, type Direction } from '../item/planner.ts';
import type { PrivateMode } from '../item/privacy.ts';
import type { ReasonCode } from '../item/reason-code.ts';
import type { SyncItem } from '../item/sync-item.ts';
import { isSkipped, optOutOf, withdrawalOf } from './pair-facts.ts';

export type DeliveryPlan =
  | { do: 'nothing'; action: 'skipped' | 'unchanged'; reason: ReasonCode; detail: string | null }
  | { do: 'create'; item: SyncItem; role: LinkRole; earlier: ItemLink | null; reason: ReasonCode }
  | { do: 'update'; item: SyncItem; role: LinkRole; link: ItemLink }
  /** Unlinked, but its entry may still be in Notes: looked for and compared, or made anew. */
  | { do: 'relink'; item: SyncItem; role: LinkRole; link: ItemLink }
  /** The CRM no longer wants the entry here: Domino is looked at, and the planner decides. */
  | { do: 'remove'; link: ItemLink };

export interface PlanInput {
  delivery: LeasedDelivery;
  appointment: CrmAppointment;
  /** A disabled user's entries stay as they are; when he is enabled again both sides are compared. */
  enabled: boolean;
  direction: Direction;
  privateAppointments: PrivateMode;
  /** Who organises the entry in place of the mail file's owner, as it was last seen; null: nobody does. */
  foreign: string | null;
  /** Whether To Dos may be written. */
  todosOn: boolean;
  /** Reads the row for a role; refused = the row cannot be an entry. */
  read: (role: LinkRole) => { item: SyncItem } | { refused: ReasonCode; detail: string };
  /** True when the item ended before the window of this mailbox. */
  tooOld: (item: SyncItem) => boolean;
}

/** Unlinked for these reasons by the CRM's own doing: when the CRM wants the entry again it is made anew. */
const REVERSIBLE: readonly string[] = [
  'crm_deleted',
  'holder_changed',
  'not_appointment',
  'user_disabled',
  'mail_file_changed',
];

/** Whether a pair that was unlinked for this reason gets a new entry when the CRM wants one. */
export const isMadeAnew = (unlinkedReason: string): boolean => REVERSIBLE.includes(unlinkedReason);

/**
 * Unlinked for these reasons the entry was left where it was. `tombstone_lifted` is an administrator's word; of
 * `domino_older` nobody knows whether the entry comes back.
 */
const RELINKED: readonly string[] = [
  'crm_only',
  'private_skipped',
  'crm_purged',
  'crm_deletion_kept',
  'deletion_refused',
  'tombstone_lifted',
  'domino_older',
  'task_off',
  'task_shared',
  'task_action',
];

const skip = (reason: ReasonCode, detail: string | null = null): DeliveryPlan => ({
  do: 'nothing',
  action: 'skipped',
  reason,
  detail,
});

export function planDelivery(input: PlanInput): DeliveryPlan {
  const { delivery, appointment, direction } = input;
  if (!input.enabled) return skip('user_disabled');
  if (direction === 'to_crm') return skip('direction');
  const link = delivery.link;
  const settings = { private_appointments: input.privateAppointments };
  const gone = withdrawalOf(
    { mailbox: { crm_user_id: delivery.crm_user_id, direction }, settings },
    appointment,
  );
  if (gone !== null) {
    const skipped = isSkipped({ settings }, appointment);
    if (link === null || link.state === 'unlinked') return skip(reasonToLeave(gone, appointment, skipped));
    return link.form === 'todo' && !input.todosOn ? skip('todo_off') : { do: 'remove', link };
  }
  const role = appointment.holders.find((h) => h.crm_user_id === delivery.crm_user_id)!.role;
  // An invitee's own entry of a meeting that somebody else organises: Domino's scheduling keeps it, we never write it.
  if (link !== null && link.state !== 'creating' && link.role === 'copy' && link.kind === 'meeting')
    return skip('not_organiser');
  if (link?.state === 'linked' && input.foreign !== null)
    return skip('not_organiser', `the meeting of ${input.foreign} in Notes`);
  const read = input.read(role);
  if ('refused' in read) return skip(read.refused, read.detail);
  const { item } = read;
  const stands = link !== null && link.state !== 'unlinked' && link.form === 'todo';
  if ((item.kind === 'todo' || stands) && !input.todosOn) return skip('todo_off');

  if (link?.state === 'linked') return { do: 'update', item, role, link };
  if (link?.state === 'unlinked') {
    const why = link.unlinked_reason ?? '';
    if (RELINKED.includes(why)) return { do: 'relink', item, role, link };
    if (!REVERSIBLE.includes(why)) return skip(why === 'notes_only' ? 'notes_only' : 'tombstone');
  }
  if (link?.state !== 'creating' && input.tooOld(item)) return skip('too_old');
  return { do: 'create', item, role, earlier: link, reason: reasonToCreate(delivery) };
}

function reasonToLeave(gone: CrmChange, appointment: CrmAppointment, skipped: boolean): ReasonCode {
  if (gone === 'retyped' && appointment.task === 'off') return 'task_off';
  if (gone === 'moved' && appointment.task === 'own') return 'task_owner';
  return planPair(gone, 'absent', { ...ORDINARY, skipped, optOut: optOutOf(appointment) ?? 'crm_only' })
    .reason;
}

function reasonToCreate(delivery: LeasedDelivery): ReasonCode {
  if (delivery.reason_code === 'first_sync') return 'first_sync';
  return delivery.link?.state === 'creating' ? 'found_in_domino' : 'crm_created';
}

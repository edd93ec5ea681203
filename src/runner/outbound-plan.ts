/**
 * What a delivery asks for: a pure decision from the CRM row, the link and the settings. No I/O.
 *
 * A delivery only says "look at this pair"; what to do follows from the state of the CRM now.
 */
import type { ItemLink, LeasedDelivery, LinkRole } from '../crm/contract.ts';
import type { CrmAppointment } from '../item/crm-appointment.ts';
import type { ReasonCode } from '../item/reason-code.ts';
import type { SyncItem } from '../item/sync-item.ts';

export type DeliveryPlan =
  | { do: 'nothing'; action: 'skipped' | 'unchanged'; reason: ReasonCode; detail: string | null }
  | { do: 'unlink'; link: ItemLink; reason: ReasonCode }
  | { do: 'create'; item: SyncItem; role: LinkRole; earlier: ItemLink | null; reason: ReasonCode }
  | { do: 'update'; item: SyncItem; role: LinkRole; link: ItemLink }
  | { do: 'delete'; link: ItemLink; reason: ReasonCode };

export interface PlanInput {
  delivery: LeasedDelivery;
  appointment: CrmAppointment;
  /** A disabled user's entries stay as they are; when he is enabled again both sides are compared. */
  enabled: boolean;
  /** False for `to_crm` users. */
  mayWriteDomino: boolean;
  todosOn: boolean;
  /** Reads the row for a role; refused = the row cannot be an entry. */
  read: (role: LinkRole) => { item: SyncItem } | { refused: ReasonCode; detail: string };
  /** True when the item ended before the window of this mailbox. */
  tooOld: (item: SyncItem) => boolean;
  /** True when the item has ended: what is past is unlinked rather than deleted. */
  ended: (item: SyncItem) => boolean;
}

/** Unlinked for these reasons by the CRM's own doing: when the CRM wants the entry again it is made anew. */
const REVERSIBLE: readonly string[] = [
  'crm_deleted',
  'holder_changed',
  'not_appointment',
  'crm_only',
  'user_disabled',
];

const skip = (reason: ReasonCode, detail: string | null = null): DeliveryPlan => ({
  do: 'nothing',
  action: 'skipped',
  reason,
  detail,
});

export function planDelivery(input: PlanInput): DeliveryPlan {
  const { delivery, appointment } = input;
  if (!input.enabled) return skip('user_disabled');
  if (!input.mayWriteDomino) return skip('direction');
  const link = delivery.link;
  const holder = appointment.holders.find((h) => h.crm_user_id === delivery.crm_user_id);
  const gone = reasonNotToHold(appointment, holder !== undefined);
  if (gone !== null) return planRemoval(input, gone);

  const role = holder!.role;
  // An invitee's own entry of a meeting that somebody else organises: Domino's scheduling keeps it, we never write it.
  if (link?.state === 'linked' && link.role === 'copy' && link.kind === 'meeting')
    return skip('not_organiser');
  const read = input.read(role);
  if ('refused' in read) return skip(read.refused, read.detail);
  const { item } = read;
  if (item.kind === 'todo' && !input.todosOn) return skip('todo_off');

  // "CRM only" left the entry where it was, so taking the mark away makes it a pair again.
  if (link?.state === 'linked' || link?.unlinked_reason === 'crm_only')
    return { do: 'update', item, role, link };
  if (link?.state === 'unlinked' && !REVERSIBLE.includes(link.unlinked_reason ?? ''))
    return skip('tombstone');
  if (link?.state !== 'creating' && input.tooOld(item)) return skip('too_old');
  return { do: 'create', item, role, earlier: link, reason: reasonToCreate(delivery) };
}

function reasonNotToHold(appointment: CrmAppointment, held: boolean): ReasonCode | null {
  if (!appointment.present) return 'crm_purged';
  if (appointment.deleted) return 'crm_deleted';
  if (appointment.crm_only) return 'crm_only';
  if (!held) return appointment.type === 'Appointment' ? 'holder_changed' : 'not_appointment';
  return null;
}

function planRemoval(input: PlanInput, reason: ReasonCode): DeliveryPlan {
  const link = input.delivery.link;
  if (link === null || link.state === 'unlinked')
    return skip(reason === 'holder_changed' ? 'no_holder' : reason);
  // An archive job or "CRM only" says nothing about the meeting itself.
  if (reason === 'crm_purged' || reason === 'crm_only') return { do: 'unlink', link, reason };
  if (link.role === 'copy' && link.kind === 'meeting') return { do: 'unlink', link, reason: 'not_organiser' };
  const base = link.base_item?.crm;
  if (base && input.ended(base)) return { do: 'unlink', link, reason: 'past_deletion_kept' };
  return { do: 'delete', link, reason };
}

function reasonToCreate(delivery: LeasedDelivery): ReasonCode {
  if (delivery.reason_code === 'first_sync') return 'first_sync';
  return delivery.link?.state === 'creating' ? 'found_in_domino' : 'crm_created';
}

/**
 * What each side of a pair did, in the planner's terms. Pure; outbound, inbound and missing entries all go through here,
 * so that the three cannot come to different decisions.
 */
import type { ItemLink, LeasedMailbox, LinkWrite } from '../crm/contract.ts';
import { takesPart, type CrmAppointment } from '../item/crm-appointment.ts';
import { itemFromCrm } from '../item/crm-mapping.ts';
import type { DominoEntry } from '../item/domino-entry.ts';
import { itemFromDomino } from '../item/domino-mapping.ts';
import { itemEqual } from '../item/item-equality.ts';
import { planPair, type Action, type CrmChange, type DominoChange, type PairFacts } from '../item/planner.ts';
import { isWithheld, sharedEqual } from '../item/privacy.ts';
import type { ReasonCode } from '../item/reason-code.ts';
import { crmContext, dominoContext, maskOf, type MailboxContext } from './context.ts';
import { foreignOrganiser } from './foreign-meeting.ts';
import { ItemFault } from './faults.ts';
import type { SyncSettings } from './settings.ts';
import { hasEnded } from './window.ts';

type PairLink = ItemLink | LinkWrite;

/** Throws ItemFault for an entry that cannot be read as an item although it was written to. */
export const decidePair = (
  context: MailboxContext,
  link: PairLink,
  appointment: CrmAppointment,
  entry: DominoEntry | null,
): Action =>
  planPair(
    crmChangeOf(context, link, appointment),
    dominoChangeOf(context, link, entry),
    factsOf(context, link, appointment, entry),
  );

/**
 * Why the CRM no longer wants the entry in this mail file; null when it does. A user who synchronises to the CRM only
 * holds nothing of the CRM's, and his own entries are not taken from him for that.
 */
export function withdrawalOf(
  context: {
    mailbox: Pick<LeasedMailbox, 'crm_user_id' | 'direction'>;
    settings: Pick<SyncSettings, 'private_appointments'>;
  },
  appointment: CrmAppointment,
): Exclude<CrmChange, 'none' | 'edited' | 'absent'> | null {
  if (!appointment.present) return 'purged';
  if (appointment.deleted) return 'deleted';
  if (!takesPart(appointment)) return appointment.crm_only ? 'opted_out' : 'retyped';
  if (optOutOf(appointment) !== null || isSkipped(context, appointment)) return 'opted_out';
  const held = appointment.holders.some(({ crm_user_id: id }) => id === context.mailbox.crm_user_id);
  return held || context.mailbox.direction === 'to_crm' ? null : 'moved';
}

/** Why the CRM itself keeps a row out, null when it does not: the entry stays where it is, and may become a pair again. */
export function optOutOf({ crm_only, task }: CrmAppointment): ReasonCode | null {
  if (crm_only) return 'crm_only';
  if (task === 'other') return 'task_action';
  return task === 'shared' ? 'task_shared' : null;
}

export function crmChangeOf(context: MailboxContext, link: PairLink, appointment: CrmAppointment): CrmChange {
  const withdrawn = withdrawalOf(context, appointment);
  if (withdrawn !== null) return withdrawn;
  const read = itemFromCrm(appointment, crmContext(context, link.role));
  if ('refused' in read || link.base_item === null) return 'none';
  const same = isWithheld(maskOf(context), read.item) ? sharedEqual : itemEqual;
  return same(read.item, link.base_item.crm) ? 'none' : 'edited';
}

export function dominoChangeOf(
  context: MailboxContext,
  link: PairLink,
  entry: DominoEntry | null,
): DominoChange {
  if (entry === null) return 'deleted';
  // Restored from a backup, or a replica that lags behind: nobody's edit, and nobody's mark either.
  if (link.state === 'linked' && context.mailFile.isOlder(entry, link.domino_token)) return 'none';
  if (isOptedOut(context, entry)) return 'opted_out';
  if (link.base_item !== null && link.domino_token === entry.token) return 'none';
  return showsAsAgreed(context, link, entry) ? 'none' : 'edited';
}

/** Whether an entry says what both sides agreed on. Throws ItemFault for one that cannot be an item. */
export function showsAsAgreed(context: MailboxContext, link: PairLink, entry: DominoEntry): boolean {
  const read = itemFromDomino(entry, dominoContext(context));
  if ('refused' in read) throw new ItemFault(read.refused, read.detail, false);
  // What the block of the text says is ours, and nobody's edit.
  const item = { ...read.item, regarding: null };
  const same = isWithheld(maskOf(context), item) ? sharedEqual : itemEqual;
  return link.base_item !== null && same(item, link.base_item.domino);
}

/** Private items that are not to be synchronised. */
export const isSkipped = (
  { settings }: { settings: Pick<SyncSettings, 'private_appointments'> },
  ...items: readonly ({ private: boolean } | null)[]
): boolean => settings.private_appointments === 'skipped' && items.some((item) => item?.private === true);

/** The category is a Notes user's word; case and blanks are not meant. */
export function isOptedOut(
  context: Pick<MailboxContext, 'settings'>,
  entry: Pick<DominoEntry, 'categories' | 'private'>,
): boolean {
  if (isSkipped(context, entry)) return true;
  const { settings } = context;
  const mark = settings.opt_out_category.trim().toLowerCase();
  return mark !== '' && entry.categories.some((category) => category.trim().toLowerCase() === mark);
}

/** Whatever is known of the item has to be over: who moved it into the future has not archived it. */
export function factsOf(
  context: MailboxContext,
  link: PairLink,
  appointment: CrmAppointment,
  entry: DominoEntry | null,
): PairFacts {
  const base = link.base_item;
  const read = entry === null ? null : itemFromDomino(entry, dominoContext(context));
  const known = [base?.domino, read !== null && 'item' in read ? read.item : undefined].filter(
    (item) => item !== undefined,
  );
  const complete =
    appointment.present && context.settings.captions.statusOf(appointment.status) === 'completed';
  return {
    invitees: (base?.domino.attendees.length ?? 0) > 0,
    ended: complete || (known.length > 0 && known.every((item) => hasEnded(context, item))),
    policy: context.settings.deletePolicy,
    direction: context.mailbox.direction,
    skipped: isSkipped(context, appointment, entry),
    inviteeCopy:
      (link.role === 'copy' && link.kind === 'meeting') ||
      foreignOrganiser(context, (entry ?? base?.domino)?.organiser ?? null) !== null,
    optOut: optOutOf(appointment) ?? 'crm_only',
  };
}

/**
 * The link of a pair: what both sides showed when they agreed. The next look compares each side with its own
 * observation, so that what a side cannot hold is never taken for an edit.
 */
import { createHash } from 'node:crypto';
import type { BaseItem, ItemLink, KnownLink, LinkRole, LinkWrite } from '../crm/contract.ts';
import type { DominoEntry, EntryKey } from '../item/domino-entry.ts';
import { dominoItemAfter, itemFromDomino, type DominoContext } from '../item/domino-mapping.ts';
import { canonicalText } from '../item/item-equality.ts';
import { agreedBase } from '../item/privacy.ts';
import { parseSyncUid } from '../item/sync-uid.ts';
import type { SyncItem } from '../item/sync-item.ts';
import { dominoContext, maskOf, type MailboxContext } from './context.ts';

export const linkKey = (
  link: Pick<ItemLink | KnownLink, 'form' | 'domino_uid' | 'domino_recurrence_id'>,
): EntryKey => ({
  form: link.form,
  uid: link.domino_uid,
  recurrenceId: link.domino_recurrence_id === '' ? null : link.domino_recurrence_id,
});

export const baseHash = (base: BaseItem): string =>
  createHash('sha256')
    .update(canonicalText(base.crm))
    .update('\0')
    .update(canonicalText(base.domino))
    .digest('hex');

/** The intent to create: should the reply be lost, what differs from it in Domino is a Notes user's edit. */
export function newLink(pair: {
  appointmentId: number;
  crmUserId: number;
  role: LinkRole;
  item: SyncItem;
  uid: string;
  incarnation: number;
  context: DominoContext;
}): LinkWrite {
  const base = agreedBase(pair.context.mask ?? null, null, {
    crm: pair.item,
    domino: dominoItemAfter(pair.item, pair.context),
  });
  return {
    appointment_id: pair.appointmentId,
    crm_user_id: pair.crmUserId,
    role: pair.role,
    kind: pair.item.kind,
    state: 'creating',
    form: pair.item.kind === 'todo' ? 'todo' : 'event',
    domino_uid: pair.uid,
    domino_recurrence_id: '',
    domino_unid: null,
    incarnation: pair.incarnation,
    base_item: base,
    base_hash: baseHash(base),
    domino_start: pair.item.when.start,
    domino_token: null,
    domino_digest: null,
    unlinked_reason: null,
  };
}

/** The side an item was first made on, as far as the uid of its entry tells; of a To Do it does not. */
export function madeOn(
  { settings }: Pick<MailboxContext, 'settings'>,
  { form, domino_uid: uid }: Pick<LinkWrite, 'form' | 'domino_uid'>,
): 'crm' | 'domino' | null {
  if (form === 'todo') return null;
  return parseSyncUid(uid)?.instanceId === settings.instance_id ? 'crm' : 'domino';
}

/** What Domino shows, or the item we wrote where the answer cannot be read as one. */
export function observed(context: MailboxContext, entry: DominoEntry, written: SyncItem): SyncItem {
  const read = itemFromDomino(entry, dominoContext(context));
  return 'refused' in read ? written : read.item;
}

/** The link after both sides agree: `crm` as the CRM shows it, the entry as Domino answered. */
export function entryLink(
  context: MailboxContext,
  link: LinkWrite,
  role: LinkRole,
  crm: SyncItem,
  entry: DominoEntry,
): LinkWrite {
  const base = agreed(context, link, { crm, domino: observed(context, entry, crm) });
  return withBase(link, role, crm.kind, entry, base);
}

/** What to record of both sides as they are now; of a private pair each side's words are nobody's agreement. */
export const agreed = (
  context: MailboxContext,
  link: Pick<LinkWrite, 'base_item'>,
  now: BaseItem,
): BaseItem => agreedBase(maskOf(context), link.base_item, now);

/** Kept apart from now on, by a tombstone. */
export const unlinked = (link: LinkWrite, reason: string): LinkWrite => ({
  ...link,
  state: 'unlinked',
  unlinked_reason: reason,
});

/** The same entry, with another agreement. */
export const rebased = (link: LinkWrite, base: BaseItem): LinkWrite => ({
  ...link,
  base_item: base,
  base_hash: baseHash(base),
});

export function withBase(
  link: LinkWrite,
  role: LinkRole,
  kind: SyncItem['kind'],
  entry: DominoEntry,
  base: BaseItem,
): LinkWrite {
  return {
    ...link,
    role,
    kind,
    state: 'linked',
    form: entry.key.form,
    domino_uid: entry.key.uid,
    domino_recurrence_id: entry.key.recurrenceId ?? '',
    domino_unid: entry.unid ?? link.domino_unid,
    base_item: base,
    base_hash: baseHash(base),
    domino_start: entry.when.start,
    domino_token: entry.token,
    domino_digest: entry.digest,
    unlinked_reason: null,
  };
}

/** A series that gets longer again, or another rule, brings back an instance that was gone: under the same key. */
export const isInstanceDeletedInNotes = (link: {
  state: string;
  domino_recurrence_id: string;
  unlinked_reason?: string | null;
  reason_code?: string | null;
}): boolean =>
  link.state === 'unlinked' &&
  link.domino_recurrence_id !== '' &&
  ['domino_deleted', 'deletion_kept'].includes(link.unlinked_reason ?? link.reason_code ?? '');

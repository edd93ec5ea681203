/** Writes one entry in Domino that is, or was, there already. */
import type { BaseItem, ItemLink, LinkRole, LinkWrite } from '../crm/contract.ts';
import { formOf, patchFromItem } from '../item/domino-mapping.ts';
import { mergeItems } from '../item/merge.ts';
import { isWithheld, SHARED_FIELDS } from '../item/privacy.ts';
import type { SyncItem } from '../item/sync-item.ts';
import { dominoContext, maskOf, type MailboxContext } from './context.ts';
import { effect, type Delivery, type Effect } from './delivery.ts';
import { ItemFault } from './faults.ts';
import { agreed, entryLink, linkKey, rebased, withBase } from './link.ts';
import { afterGone, createEntry, intentOf, makeAnew, type CreatePlan } from './outbound-make.ts';
import { lookAt } from './outbound-remove.ts';
import { bodyKept, isEmpty, settle, waitForNewer } from './outbound-settle.ts';
import { dominoChangeOf } from './pair-facts.ts';
import { writtenToDomino } from './told.ts';

/** Somebody may keep editing in Notes while we try; then the delivery comes back later. */
const TRIES = 3;

/** Sends what the CRM changed since both sides agreed. */
export async function updateEntry(
  context: MailboxContext,
  delivery: Delivery,
  link: ItemLink,
  crm: SyncItem,
  role: LinkRole,
): Promise<Effect> {
  if (formOf(crm) !== link.form) return changeForm(context, delivery, link, crm, role);
  const base = link.base_item;
  const mask = maskOf(context);
  const withheld = isWithheld(mask, crm);
  // What a Notes user wrote where words are withheld is in no base; and when they turn to be, they may give way.
  const turns = base !== null && isPrivate(base) !== withheld;
  // A changed setting shows in no base.
  const follows = isReconcile(delivery) && crm.attendees.some(({ external }) => external === true);
  if (base === null || turns || follows || delivery.leased.reason_code === 'domino_older') {
    const entry = await context.mailFile.read(linkKey(link), { signal: context.calls });
    if (entry === null) return afterGone(context, delivery, link, crm, role);
    return settle(context, delivery, { link, role, crm, entry });
  }
  const merge = mergeItems({
    base,
    crm,
    domino: base.domino,
    // Domino is taken as it was: only the CRM can have changed, and there is nothing to decide.
    rules: context.settings.mergeRules,
    crmChangedAt: null,
    dominoChangedAt: null,
    ...(withheld ? { fields: SHARED_FIELDS } : {}),
  });
  const patch = patchFromItem(merge.domino!, merge.toDomino, {
    ...dominoContext(context),
    crm,
    crmBefore: base.crm,
    domino: base.domino,
  });
  if (isEmpty(patch)) {
    const same = agreed(context, link, { crm, domino: base.domino });
    return effect('unchanged', 'already_equal', rebased({ ...link, role }, same));
  }
  const answer = await context.mailFile.update(linkKey(link), patch, link.domino_token ?? '', {
    notify: context.settings.notify,
    signal: context.calls,
  });
  switch (answer.outcome) {
    case 'updated': {
      const written = entryLink(context, link, role, crm, answer.entry);
      const changes = writtenToDomino(base.domino, merge.domino!, written.base_item!.domino, merge.toDomino);
      if (answer.bodyKept) return bodyKept(written, crm, base, { changes, conflicts: [] });
      return effect('updated', 'crm_changed', written, { changes });
    }
    case 'gone':
      return afterGone(context, delivery, link, crm, role);
    case 'changed':
      return settle(context, delivery, { link, role, crm, entry: answer.entry });
  }
}

const isReconcile = ({ leased }: Delivery): boolean => leased.reason_code === 'reconcile';

const isPrivate = ({ crm, domino }: BaseItem): boolean => crm.private || domino.private;

/**
 * A pair that was kept apart comes together again: both sides are compared since they last agreed, or the entry is made
 * anew when it is no longer there.
 */
export async function relink(
  context: MailboxContext,
  delivery: Delivery,
  link: ItemLink,
  crm: SyncItem,
  role: LinkRole,
): Promise<Effect> {
  const entry = await context.mailFile.read(linkKey(link), { signal: context.calls });
  if (entry === null) {
    const made = await makeAnew(context, delivery, link, crm, role);
    if ('action' in made) return made;
    const reason = link.unlinked_reason === 'tombstone_lifted' ? 'tombstone_lifted' : 'crm_changed';
    return effect('created', reason, made, {
      changes: writtenToDomino(null, crm, made.base_item!.domino),
    });
  }
  if (formOf(crm) !== link.form)
    return changeForm(context, delivery, { ...link, domino_token: entry.token }, crm, role);
  return settle(context, delivery, { link, role, crm, entry });
}

/**
 * An appointment became a To Do, or the reverse: two stores of the mail file, so the old entry goes and a new one comes.
 * The old one first: cut short between the two, the next attempt finds it gone and goes on. What was edited in it since
 * goes to the CRM before, and the form changes with the next delivery.
 */
async function changeForm(
  context: MailboxContext,
  delivery: Delivery,
  link: ItemLink,
  crm: SyncItem,
  role: LinkRole,
): Promise<Effect> {
  const options = { notify: context.settings.notify, signal: context.calls };
  let token = link.domino_token ?? '';
  for (let attempt = 0; ; attempt += 1) {
    const answer = await context.mailFile.delete(linkKey(link), token, options);
    if (answer.outcome !== 'changed') break;
    if (attempt === TRIES) throw new ItemFault('domino_conflict', 'the entry keeps changing in Domino', true);
    waitForNewer(context, delivery, link, answer.entry);
    if (context.mailbox.direction === 'both' && dominoChangeOf(context, link, answer.entry) !== 'none')
      return settle(context, delivery, { link, role, crm, entry: answer.entry, again: true });
    token = answer.entry.token;
  }
  const made = await makeAnew(context, delivery, link, crm, role);
  if ('action' in made) return made;
  return effect('updated', 'crm_changed', made, { detail: `made again as ${crm.kind}` });
}

/**
 * A create, or the repeat of one. If the appointment became a To Do, or the reverse, since an attempt whose answer was
 * lost, what that attempt may have made is looked for first: nothing else would ever find it.
 */
export async function createOrResume(
  context: MailboxContext,
  delivery: Delivery,
  plan: CreatePlan,
): Promise<Effect> {
  const { earlier } = plan;
  if (earlier?.state !== 'creating' || earlier.form === formOf(plan.item))
    return createEntry(context, delivery, plan);
  const entry = await lookAt(context, earlier);
  if (entry !== null && earlier.base_item !== null) {
    const link: LinkWrite = withBase(earlier, plan.role, earlier.kind, entry, earlier.base_item);
    // The token is left out: whether it is still what we made is decided by its content.
    const found: ItemLink = { ...link, domino_token: null, created_at: earlier.created_at };
    return changeForm(context, delivery, found, plan.item, plan.role);
  }
  await context.crm.beginCreate([intentOf(context, delivery, plan)]);
  return createEntry(context, delivery, plan);
}

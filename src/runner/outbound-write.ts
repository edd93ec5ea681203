/** Writes one entry in Domino that is there already: ours to update, or found where we meant to create it. */
import type { ItemLink, LinkRole, LinkWrite } from '../crm/contract.ts';
import type { DominoEntry, DominoPatch } from '../item/domino-entry.ts';
import { draftFromItem, formOf, itemFromDomino, patchFromItem } from '../item/domino-mapping.ts';
import { mergeItems } from '../item/merge.ts';
import type { SyncItem } from '../item/sync-item.ts';
import { dominoContext, type MailboxContext } from './context.ts';
import { effect, uidOf, type Delivery, type Effect } from './delivery.ts';
import { ItemFault } from './faults.ts';
import { entryLink, linkKey, newLink, observed, rebased, withBase } from './link.ts';
import { inboundUpdate, mergePair, type Pair } from './pair.ts';

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
  if (base === null) {
    const entry = await context.mailFile.read(linkKey(link), { signal: context.calls });
    if (entry === null) return recreate(context, delivery, link, crm, role);
    return settle(context, {
      link,
      role,
      appointment: delivery.appointment,
      crm,
      entry,
      domino: readEntry(context, entry),
    });
  }
  const merge = mergeItems({
    base,
    crm,
    domino: base.domino,
    // Domino is taken as it was: only the CRM can have changed, and there is nothing to decide.
    rules: context.settings.mergeRules,
    crmChangedAt: null,
    dominoChangedAt: null,
  });
  const patch = patchFromItem(merge.domino!, merge.toDomino, {
    ...dominoContext(context),
    crm,
    crmBefore: base.crm,
    domino: base.domino,
  });
  if (isEmpty(patch)) {
    return effect('unchanged', 'already_equal', rebased({ ...link, role }, { crm, domino: base.domino }));
  }
  const answer = await context.mailFile.update(linkKey(link), patch, link.domino_token ?? '', {
    notify: context.settings.notify,
    signal: context.calls,
  });
  switch (answer.outcome) {
    case 'updated':
      return effect('updated', 'crm_changed', entryLink(context, link, role, crm, answer.entry));
    case 'gone':
      return recreate(context, delivery, link, crm, role);
    case 'changed':
      return settle(context, {
        link,
        role,
        appointment: delivery.appointment,
        crm,
        entry: answer.entry,
        domino: readEntry(context, answer.entry),
      });
  }
}

/** A create was answered "exists": what stands there is compared with what we meant to make. */
export const adoptExisting = (
  context: MailboxContext,
  delivery: Delivery,
  link: LinkWrite,
  entry: DominoEntry,
  plan: { item: SyncItem; role: LinkRole },
): Promise<Effect> =>
  settle(context, {
    link,
    role: plan.role,
    appointment: delivery.appointment,
    crm: plan.item,
    entry,
    domino: readEntry(context, entry),
  });

function readEntry(context: MailboxContext, entry: DominoEntry): SyncItem {
  const read = itemFromDomino(entry, dominoContext(context));
  if ('refused' in read) throw new ItemFault(read.refused, read.detail, false);
  return read.item;
}

/**
 * Both sides in hand: merge, tell the CRM what Notes users changed, and Domino the rest. When the CRM had to be written
 * a new delivery carries the rest, based on the row as it is then.
 */
async function settle(context: MailboxContext, first: Pair): Promise<Effect> {
  let pair = first;
  const adopting = first.link.state === 'creating';
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const merge = mergePair(context, pair);
    if (merge.toCrm.length > 0 && context.mailbox.direction === 'both') return tellCrm(context, pair, merge);
    const patch = patchFromItem(merge.domino, merge.toDomino, {
      ...dominoContext(context),
      crm: pair.crm,
      crmBefore: pair.link.base_item?.crm ?? null,
      domino: pair.domino,
    });
    if (isEmpty(patch)) {
      const link = withBase(pair.link, pair.role, pair.crm.kind, pair.entry, {
        crm: pair.crm,
        domino: pair.domino,
      });
      return effect(
        adopting ? 'adopted' : 'unchanged',
        adopting ? 'found_in_domino' : 'already_equal',
        link,
        {
          conflicts: merge.conflicts,
        },
      );
    }
    const answer = await context.mailFile.update(pair.entry.key, patch, pair.entry.token, {
      notify: context.settings.notify,
      signal: context.calls,
    });
    if (answer.outcome === 'updated') {
      const link = withBase(pair.link, pair.role, pair.crm.kind, answer.entry, {
        crm: pair.crm,
        domino: observed(context, answer.entry, merge.domino),
      });
      return effect(adopting ? 'adopted' : 'updated', adopting ? 'found_in_domino' : 'crm_changed', link, {
        conflicts: merge.conflicts,
      });
    }
    if (answer.outcome === 'gone')
      throw new ItemFault('domino_conflict', 'the entry was deleted while it was written', true);
    pair = { ...pair, entry: answer.entry, domino: readEntry(context, answer.entry) };
  }
  throw new ItemFault('domino_conflict', 'the entry keeps changing in Domino', true);
}

async function tellCrm(
  context: MailboxContext,
  pair: Pair,
  merge: ReturnType<typeof mergePair>,
): Promise<Effect> {
  const item = inboundUpdate(context, 0, pair, merge, 'domino_changed');
  const [outcome] = await context.crm.applyInbound(context.mailbox.crm_user_id, [item]);
  if (outcome?.outcome !== 'updated')
    throw new ItemFault('crm_stale', 'the appointment changed in the CRM meanwhile', true);
  context.counts.toCrm[item.action] += 1;
  context.counts.conflicts += merge.conflicts.length;
  // The link is written already; what Domino still lacks is a delivery of its own.
  return effect('unchanged', 'domino_changed', null);
}

/** The CRM edited what was deleted in Notes: the edit wins, the entry is made anew, and it is told. */
async function recreate(
  context: MailboxContext,
  delivery: Delivery,
  link: ItemLink,
  crm: SyncItem,
  role: LinkRole,
): Promise<Effect> {
  const made = await makeAnew(context, delivery, link, crm, role);
  if ('action' in made) return made;
  return effect('created', 'conflict_resolved', made, {
    detail: 'deleted in Notes while it was edited in the CRM: made again',
    conflicts: [
      {
        field: 'existence',
        base_value: null,
        crm_value: 'edited',
        domino_value: 'deleted',
        winner: 'crm',
        decided_by: 'an edit wins over a deletion',
      },
    ],
  });
}

/**
 * An appointment became a To Do, or the reverse: two stores of the mail file, so the old entry goes and a new one comes.
 * The old one first: cut short between the two, the next attempt finds it gone and goes on.
 */
async function changeForm(
  context: MailboxContext,
  delivery: Delivery,
  link: ItemLink,
  crm: SyncItem,
  role: LinkRole,
): Promise<Effect> {
  await context.mailFile.delete(linkKey(link), null, {
    notify: context.settings.notify,
    signal: context.calls,
  });
  const made = await makeAnew(context, delivery, link, crm, role);
  if ('action' in made) return made;
  return effect('updated', 'crm_changed', made, { detail: `made again as ${crm.kind}` });
}

/**
 * A new entry under the next uid derived from the pair, its intent recorded first. Should Domino have that uid already
 * (the links come from a backup), what stands there is compared instead: that is the effect then.
 */
async function makeAnew(
  context: MailboxContext,
  delivery: Delivery,
  link: ItemLink,
  crm: SyncItem,
  role: LinkRole,
): Promise<LinkWrite | Effect> {
  const incarnation = link.incarnation + 1;
  const intent = newLink({
    appointmentId: link.appointment_id,
    crmUserId: link.crm_user_id,
    role,
    item: crm,
    uid: uidOf(context, delivery.leased, incarnation),
    incarnation,
    context: dominoContext(context),
  });
  await context.crm.beginCreate([intent]);
  const answer = await context.mailFile.create(
    intent.domino_uid,
    draftFromItem(crm, dominoContext(context)),
    { notify: context.settings.notify, since: null, signal: context.calls },
  );
  if (answer.outcome === 'exists')
    return adoptExisting(context, delivery, { ...intent, base_item: null }, answer.entry, {
      item: crm,
      role,
    });
  return entryLink(context, intent, role, crm, answer.entry);
}

const isEmpty = (patch: DominoPatch): boolean => Object.keys(patch).length === 0;

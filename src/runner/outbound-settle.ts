/** Both sides of a pair in hand on the way to Domino: merge, tell the CRM what Notes users changed, and Domino the rest. */
import type { BaseItem, ConflictWrite, LeasedDelivery, LinkRole, LinkWrite } from '../crm/contract.ts';
import type { DominoEntry, DominoPatch } from '../item/domino-entry.ts';
import { itemFromDomino, patchFromItem, patchToFollow } from '../item/domino-mapping.ts';
import { planPair } from '../item/planner.ts';
import { veiledBase } from '../item/privacy.ts';
import type { ReasonCode } from '../item/reason-code.ts';
import type { SyncItem } from '../item/sync-item.ts';
import { dominoContext, maskOf, type MailboxContext } from './context.ts';
import { effect, type Delivery, type Effect } from './delivery.ts';
import { foreignOrganiser } from './foreign-meeting.ts';
import { ItemFault } from './faults.ts';
import { agreed, observed, unlinked, withBase } from './link.ts';
import { applyOne } from './outbound-apply.ts';
import { dominoChangeOf, factsOf } from './pair-facts.ts';
import { inboundUpdate, mergePair, type Pair, type PairMerge } from './pair.ts';
import { writtenToDomino } from './told.ts';

/** Somebody may keep editing in Notes while we try; then the delivery comes back later. */
const TRIES = 3;

/**
 * Compares what stands in Domino with what the CRM holds, field by field. When the CRM had to be written a new delivery
 * carries the rest, based on the row as it is then. `again` asks for that delivery in any case. Throws ItemFault.
 */
export async function settle(
  context: MailboxContext,
  delivery: Delivery,
  found: { link: LinkWrite; role: LinkRole; crm: SyncItem; entry: DominoEntry; again?: boolean },
): Promise<Effect> {
  const { link, role, crm } = found;
  const { appointment } = delivery;
  const reason = reasonToAdopt(link);
  let entry = found.entry;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    if (context.mailFile.isOlder(entry, link.domino_token))
      return overwriteOlder(context, delivery, { link, role, crm, entry });
    const foreign = foreignOrganiser(context, entry.organiser);
    if (foreign !== null)
      return effect('skipped', 'not_organiser', null, { detail: `the meeting of ${foreign} in Notes` });
    const facts = factsOf(context, link, appointment, entry);
    const action = planPair('edited', dominoChangeOf(context, link, entry), facts);
    if (action.do === 'unlink') return leave(link, entry, action.reason);
    const pair: Pair = { link, role, appointment, crm, entry, domino: readEntry(context, entry) };
    const merge = mergePair(context, pair);
    if (merge.toCrm.length > 0 && planPair('edited', 'edited', facts).do === 'merge')
      return tellCrm(context, pair, merge, found.again === true);
    const patching = {
      ...dominoContext(context),
      crm,
      crmBefore: link.base_item?.crm ?? null,
      domino: pair.domino,
    };
    const edits = patchFromItem(merge.domino, merge.toDomino, patching);
    const following =
      delivery.leased.reason_code === 'reconcile' && isEmpty(edits)
        ? patchToFollow(entry, merge.domino, { ...patching, mayInvite: !context.settings.notify })
        : {};
    const patch = { ...edits, ...following };
    const { conflicts } = merge;
    if (isEmpty(patch)) {
      const seen = agreed(context, link, { crm, domino: pair.domino });
      const same = withBase(link, role, crm.kind, entry, seen);
      return effect(reason === null ? 'unchanged' : 'adopted', reason ?? 'already_equal', same, {
        conflicts,
      });
    }
    await noteConflicts(context, delivery, conflicts);
    const answer = await context.mailFile.update(entry.key, patch, entry.token, {
      // A setting is no news for those who are invited.
      notify: context.settings.notify && isEmpty(following),
      signal: context.calls,
    });
    if (answer.outcome === 'updated') {
      const after = { crm, domino: observed(context, answer.entry, merge.domino) };
      const seen = agreed(context, link, after);
      const mask = maskOf(context);
      const both = merge.veiled === 'domino' && mask !== null ? veiledBase(seen, mask) : seen;
      const written = withBase(link, role, crm.kind, answer.entry, both);
      const invited = following.attendees === undefined ? [] : (['attendees'] as const);
      const fields = [...merge.toDomino, ...invited];
      const changes = writtenToDomino(pair.domino, merge.domino, after.domino, fields);
      if (answer.bodyKept) return bodyKept(written, crm, link.base_item, { changes, conflicts });
      return effect(reason === null ? 'updated' : 'adopted', reason ?? 'crm_changed', written, {
        conflicts,
        changes,
      });
    }
    if (answer.outcome === 'gone')
      throw new ItemFault('domino_conflict', 'the entry was deleted while it was written', true);
    entry = answer.entry;
  }
  throw new ItemFault('domino_conflict', 'the entry keeps changing in Domino', true);
}

/** A replica that lags behind catches up: nothing is written to what it shows, nor deleted, before that was waited for. */
export function waitForNewer(
  context: MailboxContext,
  { leased }: Delivery,
  link: LinkWrite,
  entry: DominoEntry,
): void {
  if (link.state !== 'linked' || !context.mailFile.isOlder(entry, link.domino_token)) return;
  if (!mayOverwrite(context, leased))
    throw new ItemFault('domino_older', 'Domino shows an older state of the entry than before', true);
}

/** Who decided, as it is told in a conflict. */
export const OLDER_STATE = 'Domino showed an older state than before';

/** Restored from a backup: the CRM's values are written again, and what stands in Domino is kept as a conflict. */
async function overwriteOlder(
  context: MailboxContext,
  delivery: Delivery,
  { link, role, crm, entry }: { link: LinkWrite; role: LinkRole; crm: SyncItem; entry: DominoEntry },
): Promise<Effect> {
  if (!mayOverwrite(context, delivery.leased))
    throw new ItemFault('domino_older', 'Domino shows an older state of the entry than before', true);
  const domino = readEntry(context, entry);
  const merge = mergePair(context, {
    link: { ...link, base_item: { crm: domino, domino } },
    role,
    appointment: delivery.appointment,
    crm,
    entry,
    domino,
  });
  // An entry without a text shows none, which is not the same as an empty one, and nothing is lost with it.
  const noText = (domino.body ?? '').trim() === (crm.body ?? '').trim();
  const edited = merge.toDomino.filter((field) => field !== 'regarding' && !(field === 'body' && noText));
  const conflicts = edited.map((field): ConflictWrite => ({
    field,
    base_value: link.base_item?.domino[field] ?? null,
    crm_value: crm[field],
    domino_value: domino[field],
    winner: 'crm',
    decided_by: OLDER_STATE,
  }));
  await noteConflicts(context, delivery, conflicts);
  const patch = patchFromItem(merge.domino, merge.toDomino, {
    ...dominoContext(context),
    crm,
    crmBefore: domino,
    domino,
  });
  const agreedOn = (now: DominoEntry, shown: SyncItem): LinkWrite =>
    withBase(link, role, crm.kind, now, agreed(context, link, { crm, domino: shown }));
  if (isEmpty(patch)) return effect('unchanged', 'already_equal', agreedOn(entry, domino), { conflicts });
  const answer = await context.mailFile.update(entry.key, patch, entry.token, {
    notify: context.settings.notify,
    signal: context.calls,
  });
  if (answer.outcome !== 'updated')
    throw new ItemFault('domino_conflict', 'the entry changed while it was written', true);
  const after = observed(context, answer.entry, merge.domino);
  return effect('updated', 'domino_older', agreedOn(answer.entry, after), {
    conflicts,
    changes: writtenToDomino(domino, merge.domino, after, merge.toDomino),
  });
}

/** Waited for long enough, or an administrator says so. */
const MAY_OVERWRITE: readonly string[] = ['domino_older', 'admin_retry'];

/** So many attempts take 20 minutes at least, longer than the pull waits for a newer state. */
const PATIENT_ATTEMPTS = 8;

/**
 * A later event may have taken the place of the reason under which the pull asked for it; then the attempts tell. Of a user
 * to whom nothing comes from Domino no pull ever asks, and the CRM's word is all that counts: his last attempt writes,
 * however few max_attempts allows, rather than wait for an administrator who could say nothing else.
 */
const mayOverwrite = (
  { mailbox, settings }: MailboxContext,
  { reason_code: reason, attempts }: LeasedDelivery,
): boolean =>
  MAY_OVERWRITE.includes(reason) ||
  attempts > PATIENT_ATTEMPTS ||
  (mailbox.direction === 'to_domino' && attempts + 1 >= settings.max_attempts);

/** The loser's value is nowhere else once Domino is written: a runner that dies after that must not take it along. */
export async function noteConflicts(
  context: MailboxContext,
  { leased }: Delivery,
  conflicts: ConflictWrite[],
): Promise<void> {
  if (conflicts.length === 0) return;
  const { appointment_id, crm_user_id } = leased;
  await context.crm.noteConflicts([{ appointment_id, crm_user_id, conflicts }]);
}

/** null: it is a pair already. */
function reasonToAdopt(link: LinkWrite): ReasonCode | null {
  if (link.state === 'linked') return null;
  if (link.state === 'creating') return 'found_in_domino';
  return link.unlinked_reason === 'tombstone_lifted' ? 'tombstone_lifted' : 'crm_changed';
}

/** A create was answered "exists": what stands there is compared with what we meant to make. */
export const adoptExisting = (
  context: MailboxContext,
  delivery: Delivery,
  link: LinkWrite,
  entry: DominoEntry,
  plan: { item: SyncItem; role: LinkRole },
): Promise<Effect> => settle(context, delivery, { link, role: plan.role, crm: plan.item, entry });

/** The entry stays as it is; the base too, so that both sides can be compared when it becomes a pair again. */
const leave = (link: LinkWrite, entry: DominoEntry, reason: ReasonCode): Effect =>
  effect(
    'unlinked',
    reason,
    unlinked(
      {
        ...link,
        form: entry.key.form,
        domino_uid: entry.key.uid,
        domino_recurrence_id: entry.key.recurrenceId ?? '',
        domino_digest: entry.digest,
      },
      reason,
    ),
  );

async function tellCrm(
  context: MailboxContext,
  pair: Pair,
  merge: PairMerge,
  again: boolean,
): Promise<Effect> {
  const item = inboundUpdate(context, 0, pair, merge, 'domino_changed');
  await applyOne(context, { ...item, write_back: item.write_back || again });
  // The link is written already; what Domino still lacks is a delivery of its own.
  return effect('unchanged', 'domino_changed', null);
}

/** Files in the text of Notes cannot be written over: each side keeps its own text, and an administrator is told. */
export function bodyKept(
  written: LinkWrite,
  crm: SyncItem,
  base: BaseItem | null,
  { changes, conflicts }: Pick<Effect, 'changes' | 'conflicts'>,
): Effect {
  const kept: ConflictWrite = {
    field: 'body',
    base_value: base === null ? null : { crm: base.crm.body, domino: base.domino.body },
    crm_value: crm.body,
    domino_value: written.base_item?.domino.body ?? null,
    winner: 'both',
    decided_by: 'files in the text of Notes',
  };
  return effect('updated', 'body_kept', written, {
    changes: changes?.filter(({ field }) => field !== 'body') ?? null,
    conflicts: [...conflicts, kept],
  });
}

/** Throws ItemFault for an entry that cannot be an item. */
export function readEntry(context: MailboxContext, entry: DominoEntry): SyncItem {
  const read = itemFromDomino(entry, dominoContext(context));
  if ('refused' in read) throw new ItemFault(read.refused, read.detail, false);
  return read.item;
}

export const isEmpty = (patch: DominoPatch): boolean => Object.keys(patch).length === 0;

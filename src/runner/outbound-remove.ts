/**
 * The CRM no longer wants an entry in this mail file. What becomes of it depends on what Notes users did to it
 * meanwhile, so Domino is looked at first, and only what was looked at is deleted.
 */
import type { ConflictWrite, ItemLink } from '../crm/contract.ts';
import type { DominoEntry } from '../item/domino-entry.ts';
import type { Action } from '../item/planner.ts';
import type { ReasonCode } from '../item/reason-code.ts';
import { crmContext, type MailboxContext } from './context.ts';
import { itemFromCrm } from '../item/crm-mapping.ts';
import { effect, type Delivery, type Effect } from './delivery.ts';
import { ItemFault } from './faults.ts';
import { linkKey, unlinked } from './link.ts';
import { writtenSince } from './lost-create.ts';
import { applyOne } from './outbound-apply.ts';
import { noteConflicts, OLDER_STATE, readEntry, waitForNewer } from './outbound-settle.ts';
import { decidePair, dominoChangeOf, showsAsAgreed } from './pair-facts.ts';
import { inboundUpdate, mergePair } from './pair.ts';
import { existence, restoration } from './restore.ts';

/** Somebody may keep editing in Notes while we try; then the delivery comes back later. */
const TRIES = 3;

export async function removeEntry(
  context: MailboxContext,
  delivery: Delivery,
  link: ItemLink,
): Promise<Effect> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const entry = await lookAt(context, link);
    if (entry !== null) waitForNewer(context, delivery, link, entry);
    const action = decidePair(context, link, delivery.appointment, entry);
    const done = await carryOut(context, delivery, link, entry, action);
    if (done !== null) return done;
  }
  throw new ItemFault('domino_conflict', 'the entry keeps changing in Domino', true);
}

/** An entry of which nobody knows whether its create got through is searched for under the uid it would have. */
export const lookAt = (context: MailboxContext, link: ItemLink): Promise<DominoEntry | null> =>
  link.state === 'creating'
    ? context.mailFile.findCreated(link.form, link.domino_uid, writtenSince(link), {
        signal: context.calls,
      })
    : context.mailFile.read(linkKey(link), { signal: context.calls });

/** null: somebody was faster, look again. */
async function carryOut(
  context: MailboxContext,
  delivery: Delivery,
  link: ItemLink,
  entry: DominoEntry | null,
  action: Action,
): Promise<Effect | null> {
  switch (action.do) {
    case 'nothing':
      return effect('skipped', action.reason, null);
    case 'unlink':
      return effect('unlinked', action.reason, unlinked(link, action.reason));
    case 'forget':
      return effect('deleted', action.reason, unlinked(link, action.reason), {
        detail: 'the entry was gone from Domino already',
      });
    case 'delete':
      return entry === null || action.on === 'crm'
        ? impossible(action)
        : deleteEntry(context, delivery, link, entry, action.reason);
    case 'recreate':
      if (entry === null || action.on === 'domino') return impossible(action);
      await applyOne(
        context,
        restoration(context, 0, link, delivery.appointment, entry, readEntry(context, entry)),
      );
      return effect('unchanged', action.reason, null);
    case 'update':
      return entry === null || action.on === 'domino'
        ? impossible(action)
        : editFirst(context, delivery, link, entry);
    case 'merge':
    case 'create':
      return impossible(action);
  }
}

async function deleteEntry(
  context: MailboxContext,
  delivery: Delivery,
  link: ItemLink,
  entry: DominoEntry,
  reason: ReasonCode,
): Promise<Effect | null> {
  const lost = lostWith(context, link, entry);
  await noteConflicts(context, delivery, lost);
  const answer = await context.mailFile.delete(entry.key, entry.token, {
    notify: context.settings.notify,
    signal: context.calls,
  });
  if (answer.outcome === 'changed') return null;
  return effect('deleted', reason, unlinked(link, reason), {
    detail: answer.outcome === 'gone' ? 'the entry was gone from Domino already' : null,
    conflicts: lost,
  });
}

/** What nobody would know any more once the entry is deleted. */
function lostWith(context: MailboxContext, link: ItemLink, entry: DominoEntry): ConflictWrite[] {
  // From a backup, or edited by a clock that was put back: nobody can tell.
  const older = link.state === 'linked' && context.mailFile.isOlder(entry, link.domino_token);
  const edited = older
    ? !showsAsAgreed(context, link, entry)
    : dominoChangeOf(context, link, entry) === 'edited';
  if (!edited) return [];
  const decidedBy = older ? OLDER_STATE : 'setting or direction';
  return [existence('deleted', readEntry(context, entry), 'crm', decidedBy)];
}

/** Another mail file is to hold it, but its last edit was made here: that goes to the CRM, and the entry after it. */
async function editFirst(
  context: MailboxContext,
  delivery: Delivery,
  link: ItemLink,
  entry: DominoEntry,
): Promise<Effect | null> {
  const { appointment } = delivery;
  const read = itemFromCrm(appointment, crmContext(context, link.role));
  if ('refused' in read) throw new ItemFault(read.refused, read.detail, false);
  const pair = {
    link,
    role: link.role,
    appointment,
    crm: read.item,
    entry,
    domino: readEntry(context, entry),
  };
  const merge = mergePair(context, pair);
  if (merge.toCrm.length === 0) return deleteEntry(context, delivery, link, entry, 'holder_changed');
  await applyOne(context, {
    ...inboundUpdate(context, 0, pair, merge, 'domino_changed'),
    write_back: true,
  });
  return effect('unchanged', 'domino_changed', null);
}

/** The table has no such cell; a changed one must not lead to a guess. */
function impossible(action: Action): never {
  throw new ItemFault('internal', `the planner answered "${action.do}" for an entry that has to go`, false);
}

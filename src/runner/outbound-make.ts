/** Makes entries in Domino. The intent is recorded first and the uid derived from the pair, so that a repeat is safe. */
import type { ItemLink, LinkRole, LinkWrite } from '../crm/contract.ts';
import { draftFromItem, formOf } from '../item/domino-mapping.ts';
import type { DominoEntry } from '../item/domino-entry.ts';
import { planPair } from '../item/planner.ts';
import type { SyncItem } from '../item/sync-item.ts';
import { subjectKey } from '../item/twin.ts';
import { dominoContext, type MailboxContext } from './context.ts';
import { effect, uidOf, type Delivery, type Effect } from './delivery.ts';
import { entryLink, newLink, unlinked } from './link.ts';
import type { DeliveryPlan } from './outbound-plan.ts';
import { timed, writtenSince } from './lost-create.ts';
import { adoptExisting, noteConflicts, readEntry } from './outbound-settle.ts';
import { factsOf } from './pair-facts.ts';
import { existence } from './restore.ts';
import { writtenToDomino } from './told.ts';

export type CreatePlan = Extract<DeliveryPlan, { do: 'create' }>;

/** The link as it stands while nobody knows whether the create reached Domino. */
export function intentOf(context: MailboxContext, { leased }: Delivery, plan: CreatePlan): LinkWrite {
  const repeat = plan.earlier?.state === 'creating' ? plan.earlier : null;
  // The intent of the first attempt stays the base: what differs from it in Domino is a Notes user's edit.
  if (repeat?.base_item && repeat.form === formOf(plan.item)) return repeat;
  const incarnation = plan.earlier === null ? 1 : plan.earlier.incarnation + (repeat ? 0 : 1);
  const intent = newLink({
    appointmentId: leased.appointment_id,
    crmUserId: leased.crm_user_id,
    role: plan.role,
    item: plan.item,
    uid: uidOf(context, leased, incarnation),
    incarnation,
    context: dominoContext(context),
  });
  return timed(context, intent);
}

export async function createEntry(
  context: MailboxContext,
  delivery: Delivery,
  plan: CreatePlan,
): Promise<Effect> {
  const link = intentOf(context, delivery, plan);
  const repeated = plan.earlier?.state === 'creating';
  const answer = await context.mailFile.create(
    uidOf(context, delivery.leased, link.incarnation),
    draftFromItem(plan.item, dominoContext(context)),
    {
      notify: context.settings.notify,
      since: repeated ? writtenSince(plan.earlier!) : null,
      signal: context.calls,
    },
  );
  if (answer.outcome === 'exists') {
    if (plan.earlier === null && isOfAnother(context, plan.item, answer.entry)) {
      const next = await makeAnew(context, delivery, link, plan.item, plan.role);
      if ('action' in next) return next;
      return effect('created', plan.reason, next, {
        changes: writtenToDomino(null, plan.item, next.base_item!.domino),
        detail: `${answer.entry.key.uid} stands for an appointment that had this number before: left as it is`,
      });
    }
    return adoptExisting(
      context,
      delivery,
      { ...link, base_item: repeated ? link.base_item : null },
      answer.entry,
      plan,
    );
  }
  const made = entryLink(context, link, plan.role, plan.item, answer.entry);
  const changes = writtenToDomino(null, plan.item, made.base_item!.domino);
  return effect('created', plan.reason, made, { changes });
}

/**
 * No link was ever known and yet the uid is taken: the database was restored after it was given. Alike neither in subject
 * nor in start: the CRM has given the number again, and what stands there is the only trace of the lost appointment.
 */
function isOfAnother(context: MailboxContext, crm: SyncItem, entry: DominoEntry): boolean {
  const domino = readEntry(context, entry);
  return subjectKey(crm.subject) !== subjectKey(domino.subject) && crm.when.start !== domino.when.start;
}

/** The CRM edited what is gone from Domino: as a rule the edit wins, the entry is made anew, and it is told. */
export async function afterGone(
  context: MailboxContext,
  delivery: Delivery,
  link: ItemLink,
  crm: SyncItem,
  role: LinkRole,
): Promise<Effect> {
  const facts = factsOf(context, link, delivery.appointment, null);
  const action = planPair('edited', 'deleted', facts);
  if (action.do === 'unlink') return effect('unlinked', action.reason, unlinked(link, action.reason));
  // The pull deletes in the CRM, where the breaker counts how many are gone at once.
  if (action.do !== 'recreate') return effect('skipped', action.reason, null);
  const conflicts = [existence('edited', 'deleted', 'crm', 'an edit wins over a deletion')];
  await noteConflicts(context, delivery, conflicts);
  const made = await makeAnew(context, delivery, link, crm, role);
  if ('action' in made) return made;
  return effect('created', action.reason, made, {
    changes: writtenToDomino(null, crm, made.base_item!.domino),
    detail: 'deleted in Notes while it was edited in the CRM: made again',
    conflicts,
  });
}

/**
 * A new entry under the next uid derived from the pair, its intent recorded first. Should Domino have that uid already
 * (the links come from a backup), what stands there is compared instead: that is the effect then.
 */
export async function makeAnew(
  context: MailboxContext,
  delivery: Delivery,
  link: ItemLink | LinkWrite,
  crm: SyncItem,
  role: LinkRole,
): Promise<LinkWrite | Effect> {
  const incarnation = link.incarnation + 1;
  const untimed = newLink({
    appointmentId: link.appointment_id,
    crmUserId: link.crm_user_id,
    role,
    item: crm,
    uid: uidOf(context, delivery.leased, incarnation),
    incarnation,
    context: dominoContext(context),
  });
  const intent = timed(context, untimed);
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

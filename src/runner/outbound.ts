/**
 * CRM → Domino for one mailbox: lease, read the CRM's state now, decide, write to Domino, complete. Serial within the
 * mailbox. No database transaction is open while Domino is asked.
 *
 * A crash anywhere is safe: a create carries the uid derived from the pair and its intent is recorded first; an update
 * repeated meets its own result and changes nothing; a delete repeated finds nothing.
 */
import type {
  ItemLink,
  LeasedDelivery,
  LinkWrite,
  OutboundFailure,
  OutboundResult,
} from '../crm/contract.ts';
import { CrmError } from '../crm/contract.ts';
import { itemFromCrm } from '../item/crm-mapping.ts';
import { draftFromItem } from '../item/domino-mapping.ts';
import type { ReasonCode } from '../item/reason-code.ts';
import { crmContext, dominoContext, type MailboxContext } from './context.ts';
import { effect, uidOf, type Delivery, type Effect } from './delivery.ts';
import { ItemFault, faultOf, retryDelaySeconds } from './faults.ts';
import { entryLink, linkKey, newLink } from './link.ts';
import { planDelivery, type DeliveryPlan } from './outbound-plan.ts';
import { adoptExisting, updateEntry } from './outbound-write.ts';
import { readRows } from './rows.ts';
import { savedInCrm, writtenToDomino } from './told.ts';
import { hasEnded, isTooOld } from './window.ts';

const BATCH = 50;

/** Works off everything due for the mailbox. Throws for faults of the mailbox, the server or the database. */
export async function deliverToDomino(context: MailboxContext): Promise<void> {
  const { crm, mailbox, settings } = context;
  while (!context.stopping.aborted) {
    const leased = await crm.leaseOutbound(mailbox.crm_user_id, BATCH, settings.lease_seconds);
    if (leased.length === 0) return;
    await deliverBatch(context, leased);
  }
}

interface Planned {
  delivery: Delivery;
  plan: DeliveryPlan;
  /** The link to record before Domino is asked; null when nothing is created. */
  intent: LinkWrite | null;
}

async function deliverBatch(context: MailboxContext, leased: readonly LeasedDelivery[]): Promise<void> {
  const results: OutboundResult[] = [];
  const failures: OutboundFailure[] = [];
  const planned = await planAll(context, leased, failures);
  const intents = planned.flatMap(({ intent }) => intent ?? []);
  if (intents.length > 0) await context.crm.beginCreate(intents);

  const done = new Map<OutboundResult, LeasedDelivery>();
  try {
    for (const { delivery, plan } of planned) {
      if (context.stopping.aborted) break;
      try {
        const result = {
          ...identityOf(delivery.leased),
          ...savedInCrm(delivery.appointment, context.settings.crm_time_zone),
          ...(await carryOut(context, delivery, plan)),
        };
        results.push(result);
        done.set(result, delivery.leased);
      } catch (error) {
        // A fault of the mailbox or the server is not the item's: releasing the mailbox frees what is still leased.
        if (faultOf(error).scope !== 'item') throw error;
        failures.push(failure(context, delivery.leased, error));
      }
    }
  } finally {
    const recorded = await complete(context, results, (result, error) =>
      failures.push(failure(context, done.get(result)!, error)),
    );
    await record(context, recorded, failures);
  }
}

/** A row that cannot be read or mapped fails alone; its neighbours go on. */
async function planAll(
  context: MailboxContext,
  leased: readonly LeasedDelivery[],
  failures: OutboundFailure[],
): Promise<Planned[]> {
  const { rowOf, unreadable } = await readRows(
    context.crm,
    leased.map((delivery) => delivery.appointment_id),
  );
  return leased.flatMap((one) => {
    try {
      const unread = unreadable.get(one.appointment_id);
      if (unread !== undefined) throw new ItemFault('crm_refused', unread, false);
      const delivery = { leased: one, appointment: rowOf.get(one.appointment_id)! };
      const made = plan(context, delivery);
      return [
        { delivery, plan: made, intent: made.do === 'create' ? intent(context, delivery, made) : null },
      ];
    } catch (error) {
      failures.push(failure(context, one, error));
      return [];
    }
  });
}

const identityOf = ({ appointment_id, crm_user_id, version }: LeasedDelivery) => ({
  appointment_id,
  crm_user_id,
  version,
});

function failure(context: MailboxContext, leased: LeasedDelivery, error: unknown): OutboundFailure {
  const fault = faultOf(error);
  const attempts = leased.attempts + 1;
  const giveUp = !fault.transient || attempts >= context.settings.max_attempts;
  context.log.warn({ appointment: leased.appointment_id, reason: fault.code }, fault.text);
  return {
    ...identityOf(leased),
    reason_code: fault.code,
    error: fault.text,
    retry_after_seconds: giveUp ? null : retryDelaySeconds(attempts, context.random, fault.retryAfterSeconds),
  };
}

/** One call for all; if the database refuses the data, one call for each. Answers what is recorded. */
async function complete(
  context: MailboxContext,
  results: OutboundResult[],
  refuse: (result: OutboundResult, error: CrmError) => void,
): Promise<OutboundResult[]> {
  if (results.length === 0) return [];
  try {
    await context.crm.completeOutbound(results);
    return results;
  } catch (error) {
    if (!(error instanceof CrmError) || error.code !== 'crm_refused') throw error;
    if (results.length === 1) {
      refuse(results[0]!, error);
      return [];
    }
    const recorded: OutboundResult[] = [];
    for (const result of results) recorded.push(...(await complete(context, [result], refuse)));
    return recorded;
  }
}

async function record(
  context: MailboxContext,
  results: readonly OutboundResult[],
  failures: OutboundFailure[],
): Promise<void> {
  if (failures.length > 0) {
    const { parked, waiting } = await context.crm.failOutbound(failures);
    context.counts.parked += parked;
    context.counts.failed += waiting;
  }
  for (const result of results) {
    context.counts.toDomino[result.action] += 1;
    context.counts.conflicts += result.conflicts.length;
    if (result.action === 'unchanged' || result.action === 'skipped') continue;
    context.log.info(
      { appointment: result.appointment_id, action: result.action, reason: result.reason_code },
      'CRM → Domino',
    );
  }
}

function plan(context: MailboxContext, { leased, appointment }: Delivery): DeliveryPlan {
  return planDelivery({
    delivery: leased,
    appointment,
    enabled: context.mailbox.enabled,
    mayWriteDomino: context.mailbox.direction !== 'to_crm',
    todosOn: context.settings.todos === 'on',
    read: (role) => itemFromCrm(appointment, crmContext(context, role)),
    tooOld: (item) => isTooOld(context, item),
    ended: (item) => hasEnded(context, item),
  });
}

type CreatePlan = Extract<DeliveryPlan, { do: 'create' }>;

/** The link as it stands while nobody knows whether the create reached Domino. */
function intent(context: MailboxContext, { leased }: Delivery, plan: CreatePlan): LinkWrite {
  const repeat = plan.earlier?.state === 'creating' ? plan.earlier : null;
  // The intent of the first attempt stays the base: what differs from it in Domino is a Notes user's edit.
  if (repeat?.base_item) return repeat;
  const incarnation = plan.earlier === null ? 1 : plan.earlier.incarnation + (repeat ? 0 : 1);
  return newLink({
    appointmentId: leased.appointment_id,
    crmUserId: leased.crm_user_id,
    role: plan.role,
    item: plan.item,
    uid: uidOf(context, leased, incarnation),
    incarnation,
    context: dominoContext(context),
  });
}

async function carryOut(context: MailboxContext, delivery: Delivery, plan: DeliveryPlan): Promise<Effect> {
  switch (plan.do) {
    case 'nothing':
      return effect(plan.action, plan.reason, null, { detail: plan.detail });
    case 'unlink':
      return effect('unlinked', plan.reason, unlinked(plan.link, plan.reason));
    case 'create':
      return create(context, delivery, plan);
    case 'update':
      return updateEntry(context, delivery, plan.link, plan.item, plan.role);
    case 'delete':
      return remove(context, plan.link, plan.reason);
  }
}

async function create(context: MailboxContext, delivery: Delivery, plan: CreatePlan): Promise<Effect> {
  const link = intent(context, delivery, plan);
  const repeated = plan.earlier?.state === 'creating';
  const answer = await context.mailFile.create(
    uidOf(context, delivery.leased, link.incarnation),
    draftFromItem(plan.item, dominoContext(context)),
    {
      notify: context.settings.notify,
      since: repeated ? plan.earlier!.created_at : null,
      signal: context.calls,
    },
  );
  if (answer.outcome === 'exists') {
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

async function remove(context: MailboxContext, link: ItemLink, reason: ReasonCode): Promise<Effect> {
  const { outcome } = await context.mailFile.delete(linkKey(link), null, {
    notify: context.settings.notify,
    signal: context.calls,
  });
  const detail = outcome === 'gone' ? 'the entry was gone from Domino already' : null;
  return effect('deleted', reason, unlinked(link, reason), { detail });
}

export const unlinked = (link: LinkWrite, reason: string): LinkWrite => ({
  ...link,
  state: 'unlinked',
  unlinked_reason: reason,
});

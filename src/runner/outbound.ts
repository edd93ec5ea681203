/**
 * CRM → Domino for one mailbox: lease, read the CRM's state now, decide, write to Domino, complete. Serial within the
 * mailbox. No database transaction is open while Domino is asked.
 *
 * A crash anywhere is safe: a create carries the uid derived from the pair and its intent is recorded first; an update
 * repeated meets its own result and changes nothing; a delete repeated finds nothing.
 */
import type { LeasedDelivery, LinkWrite, OutboundFailure, OutboundResult } from '../crm/contract.ts';
import { CrmError } from '../crm/contract.ts';
import { itemFromCrm } from '../item/crm-mapping.ts';
import { formOf } from '../item/domino-mapping.ts';
import type { ReasonCode } from '../item/reason-code.ts';
import { crmContext, type MailboxContext } from './context.ts';
import { effect, type Delivery, type Effect } from './delivery.ts';
import { foreignOrganiser } from './foreign-meeting.ts';
import { ItemFault, faultOf, retryDelaySeconds, type Fault } from './faults.ts';
import { intentOf } from './outbound-make.ts';
import { planDelivery, type DeliveryPlan } from './outbound-plan.ts';
import { removeEntry } from './outbound-remove.ts';
import { createOrResume, relink, updateEntry } from './outbound-write.ts';
import { readRows } from './rows.ts';
import { judgeItem } from './server-gate.ts';
import { savedInCrm } from './told.ts';
import { weightText } from './weight.ts';
import { isTooOld } from './window.ts';

const BATCH = 50;

/** The mailbox waits for an administrator: nothing of these deliveries was done. */
export interface Held {
  reason_code: ReasonCode;
  detail: string;
}

/**
 * Works off everything due for the mailbox; answers an alarm when so many deletions are due at once that an
 * administrator has to decide. Throws for faults of the mailbox, the server or the database. */
export async function deliverToDomino(context: MailboxContext): Promise<Held | null> {
  const { crm, mailbox, settings } = context;
  while (!context.stopping.aborted) {
    const leased = await crm.leaseOutbound(mailbox.crm_user_id, BATCH, settings.lease_seconds);
    if (leased.length === 0) return null;
    const held = await deliverBatch(context, leased);
    if (held !== null) return held;
  }
  return null;
}

interface Planned {
  delivery: Delivery;
  plan: DeliveryPlan;
  /** The link to record before Domino is asked; null when nothing is created. */
  intent: LinkWrite | null;
}

async function deliverBatch(
  context: MailboxContext,
  leased: readonly LeasedDelivery[],
): Promise<Held | null> {
  const results: OutboundResult[] = [];
  const failures: OutboundFailure[] = [];
  const planned = await planAll(context, leased, failures);
  const held = planned.some(({ plan }) => plan.do === 'remove') ? await holdDeletions(context) : null;
  // What is leased becomes free with the mailbox.
  if (held !== null) return held;
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
          ...asReconciled(delivery.leased, await carryOut(context, delivery, plan)),
        };
        results.push(result);
        done.set(result, delivery.leased);
      } catch (error) {
        // A fault of the mailbox or the server is not the item's: releasing the mailbox frees what is still leased.
        const fault = await judgeItem(context, error);
        if (fault.scope !== 'item') throw error;
        failures.push(failure(context, delivery.leased, fault));
      }
    }
  } finally {
    const recorded = await complete(context, results, (result, error) =>
      failures.push(failure(context, done.get(result)!, faultOf(error))),
    );
    await record(context, recorded, failures);
  }
  return null;
}

async function holdDeletions(context: MailboxContext): Promise<Held | null> {
  const { crm, mailbox, log } = context;
  const weighed = await crm.holdDeletions(mailbox.crm_user_id, 'to_domino', [], null);
  if (weighed.held === 0) return null;
  const detail = `the CRM no longer wants ${weightText(context, weighed)}; nothing was deleted in Domino`;
  log.error({ reason: 'mass_deletion' }, detail);
  return { reason_code: 'mass_deletion', detail };
}

/** What a reconcile found is told as such; that it passed over something is no news. */
function asReconciled({ reason_code }: LeasedDelivery, done: Effect): Effect {
  if (reason_code !== 'reconcile') return done;
  if (done.action === 'skipped') return { ...done, action: 'unchanged' };
  return done.action === 'unchanged' ? done : { ...done, reason_code: 'reconcile' };
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
      const twins =
        made.do === 'create' &&
        made.earlier?.state !== 'creating' &&
        context.heldBack.get(one.appointment_id);
      if (twins) throw new ItemFault('twin_ambiguous', twins, false);
      return [{ delivery, plan: made, intent: intentNow(context, delivery, made) }];
    } catch (error) {
      failures.push(failure(context, one, faultOf(error)));
      return [];
    }
  });
}

/** The intent of an earlier attempt in the other store of the mail file must not be overwritten before it was looked for. */
function intentNow(context: MailboxContext, delivery: Delivery, plan: DeliveryPlan): LinkWrite | null {
  if (plan.do !== 'create') return null;
  const { earlier, item } = plan;
  return earlier?.state === 'creating' && earlier.form !== formOf(item)
    ? null
    : intentOf(context, delivery, plan);
}

const identityOf = ({ appointment_id, crm_user_id, version }: LeasedDelivery) => ({
  appointment_id,
  crm_user_id,
  version,
});

function failure(context: MailboxContext, leased: LeasedDelivery, fault: Fault): OutboundFailure {
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

/** What a delivery asks for, before Domino is looked at. */
export function plan(context: MailboxContext, { leased, appointment }: Delivery): DeliveryPlan {
  return planDelivery({
    delivery: leased,
    appointment,
    enabled: context.mailbox.enabled,
    direction: context.mailbox.direction,
    privateAppointments: context.settings.private_appointments,
    foreign: foreignOrganiser(context, leased.link?.base_item?.domino.organiser ?? null),
    todosOn: context.settings.todos === 'on',
    read: (role) => itemFromCrm(appointment, crmContext(context, role)),
    tooOld: (item) => isTooOld(context, item),
  });
}

async function carryOut(context: MailboxContext, delivery: Delivery, plan: DeliveryPlan): Promise<Effect> {
  switch (plan.do) {
    case 'nothing':
      return effect(plan.action, plan.reason, null, { detail: plan.detail });
    case 'create':
      return createOrResume(context, delivery, plan);
    case 'update':
      return updateEntry(context, delivery, plan.link, plan.item, plan.role);
    case 'relink':
      return relink(context, delivery, plan.link, plan.item, plan.role);
    case 'remove':
      return removeEntry(context, delivery, plan.link);
  }
}

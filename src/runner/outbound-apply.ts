/** What CRM → Domino finds on its way that belongs into the CRM: one call, one transaction, with the link. */
import type { InboundItem } from '../crm/contract.ts';
import type { ReasonCode } from '../item/reason-code.ts';
import type { MailboxContext } from './context.ts';
import { ItemFault } from './faults.ts';

/** Throws ItemFault, to be tried again, when the row is no longer what the decision was based on. */
export async function applyOne(context: MailboxContext, item: InboundItem): Promise<void> {
  const [outcome] = await context.crm.applyInbound(context.mailbox.crm_user_id, [
    context.reconciling ? { ...item, reason_code: 'reconcile' satisfies ReasonCode } : item,
  ]);
  if (outcome?.outcome !== 'updated')
    throw new ItemFault('crm_stale', 'the appointment changed in the CRM meanwhile', true);
  context.counts.toCrm[item.action] += 1;
  context.counts.conflicts += item.conflicts.length;
  context.log.info(
    { appointment: item.appointment_id, action: item.action, reason: item.reason_code },
    'Domino → CRM',
  );
}

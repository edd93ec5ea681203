/** Carries out what was decided about entries that are gone, or kept apart from now on. */
import type { MissingItem } from '../crm/contract.ts';
import type { MailboxContext } from './context.ts';

export async function applyMissing(context: MailboxContext, items: readonly MissingItem[]): Promise<void> {
  if (items.length === 0) return;
  for (const outcome of await context.crm.applyMissing(context.mailbox.crm_user_id, items)) {
    // stale: the CRM's row changed meanwhile; the entry is still linked, so the next pull decides anew.
    if (outcome.outcome === 'stale' || outcome.outcome === 'gone') continue;
    context.counts.toCrm[outcome.outcome] += 1;
    context.log.info({ appointment: outcome.appointment_id, action: outcome.outcome }, 'Domino → CRM');
  }
}

/**
 * Reconcile: both sides of a mailbox compared in full, field by field, with what they last agreed on. It finds what no
 * trigger and no list has told: imports past the triggers, a time without capture, a restored backup, a damaged link.
 *
 * The CRM's side goes through the queue like any change, a chunk at a time; then the pull reads every linked entry that
 * was not read since. How far it is stands in the database, so another runner goes on where this one was stopped. A pair
 * that is equal costs one read in Domino and no write.
 */
import type { MailboxContext } from './context.ts';
import { deliverToDomino, type Held } from './outbound.ts';

/** Appointments put in the queue at a time. */
const CHUNK = 200;

/** `through`: the pull may follow. Throws like deliverToDomino. */
export async function reconcileCrmSide(context: MailboxContext): Promise<'through' | 'cut short' | Held> {
  const { crm, mailbox, log } = context;
  log.info({ reason: mailbox.reconcile_reason }, 'reconcile: comparing both sides in full');
  for (;;) {
    if (context.stopping.aborted) return 'cut short';
    const { enqueued, more } = await crm.reconcileChunk(mailbox.crm_user_id, CHUNK);
    const held = enqueued > 0 ? await deliverToDomino(context) : null;
    if (held !== null) return held;
    if (context.stopping.aborted) return 'cut short';
    if (!more) return 'through';
  }
}

/** To be called only when the pull and all its effects are stored. */
export async function finishReconcile({ crm, mailbox, log }: MailboxContext): Promise<void> {
  const found = await crm.finishReconcile(mailbox.crm_user_id);
  log[found.open_differences > 0 ? 'warn' : 'info'](
    { healed: found.healed, open: found.open_differences },
    'reconcile: both sides are compared',
  );
}

/**
 * Triggers that somebody dropped or disabled tell nothing by themselves: the runner looks every few minutes. The database
 * keeps the record, so of many runners one tells it; the changes that went unseen are found by reconcile.
 */
import type { CrmDatabase } from '../crm/contract.ts';
import type { Log } from '../log.ts';

const EVERY_MS = 5 * 60_000;

/** The function looks when it is called for the first time, and then at most every five minutes. Throws CrmError. */
export function createCaptureWatch(
  { crm, log }: { crm: Pick<CrmDatabase, 'watchCapture'>; log: Log },
  clock: () => number = () => performance.now(),
): () => Promise<void> {
  let next = -Infinity;
  return async () => {
    if (clock() < next) return;
    const { outcome, detail } = await crm.watchCapture();
    next = clock() + EVERY_MS;
    if (outcome === 'opened')
      log.error({ reason: 'capture_off' }, `changes in the CRM are not seen any more: ${detail}`);
    if (outcome === 'closed')
      log.warn({ reason: 'capture_off' }, 'capture is on again; both sides of every mailbox are compared');
  };
}

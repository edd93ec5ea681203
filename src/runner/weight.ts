/** How many deletions the breaker has counted, in words. */
import type { WeighedDeletions } from '../crm/contract.ts';
import type { MailboxContext } from './context.ts';

/** Such as "24 of 30 entries at once", "21 of 30 entries (15 of them earlier, within 24 hours)". A series counts once. */
export function weightText(
  { settings }: Pick<MailboxContext, 'settings'>,
  { counted, earlier, linked }: WeighedDeletions,
): string {
  const all = `${counted} of ${linked} entries`;
  return earlier === 0
    ? `${all} at once`
    : `${all} (${earlier} of them earlier, within ${settings.mass_disappearance_hours} hours)`;
}

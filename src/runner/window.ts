/** The window: what ended before it is left alone unless it is linked already. */
import { hasEnded as ended, placementOf, type Window } from '../item/placement.ts';
import type { SyncItem } from '../item/sync-item.ts';
import { toInstant, type MailboxContext } from './context.ts';

const DAY_MS = 86_400_000;

/** UTC instants [from, to) listed in Domino now: it slides, but never reaches back before the user was enabled. */
export function mailboxWindow(context: MailboxContext): Window {
  const now = context.now().getTime();
  const { window_future_days: future } = context.settings;
  const past = context.mailbox.past_days ?? context.settings.window_past_days;
  const from = toInstant(new Date(now - past * DAY_MS));
  const windowStart = context.mailbox.window_start;
  return {
    windowStart,
    from: from > windowStart ? from : windowStart,
    to: toInstant(new Date(now + future * DAY_MS)),
  };
}

/** Towards the end Domino is listed up to the window only; nothing is too far ahead to be written. */
export const isTooOld = (context: MailboxContext, item: SyncItem): boolean =>
  placementOf(item.when, mailboxWindow(context), context.settings.crm_time_zone) === 'too_old';

export const hasEnded = (context: MailboxContext, item: SyncItem): boolean =>
  ended(item.when, toInstant(context.now()), context.settings.crm_time_zone);

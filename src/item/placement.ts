/** Whether an item belongs to the window that is synchronised. */
import type { When } from './sync-item.ts';
import { endInstant, startInstant } from './when.ts';

export interface Window {
  /** UTC instant from which on this mailbox is synchronised; what ended before is left alone. */
  windowStart: string;
  /** UTC instants [from, to) that are listed in Domino now. */
  from: string;
  to: string;
}

/**
 * A single item is judged by its end, so that one that began before the window and still runs takes part; what ends at
 * the very beginning has ended. All-day items begin and end with their days in `zone`.
 */
export function placementOf(
  when: When,
  window: Window,
  zone: string,
): 'inside' | 'too_old' | 'too_far_ahead' {
  const start = startInstant(when, zone);
  const end = endInstant(when, zone);
  const from = window.from > window.windowStart ? window.from : window.windowStart;
  // An item without length at the beginning of the window is inside, as Domino lists it there.
  if (end < from || (end === from && start < end)) return 'too_old';
  return start >= window.to ? 'too_far_ahead' : 'inside';
}

export const isInWindow = (when: When, window: Window, zone: string): boolean =>
  placementOf(when, window, zone) === 'inside';

/** Whether it is over at `now`, a UTC instant. */
export const hasEnded = (when: When, now: string, zone: string): boolean => endInstant(when, zone) <= now;

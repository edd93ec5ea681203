import { hasEnded, isInWindow, placementOf } from '../../src/item/placement.ts';
import type { When } from '../../src/item/sync-item.ts';

const window = {
  windowStart: '2026-05-01T00:00:00Z',
  from: '2026-05-04T00:00:00Z',
  to: '2026-06-01T00:00:00Z',
};
const timed = (start: string, end: string): When => ({ allDay: false, start, end, timeZone: null });
const days = (start: string, end: string): When => ({ allDay: true, start, end });

test.each([
  ['ended before the window', timed('2026-05-03T10:00:00Z', '2026-05-03T11:00:00Z'), 'too_old'],
  ['ends at its very beginning', timed('2026-05-03T23:00:00Z', '2026-05-04T00:00:00Z'), 'too_old'],
  ['began before it and still runs', timed('2026-05-03T23:00:00Z', '2026-05-04T00:00:01Z'), 'inside'],
  ['takes no time at its beginning', timed('2026-05-04T00:00:00Z', '2026-05-04T00:00:00Z'), 'inside'],
  ['starts just before its end', timed('2026-05-31T23:59:59Z', '2026-06-02T00:00:00Z'), 'inside'],
  ['starts at its end', timed('2026-06-01T00:00:00Z', '2026-06-01T01:00:00Z'), 'too_far_ahead'],
])('an item that %s', (_, when, expected) => {
  expect(placementOf(when, window, 'UTC')).toBe(expected);
  expect(isInWindow(when, window, 'UTC')).toBe(expected === 'inside');
});

test('all-day items end with their last day where the CRM is', () => {
  expect(placementOf(days('2026-05-03', '2026-05-03'), window, 'Europe/Berlin')).toBe('too_old');
  expect(placementOf(days('2026-05-03', '2026-05-03'), window, 'America/New_York')).toBe('inside');
  expect(hasEnded(days('2026-05-03', '2026-05-03'), '2026-05-03T22:00:00Z', 'Europe/Berlin')).toBe(true);
  expect(hasEnded(days('2026-05-03', '2026-05-03'), '2026-05-03T22:00:00Z', 'America/New_York')).toBe(false);
});

test('nothing reaches back before the mailbox was enabled', () => {
  const enabledLater = { ...window, windowStart: '2026-05-10T00:00:00Z' };
  expect(placementOf(timed('2026-05-09T10:00:00Z', '2026-05-09T11:00:00Z'), enabledLater, 'UTC')).toBe(
    'too_old',
  );
});

/** The edges of the window: what a complete listing has to show, and so what may be missed in it. */
import fc from 'fast-check';
import { isInWindow, shouldBeListed } from '../../src/domino/das/event-list.ts';
import { addDays, addMinutes, startOfDay } from '../../src/item/time-zone.ts';
import { date, instant, zone } from '../item/arbitraries.ts';

const window = { from: '2026-05-04T00:00:00Z', to: '2026-06-01T00:00:00Z' };

test.each([
  ['a second before it begins', '2026-05-03T23:59:59Z', false],
  ['as it begins', '2026-05-04T00:00:00Z', true],
  ['a second before it ends', '2026-05-31T23:59:59Z', true],
  ['as it ends', '2026-06-01T00:00:00Z', false],
])('an entry that starts %s', (_, start, inside) => {
  expect(shouldBeListed(start, window)).toBe(inside);
  expect(isInWindow(start, window)).toBe(inside);
});

test('an all-day entry is missed only where its day begins within the window in every zone', () => {
  fc.assert(
    fc.property(
      instant,
      fc.integer({ min: 1, max: 500 }),
      date,
      fc.integer({ min: -2, max: 2 }),
      zone,
      (from, hours, far, near, zoneId) => {
        const asked = { from, to: addMinutes(from, hours * 60) };
        for (const day of [far, addDays(from.slice(0, 10), near), addDays(asked.to.slice(0, 10), near)]) {
          const begins = startOfDay(day, zoneId);
          if (shouldBeListed(day, asked))
            expect([day, begins >= asked.from && begins < asked.to]).toEqual([day, true]);
          // Whatever the zone, a row with a date is never passed over.
          expect(isInWindow(day, asked)).toBe(true);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('of what was never listed only asking can tell', () => {
  expect(shouldBeListed(null, window)).toBe(true);
});

import fc from 'fast-check';
import { canonicalText, differingFields, fieldEqual, itemEqual } from '../../src/item/item-equality.ts';
import type { SyncItem } from '../../src/item/sync-item.ts';
import { item } from './arbitraries.ts';

const [sample] = fc.sample(item, { numRuns: 1, seed: 1 });
const base: SyncItem = { ...sample!, body: 'one\ntwo' };

test.each([
  ['the name of the zone', 'when', { when: { ...base.when, timeZone: 'Asia/Tokyo' } as SyncItem['when'] }],
  ['what editors add at line ends', 'body', { body: 'one  \ntwo\t\n\n' }],
  ['the kind, which follows from the attendees', 'attendees', { kind: 'meeting' as const }],
] as const)('%s makes no difference', (_, field, change) => {
  expect(fieldEqual(field, base, { ...base, ...change })).toBe(true);
});

test('the order and the multiplicity of categories make no difference', () => {
  const categories = ['b', 'a', 'b'];
  expect(itemEqual({ ...base, categories }, { ...base, categories: ['a', 'b'] })).toBe(true);
});

test('an unknown body is not an empty one', () => {
  expect(fieldEqual('body', { ...base, body: null }, { ...base, body: '' })).toBe(false);
});

test('a day and the day from midnight to midnight are not the same', () => {
  const day = { ...base, when: { allDay: true as const, start: '2026-05-04', end: '2026-05-04' } };
  const hours = {
    allDay: false as const,
    start: '2026-05-04T00:00:00Z',
    end: '2026-05-05T00:00:00Z',
    timeZone: 'UTC',
  };
  expect(differingFields(day, { ...day, when: hours })).toEqual(['when']);
});

test('the canonical texts of two items are equal exactly when the items are', () => {
  fc.assert(
    fc.property(item, item, (a, b) => {
      expect(canonicalText(a) === canonicalText(b)).toBe(itemEqual(a, b));
      expect(itemEqual(a, structuredClone(a))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

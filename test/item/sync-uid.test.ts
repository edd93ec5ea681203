import fc from 'fast-check';
import { parseSyncUid, syncUid } from '../../src/item/sync-uid.ts';

const number = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const parts = fc.record({
  instanceId: fc.stringMatching(/^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,4}){0,3}$/),
  appointmentId: number,
  crmUserId: number,
  incarnation: number,
});

test('a uid gives its parts back and uses letters, digits and hyphens only', () => {
  fc.assert(
    fc.property(parts, (given) => {
      const uid = syncUid(given);
      expect(uid).toMatch(/^[A-Za-z0-9-]+$/);
      expect(parseSyncUid(uid)).toEqual(given);
    }),
  );
});

test('different pairs have different uids', () => {
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      expect(syncUid(a) === syncUid(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});

test.each([
  'BD5EA243F9F715AAC1258116003ED56C-Lotus_Notes_Generated',
  'CRM-1-2-3',
  'CRM-a-1-2-x',
  'crm-a-1-2-3',
  'CRM-a-1-2-3/20260504',
  '',
])('%p is none of ours', (uid) => {
  expect(parseSyncUid(uid)).toBeNull();
});

test.each([
  { instanceId: 'a:b', appointmentId: 1, crmUserId: 1, incarnation: 1 },
  { instanceId: '', appointmentId: 1, crmUserId: 1, incarnation: 1 },
  { instanceId: 'a', appointmentId: -1, crmUserId: 1, incarnation: 1 },
  { instanceId: 'a', appointmentId: 1.5, crmUserId: 1, incarnation: 1 },
])('parts that cannot be read back are refused: %p', (given) => {
  expect(() => syncUid(given)).toThrow(RangeError);
});

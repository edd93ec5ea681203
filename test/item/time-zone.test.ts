import fc from 'fast-check';
import {
  addDays,
  addMinutes,
  instantToWall,
  isTimeZone,
  minutesBetween,
  startOfDay,
  wallToInstant,
} from '../../src/item/time-zone.ts';
import { instant, wall, zone } from './arbitraries.ts';

describe('a wall-clock time of the CRM server', () => {
  test.each([
    ['in winter', '2026-01-15T09:00:00', 'Europe/Berlin', '2026-01-15T08:00:00Z'],
    ['in summer', '2026-07-15T09:00:00', 'Europe/Berlin', '2026-07-15T07:00:00Z'],
    ['in a half-hour zone', '2026-01-15T09:00:00', 'Asia/Kolkata', '2026-01-15T03:30:00Z'],
    ['in a quarter-hour zone', '2026-01-15T09:00:00', 'Asia/Kathmandu', '2026-01-15T03:15:00Z'],
    ['at UTC−11', '2026-01-15T09:00:00', 'Pacific/Midway', '2026-01-15T20:00:00Z'],
    ['at UTC+14', '2026-01-15T09:00:00', 'Pacific/Kiritimati', '2026-01-14T19:00:00Z'],
    ['before Moscow gave up its summer time', '2010-07-15T12:00:00', 'Europe/Moscow', '2010-07-15T08:00:00Z'],
    ['after it', '2015-07-15T12:00:00', 'Europe/Moscow', '2015-07-15T09:00:00Z'],
  ])('%s names one instant', (_, time, zoneId, expected) => {
    expect(wallToInstant(time, zoneId)).toBe(expected);
    expect(instantToWall(expected, zoneId)).toBe(time);
  });

  test.each([
    ['an hour', '2026-03-29T02:30:00', 'Europe/Berlin', '2026-03-29T03:30:00'],
    ['half an hour', '2026-10-04T02:15:00', 'Australia/Lord_Howe', '2026-10-04T02:45:00'],
    ['an hour at midnight', '2018-11-04T00:10:00', 'America/Sao_Paulo', '2018-11-04T01:10:00'],
    ['a whole day', '2011-12-30T10:00:00', 'Pacific/Apia', '2011-12-31T10:00:00'],
  ])('that is skipped moves forward by the length of the gap: %s', (_, time, zoneId, moved) => {
    expect(instantToWall(wallToInstant(time, zoneId), zoneId)).toBe(moved);
  });

  test.each([
    ['2026-10-25T02:30:00', 'Europe/Berlin', '2026-10-25T00:30:00Z'],
    ['2026-11-01T01:30:00', 'America/New_York', '2026-11-01T05:30:00Z'],
    ['2026-04-05T01:45:00', 'Australia/Lord_Howe', '2026-04-04T14:45:00Z'],
  ])('that is repeated is the first of both instants: %s %s', (time, zoneId, first) => {
    expect(wallToInstant(time, zoneId)).toBe(first);
  });

  test('comes back from its instant unless it was skipped, in every zone', () => {
    fc.assert(
      fc.property(wall, zone, (time, zoneId) => {
        const back = instantToWall(wallToInstant(time, zoneId), zoneId);
        // A gap moves forward and is stable from then on.
        expect(back >= time).toBe(true);
        expect(instantToWall(wallToInstant(back, zoneId), zoneId)).toBe(back);
      }),
      { numRuns: 300 },
    );
  });

  test('of an instant leads back to it, or in the repeated hour to the earlier one with the same reading', () => {
    fc.assert(
      fc.property(instant, zone, (time, zoneId) => {
        const reading = instantToWall(time, zoneId);
        const back = wallToInstant(reading, zoneId);
        expect(back <= time).toBe(true);
        expect(instantToWall(back, zoneId)).toBe(reading);
        expect(minutesBetween(back, time)).toBeLessThanOrEqual(180);
      }),
      { numRuns: 300 },
    );
  });

  test.each(['2026-02-30T10:00:00', '2026-13-01T10:00:00', 'tomorrow', ''])(
    'is refused when it is none: %p',
    (time) => {
      expect(() => wallToInstant(time, 'Europe/Berlin')).toThrow(RangeError);
    },
  );
});

test.each([
  ['Europe/Berlin', true],
  ['America/Argentina/Buenos_Aires', true],
  ['UTC', true],
  ['+01:00', false],
  ['Romance Standard Time', false],
  ['Europe/Atlantis', false],
  ['', false],
])('%p as the zone of a server: %p', (name, expected) => {
  expect(isTimeZone(name)).toBe(expected);
});

test('a day begins at its first instant, also where midnight is skipped', () => {
  expect(startOfDay('2026-03-29', 'Europe/Berlin')).toBe('2026-03-28T23:00:00Z');
  expect(startOfDay('2018-11-04', 'America/Sao_Paulo')).toBe('2018-11-04T03:00:00Z');
});

test('dates and instants move over the ends of months and years', () => {
  expect(addDays('2024-02-28', 1)).toBe('2024-02-29');
  expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
  expect(addMinutes('2026-12-31T23:50:00Z', 15)).toBe('2027-01-01T00:05:00Z');
  expect(minutesBetween('2026-05-04T10:00:00Z', '2026-05-04T09:00:30Z')).toBe(-60);
});

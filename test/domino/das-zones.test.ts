/** Times of every zone, in each spelling of the Calendar service, against Temporal. */
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { WINDOWS_TO_IANA_MAP } from 'windows-iana';
import { ianaOf, resolveTime, wireInstant } from '../../src/domino/das/times.ts';
import { notesZoneOf } from '../../src/domino/das/notes-zone.ts';
import { isTimeZone } from '../../src/item/time-zone.ts';
import { instant, ODD_ZONES, wall, zone } from '../item/arbitraries.ts';
import { zoneWithHistory } from '../support/zones.ts';

const wire = (local: string, tzid: string) => ({ date: local.slice(0, 10), time: local.slice(11, 19), tzid });
/** Skipped: forward; repeated: the first. */
const expected = (local: string, zoneId: string): string =>
  Temporal.PlainDateTime.from(local)
    .toZonedDateTime(zoneId, { disambiguation: 'compatible' })
    .toInstant()
    .toString({ smallestUnit: 'second' });
const resolved = (
  local: string,
  tzid: string,
  timezones: Parameters<typeof resolveTime>[1]['timezones'] = [],
) => {
  const time = resolveTime(wire(local, tzid), { timezones, floatingZone: 'UTC' });
  return time?.kind === 'instant' ? time.at : null;
};
const WINDOWS_NAMES = [...new Set(WINDOWS_TO_IANA_MAP.map(({ windowsName: name }) => name))];

describe('a zoned time of a single read', () => {
  test('is the instant that its VTIMEZONE data names, whatever the zone is called', () => {
    fc.assert(
      fc.property(wall, zone, (local, zoneId) => {
        const year = Number(local.slice(0, 4));
        const described = zoneWithHistory('Unknown1 Standard Time', zoneId, [year - 2, year + 1]);
        expect(resolved(local, described.tzid, [described])).toBe(expected(local, zoneId));
      }),
      { numRuns: 200 },
    );
  });

  test.each(ODD_ZONES)('is right around each change of %s', (zoneId) => {
    const described = zoneWithHistory('Fus horari desconegut (1) Standard Time', zoneId, [2000, 2031]);
    const begin = Temporal.Instant.from('2005-01-01T00:00:00Z').toZonedDateTimeISO(zoneId);
    let checked = 0;
    for (
      let at = begin.getTimeZoneTransition('next');
      at !== null && at.year < 2030;
      at = at.getTimeZoneTransition('next')
    ) {
      for (const minutes of [-61, -31, -30, -1, 0, 1, 29, 30, 45, 60, 61]) {
        const local = at.toPlainDateTime().add({ minutes }).toString({ smallestUnit: 'second' });
        expect([local, resolved(local, described.tzid, [described])]).toEqual([
          local,
          expected(local, zoneId),
        ]);
        checked += 1;
      }
    }
    const fixed = ['Pacific/Midway', 'Pacific/Kiritimati', 'Asia/Kolkata', 'Asia/Kathmandu', 'UTC'];
    expect(checked > 0).toBe(!fixed.includes(zoneId));
  });

  test('without such data is that of the zone its name stands for: IANA, Windows, and Notes', () => {
    fc.assert(
      fc.property(wall, fc.constantFrom(...WINDOWS_NAMES), zone, (local, name, zoneId) => {
        const stands = ianaOf(name)!;
        expect(resolved(local, name)).toBe(expected(local, stands));
        const notesName = name.replace(/ Standard Time$/, '');
        // "GMT" alone is UTC to everybody but Notes; there only the rules that come with it tell London.
        if (notesName !== 'GMT') expect(resolved(local, notesName)).toBe(expected(local, stands));
        expect(resolved(local, zoneId)).toBe(expected(local, zoneId));
      }),
      { numRuns: 200 },
    );
  });

  test('of a zone described nowhere is no time at all', () => {
    expect(resolved('2026-05-04T10:00:00', 'Unknown1 Standard Time')).toBeNull();
  });

  test('and the UTC form we write are the same instant in every zone', () => {
    fc.assert(
      fc.property(instant, (at) => {
        expect(resolveTime(wireInstant(at), { timezones: [], floatingZone: 'Asia/Kathmandu' })).toEqual({
          kind: 'instant',
          at,
          timeZone: null,
        });
      }),
    );
  });
});

test('every Windows name stands for a zone this runtime knows', () => {
  expect(WINDOWS_NAMES.length).toBeGreaterThan(130);
  for (const name of [...WINDOWS_NAMES, 'Mexico Standard Time', 'Kamchatka', 'Armenian']) {
    const iana = ianaOf(name);
    expect([name, iana !== null && isTimeZone(iana)]).toEqual([name, true]);
  }
});

describe('the zone text of Notes', () => {
  test.each([
    ['by name', 'Z=5$DO=1$DL=3 2 1 11 1 1$ZX=40$ZN=Eastern', '2026-07-15T09:00:00', '2026-07-15T13:00:00Z'],
    ['in winter', 'Z=5$DO=1$DL=3 2 1 11 1 1$ZX=40$ZN=Eastern', '2026-01-15T09:00:00', '2026-01-15T14:00:00Z'],
    [
      'by rule, before the change',
      'Z=-1$DO=1$DL=3 -1 1 10 -1 1$ZX=9$ZN=Unknown1',
      '2026-03-29T01:59:59',
      '2026-03-29T00:59:59Z',
    ],
    [
      'by rule, in the gap',
      'Z=-1$DO=1$DL=3 -1 1 10 -1 1$ZX=9$ZN=Unknown1',
      '2026-03-29T02:30:00',
      '2026-03-29T01:30:00Z',
    ],
    [
      'by rule, in summer',
      'Z=-1$DO=1$DL=3 -1 1 10 -1 1$ZX=9$ZN=Unknown1',
      '2026-07-01T12:00:00',
      '2026-07-01T10:00:00Z',
    ],
    [
      'by rule, south of the equator',
      'Z=3$DO=1$DL=10 3 1 2 3 1$ZX=9$ZN=Unknown1',
      '2026-12-31T12:00:00',
      '2026-12-31T14:00:00Z',
    ],
    ['half an hour east', 'Z=-3005$DO=0$ZX=57$ZN=Whatever', '2026-07-01T12:00:00', '2026-07-01T06:30:00Z'],
    ['three quarters east', 'Z=-4505$DO=0$ZX=57$ZN=Nepal', '2026-07-01T12:00:00', '2026-07-01T06:15:00Z'],
    [
      'half an hour west',
      'Z=3003$DO=1$DL=3 2 1 11 1 1$ZX=57$ZN=Newfoundland',
      '2026-01-01T12:00:00',
      '2026-01-01T15:30:00Z',
    ],
    [
      'eleven hours west, whatever the name means today',
      'Z=11$DO=0$ZX=2$ZN=Samoa',
      '2026-07-01T12:00:00',
      '2026-07-01T23:00:00Z',
    ],
    [
      'London by a name that means UTC elsewhere',
      'Z=0$DO=1$DL=3 -1 1 10 -1 1$ZX=1$ZN=GMT',
      '2026-07-01T12:00:00',
      '2026-07-01T11:00:00Z',
    ],
    [
      'no summer time by the same name',
      'Z=0$DO=0$ZX=1$ZN=GMT',
      '2026-07-01T12:00:00',
      '2026-07-01T12:00:00Z',
    ],
  ])('%s', (_, tzid, local, at) => {
    expect(resolved(local, tzid)).toBe(at);
  });

  test.each(['Z=5$DO=1$ZN=Unknown1', 'Z=5$DO=1$DL=3 0 1 11 1 9$ZN=Unknown1', 'Z=99$DO=0', 'Z=$DO=0', 'Z'])(
    'that cannot be understood is no zone: %s',
    (tzid) => {
      expect(resolved('2026-07-01T12:00:00', tzid)).toBeNull();
    },
  );

  test('never throws, whatever it holds', () => {
    fc.assert(fc.property(fc.string(), (rest) => notesZoneOf(`Z=${rest}`) !== undefined));
  });
});

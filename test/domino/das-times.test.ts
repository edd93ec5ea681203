import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import {
  addDays,
  addSeconds,
  ianaOf,
  resolveTime,
  toInstant,
  wireInstant,
} from '../../src/domino/das/times.ts';
import type { WireTimeZone } from '../../src/domino/das/wire.ts';
import { compileZone } from '../../src/domino/das/zone-rules.ts';
import { MAX_ATTEMPTS, retryAfterSeconds, retryDelay } from '../../src/domino/retry-delay.ts';
import { ROMANCE } from './support/vectors.ts';

const context = { timezones: [ROMANCE], floatingZone: 'UTC' };
/** The European rule as it is. Domino's recorded one ends summer time at 02:00 instead of 03:00. */
const PARIS = {
  ...ROMANCE,
  tzid: 'Paris',
  standard: {
    ...ROMANCE.standard,
    start: { date: '1950-10-29', time: '03:00:00' },
    recurrenceRule: 'FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
  },
};
const inParis = (local: string): string => toInstant(compileZone(PARIS)!.toUtc(Date.parse(`${local}Z`)));
const inRomance = (local: string): string | null => {
  const time = resolveTime({ date: local.slice(0, 10), time: local.slice(11), tzid: ROMANCE.tzid }, context);
  return time?.kind === 'instant' ? time.at : null;
};

describe('times of the Calendar service', () => {
  it.each([
    ['winter', '2026-01-15T10:00:00', '2026-01-15T09:00:00Z'],
    ['summer', '2026-07-15T10:00:00', '2026-07-15T08:00:00Z'],
    ['the last second before the gap', '2026-03-29T01:59:59', '2026-03-29T00:59:59Z'],
    ['the gap, shifted forward', '2026-03-29T02:30:00', '2026-03-29T01:30:00Z'],
    ['the first second after the gap', '2026-03-29T03:00:00', '2026-03-29T01:00:00Z'],
    ['the overlap, first instant', '2026-10-25T02:30:00', '2026-10-25T00:30:00Z'],
    ['the first second after the overlap', '2026-10-25T03:00:00', '2026-10-25T02:00:00Z'],
    ['the year the rules begin', '1950-07-01T12:00:00', '1950-07-01T10:00:00Z'],
  ])('resolves %s by the zone data of the body', (_, local, expected) => {
    expect(inParis(local)).toBe(expected);
  });

  it('follows the zone data to the letter, also where it differs from the real clock', () => {
    expect(inRomance('2026-07-15T10:00:00')).toBe('2026-07-15T08:00:00Z');
    expect(inRomance('2026-10-25T01:30:00')).toBe('2026-10-24T23:30:00Z');
    expect(inRomance('2026-10-25T02:30:00')).toBe('2026-10-25T01:30:00Z');
  });

  it('agrees with the time-zone database wherever the zone data says the same', () => {
    // 1996 is the first year Paris follows the rule that Domino writes for all years.
    const seconds = fc.integer({ min: Date.UTC(1996, 0, 2) / 1000, max: Date.UTC(2060, 0, 1) / 1000 });
    fc.assert(
      fc.property(seconds, (second) => {
        const local = new Date(second * 1000).toISOString().slice(0, 19);
        const expected = Temporal.PlainDateTime.from(local).toZonedDateTime('Europe/Paris').epochMilliseconds;
        expect(inParis(local)).toBe(toInstant(expected));
      }),
    );
  });

  it('agrees near every change of the clock, on the southern hemisphere and with half hours too', () => {
    const adelaide: WireTimeZone = {
      tzid: 'Cen. Australia Standard Time',
      standard: {
        start: { date: '2008-04-06', time: '03:00:00' },
        offsetFrom: '+1030',
        offsetTo: '+0930',
        recurrenceRule: 'FREQ=YEARLY;BYMONTH=4;BYDAY=1SU',
      },
      daylight: {
        start: { date: '2008-10-05', time: '02:00:00' },
        offsetFrom: '+0930',
        offsetTo: '+1030',
        recurrenceRule: 'FREQ=YEARLY;BYMONTH=10;BYDAY=1SU',
      },
    };
    const zone = compileZone(adelaide)!;
    for (const day of ['2026-04-05', '2026-10-04', '2040-04-01', '2040-10-07']) {
      fc.assert(
        fc.property(fc.integer({ min: -4 * 60, max: 10 * 60 }), (minutes) => {
          const local = Date.parse(`${day}T00:00:00Z`) + minutes * 60_000;
          const text = new Date(local).toISOString().slice(0, 19);
          const expected =
            Temporal.PlainDateTime.from(text).toZonedDateTime('Australia/Adelaide').epochMilliseconds;
          expect(toInstant(zone.toUtc(local))).toBe(toInstant(expected));
        }),
      );
    }
  });

  it('knows zones without daylight saving, whatever their name', () => {
    const zone = {
      tzid: 'Fus horari desconegut (1) Standard Time',
      standard: { start: { date: '1950-01-01' }, offsetFrom: '+0530', offsetTo: '+0530' },
    };
    const time = resolveTime(
      { date: '2026-01-01', time: '10:00:00', tzid: zone.tzid },
      { timezones: [zone], floatingZone: 'UTC' },
    );
    expect(time).toEqual({ kind: 'instant', at: '2026-01-01T04:30:00Z', timeZone: null });
  });

  it('believes the zone data of the body before the name (§10.6)', () => {
    const lying = {
      tzid: 'Europe/Madrid',
      standard: { start: { date: '1950-01-01' }, offsetFrom: '-0800', offsetTo: '-0800' },
    };
    const time = resolveTime(
      { date: '2026-01-01', time: '10:00:00', tzid: 'Europe/Madrid' },
      { timezones: [lying], floatingZone: 'UTC' },
    );
    expect(time).toMatchObject({ at: '2026-01-01T18:00:00Z', timeZone: 'Europe/Madrid' });
  });

  it.each([
    ['Europe/Madrid', 'Europe/Madrid'],
    ['Romance Standard Time', 'Europe/Paris'],
    ['Eastern', 'America/New_York'],
    ['W. Europe Standard Time', 'Europe/Berlin'],
    ['Unknown1 Standard Time', null],
    ['GMT+1 Standard Time', null],
    ['+01:00', null],
  ])('maps the zone name %s to %s', (tzid, expected) => {
    expect(ianaOf(tzid)).toBe(expected);
  });

  it('resolves by name only without usable zone data, and gives up without either', () => {
    const nothing = { timezones: [], floatingZone: 'UTC' };
    expect(resolveTime({ date: '2026-07-01', time: '10:00:00', tzid: 'Eastern' }, nothing)).toMatchObject({
      at: '2026-07-01T14:00:00Z',
    });
    expect(
      resolveTime({ date: '2026-07-01', time: '10:00:00', tzid: 'Unknown1 Standard Time' }, nothing),
    ).toBeNull();
    const unreadable = {
      tzid: 'Eastern',
      standard: { start: { date: '1950-01-01' }, offsetFrom: 'x', offsetTo: 'y' },
    };
    expect(
      resolveTime(
        { date: '2026-07-01', time: '10:00:00', tzid: 'Eastern' },
        { timezones: [unreadable], floatingZone: 'UTC' },
      ),
    ).toMatchObject({ at: '2026-07-01T14:00:00Z' });
  });

  it('places floating times in the zone of the setting, and leaves dates alone', () => {
    const floating = { timezones: [], floatingZone: 'Europe/Berlin' };
    expect(resolveTime({ date: '2026-07-01', time: '10:00:00' }, floating)).toEqual({
      kind: 'instant',
      at: '2026-07-01T08:00:00Z',
      timeZone: null,
    });
    expect(resolveTime({ date: '2026-07-01' }, floating)).toEqual({ kind: 'date', date: '2026-07-01' });
  });

  it('writes instants without milliseconds, which Domino refuses (§1.4), and reads them back', () => {
    const instants = fc.integer({ min: 0, max: 4_000_000_000 }).map((second) => toInstant(second * 1000));
    fc.assert(
      fc.property(instants, (instant) => {
        expect(instant).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        expect(resolveTime(wireInstant(instant), context)).toEqual({
          kind: 'instant',
          at: instant,
          timeZone: null,
        });
        expect(addSeconds(addSeconds(instant, 86_399), -86_399)).toBe(instant);
      }),
    );
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
  });
});

describe('the delay before a repeat', () => {
  it('grows, is half random, and ends after a few attempts', () => {
    expect(retryDelay({ attempts: 1, retryAfterSeconds: null, random: () => 0 })).toBe(100);
    expect(retryDelay({ attempts: 1, retryAfterSeconds: null, random: () => 0.5 })).toBe(150);
    expect(retryDelay({ attempts: 2, retryAfterSeconds: null, random: () => 0 })).toBe(200);
    expect(retryDelay({ attempts: MAX_ATTEMPTS, retryAfterSeconds: null, random: () => 0 })).toBeNull();
  });

  it('is at least what the server asks for, or none at all when that is long', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 600 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (asked, random) => {
          const delay = retryDelay({ attempts: 1, retryAfterSeconds: asked, random: () => random });
          if (asked > 5) expect(delay).toBeNull();
          else expect(delay).toBeGreaterThanOrEqual(asked * 1000);
        },
      ),
    );
  });

  it('reads Retry-After in seconds and as a date', () => {
    const now = Date.parse('2026-01-05T08:00:00Z');
    expect(retryAfterSeconds('120', now)).toBe(120);
    expect(retryAfterSeconds('Mon, 05 Jan 2026 08:00:30 GMT', now)).toBe(30);
    expect(retryAfterSeconds('Mon, 05 Jan 2026 07:00:30 GMT', now)).toBe(0);
    expect(retryAfterSeconds('soon', now)).toBeNull();
    expect(retryAfterSeconds(null, now)).toBeNull();
  });
});

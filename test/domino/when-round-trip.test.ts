/** The CRM's wall clock → the wire → a server in a zone of its own → the CRM's wall clock, and the reverse. */
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { createAllDay } from '../../src/domino/das/all-day.ts';
import { whenOf } from '../../src/domino/das/event-decode.ts';
import { createBody } from '../../src/domino/das/event-encode.ts';
import { entryOfTodo, itemsOf } from '../../src/domino/das/todo.ts';
import {
  eventBodySchema,
  type WireEvent,
  type WireTime,
  type WireTimeZone,
} from '../../src/domino/das/wire.ts';
import { whenFromCrm, whenToCrm } from '../../src/item/crm-time.ts';
import type { When } from '../../src/item/sync-item.ts';
import { wallToInstant } from '../../src/item/time-zone.ts';
import { date, wall, when as anyWhen, zone } from '../item/arbitraries.ts';
import { draft } from './support/harness.ts';
import { zoneWithHistory } from '../support/zones.ts';

const allDayEnd = fc.constantFrom('inclusive' as const, 'exclusive' as const);

const usable = (result: ReturnType<typeof whenFromCrm>): When => {
  if ('fault' in result) throw new Error(result.fault);
  return result.when;
};
const sent = (when: When, setting: 'inclusive' | 'exclusive'): WireEvent =>
  eventBodySchema.parse(createBody('crm-1', draft({ when }), createAllDay(setting))).events[0]!;

/** A single read in the zone of the mail file, the way Domino shows it: wall clock, and the zone under a useless name. */
function readIn(zoneId: string, event: WireEvent): { event: WireEvent; timezones: WireTimeZone[] } {
  const tzid = 'Unknown1 Standard Time';
  const year = Number(event.start.date.slice(0, 4));
  const zoned = ({ date: day, time }: WireTime): WireTime => {
    if (time === undefined) return { date: day };
    const local = Temporal.Instant.from(`${day}T${time}Z`).toZonedDateTimeISO(zoneId).toPlainDateTime();
    const text = local.toString({ smallestUnit: 'second' });
    return { date: text.slice(0, 10), time: text.slice(11), tzid };
  };
  return {
    event: { ...event, start: zoned(event.start), end: zoned(event.end!) },
    timezones: [zoneWithHistory(tzid, zoneId, [year - 2, year + 2])],
  };
}
const understood = (
  { event, timezones }: { event: WireEvent; timezones: WireTimeZone[] },
  setting: 'inclusive' | 'exclusive',
): When => whenOf(event, { timezones, floatingZone: 'UTC', allDay: createAllDay(setting) })!;
const times = ({ start, end, allDay }: When) => ({ start, end, allDay });

/** The instant is the second with its reading in that zone: a read by wall clock cannot tell it from the first. */
const isRepeated = (instant: string, zoneId: string): boolean => {
  const local = Temporal.Instant.from(instant).toZonedDateTimeISO(zoneId).toPlainDateTime();
  return wallToInstant(local.toString(), zoneId) !== instant;
};

const row = fc.record({
  from: wall,
  // Within the hour, the day, over midnight, longer than a day; nothing at all.
  seconds: fc.oneof(fc.constantFrom(0, 60, 3600, 86_399, 86_400, 86_460, 172_800), fc.nat(500_000)),
  all_day: fc.boolean(),
});
const wallRow = ({ from, seconds, all_day }: { from: string; seconds: number; all_day: boolean }) => ({
  start_at: from,
  end_at: new Date(Date.parse(`${from}Z`) + seconds * 1000).toISOString().slice(0, 19),
  all_day,
});

test('CRM → Domino → CRM: the same instants and days, whatever the zones of both', () => {
  fc.assert(
    fc.property(row, zone, zone, allDayEnd, (generated, crmZone, dominoZone, setting) => {
      const when = usable(whenFromCrm(wallRow(generated), crmZone));
      const event = sent(when, setting);
      // The list, and a read of an entry that was made over the interface, are in UTC.
      expect(times(understood({ event, timezones: [] }, setting))).toEqual(times(when));
      if (!when.allDay && [when.start, when.end].some((at) => isRepeated(at, dominoZone))) return;
      const read = understood(readIn(dominoZone, event), setting);
      expect(times(read)).toEqual(times(when));
      // Written back and read once more, nothing moves: a skipped time has become a real one.
      const columns = whenToCrm(read, crmZone);
      const again = usable(whenFromCrm(columns, crmZone));
      expect(whenToCrm(again, crmZone)).toEqual(columns);
      if (when.allDay || !isRepeated(when.end, crmZone)) expect(times(again)).toEqual(times(when));
    }),
    { numRuns: 250 },
  );
});

test('Domino → CRM → Domino: the same, but for the second of two equal readings in the zone of the CRM', () => {
  fc.assert(
    fc.property(anyWhen, zone, allDayEnd, (when, crmZone, setting) => {
      const shown = understood({ event: sent(when, setting), timezones: [] }, setting);
      const back = usable(whenFromCrm(whenToCrm(shown, crmZone), crmZone));
      if (when.allDay || ![when.start, when.end].some((at) => isRepeated(at, crmZone)))
        expect(times(understood({ event: sent(back, setting), timezones: [] }, setting))).toEqual(
          times(when),
        );
      else expect(back.end >= back.start).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('an all-day To Do keeps its days, whatever the zones of both', () => {
  fc.assert(
    fc.property(date, fc.nat(20), zone, (start, days, home) => {
      const end = Temporal.PlainDate.from(start).add({ days }).toString();
      const when = { allDay: true as const, start, end };
      const document = { '@unid': 'A'.repeat(32), '@form': 'Task', ...itemsOf({ when }, home) };
      expect(entryOfTodo(document, home, null).when).toEqual(when);
    }),
    { numRuns: 200 },
  );
});

describe('an appointment of the CRM in the hour that is skipped', () => {
  test.each([
    ['of which both ends are skipped', '02:10', '02:50', '03:10', '03:50'],
    ['that begins in it and ends with it', '02:00', '03:00', '03:00', '04:00'],
    ['that begins in it and ends soon after', '02:30', '03:10', '03:30', '04:10'],
    ['that begins in it and ends hours later', '02:30', '05:00', '03:30', '05:00'],
    ['that begins before and ends in it', '01:30', '02:30', '01:30', '03:30'],
    ['that takes no time', '02:30', '02:30', '03:30', '03:30'],
  ])('%s moves forward and keeps a length', (_, from, to, start, end) => {
    const day = '2026-03-29T';
    const when = usable(
      whenFromCrm(
        { start_at: `${day}${from}:00`, end_at: `${day}${to}:00`, all_day: false },
        'Europe/Berlin',
      ),
    );
    expect(whenToCrm(when, 'Europe/Berlin')).toMatchObject({
      start_at: `${day}${start}:00`,
      end_at: `${day}${end}:00`,
    });
  });
});

import { isoInstant, parseStrictInstant } from '../../../src/sandbox/domino-stand-in/dates.ts';
import { timedateHex } from '../../../src/sandbox/domino-stand-in/notes-ids.ts';
import { findZone, fromWall, toWall } from '../../../src/sandbox/domino-stand-in/time-zones.ts';

test.each([
  ['2021-10-08T13:29:36.170Z', '00258768004A1F11'],
  ['2022-10-13T05:41:30.680Z', '002588DA001F442C'],
])('TV-20: the time of a UNID decodes to its creation: %s', (instant, hex) => {
  expect(timedateHex(Date.parse(instant))).toBe(hex);
});

test.each([
  ['Romance Standard Time', '2017-05-04T16:45:00Z', '2017-05-04T18:45:00Z'],
  ['Romance Standard Time', '2017-01-04T16:45:00Z', '2017-01-04T17:45:00Z'],
  ['Eastern Standard Time', '2026-03-08T06:59:00Z', '2026-03-08T01:59:00Z'],
  ['Eastern Standard Time', '2026-03-08T07:00:00Z', '2026-03-08T03:00:00Z'],
  ['GMT Standard Time', '2026-07-01T12:00:00Z', '2026-07-01T13:00:00Z'],
  ['India Standard Time', '2026-07-01T12:00:00Z', '2026-07-01T17:30:00Z'],
])('%s: %s reads %s on the wall', (tzid, instant, wall) => {
  const zone = findZone(tzid);
  if (zone === undefined) throw new Error(`zone ${tzid} is missing`);
  expect(isoInstant(toWall(zone, Date.parse(instant)))).toBe(wall);
  expect(isoInstant(fromWall(zone, Date.parse(wall)))).toBe(instant);
});

test('a wall clock that does not occur shifts forward, one that occurs twice is the first', () => {
  const zone = findZone('Eastern Standard Time');
  if (zone === undefined) throw new Error('zone is missing');
  expect(isoInstant(fromWall(zone, Date.parse('2026-03-08T02:30:00Z')))).toBe('2026-03-08T07:30:00Z');
  expect(isoInstant(fromWall(zone, Date.parse('2026-11-01T01:30:00Z')))).toBe('2026-11-01T05:30:00Z');
});

test.each([
  ['2026-03-02T08:00:00Z', '2026-03-02T08:00:00Z'],
  ['2026-13-02T08:00:00Z', '2027-01-02T08:00:00Z'],
  ['2026-03-02T08:00:00.000Z', null],
  ['2026-03-02T08:00:00+01:00', null],
  ['2026-03-02', null],
])('the strict parser makes of %s: %s', (text, instant) => {
  const at = parseStrictInstant(text);
  expect(at === null ? null : isoInstant(at)).toBe(instant);
});

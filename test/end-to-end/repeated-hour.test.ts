/** The hour that comes twice, in mail files whose own clocks go back: a single read shows a wall clock, the list the instant. */
import fc from 'fast-check';
import { wallNow, wallText } from '../../src/sandbox/crm/wall-time.ts';
import { clockChange, dayBefore } from '../support/nasty/odd-values.ts';
import { openTwoSides, type TwoSides, type TwoSidesOptions } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

const open = async (options: TwoSidesOptions): Promise<void> => {
  two = await openTwoSides({ users: 1, settings: { window_future_days: '700' }, ...options });
};
const anna = () => two.world.users[0]!;
const inNotes = (subject: string) =>
  two.world.calendarEntries(anna(), subject).map(({ start, end }) => ({ start, end }));
const inCrm = async (subject: string) =>
  (
    await two.sides.vendor.query<{ start: string; end: string }>(
      `select to_char(comm_datetime, 'YYYY-MM-DD"T"HH24:MI:SS') as start,
              to_char(comm_todatetime, 'YYYY-MM-DD"T"HH24:MI:SS') as "end"
       from communication where comm_deleted is null and comm_subject = $1`,
      [subject],
    )
  ).rows;
const wall = (instant: string) => wallText(wallNow(new Date(instant), two.sides.timeZone));
const quiet = async () => {
  two.sides.standIn.requests.reset();
  await two.world.settle();
  expect(two.sides.standIn.requests.count()).toMatchObject({ write: 0 });
};

/** Berlin leaves summer time at 01:00 UTC of this day: 02:00 to 03:00 there comes twice. America does a week later. */
const DAY = clockChange(10);
const EVE = dayBefore(DAY);
const WEEK_AFTER = new Date(Date.parse(DAY) + 7 * 86_400_000).toISOString().slice(0, 10);
const TIMES = [
  ['the first of two', `${DAY}T00:30:00Z`, `${DAY}T00:45:00Z`],
  ['the second of two', `${DAY}T01:30:00Z`, `${DAY}T01:45:00Z`],
  ['from the first into the second', `${DAY}T00:45:00Z`, `${DAY}T01:15:00Z`],
  ['into the second', `${EVE}T23:30:00Z`, `${DAY}T01:30:00Z`],
  ['out of the second', `${DAY}T01:30:00Z`, `${DAY}T03:00:00Z`],
  ['no time at all', `${DAY}T01:10:00Z`, `${DAY}T01:10:00Z`],
] as const;

test.each(['America/New_York', 'Asia/Kathmandu', 'UTC'])(
  'a CRM in %s, whose clocks stay then, gets the very instant of each',
  async (timeZone) => {
    await open({ timeZone, standIn: { zone: 'W. Europe Standard Time' } });
    const notes = two.world.notes(anna());
    for (const [subject, start, end] of TIMES) notes.createAppointment({ subject, start, end });
    await two.world.settle();
    for (const [subject, start, end] of TIMES)
      expect([subject, await inCrm(subject)]).toEqual([subject, [{ start: wall(start), end: wall(end) }]]);
    await quiet();
  },
);

test('what the CRM edits beside the time moves nothing in Notes, not by an hour either', async () => {
  await open({ timeZone: 'Europe/Berlin', standIn: { zone: 'W. Europe Standard Time' } });
  const notes = two.world.notes(anna());
  for (const [subject, start, end] of TIMES) notes.createAppointment({ subject, start, end });
  await two.world.settle();
  const before = await Promise.all(TIMES.map(([subject]) => inCrm(subject)));
  for (const [subject] of TIMES) {
    const [row] = await two.world.bySubject(subject);
    await two.world.crm.editAppointment(anna().userId, row!.id, { location: 'Room 1' });
  }
  await two.world.settle();
  for (const [subject, start, end] of TIMES) {
    expect([subject, inNotes(subject)]).toEqual([subject, [{ start, end }]]);
    expect(two.world.calendarEntries(anna(), subject)[0]!.location).toBe('Room 1');
  }
  expect(await Promise.all(TIMES.map(([subject]) => inCrm(subject)))).toEqual(before);
  await quiet();
});

test('moved from the first to the second of two in Notes: the CRM moves by the hour', async () => {
  await open({ timeZone: 'America/New_York', standIn: { zone: 'W. Europe Standard Time' } });
  const notes = two.world.notes(anna());
  const uid = notes.createAppointment({
    subject: 'An hour later',
    start: `${DAY}T00:30:00Z`,
    end: `${DAY}T00:40:00Z`,
  });
  await two.world.settle();
  notes.move({ uid, start: `${DAY}T01:30:00Z`, end: `${DAY}T01:40:00Z` });
  await two.world.settle();
  expect(await inCrm('An hour later')).toEqual([
    { start: wall(`${DAY}T01:30:00Z`), end: wall(`${DAY}T01:40:00Z`) },
  ]);
  await quiet();
});

test('one instance of a series in the second of two', async () => {
  await open({ timeZone: 'America/New_York', standIn: { zone: 'W. Europe Standard Time' } });
  const uid = two.world.notes(anna()).createSeries({
    subject: 'Nightly',
    start: `${EVE}T00:30:00Z`,
    end: `${EVE}T00:45:00Z`,
    rule: 'FREQ=DAILY;COUNT=3',
  });
  await two.world.settle();
  two.world.notes(anna()).moveInstance({
    uid,
    recurrenceId: two.world.calendarEntries(anna(), 'Nightly')[1]!.recurrenceId!,
    start: `${DAY}T01:30:00Z`,
    end: `${DAY}T01:45:00Z`,
  });
  await two.world.settle();
  expect((await inCrm('Nightly')).map(({ start }) => start).sort()).toEqual(
    inNotes('Nightly').map(({ start }) => wall(start)),
  );
  expect(inNotes('Nightly')[1]!.start).toBe(`${DAY}T01:30:00Z`);
  await quiet();
});

test('whatever the zones, around any change of clocks: both sides mean the same instants', async () => {
  await open({ timeZone: 'Asia/Kathmandu', standIn: { zone: 'UTC' } });
  const notes = two.world.notes(anna());
  // The days on which the zones that the stand-in knows put their clocks back, and the hours around it.
  const changes = [`${DAY}T01:00:00Z`, `${WEEK_AFTER}T06:00:00Z`, `${WEEK_AFTER}T09:00:00Z`];
  const zones = [
    'W. Europe Standard Time',
    'GMT Standard Time',
    'FLE Standard Time',
    'Eastern Standard Time',
    'Eastern',
    'Pacific Standard Time',
    'India Standard Time',
  ];
  const some = fc.sample(
    fc.record({
      change: fc.constantFrom(...changes),
      minutes: fc.integer({ min: -150, max: 150 }),
      length: fc.integer({ min: 0, max: 200 }),
      zone: fc.constantFrom(...zones),
    }),
    { numRuns: 60, seed: Number(process.env['HOUR_SEED'] ?? 271031) },
  );
  const meant = some.map(({ change, minutes, length, zone }, no) => {
    const at = (more: number) =>
      `${new Date(Date.parse(change) + more * 60_000).toISOString().slice(0, 19)}Z`;
    const made = { subject: `Draw ${no}`, start: at(minutes), end: at(minutes + length), zone };
    notes.createAppointment(made);
    return made;
  });
  await two.world.settle();
  for (const { subject, start, end, zone } of meant)
    expect([subject, zone, await inCrm(subject)]).toEqual([
      subject,
      zone,
      [{ start: wall(start), end: wall(end) }],
    ]);
  await quiet();
});

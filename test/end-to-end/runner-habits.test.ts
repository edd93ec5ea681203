/**
 * From the CRM to Domino and back through the program as it is started, in a zone of its own and with a login that reads and
 * writes times in its own way: neither has a say, and nothing shifts.
 */
import { rmSync } from 'node:fs';
import { testOn } from '../contract/lacking.ts';
import { runCli } from '../support/cli.ts';
import { testDirectory } from '../support/temp-directory.ts';
import { ENGINES, openTwoSides, type TwoSides } from '../support/two-sides.ts';

const ZONE = 'Europe/Berlin';

/** Wall clock from and to → what Notes has. A day may be a month, and clocks show an hour never or twice. */
const TIMES: readonly [name: string, from: string, to: string, start: string, end: string][] = [
  ['a day that may be a month', '2027-02-03T04:05:00', '2027-02-03T05:05:00', '03:05', '04:05'],
  ['the gap', '2027-03-28T02:30:00', '2027-03-28T03:30:00', '01:30', '02:30'],
  ['the first of two', '2027-10-31T02:30:00', '2027-10-31T03:30:00', '00:30', '02:30'],
  ['the end of the year', '2026-12-31T23:00:00', '2026-12-31T23:59:00', '22:00', '22:59'],
].map(([name, from, to, start, end]) => {
  const [day] = from!.split('T');
  return [name!, from!, to!, `${day}T${start}:00Z`, `${day}T${end}:00Z`];
});

let two: TwoSides;
let directory: string;
beforeEach(() => {
  directory = testDirectory();
});
afterEach(async () => {
  await two.close();
  rmSync(directory, { recursive: true, force: true });
});

async function cycle(zone: string): Promise<void> {
  const { vendor, crmUrl, dominoAccess } = two.sides;
  await vendor.query('update domino_sync.sync_user set next_poll_at = now() where enabled');
  const env = {
    CRM_DATABASE_URL: crmUrl,
    DOMINO_URL: dominoAccess.url,
    DOMINO_USER: dominoAccess.user,
    DOMINO_PASSWORD: dominoAccess.password,
    LOG_LEVEL: 'silent',
    TZ: zone,
  };
  const ended = await runCli(['once'], env, directory);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
}

/** Live rows by subject, wall clock. */
async function rows(): Promise<Record<string, unknown>> {
  const found = await two.sides.vendor.query<Record<string, string>>(
    `select comm_subject as subject, to_char(comm_datetime, 'YYYY-MM-DD"T"HH24:MI:SS') as start,
            to_char(comm_todatetime, 'YYYY-MM-DD"T"HH24:MI:SS') as "end",
            to_char(comm_notifytime, 'YYYY-MM-DD"T"HH24:MI:SS') as reminder
     from communication where comm_deleted is null`,
  );
  return Object.fromEntries(found.rows.map(({ subject, ...times }) => [subject, times]));
}
const entries = (): Record<string, unknown> =>
  Object.fromEntries(
    two.world
      .notes(two.world.users[0]!)
      .calendar()
      .map(({ subject, start, end }) => [subject, { start, end }]),
  );

async function playRoundTrip(zone: string): Promise<void> {
  const { world } = two;
  const anna = world.users[0]!;
  const notes = world.notes(anna);
  for (const [subject, start, end] of TIMES)
    await world.crm.createAppointment(anna.userId, { subject, start, end, reminderMinutes: 15 });
  const [from, to] = ['2027-05-06T00:00:00', '2027-05-07T23:59:00'];
  await world.crm.createAppointment(anna.userId, { subject: 'days', start: from, end: to, allDay: true });
  const todo = { subject: 'to do', action: 'ToDo', start: '2027-02-03T04:05:00', end: '2027-02-03T05:05:00' };
  await world.crm.createAppointment(anna.userId, todo);
  const made = await rows();
  await cycle(zone);
  const expected = Object.fromEntries(TIMES.map(([subject, , , start, end]) => [subject, { start, end }]));
  expect(entries()).toEqual({ ...expected, days: { start: '2027-05-06', end: '2027-05-07' } });
  expect(notes.todos()).toMatchObject([{ start: '2027-02-03T03:05:00Z', due: '2027-02-03T04:05:00Z' }]);
  expect(await rows()).toEqual(made);

  for (const { uid } of notes.calendar()) notes.edit({ uid, location: 'Room 2' });
  notes.editTodo({ unid: notes.todos()[0]!.unid, importance: '1' });
  const before = entries();
  await cycle(zone);
  const { rows: placed } = await two.sides.vendor.query<{ n: number }>(
    `select count(*)::int as n from communication where comm_location = 'Room 2'`,
  );
  expect(placed).toEqual([{ n: TIMES.length + 1 }]);
  expect(await rows()).toEqual(made);
  expect(entries()).toEqual(before);

  const { uid } = notes.calendar().find(({ subject }) => subject === TIMES[0]![0])!;
  notes.move({ uid, start: '2027-04-03T22:15:00Z', end: '2027-04-03T23:45:00Z' });
  await cycle(zone);
  expect(await rows()).toEqual({
    ...made,
    [TIMES[0]![0]]: {
      start: '2027-04-04T00:15:00',
      end: '2027-04-04T01:45:00',
      reminder: '2027-04-04T00:00:00',
    },
  });
}

describe.each(ENGINES)('on %s', (engine) => {
  const test = testOn({ name: engine });
  const open = async (): Promise<void> => {
    two = await openTwoSides({ engine, users: 1, timeZone: ZONE, settings: { window_future_days: '700' } });
    // The days above will have passed some time.
    await two.sides.vendor.query(
      "update domino_sync.sync_user set window_start = '2026-01-01', past_days = 6000",
    );
  };

  for (const zone of ['America/St_Johns', 'Pacific/Kiritimati'])
    test(`a runner in ${zone} shifts nothing`, async () => {
      await open();
      await playRoundTrip(zone);
    });

  test('a login that writes days before months shifts nothing', async () => {
    await open();
    const login = new URL(two.sides.crmUrl).username;
    if (engine === 'postgres') {
      await two.sides.vendor.query(`alter role ${login} set datestyle = 'German, DMY'`);
      await two.sides.vendor.query(`alter role ${login} set timezone = 'Asia/Tokyo'`);
    } else await two.sides.vendor.query(`alter login ${login} with default_language = German`);
    await playRoundTrip('UTC');
  });
});

/** Series of Notes in the CRM: each instance is a row of its own, kept in step one by one in both directions. */
import { wallNow, wallText } from '../../src/sandbox/crm/wall-time.ts';
import type { SampleUser } from '../../src/sandbox/crm/sample-people.ts';
import { openTwoSides, type TwoSides, type TwoSidesOptions } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

const open = async (options: TwoSidesOptions = {}) => {
  two = await openTwoSides({ users: 2, ...options });
  const [anna, bert] = two.world.users as [SampleUser, SampleUser];
  return { ...two, anna, bert };
};

interface Row {
  id: number;
  start: string;
  end: string;
  place: string | null;
  all_day: boolean;
  number: number | null;
}
const rows = async (subject: string): Promise<Row[]> =>
  (
    await two.sides.vendor.query<Row>(
      `select comm_communicationid as id, to_char(comm_datetime, 'YYYY-MM-DD"T"HH24:MI:SS') as start,
              to_char(comm_todatetime, 'YYYY-MM-DD"T"HH24:MI:SS') as end, comm_location as place,
              comm_isalldayevent is not null as all_day, comm_recurrenceid as number
       from communication where comm_deleted is null and comm_subject = $1 order by comm_datetime, 1`,
      [subject],
    )
  ).rows;
const starts = async (subject: string) => (await rows(subject)).map((row) => row.start);
const wall = (instant: string) => wallText(wallNow(new Date(instant), two.sides.timeZone));
const inNotes = (user: SampleUser, subject: string) => two.world.calendarEntries(user, subject);
const startsInNotes = (user: SampleUser, subject: string) =>
  inNotes(user, subject).map((item) => wall(item.start));
const links = async (uid: string) =>
  (
    await two.sides.vendor.query<{ id: number; instance: string; state: string; reason: string | null }>(
      `select appointment_id as id, domino_recurrence_id as instance, state, unlinked_reason as reason
       from domino_sync.item_link where domino_uid = $1 order by 2`,
      [uid],
    )
  ).rows;
const parkedAs = async (uid: string) =>
  (
    await two.sides.vendor.query<{ reason: string }>(
      'select distinct reason_code as reason from domino_sync.inbound_parked where domino_uid = $1 order by 1',
      [uid],
    )
  ).rows.map((row) => row.reason);

/** One more run writes neither to Domino nor to the CRM. */
const quiet = async () => {
  const digest = async () =>
    (
      await two.sides.vendor.query<{ digest: string }>(
        "select md5(string_agg(c::text, '|' order by comm_communicationid)) as digest from communication as c",
      )
    ).rows;
  const before = await digest();
  two.sides.standIn.requests.reset();
  await two.world.settle();
  expect(two.sides.standIn.requests.count().write).toBe(0);
  expect(await digest()).toEqual(before);
};

/** A weekly series of Anna's at 09:00, on both sides. */
const weekly = async (count: number, more: { invitees?: string[] } = {}) => {
  const { world } = two;
  const [anna] = world.users as [SampleUser];
  const at = world.at(2, 9);
  const uid = world.notes(anna).createSeries({
    subject: 'Weekly',
    start: at.utc,
    end: new Date(Date.parse(at.utc) + 3_600_000).toISOString(),
    rule: `FREQ=WEEKLY;COUNT=${count}`,
    ...more,
  });
  await world.settle();
  const items = inNotes(anna, 'Weekly');
  expect(await starts('Weekly')).toEqual(items.map((item) => wall(item.start)));
  const ids = new Map((await links(uid)).map((link) => [link.instance, link.id]));
  return { uid, instances: items.map((item) => item.recurrenceId!), idOf: (id: string) => ids.get(id)! };
};

const days = (list: readonly number[]) => list.map((day) => two.world.at(day, 9).utc);

describe('what repeats in Notes', () => {
  test.each([
    ['daily', () => ({ rule: 'FREQ=DAILY;COUNT=40' }), 40],
    // Longer than the half-year between two changes of the clocks.
    ['weekly, across a change of the clocks', () => ({ rule: 'FREQ=WEEKLY;COUNT=36' }), 36],
    ['every second week on two days', () => ({ rule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=12' }), 12],
    ['monthly by date', () => ({ rule: 'FREQ=MONTHLY;BYMONTHDAY=28;COUNT=10' }), 10],
    ['monthly by position', () => ({ rule: 'FREQ=MONTHLY;BYDAY=-1FR;COUNT=10' }), 10],
    ['yearly', () => ({ rule: 'FREQ=YEARLY;COUNT=3' }), 3],
    ['custom dates', () => ({ dates: days([2, 5, 11]) }), 3],
  ])('%s: a row an instance, at the same time of day', async (_name, repeats, count) => {
    const { world, anna } = await open({ settings: { window_future_days: '800' } });
    const at = world.at(2, 9);
    world.notes(anna).createSeries({ subject: 'Repeats', start: at.utc, end: at.utc, ...repeats() });
    await world.settle();
    const found = await starts('Repeats');
    expect(found).toHaveLength(count);
    expect(found).toEqual(startsInNotes(anna, 'Repeats'));
    if (!_name.startsWith('custom'))
      expect(new Set(found.map((start) => start.slice(11)))).toEqual(new Set(['09:00:00']));
    await quiet();
  });

  test('all day: each on its day, whatever the clocks do', async () => {
    const { world, anna } = await open({ standIn: { zone: 'Pacific Standard Time' } });
    const date = world.at(2, 0).wall.slice(0, 10);
    world.notes(anna).createAllDaySeries({ subject: 'Market', date, rule: 'FREQ=WEEKLY;COUNT=36' });
    await world.settle();
    const found = await rows('Market');
    expect(found.map((row) => row.start.slice(0, 10))).toEqual(
      inNotes(anna, 'Market').map((item) => item.start),
    );
    expect(found).toHaveLength(36);
    for (const row of found) {
      expect(row.all_day).toBe(true);
      expect(row.start.slice(0, 10)).toBe(row.end.slice(0, 10));
    }
    await quiet();
  });

  test('in the zone of its author: the time of day there stays, over both changes of the clocks', async () => {
    const { world, anna } = await open();
    const first = new Date(Date.parse(world.at(2, 0).utc));
    const newYork = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'America/New_York',
      hour: '2-digit',
      minute: '2-digit',
    });
    world.notes(anna).createSeries({
      subject: 'Overseas',
      start: `${first.toISOString().slice(0, 10)}T15:00:00Z`,
      end: `${first.toISOString().slice(0, 10)}T16:00:00Z`,
      rule: 'FREQ=WEEKLY;COUNT=51',
      zone: 'Eastern Standard Time',
    });
    await world.settle();
    expect(await starts('Overseas')).toEqual(startsInNotes(anna, 'Overseas'));
    expect(await starts('Overseas')).toHaveLength(51);
    const there = inNotes(anna, 'Overseas').map((item) => newYork.format(new Date(item.start)));
    expect(new Set(there).size).toBe(1);
    await quiet();
  });
});

describe('one occurrence', () => {
  test('moved, edited and deleted in Notes: that row, and no other', async () => {
    const { world, anna } = await open();
    const { uid, instances, idOf } = await weekly(5);
    const before = await rows('Weekly');
    const later = new Date(Date.parse(inNotes(anna, 'Weekly')[1]!.start) + 2 * 86_400_000).toISOString();
    world.notes(anna).moveInstance({ uid, recurrenceId: instances[1]!, start: later });
    world.notes(anna).edit({ uid, recurrenceId: instances[2]!, location: 'Room 7' });
    world.notes(anna).deleteInstance({ uid, recurrenceId: instances[3]!, notify: false });
    await world.settle();
    const after = await rows('Weekly');
    const changed = after.filter((row) => !before.some((one) => JSON.stringify(one) === JSON.stringify(row)));
    expect(changed.map((row) => [row.id, row.start, row.place])).toEqual([
      [idOf(instances[1]!), wall(later), ''],
      [idOf(instances[2]!), wall(inNotes(anna, 'Weekly')[2]!.start), 'Room 7'],
    ]);
    // S5: nobody was invited, so the row of the deleted one stays, unlinked.
    expect(after).toHaveLength(5);
    expect((await links(uid)).map((link) => [link.state, link.reason])).toEqual([
      ['linked', null],
      ['linked', null],
      ['linked', null],
      ['unlinked', 'deletion_kept'],
      ['linked', null],
    ]);
    await quiet();
  });

  test('deleted in Notes with people invited: its row goes, the others stay (S4)', async () => {
    const { world, sides, anna } = await open();
    const { uid, instances, idOf } = await weekly(4, { invitees: ['guest@elsewhere.example'] });
    world.notes(anna).deleteInstance({ uid, recurrenceId: instances[1]!, notify: false });
    await world.settle();
    expect(await rows('Weekly')).toHaveLength(3);
    expect((await world.appointment(idOf(instances[1]!)))!.deleted).toBe(1);
    expect(sides.standIn.outbox.filter((notice) => notice.from.includes('CRM Sync'))).toEqual([]);
    await quiet();
  });

  test('edited, moved and deleted in the CRM: that instance, and no other', async () => {
    const { world, anna } = await open();
    const { uid, instances, idOf } = await weekly(5);
    const was = inNotes(anna, 'Weekly');
    const [, moved, edited, deleted] = instances as [string, string, string, string];
    const later = world.at(30, 14);
    await world.crm.moveAppointment(anna.userId, idOf(moved), later.wall, later.wall);
    await world.crm.editAppointment(anna.userId, idOf(edited), { location: 'CRM room' });
    await world.crm.deleteAppointment(anna.userId, idOf(deleted));
    await world.settle();
    const is = inNotes(anna, 'Weekly');
    expect(new Set(is.map((item) => item.uid))).toEqual(new Set([uid]));
    const instance = (id: string) => is.find((item) => item.recurrenceId === id);
    expect(wall(instance(moved)!.start)).toBe(later.wall);
    expect(instance(edited)).toMatchObject({ location: 'CRM room' });
    expect(instance(deleted)).toBeUndefined();
    for (const place of [0, 4])
      expect(instance(instances[place]!)).toMatchObject({ start: was[place]!.start, location: '' });
    expect(is).toHaveLength(4);
    await quiet();
  });

  test('moved on both sides, the CRM first: the later one counts, once', async () => {
    const { world, anna } = await open();
    const { uid, instances, idOf } = await weekly(3);
    const [inCrm, there] = [world.at(20, 8), world.at(21, 11)];
    await world.crm.moveAppointment(anna.userId, idOf(instances[1]!), inCrm.wall, inCrm.wall);
    await two.sides.vendor.query(
      "update communication set comm_updateddate = comm_updateddate - interval '1 hour' where comm_communicationid = $1",
      [idOf(instances[1]!)],
    );
    world.notes(anna).moveInstance({ uid, recurrenceId: instances[1]!, start: there.utc, end: there.utc });
    await world.settle();
    expect(await starts('Weekly')).toEqual(startsInNotes(anna, 'Weekly').sort());
    expect(await starts('Weekly')).toContain(there.wall);
    await quiet();
  });

  test('deleted in Notes while the CRM edited it: it comes back as an entry of its own, once', async () => {
    const { world, anna } = await open();
    const { uid, instances, idOf } = await weekly(3);
    world.notes(anna).deleteInstance({ uid, recurrenceId: instances[1]!, notify: false });
    await world.crm.editAppointment(anna.userId, idOf(instances[1]!), { location: 'Needed' });
    await world.settle();
    const is = inNotes(anna, 'Weekly');
    expect(is).toHaveLength(3);
    expect(is.find((item) => item.uid !== uid)).toMatchObject({ location: 'Needed', recurrenceId: null });
    expect(await rows('Weekly')).toHaveLength(3);
    await quiet();
  });
});

describe('the whole series', () => {
  test('edited at once: every row', async () => {
    const { world, anna } = await open();
    const { uid } = await weekly(4);
    world.notes(anna).edit({ uid, location: 'Hall' });
    await world.settle();
    expect((await rows('Weekly')).map((row) => row.place)).toEqual(Array(4).fill('Hall'));
    await quiet();
  });

  test('this and all future: those rows change, the ones before stay', async () => {
    const { world, anna } = await open();
    const { uid, instances } = await weekly(5);
    const before = await rows('Weekly');
    world.notes(anna).changeFollowing({
      uid,
      recurrenceId: instances[2]!,
      moveMinutes: 90,
      location: 'New room',
    });
    await world.settle();
    const after = await rows('Weekly');
    expect(after.map((row) => row.id)).toEqual(before.map((row) => row.id));
    expect(after.map((row) => row.start.slice(11))).toEqual([
      '09:00:00',
      '09:00:00',
      '10:30:00',
      '10:30:00',
      '10:30:00',
    ]);
    expect(after.map((row) => row.place)).toEqual(['', '', 'New room', 'New room', 'New room']);
    await quiet();
  });

  test('this and all future deleted: with people invited their rows go', async () => {
    const { world, anna } = await open();
    const { uid, instances } = await weekly(5, { invitees: ['guest@elsewhere.example'] });
    world.notes(anna).deleteInstance({ uid, recurrenceId: instances[3]!, range: 'future', notify: false });
    await world.settle();
    expect(await starts('Weekly')).toEqual(startsInNotes(anna, 'Weekly'));
    expect(await rows('Weekly')).toHaveLength(3);
    await quiet();
  });

  test('a later end: rows appear; an earlier one: rows go; none is there twice', async () => {
    const { world, anna } = await open();
    const { uid } = await weekly(3, { invitees: ['guest@elsewhere.example'] });
    const first = await rows('Weekly');
    world.notes(anna).changeSeries({ uid, rule: 'FREQ=WEEKLY;COUNT=6' });
    await world.settle();
    expect(await starts('Weekly')).toEqual(startsInNotes(anna, 'Weekly'));
    expect((await rows('Weekly')).slice(0, 3)).toEqual(first);
    expect(await rows('Weekly')).toHaveLength(6);
    world.notes(anna).changeSeries({ uid, rule: 'FREQ=WEEKLY;COUNT=2' });
    await world.settle();
    expect(await rows('Weekly')).toEqual(first.slice(0, 2));
    await quiet();
  });

  test.each([
    ['nobody invited', [], 5],
    ['people invited', ['guest@elsewhere.example'], 5],
  ])(
    'shorter and then as long as before, %s: each row is there once, and linked again',
    async (_name, invitees, all) => {
      const { world, anna } = await open();
      const { uid } = await weekly(all, invitees.length > 0 ? { invitees } : {});
      const first = await rows('Weekly');
      world.notes(anna).changeSeries({ uid, rule: 'FREQ=WEEKLY;COUNT=2' });
      await world.settle();
      await quiet();
      world.notes(anna).changeSeries({ uid, rule: `FREQ=WEEKLY;COUNT=${all}` });
      await world.settle();
      expect(await rows('Weekly')).toEqual(first);
      expect((await links(uid)).map((link) => link.state)).toEqual(Array(all).fill('linked'));
      expect((await two.sides.crm.explain(first[4]!.id)).conflicts).toEqual([]);
      await quiet();
      world.notes(anna).edit({ uid, location: 'Hall' });
      await world.settle();
      expect((await rows('Weekly')).map((row) => row.place)).toEqual(Array(all).fill('Hall'));
      await quiet();
    },
  );

  test('another rule: rows of instances that stay are kept, what was changed in them too', async () => {
    const { world, anna } = await open();
    const { uid, instances } = await weekly(4, { invitees: ['guest@elsewhere.example'] });
    const first = await rows('Weekly');
    world.notes(anna).edit({ uid, recurrenceId: instances[2]!, location: 'Room 7' });
    await world.settle();
    world.notes(anna).changeSeries({ uid, rule: 'FREQ=WEEKLY;INTERVAL=2;COUNT=4' });
    await world.settle();
    const after = await rows('Weekly');
    expect(after.map((row) => row.start)).toEqual(startsInNotes(anna, 'Weekly'));
    expect(after.slice(0, 2).map((row) => [row.id, row.place])).toEqual([
      [first[0]!.id, ''],
      [first[2]!.id, 'Room 7'],
    ]);
    expect(after).toHaveLength(4);
    await quiet();
  });

  test.each([
    ['nobody invited: all rows stay, unlinked', [], 30],
    ['people invited: all rows go', ['guest@elsewhere.example'], 0],
  ])('deleted, %s; that is one deletion and no mass disappearance', async (_name, invitees, left) => {
    const { world, sides, anna } = await open();
    const { uid } = await weekly(30, invitees.length > 0 ? { invitees } : {});
    world.notes(anna).delete({ uid, notify: false });
    await world.settle();
    expect(await rows('Weekly')).toHaveLength(left);
    expect((await links(uid)).map((link) => link.state)).toEqual(Array(30).fill('unlinked'));
    const { rows: health } = await sides.vendor.query('select distinct health from domino_sync.sync_user');
    expect(health).toEqual([{ health: 'ok' }]);
    await quiet();
  });

  test('all rows deleted in the CRM: the series is gone from Notes', async () => {
    const { world, anna } = await open();
    const { instances, idOf } = await weekly(4);
    for (const instance of instances) await world.crm.deleteAppointment(anna.userId, idOf(instance));
    await world.settle();
    expect(inNotes(anna, 'Weekly')).toEqual([]);
    await quiet();
  });
});

describe('what is not taken', () => {
  test('more instances in the window than max_occurrences; once it is shorter, or more are allowed, it is', async () => {
    const { world, sides, anna } = await open({ settings: { max_occurrences: '5' } });
    const at = world.at(2, 9);
    const uid = world
      .notes(anna)
      .createSeries({ subject: 'Long', start: at.utc, end: at.utc, rule: 'FREQ=DAILY;COUNT=9' });
    await world.settle();
    expect(await rows('Long')).toEqual([]);
    expect(await parkedAs(uid)).toEqual(['series_too_long']);
    await quiet();
    // None of it is read at each poll, and nothing told again.
    expect(sides.standIn.requests.entries.filter((one) => one.path.includes(uid))).toEqual([]);

    world.notes(anna).changeSeries({ uid, rule: 'FREQ=DAILY;COUNT=4' });
    await world.settle();
    expect(await starts('Long')).toEqual(startsInNotes(anna, 'Long'));
    expect(await rows('Long')).toHaveLength(4);

    world.notes(anna).changeSeries({ uid, rule: 'FREQ=DAILY;COUNT=8' });
    await world.settle();
    expect(await rows('Long')).toHaveLength(4);
    await sides.crm.changeSetting('max_occurrences', '8');
    await world.settle();
    expect(await starts('Long')).toEqual(startsInNotes(anna, 'Long'));
    expect(await rows('Long')).toHaveLength(8);
    await quiet();
  });

  test('no end, where the server shows the rule; once it has one, it is', async () => {
    const { world, sides, anna } = await open({ standIn: { knobs: { ruleReadBack: 'rule' } } });
    const at = world.at(2, 9).utc;
    const time = { date: at.slice(0, 10), time: at.slice(11, 19), utc: true };
    const { url, user, password } = sides.dominoAccess;
    const made = await fetch(`${url}/${anna.mailFile}/api/calendar/events?workflow=false`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
      },
      body: JSON.stringify({
        events: [{ summary: 'Endless', start: time, end: time, recurrenceRule: 'FREQ=WEEKLY' }],
      }),
    });
    expect(made.status).toBe(201);
    await world.settle();
    const { uid } = inNotes(anna, 'Endless')[0]!;
    expect(await rows('Endless')).toEqual([]);
    expect(await parkedAs(uid)).toEqual(['series_no_end']);
    await quiet();
    // Of what was modified this very second the series is looked at again, its instances are not.
    expect(sides.standIn.requests.entries.filter((one) => one.path.includes(`${uid}/`))).toEqual([]);

    world.notes(anna).changeSeries({ uid, rule: 'FREQ=WEEKLY;COUNT=3' });
    // It is looked at again once a day.
    await sides.vendor.query('update domino_sync.inbound_parked set next_attempt_at = now()');
    await world.settle();
    expect(await starts('Endless')).toEqual(startsInNotes(anna, 'Endless'));
    expect(await rows('Endless')).toHaveLength(3);
    await quiet();
  });
});

test('what slides into the window comes then, what slides out stays linked', async () => {
  const { world, sides, anna } = await open({ settings: { window_future_days: '12' } });
  const at = world.at(2, 9);
  const uid = world
    .notes(anna)
    .createSeries({ subject: 'Slides', start: at.utc, end: at.utc, rule: 'FREQ=WEEKLY;COUNT=4' });
  await world.settle();
  expect(await rows('Slides')).toHaveLength(2);
  await sides.crm.changeSetting('window_future_days', '40');
  await world.settle();
  expect(await starts('Slides')).toEqual(startsInNotes(anna, 'Slides'));
  expect(await rows('Slides')).toHaveLength(4);
  await sides.crm.changeSetting('window_future_days', '5');
  await world.settle();
  expect(await rows('Slides')).toHaveLength(4);
  expect((await links(uid)).map((link) => link.state)).toEqual(Array(4).fill('linked'));
  await sides.crm.changeSetting('window_future_days', '40');
  await quiet();
});

describe('a series of the CRM', () => {
  const crmSeries = async (user: SampleUser, count: number): Promise<number[]> => {
    const ids: number[] = [];
    for (let week = 0; week < count; week += 1) {
      const at = two.world.at(2 + 7 * week, 10).wall;
      ids.push(await two.world.crm.createAppointment(user.userId, { subject: 'Sage', start: at, end: at }));
    }
    await two.sides.vendor.query(
      'update communication set comm_recurrenceid = 4711 where comm_communicationid = any($1)',
      [ids],
    );
    await two.world.settle();
    return ids;
  };
  const numbers = async () => [...new Set((await rows('Sage')).map((row) => row.number))];

  test('is an entry a row; what changes on one side changes that one on the other', async () => {
    const { world, anna } = await open();
    const ids = await crmSeries(anna, 5);
    const made = inNotes(anna, 'Sage');
    expect(made.map((item) => wall(item.start))).toEqual(await starts('Sage'));
    expect(new Set(made.map((item) => item.uid)).size).toBe(5);
    expect(made.every((item) => item.recurrenceId === null)).toBe(true);

    const there = world.at(50, 15);
    world.notes(anna).move({ uid: made[0]!.uid, start: there.utc, end: there.utc });
    world.notes(anna).delete({ uid: made[4]!.uid, notify: false });
    await world.crm.editAppointment(anna.userId, ids[1]!, { location: 'Only here' });
    await world.crm.deleteAppointment(anna.userId, ids[2]!);
    await world.settle();
    expect(await starts('Sage')).toContain(there.wall);
    expect(inNotes(anna, 'Sage').map((item) => item.uid)).not.toContain(made[2]!.uid);
    expect(
      inNotes(anna, 'Sage')
        .filter((item) => item.location === 'Only here')
        .map((item) => item.uid),
    ).toEqual([made[1]!.uid]);
    expect(await numbers()).toEqual([4711]);
    await quiet();
  });

  test('this and all future, a longer series and the deletion of all, in the CRM', async () => {
    const { world, anna } = await open();
    const ids = await crmSeries(anna, 4);
    for (const [week, id] of ids.entries()) {
      if (week < 2) continue;
      const at = world.at(2 + 7 * week, 12).wall;
      await world.crm.moveAppointment(anna.userId, id, at, at);
    }
    const at = world.at(2 + 7 * 4, 12).wall;
    ids.push(await world.crm.createAppointment(anna.userId, { subject: 'Sage', start: at, end: at }));
    await world.settle();
    expect(startsInNotes(anna, 'Sage')).toEqual(await starts('Sage'));
    expect(startsInNotes(anna, 'Sage').map((start) => start.slice(11, 13))).toEqual([
      '10',
      '10',
      '12',
      '12',
      '12',
    ]);
    for (const id of ids) await world.crm.deleteAppointment(anna.userId, id);
    await world.settle();
    expect(inNotes(anna, 'Sage')).toEqual([]);
    await quiet();
  });
});

describe('Comm_RecurrenceId of what came from Notes', () => {
  test('stays empty unless asked for', async () => {
    await open();
    await weekly(3);
    expect((await rows('Weekly')).map((row) => row.number)).toEqual([null, null, null]);
  });

  test('is one number for the series if setting group_series is on, also for what comes later', async () => {
    const { world, anna } = await open({ settings: { group_series: 'on' } });
    const { uid } = await weekly(3);
    const [number] = (await rows('Weekly')).map((row) => row.number);
    expect(number).toBe(-(await rows('Weekly'))[0]!.id);
    world.notes(anna).changeSeries({ uid, rule: 'FREQ=WEEKLY;COUNT=5' });
    const at = world.at(3, 9);
    world
      .notes(anna)
      .createSeries({ subject: 'Other', start: at.utc, end: at.utc, rule: 'FREQ=DAILY;COUNT=2' });
    world.notes(anna).createAppointment({ subject: 'Single', start: at.utc, end: at.utc });
    await world.settle();
    expect((await rows('Weekly')).map((row) => row.number)).toEqual(Array(5).fill(number));
    const other = (await rows('Other')).map((row) => row.number);
    expect(new Set(other).size).toBe(1);
    expect(other[0]).not.toBe(number);
    expect((await rows('Single')).map((row) => row.number)).toEqual([null]);
    await quiet();
  });
});

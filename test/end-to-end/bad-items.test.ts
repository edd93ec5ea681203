/** An item that cannot be handled stops neither its neighbours nor its mailbox, and a decision is never asked for again and again. */
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

const open = async (options: Parameters<typeof openTwoSides>[0] = {}) => {
  two = await openTwoSides({ users: 3, ...options });
  const [anna, bert, cora] = two.world.users as [
    (typeof two.world.users)[number],
    (typeof two.world.users)[number],
    (typeof two.world.users)[number],
  ];
  return { ...two, anna, bert, cora };
};

const healthOf = async (userId: number) =>
  (await two.sides.crm.listUsers()).find((user) => user.crm_user_id === userId)?.health;

test('an entry that is parked with a text no database holds leaves the mailbox healthy', async () => {
  const { world, sides, anna, bert } = await open();
  const at = world.at(3, 9);
  world.notes(bert).createMeeting({
    subject: 'NUL \u0000 and half a character \ud83d',
    start: at.utc,
    end: at.utc,
    invitees: [anna.email],
  });
  await world.settle();
  expect(await healthOf(anna.userId)).toBe('ok');
  const { rows } = await sides.vendor.query(
    'select subject from domino_sync.inbound_parked where crm_user_id = $1',
    [anna.userId],
  );
  expect(rows).toContainEqual({ subject: expect.stringContaining('and half a character \ufffd') });
});

test('a CRM row of an unreadable shape is parked alone, and taken up when it is mended', async () => {
  const { world, sides, anna } = await open();
  const at = world.at(3, 9);
  const times = { start: at.wall, end: at.wall };
  const bad = await world.crm.createAppointment(anna.userId, { subject: 'No such year', ...times });
  const setStart = (start: string) =>
    sides.vendor.query('update communication set comm_datetime = $2 where comm_communicationid = $1', [
      bad,
      start,
    ]);
  await setStart('20000-01-01 00:00:00');
  await world.crm.createAppointment(anna.userId, { subject: 'Neighbour', ...times });
  await world.settle();
  expect(world.calendarEntries(anna, 'Neighbour')).toHaveLength(1);
  expect(await healthOf(anna.userId)).toBe('ok');
  const { rows } = await sides.vendor.query(
    'select last_reason_code, parked_at is not null as parked from domino_sync.delivery where appointment_id = $1',
    [bad],
  );
  expect(rows).toEqual([{ last_reason_code: 'crm_refused', parked: true }]);
  await setStart(at.wall);
  await world.settle();
  expect(world.calendarEntries(anna, 'No such year')).toHaveLength(1);
});

test('a result that the database refuses is parked, and its neighbours are recorded', async () => {
  const { world, sides, anna } = await open();
  const at = world.at(3, 9);
  const times = { start: at.wall, end: at.wall };
  const refused = await world.crm.createAppointment(anna.userId, { subject: 'Refused', ...times });
  await world.crm.createAppointment(anna.userId, { subject: 'Recorded', ...times });
  await sides.vendor.query(
    `alter table domino_sync.item_link add constraint refuse_one check (appointment_id <> ${refused} or state <> 'linked')`,
  );
  await world.settle();
  expect(await healthOf(anna.userId)).toBe('ok');
  const { rows } = await sides.vendor.query(
    'select appointment_id = $1 as refused, state from domino_sync.item_link order by 1',
    [refused],
  );
  expect(rows).toEqual([
    { refused: false, state: 'linked' },
    { refused: true, state: 'creating' },
  ]);
  await sides.vendor.query('alter table domino_sync.item_link drop constraint refuse_one');
  await sides.crm.retryParked(refused);
  await world.settle();
  expect(world.calendarEntries(anna, 'Refused')).toHaveLength(1);
  expect(await world.bySubject('Refused')).toHaveLength(1);
});

test("an invitee's entry that the CRM edited and Notes deleted is kept apart, not asked for at every poll", async () => {
  const { world, sides, anna, cora } = await open();
  await sides.crm.disableUser(cora.userId);
  const at = world.at(3, 9);
  const uid = world
    .notes(cora)
    .createMeeting({ subject: 'Theirs', start: at.utc, end: at.utc, invitees: [anna.email] });
  world.notes(anna).accept({ uid });
  await world.settle();
  const [made] = await world.bySubject('Theirs');
  await world.crm.editAppointment(anna.userId, made!.id, { location: 'Known to the CRM only' });
  await world.settle();
  world.notes(anna).delete({ uid, notify: false });
  await world.settle();
  const { links } = await sides.crm.explain(made!.id);
  expect(links).toMatchObject([{ state: 'unlinked', unlinked_reason: 'deletion_kept' }]);
  expect(await world.bySubject('Theirs')).toHaveLength(1);
  sides.standIn.requests.reset();
  expect((await world.cycle()).toDomino.skipped).toBe(0);
});

test('occurrences behind the window do not make a series overlong, and a linked one is edited even when it is', async () => {
  const { world, sides, anna } = await open({ settings: { max_occurrences: '3' } });
  const at = world.at(3, 9);
  const uid = world.notes(anna).createSeries({
    subject: 'Daily',
    start: at.utc,
    end: at.utc,
    rule: 'FREQ=DAILY;COUNT=3',
  });
  await world.settle();
  expect(await world.bySubject('Daily')).toHaveLength(3);
  await sides.vendor.query(
    `insert into domino_sync.inbound_parked (crm_user_id, form, domino_uid, domino_recurrence_id, domino_start, reason_code)
     select $1, 'event', $2, to_char(day, 'YYYYMMDD"T"HH24MISS"Z"'), to_char(day, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'too_old'
     from generate_series(now() - interval '400 days', now() - interval '390 days', interval '1 day') as day`,
    [anna.userId, uid],
  );
  world.notes(anna).edit({ uid, location: 'Room 7' });
  await world.settle();
  const places = async () =>
    (
      await sides.vendor.query(
        "select comm_location as place from communication where comm_subject = 'Daily'",
      )
    ).rows;
  expect(await places()).toEqual(Array(3).fill({ place: 'Room 7' }));
  await sides.crm.changeSetting('max_occurrences', '2');
  world.notes(anna).edit({ uid, location: 'Room 8' });
  await world.settle();
  expect(await places()).toEqual(Array(3).fill({ place: 'Room 8' }));
});

test('where only the CRM may write, its edit wins over a later one in Notes', async () => {
  const { world, sides, anna } = await open();
  await sides.vendor.query("update domino_sync.sync_user set direction = 'to_domino'");
  const at = world.at(3, 9);
  const id = await world.crm.createAppointment(anna.userId, {
    subject: 'One way',
    start: at.wall,
    end: at.wall,
  });
  await world.settle();
  await world.crm.editAppointment(anna.userId, id, { location: 'CRM place' });
  await sides.vendor.query(
    "update communication set comm_updateddate = comm_updateddate - interval '1 hour' where comm_communicationid = $1",
    [id],
  );
  const [entry] = world.calendarEntries(anna, 'One way');
  world.notes(anna).edit({ uid: entry!.uid, location: 'Notes place' });
  await world.settle();
  expect(world.calendarEntries(anna, 'One way')).toMatchObject([{ location: 'CRM place' }]);
});

test('an entry made again under a uid that Domino knows is brought to what the CRM holds', async () => {
  const { world, sides, anna } = await open();
  const at = world.at(3, 9);
  const id = await world.crm.createAppointment(anna.userId, {
    subject: 'Twice',
    start: at.wall,
    end: at.wall,
  });
  await world.settle();
  const links = 'domino_sync.item_link';
  await sides.vendor.query(`create table kept as table ${links}`);
  const remove = async () => {
    const [entry] = world.calendarEntries(anna, 'Twice');
    await world.crm.editAppointment(anna.userId, id, { location: `before ${entry!.uid}` });
    world.notes(anna).delete({ uid: entry!.uid, notify: false });
    await world.settle();
  };
  await remove();
  expect(world.calendarEntries(anna, 'Twice')).toHaveLength(1);
  // The links come from a backup: again they name the entry that is gone.
  await sides.vendor.query(`delete from ${links}; insert into ${links} select * from kept; drop table kept`);
  await world.crm.editAppointment(anna.userId, id, { location: 'Newest place' });
  await world.settle();
  expect(world.calendarEntries(anna, 'Twice')).toMatchObject([{ location: 'Newest place' }]);
  expect(await world.bySubject('Twice')).toHaveLength(1);
});

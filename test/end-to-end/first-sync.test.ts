/** The day the product is switched on for users with years of appointments on both sides: everything is there once. */
import { waitUntil } from '../../src/sandbox/exercise/wait.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

type User = TwoSides['world']['users'][number];

const open = async (options: Parameters<typeof openTwoSides>[0] = {}) => {
  two = await openTwoSides({ users: 3, ...options });
  const [anna, bert, cora] = two.world.users as [User, User, User];
  return { ...two, anna, bert, cora };
};

const inNotes = (user: User, subject: string): number =>
  two.world.calendarEntries(user, subject).length +
  two.world
    .notes(user)
    .todos()
    .filter((todo) => todo.subject === subject).length;

/** How often a subject is there: in the CRM, in the user's Notes. */
const count = async (user: User, subject: string): Promise<[number, number]> => [
  (await two.world.bySubject(subject)).length,
  inNotes(user, subject),
];

const half = (instant: string): string =>
  new Date(Date.parse(instant) + 1_800_000).toISOString().replace('.000', '');
const halfWall = (wall: string): string =>
  new Date(Date.parse(`${wall}Z`) + 1_800_000).toISOString().slice(0, 19);

/** The same half an hour on both sides, made by hand on each. */
const makeTwins = async (user: User, subject: string, days: number, hour: number) => {
  const at = two.world.at(days, hour);
  const id = await two.world.crm.createAppointment(user.userId, {
    subject,
    start: at.wall,
    end: halfWall(at.wall),
  });
  const uid = two.world.notes(user).createAppointment({ subject, start: at.utc, end: half(at.utc) });
  return { id, uid };
};

describe('what both sides hold already', () => {
  test('is linked and not made again, and nothing is written to Domino for it', async () => {
    const { world, sides, anna, bert } = await open();
    await makeTwins(anna, 'Plain', 3, 9);
    const at = world.at(4, 10);
    await world.crm.createAppointment(
      anna.userId,
      { subject: 'Meeting', start: at.wall, end: halfWall(at.wall) },
      [{ userId: bert.userId }],
    );
    world.notes(anna).createMeeting({
      subject: 'Meeting',
      start: at.utc,
      end: half(at.utc),
      invitees: [bert.email],
    });
    const day = world.at(5, 0).wall.slice(0, 10);
    await world.crm.createAppointment(anna.userId, {
      subject: 'Holiday',
      start: `${day}T00:00:00`,
      end: `${day}T23:59:00`,
      allDay: true,
    });
    world.notes(anna).createAllDay({ subject: 'Holiday', date: day });
    await world.crm.createAppointment(anna.userId, {
      subject: 'Call back',
      start: at.wall,
      end: halfWall(at.wall),
      action: 'ToDo',
    });
    world.notes(anna).createTodo({ subject: 'Call back', start: at.utc, due: half(at.utc) });

    sides.standIn.requests.reset();
    await world.settle();
    for (const subject of ['Plain', 'Meeting', 'Holiday', 'Call back'])
      expect([subject, await count(anna, subject)]).toEqual([subject, [1, 1]]);
    expect(sides.standIn.requests.count().write).toBe(0);
    const { rows } = await sides.vendor.query(
      `select count(*)::int as conflicts, (select count(*)::int from domino_sync.item_link where state = 'linked') as linked
       from domino_sync.conflict`,
    );
    expect(rows).toEqual([{ conflicts: 0, linked: 4 }]);
  });

  test('is compared without regard to case, blanks, and what does not fit into a subject of the CRM', async () => {
    const { world, anna } = await open();
    const at = world.at(3, 9);
    const long = `Long ${'x'.repeat(300)}`;
    await world.crm.createAppointment(anna.userId, {
      subject: long.slice(0, 255),
      start: at.wall,
      end: halfWall(at.wall),
    });
    world.notes(anna).createAppointment({ subject: long, start: at.utc, end: half(at.utc) });
    const later = world.at(4, 9);
    await world.crm.createAppointment(anna.userId, {
      subject: ' JOUR  fixe',
      start: later.wall,
      end: halfWall(later.wall),
    });
    world.notes(anna).createAppointment({ subject: 'Jour fixe ', start: later.utc, end: half(later.utc) });
    await world.settle();
    expect(
      (await world.vendor.query('select 1 from communication where comm_deleted is null')).rows,
    ).toHaveLength(2);
    expect(world.notes(anna).calendar()).toHaveLength(2);
  });

  test('keeps the texts of both sides: what only one has goes to the other, and of two the loser is kept', async () => {
    const { world, sides, anna } = await open({ settings: { merge_policy: 'crm' } });
    const first = await makeTwins(anna, 'One text', 3, 9);
    world.notes(anna).edit({ uid: first.uid, body: 'from Notes', location: 'Room 1' });
    const second = await makeTwins(anna, 'Two texts', 4, 9);
    world.notes(anna).edit({ uid: second.uid, location: 'Notes place' });
    await world.crm.editAppointment(anna.userId, second.id, { location: 'CRM place' });
    await world.settle();
    const { rows } = await sides.vendor.query(
      'select comm_note, comm_location from communication where comm_communicationid = $1',
      [first.id],
    );
    expect(rows).toEqual([{ comm_note: 'from Notes', comm_location: 'Room 1' }]);
    expect(world.calendarEntries(anna, 'Two texts')).toMatchObject([{ location: 'CRM place' }]);
    const { conflicts } = await sides.crm.explain(second.id);
    expect(conflicts).toMatchObject([{ field: 'location', domino_value: 'Notes place', winner: 'crm' }]);
    expect(await count(anna, 'One text')).toEqual([1, 1]);
    expect(await count(anna, 'Two texts')).toEqual([1, 1]);
  });

  test('is two things when one of subject, start, end or organiser differs', async () => {
    const { world, sides, anna, bert, cora } = await open();
    await sides.crm.disableUser(cora.userId);
    const at = world.at(3, 9);
    await world.crm.createAppointment(anna.userId, {
      subject: 'End',
      start: at.wall,
      end: halfWall(at.wall),
    });
    world.notes(anna).createAppointment({ subject: 'End', start: at.utc, end: at.utc });
    await world.crm.createAppointment(anna.userId, {
      subject: 'Who',
      start: at.wall,
      end: halfWall(at.wall),
    });
    const uid = world.notes(cora).createMeeting({
      subject: 'Who',
      start: at.utc,
      end: half(at.utc),
      invitees: [anna.email, bert.email],
    });
    world.notes(anna).accept({ uid });
    await world.settle();
    expect(await count(anna, 'End')).toEqual([2, 2]);
    expect(await world.bySubject('Who')).toHaveLength(2);
  });

  test('is found beyond the list of the window: in three years, and when it began before it', async () => {
    const { world, anna } = await open();
    await makeTwins(anna, 'In three years', 1100, 9);
    const begun = world.at(-40, 9);
    const over = world.at(3, 9);
    await world.crm.createAppointment(anna.userId, { subject: 'Fair', start: begun.wall, end: over.wall });
    world.notes(anna).createAppointment({ subject: 'Fair', start: begun.utc, end: over.utc });
    await world.settle();
    expect(await count(anna, 'In three years')).toEqual([1, 1]);
    expect(await count(anna, 'Fair')).toEqual([1, 1]);
  });

  test('of an invitee is his copy of the meeting, and the others get none on top', async () => {
    const { world, sides, anna, bert, cora } = await open();
    await sides.crm.disableUser(cora.userId);
    const at = world.at(3, 9);
    await world.crm.createAppointment(
      cora.userId,
      { subject: 'Theirs', start: at.wall, end: halfWall(at.wall) },
      [{ userId: anna.userId }, { userId: bert.userId }],
    );
    const uid = world.notes(cora).createMeeting({
      subject: 'Theirs',
      start: at.utc,
      end: half(at.utc),
      invitees: [anna.email, bert.email],
    });
    for (const user of [anna, bert]) world.notes(user).accept({ uid });
    await world.settle();
    await world.settle();
    expect(await world.bySubject('Theirs')).toHaveLength(1);
    for (const user of [anna, bert])
      expect(
        world
          .notes(user)
          .calendar()
          .filter((item) => item.subject === 'Theirs'),
      ).toHaveLength(1);
  });

  test.each(['to_crm', 'to_domino'] as const)(
    'is linked for a user %s too, and the other side is not written',
    async (direction) => {
      const { world, sides, anna } = await open();
      const enable = {
        crm_user_id: anna.userId,
        mail_file: anna.mailFile,
        notes_name: null,
        past_days: null,
      };
      await sides.crm.enableUser({ ...enable, direction });
      const { id, uid } = await makeTwins(anna, 'One way', 3, 9);
      world.notes(anna).edit({ uid, location: 'Notes place' });
      await world.crm.editAppointment(anna.userId, id, { location: 'CRM place' });
      sides.standIn.requests.reset();
      await world.settle();
      expect(await count(anna, 'One way')).toEqual([1, 1]);
      const { rows } = await sides.vendor.query(
        'select comm_location as place from communication where comm_communicationid = $1',
        [id],
      );
      if (direction === 'to_crm') expect(sides.standIn.requests.count().write).toBe(0);
      else expect(rows).toEqual([{ place: 'CRM place' }]);
    },
  );
});

describe('twins that nobody can tell apart', () => {
  const codes = async () =>
    (
      await two.sides.vendor.query<{ direction: string; reason_code: string; n: number }>(
        'select direction, reason_code, count(*)::int as n from domino_sync_report.parked_items group by 1, 2 order by 1, 2',
      )
    ).rows;
  const linked = async () =>
    (
      await two.sides.vendor.query<{ n: number }>(
        "select count(*)::int as n from domino_sync.item_link where state = 'linked'",
      )
    ).rows[0]!.n;

  test('pair when there are equally many, those first that agree in the rest', async () => {
    const { world, sides, anna } = await open();
    const [one, other] = [await makeTwins(anna, 'Same', 3, 9), await makeTwins(anna, 'Same', 3, 9)];
    world.notes(anna).edit({ uid: one.uid, location: 'Room B' });
    await world.crm.editAppointment(anna.userId, other.id, { location: 'Room B' });
    sides.standIn.requests.reset();
    await world.settle();
    expect(await count(anna, 'Same')).toEqual([2, 2]);
    expect(sides.standIn.requests.count().write).toBe(0);
    const { links } = await sides.crm.explain(other.id);
    expect(links).toMatchObject([{ domino_uid: one.uid }]);
  });

  test('are parked on both sides when they are not equally many, and pair when the surplus one is gone', async () => {
    const { world, sides, anna } = await open();
    const twins = [await makeTwins(anna, 'Same', 3, 9), await makeTwins(anna, 'Same', 3, 9)];
    const at = world.at(3, 9);
    const surplus = world
      .notes(anna)
      .createAppointment({ subject: 'Same', start: at.utc, end: half(at.utc) });
    await makeTwins(anna, 'Neighbour', 3, 9);
    await world.settle();
    expect(await count(anna, 'Same')).toEqual([2, 3]);
    expect(await count(anna, 'Neighbour')).toEqual([1, 1]);
    expect(await codes()).toEqual([
      { direction: 'to_crm', reason_code: 'twin_ambiguous', n: 3 },
      { direction: 'to_domino', reason_code: 'twin_ambiguous', n: 2 },
    ]);
    // Nothing changed: nothing is read again, and an edit that leaves them alike makes nothing either.
    // Domino tells whole seconds: what was made in this one is read once more when it is over.
    const second = Math.floor(Date.now() / 1000);
    expect(await waitUntil(3000, () => Math.floor(Date.now() / 1000) > second)).toBe(true);
    await world.settle();
    sides.standIn.requests.reset();
    await world.settle();
    expect(sides.standIn.requests.count({ service: 'calendar' }).read).toBe(0);
    await world.crm.editAppointment(anna.userId, twins[0]!.id, { location: 'Room 1' });
    await world.settle();
    expect(await count(anna, 'Same')).toEqual([2, 3]);
    world.notes(anna).delete({ uid: surplus, notify: false });
    await world.settle();
    expect(await count(anna, 'Same')).toEqual([2, 2]);
    expect(await codes()).toEqual([]);
    expect(await linked()).toBe(3);
  });

  test('are told apart by an edit: the changed one goes its own way and the rest pair', async () => {
    const { world, anna } = await open();
    const { id } = await makeTwins(anna, 'Same', 3, 9);
    const at = world.at(3, 9);
    await world.crm.createAppointment(anna.userId, {
      subject: 'Same',
      start: at.wall,
      end: halfWall(at.wall),
    });
    await world.settle();
    expect(await count(anna, 'Same')).toEqual([2, 1]);
    await world.crm.editAppointment(anna.userId, id, { subject: 'Another' });
    await world.settle();
    expect(await count(anna, 'Same')).toEqual([1, 1]);
    expect(await count(anna, 'Another')).toEqual([1, 1]);
    expect(await codes()).toEqual([]);
  });

  test('become items of their own when the twins on the other side are gone', async () => {
    const { world, anna } = await open();
    const { id } = await makeTwins(anna, 'Same', 3, 9);
    const at = world.at(3, 9);
    world.notes(anna).createAppointment({ subject: 'Same', start: at.utc, end: half(at.utc) });
    await world.settle();
    expect(await count(anna, 'Same')).toEqual([1, 2]);
    await world.crm.deleteAppointment(anna.userId, id);
    await world.settle();
    expect(await count(anna, 'Same')).toEqual([2, 2]);
    expect(await codes()).toEqual([]);
  });

  test('an administrator may take one as an item of its own; a retry of everything takes none', async () => {
    const { world, sides, anna } = await open();
    const { id } = await makeTwins(anna, 'Same', 3, 9);
    const at = world.at(3, 9);
    const other = await world.crm.createAppointment(anna.userId, {
      subject: 'Same',
      start: at.wall,
      end: halfWall(at.wall),
    });
    await world.settle();
    await sides.crm.retryParked(null);
    await world.settle();
    expect(await count(anna, 'Same')).toEqual([2, 1]);
    await sides.crm.retryParked(other);
    await world.settle();
    expect(await count(anna, 'Same')).toEqual([2, 2]);
    for (const one of [id, other])
      expect((await sides.crm.explain(one)).links).toMatchObject([{ state: 'linked' }]);
  });
});

describe('the window', () => {
  /** On the CRM's side and in Notes, each its own. */
  const makeBoth = async (user: User, name: string, from: number, to: number, allDay: boolean) => {
    const [start, end] = [two.world.at(from, 9), two.world.at(to, 10)];
    await two.world.crm.createAppointment(user.userId, {
      subject: `CRM ${name}`,
      ...(allDay
        ? {
            start: `${start.wall.slice(0, 10)}T00:00:00`,
            end: `${end.wall.slice(0, 10)}T23:59:00`,
            allDay: true,
          }
        : { start: start.wall, end: end.wall }),
    });
    const notes = two.world.notes(user);
    if (allDay)
      notes.createAllDay({
        subject: `Notes ${name}`,
        date: start.wall.slice(0, 10),
        lastDate: end.wall.slice(0, 10),
      });
    else notes.createAppointment({ subject: `Notes ${name}`, start: start.utc, end: end.utc });
  };
  const takesPart = async (user: User, name: string) => ({
    toDomino: inNotes(user, `CRM ${name}`) === 1,
    toCrm: (await two.world.bySubject(`Notes ${name}`)).length === 1,
  });

  test.each(['Europe/Berlin', 'Pacific/Auckland', 'Pacific/Honolulu'])(
    'in %s: what ended in the last 14 days takes part on both sides, all-day or not; nothing older is made on either',
    async (timeZone) => {
      const { anna } = await open({ timeZone, standIn: { zone: 'UTC' } });
      for (const allDay of [false, true]) {
        await makeBoth(anna, `recent ${allDay}`, -12, -12, allDay);
        await makeBoth(anna, `old ${allDay}`, -17, -17, allDay);
        await makeBoth(anna, `long ${allDay}`, -11, 2, allDay);
      }
      await two.world.settle();
      for (const allDay of [false, true]) {
        expect(await takesPart(anna, `recent ${allDay}`)).toEqual({ toDomino: true, toCrm: true });
        expect(await takesPart(anna, `old ${allDay}`)).toEqual({ toDomino: false, toCrm: false });
        expect(await takesPart(anna, `long ${allDay}`)).toEqual({ toDomino: true, toCrm: true });
      }
    },
  );

  test('is as wide as --past-days says, for this user and on both sides, also later', async () => {
    const { sides, anna, bert } = await open();
    const enable = { mail_file: anna.mailFile, notes_name: null, direction: 'both' as const };
    await sides.crm.enableUser({ ...enable, crm_user_id: anna.userId, past_days: 60 });
    for (const user of [anna, bert]) await makeBoth(user, `${user.name} before`, -40, -40, false);
    await two.world.settle();
    await makeBoth(anna, 'later', -30, -30, false);
    await two.world.settle();
    expect(await takesPart(anna, `${anna.name} before`)).toEqual({ toDomino: true, toCrm: true });
    expect(await takesPart(anna, 'later')).toEqual({ toDomino: true, toCrm: true });
    expect(await takesPart(bert, `${bert.name} before`)).toEqual({ toDomino: false, toCrm: false });
  });

  test('slides on, and what is linked stays linked', async () => {
    const { world, sides, anna } = await open();
    await makeBoth(anna, 'sliding', -12, -12, false);
    await world.settle();
    await sides.crm.changeSetting('window_past_days', '5');
    await world.settle();
    const [row] = await world.bySubject('CRM sliding');
    await world.crm.editAppointment(anna.userId, row!.id, { location: 'Room 1' });
    await world.settle();
    expect(world.calendarEntries(anna, 'CRM sliding')).toMatchObject([{ location: 'Room 1' }]);
    await sides.vendor.query('update domino_sync.sync_user set first_sync_done_at = null');
    await world.settle();
    expect(await takesPart(anna, 'sliding')).toEqual({ toDomino: true, toCrm: true });
    const { rows } = await sides.vendor.query("select 1 from domino_sync.item_link where state = 'linked'");
    expect(rows).toHaveLength(2);
  });
});

test('the subject of private twins that nobody can tell apart is stored nowhere', async () => {
  const { world, sides, anna } = await open();
  await makeTwins(anna, 'Confidential', 3, 9);
  const at = world.at(3, 9);
  const secret = (subject: string) =>
    world.notes(anna).createAppointment({ subject, start: at.utc, end: half(at.utc), private: true });
  secret('Confidential');
  await world.settle();
  const { rows } = await sides.vendor.query<{ reason_code: string; subject: string | null; shown: boolean }>(
    `select reason_code, subject, (payload is not null) as shown from domino_sync.inbound_parked
     where reason_code = 'twin_ambiguous' order by subject nulls last`,
  );
  expect(rows).toEqual([
    { reason_code: 'twin_ambiguous', subject: 'Confidential', shown: false },
    { reason_code: 'twin_ambiguous', subject: null, shown: false },
  ]);
});

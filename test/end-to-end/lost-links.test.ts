/** Whatever becomes of the links — lost, half restored, of another mail file — nothing is made a second time. */
import { silentLog } from '../../src/log.ts';
import { runCycle } from '../../src/runner/cycle.ts';
import { createServerGate } from '../../src/runner/server-gate.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

type User = TwoSides['world']['users'][number];

const open = async (options: Parameters<typeof openTwoSides>[0] = {}) => {
  two = await openTwoSides({ users: 3, ...options });
  const [anna, bert, cora] = two.world.users as [User, User, User];
  return { ...two, anna, bert, cora };
};

const half = (instant: string): string =>
  new Date(Date.parse(instant) + 1_800_000).toISOString().replace('.000', '');
const halfWall = (wall: string): string =>
  new Date(Date.parse(`${wall}Z`) + 1_800_000).toISOString().slice(0, 19);

/** One of everything, made on either side, and synchronised. */
async function fill(anna: User, bert: User): Promise<void> {
  const { world } = two;
  const notes = world.notes(anna);
  const at = (day: number, hour: number) => {
    const { wall, utc } = world.at(day, hour);
    return { crm: { start: wall, end: halfWall(wall) }, notes: { start: utc, end: half(utc) } };
  };
  await world.crm.createAppointment(anna.userId, { subject: 'CRM appointment', ...at(2, 9).crm });
  await world.crm.createAppointment(anna.userId, { subject: 'CRM meeting', ...at(2, 10).crm }, [
    { userId: bert.userId },
    { email: 'guest@elsewhere.example', name: 'Guest' },
  ]);
  await world.crm.createAppointment(anna.userId, { subject: 'CRM To Do', action: 'ToDo', ...at(2, 11).crm });
  await world.crm.createAppointment(two.world.outsider.userId, { subject: 'CRM copy', ...at(2, 12).crm }, [
    { userId: anna.userId },
    { userId: bert.userId },
  ]);
  notes.createAppointment({ subject: 'Notes appointment', ...at(3, 9).notes });
  notes.createMeeting({ subject: 'Notes meeting', ...at(3, 10).notes, invitees: [bert.email] });
  notes.createAllDay({ subject: 'Notes day', date: at(3, 9).notes.start.slice(0, 10) });
  const { start, end: due } = at(3, 11).notes;
  notes.createTodo({ subject: 'Notes To Do', start, due });
  notes.createSeries({ subject: 'Notes series', ...at(4, 9).notes, rule: 'FREQ=DAILY;COUNT=4' });
  for (const hour of [7, 7]) notes.createAppointment({ subject: 'Notes twice', ...at(6, hour).notes });
  await world.settle();
}

/** Every item of both sides, one line each, without ids; twice the same line stays twice. */
async function census(users: readonly User[]): Promise<string[]> {
  const { rows } = await two.sides.vendor.query<{ line: string }>(
    `select format('CRM: %s %s–%s %s', comm_subject, comm_datetime, comm_todatetime, comm_location) as line
     from communication where comm_deleted is null`,
  );
  const notes = users.flatMap((user) => [
    ...two.world
      .notes(user)
      .calendar()
      .map((item) => `${user.name}: ${item.subject} ${item.start}–${item.end} ${item.location}`),
    ...two.world
      .notes(user)
      .todos()
      .map((todo) => `${user.name}: ${todo.subject} ${todo.start}–${todo.due}`),
  ]);
  return [...rows.map((row) => row.line), ...notes].sort();
}

const LINKS = 'domino_sync.item_link';
const linked = async (): Promise<number> =>
  (
    await two.sides.vendor.query<{ n: number }>(
      `select count(*)::int as n from ${LINKS} where state = 'linked'`,
    )
  ).rows[0]!.n;
const parkedErrors = async () =>
  (
    await two.sides.vendor.query(
      "select reason_code, subject, detail from domino_sync_report.parked_items where severity = 'error'",
    )
  ).rows;

test('losing all links changes nothing on either side: what is there is linked again', async () => {
  const { world, sides, anna, bert } = await open();
  await fill(anna, bert);
  const before = await census([anna, bert]);
  const links = await linked();
  await sides.vendor.query(`delete from ${LINKS}`);
  sides.standIn.requests.reset();
  await world.settle();
  expect(await census([anna, bert])).toEqual(before);
  expect(await linked()).toBe(links);
  expect(sides.standIn.requests.count().write).toBe(0);
  expect(await parkedErrors()).toEqual([]);
});

test('restoring half of the links makes no second item, and edits made meanwhile arrive', async () => {
  const { world, sides, anna, bert } = await open({ settings: { merge_policy: 'newest' } });
  await fill(anna, bert);
  const links = await linked();
  const size = (await census([anna, bert])).length;
  await sides.vendor.query(`delete from ${LINKS} where appointment_id % 2 = 0`);
  for (const item of world
    .notes(anna)
    .calendar()
    .filter((one) => one.subject.startsWith('Notes') && one.recurrenceId === null))
    world.notes(anna).edit({ uid: item.uid, location: `Room of ${item.subject}` });
  for (const subject of ['CRM appointment', 'CRM meeting']) {
    const [row] = await world.bySubject(subject);
    await world.crm.editAppointment(anna.userId, row!.id, { location: `Room of ${subject}` });
  }
  await world.settle();
  expect(await census([anna, bert])).toHaveLength(size);
  expect(await linked()).toBe(links);
  const { rows } = await sides.vendor.query<{ subject: string; place: string | null }>(
    'select comm_subject as subject, comm_location as place from communication where comm_deleted is null',
  );
  for (const subject of [
    'Notes appointment',
    'Notes meeting',
    'Notes day',
    'CRM appointment',
    'CRM meeting',
  ]) {
    expect(rows).toContainEqual({ subject, place: `Room of ${subject}` });
    expect(world.calendarEntries(anna, subject)).toMatchObject([{ location: `Room of ${subject}` }]);
  }
  expect(await parkedErrors()).toEqual([]);
});

test('an entry of ours is found by its key although subject and time were changed meanwhile, a To Do too', async () => {
  const { world, sides, anna, bert } = await open({ settings: { merge_policy: 'domino' } });
  await fill(anna, bert);
  const size = (await census([anna, bert])).length;
  await sides.vendor.query(`delete from ${LINKS}`);
  const [entry] = world.calendarEntries(anna, 'CRM appointment');
  const later = world.at(9, 9);
  world.notes(anna).edit({ uid: entry!.uid, subject: 'Renamed' });
  world.notes(anna).move({ uid: entry!.uid, start: later.utc, end: half(later.utc) });
  const todo = world
    .notes(anna)
    .todos()
    .find((one) => one.subject === 'CRM To Do');
  world.notes(anna).editTodo({ unid: todo!.unid, subject: 'Renamed To Do' });
  await world.settle();
  expect(await census([anna, bert])).toHaveLength(size);
  expect(await world.bySubject('Renamed')).toMatchObject([{ start: later.wall }]);
  expect(await world.bySubject('Renamed To Do')).toHaveLength(1);
});

test('what was deleted in Notes and kept in the CRM stays away, as long as the history knows it', async () => {
  const { world, sides, anna } = await open();
  const at = world.at(3, 9);
  const id = await world.crm.createAppointment(anna.userId, {
    subject: 'Mine',
    start: at.wall,
    end: at.wall,
  });
  await world.settle();
  world.notes(anna).delete({ uid: world.calendarEntries(anna, 'Mine')[0]!.uid, notify: false });
  await world.settle();
  await sides.vendor.query(`delete from ${LINKS}`);
  await world.settle();
  await world.crm.editAppointment(anna.userId, id, { location: 'Room 1' });
  await world.settle();
  expect(world.calendarEntries(anna, 'Mine')).toEqual([]);
  expect((await sides.crm.explain(id)).links).toMatchObject([
    { state: 'unlinked', unlinked_reason: 'deletion_kept' },
  ]);
});

test('an entry of ours whose appointment was deleted while the link was lost stays in Notes and is told', async () => {
  const { world, sides, anna } = await open();
  const at = world.at(3, 9);
  const id = await world.crm.createAppointment(anna.userId, {
    subject: 'Gone',
    start: at.wall,
    end: at.wall,
  });
  await world.settle();
  await sides.vendor.query(`delete from ${LINKS}`);
  await world.crm.deleteAppointment(anna.userId, id);
  await world.settle();
  expect(world.calendarEntries(anna, 'Gone')).toHaveLength(1);
  expect(await world.bySubject('Gone')).toEqual([]);
  const { rows } = await sides.vendor.query('select reason_code from domino_sync.inbound_parked');
  expect(rows).toEqual([{ reason_code: 'orphan_entry' }]);
});

test('a user who is disabled and enabled again gets the changes of both sides and no second item', async () => {
  const { world, sides, anna, bert } = await open();
  await fill(anna, bert);
  const size = (await census([anna, bert])).length;
  await sides.crm.disableUser(anna.userId);
  await world.cycle();
  const [changed] = await world.bySubject('CRM appointment');
  await world.crm.editAppointment(anna.userId, changed!.id, { location: 'Room 1' });
  const [deleted] = await world.bySubject('CRM To Do');
  await world.crm.deleteAppointment(anna.userId, deleted!.id);
  world
    .notes(anna)
    .edit({ uid: world.calendarEntries(anna, 'Notes appointment')[0]!.uid, location: 'Room 2' });
  await makeTwins(anna, 'Twin', 8, 9);
  await world.cycle();
  await enable(anna, anna.mailFile);
  await world.settle();
  expect(world.calendarEntries(anna, 'CRM appointment')).toMatchObject([{ location: 'Room 1' }]);
  const { rows } = await sides.vendor.query(
    "select comm_location as place from communication where comm_subject = 'Notes appointment'",
  );
  expect(rows).toEqual([{ place: 'Room 2' }]);
  expect(
    world
      .notes(anna)
      .todos()
      .map((todo) => todo.subject),
  ).toEqual(['Notes To Do']);
  // One To Do less on either side, the twin more on either side.
  expect(await census([anna, bert])).toHaveLength(size);
});

test('a mail file that moved with its entries keeps its pairs; an empty one gets everything; back again is no second item', async () => {
  const { world, sides, anna, bert, cora } = await open();
  await sides.crm.disableUser(cora.userId);
  await fill(anna, bert);
  const before = await census([anna, bert]);
  const crmBefore = before.filter((line) => line.startsWith('CRM'));
  const oldFile = sides.standIn.mailFile(anna.mailFile);
  const newFile = sides.standIn.mailFile(cora.mailFile);
  newFile.state.ownerEmail = anna.email;
  newFile.state.ownerName = oldFile.state.ownerName;

  await enable(anna, cora.mailFile);
  await world.settle();
  const inNew = (await census([cora])).filter((line) => !line.startsWith('CRM'));
  // The CRM keeps everything, and the new file holds what it holds.
  expect((await census([anna])).filter((line) => line.startsWith('CRM'))).toEqual(crmBefore);
  expect(inNew).toHaveLength(before.filter((line) => line.startsWith(anna.name)).length);

  await enable(anna, anna.mailFile);
  await world.settle();
  expect(await census([anna, bert])).toEqual(before);
  expect(await parkedErrors()).toEqual([]);
});

test('links that go while a mailbox is worked on are missed at the next look', async () => {
  const { world, sides, anna } = await open();
  const at = world.at(3, 9);
  world.notes(anna).createAppointment({ subject: 'From Notes', start: at.utc, end: half(at.utc) });
  await world.settle();
  await sides.vendor.query('update domino_sync.sync_user set next_poll_at = now()');
  const { crm, domino } = sides;
  await runCycle({
    crm: {
      ...crm,
      releaseMailbox: async (...call) => {
        await sides.vendor.query(`delete from ${LINKS}`);
        await crm.releaseMailbox(...call);
      },
    },
    domino,
    log: silentLog(),
    stopping: new AbortController().signal,
    parallel: 1,
    kind: 'once',
    gate: createServerGate({ crm, domino, log: silentLog() }),
  });
  await world.settle();
  expect(await world.bySubject('From Notes')).toHaveLength(1);
});

async function makeTwins(user: User, subject: string, days: number, hour: number): Promise<void> {
  const at = two.world.at(days, hour);
  await two.world.crm.createAppointment(user.userId, { subject, start: at.wall, end: halfWall(at.wall) });
  two.world.notes(user).createAppointment({ subject, start: at.utc, end: half(at.utc) });
}

const enable = (user: User, mailFile: string) =>
  two.sides.crm.enableUser({
    crm_user_id: user.userId,
    mail_file: mailFile,
    notes_name: user.notesName,
    direction: 'both',
    past_days: null,
  });

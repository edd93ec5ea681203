/** Faults between the two sides, over real sockets: after each, both sides agree, nothing is there twice, no mail left. */
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
beforeEach(async () => {
  two = await openTwoSides({ users: 2 });
});
afterEach(() => two.close());

const pending = async () => {
  const { backlog } = await two.sides.crm.syncStatus();
  return backlog.due + backlog.waiting + backlog.leased + backlog.parked;
};
/** What waits for its next attempt is due now: the tests do not wait for a back-off. */
const hurry = () =>
  two.sides.vendor.query(
    'update domino_sync.delivery set next_attempt_at = now(); update domino_sync.inbound_parked set next_attempt_at = now() where next_attempt_at is not null',
  );
const healthy = () =>
  two.sides.vendor.query("update domino_sync.sync_user set health = 'ok', next_poll_at = now()");
const recover = async () => {
  await hurry();
  await healthy();
  await two.world.settle();
};

describe('a create whose outcome is not known', () => {
  test.each([
    ['the reply is lost after Domino has committed', { effect: 'drop after' }],
    ['the connection breaks before Domino has it', { effect: 'drop before' }],
    ['Domino answers 500/1026 although it wrote', { effect: 'notices failed' }],
    ['the answer is cut off', { effect: 'truncate' }],
    ['the login page comes instead of JSON', { effect: 'login page' }],
    ['Domino is overloaded', { effect: 'unavailable', retryAfterSeconds: 1 }],
  ] as const)('makes one entry when %s', async (_text, effect) => {
    const { world, sides } = two;
    const [anna] = world.users;
    const at = world.at(3, 9);
    sides.standIn.faults.add({ ...effect, on: ['create'] });
    await world.crm.createAppointment(anna!.userId, { subject: 'Once only', start: at.wall, end: at.wall });
    await world.settle();
    await recover();
    expect(world.calendarEntries(anna!, 'Once only')).toHaveLength(1);
    expect(await world.bySubject('Once only')).toHaveLength(1);
    expect(await pending()).toBe(0);
    expect(sides.standIn.outbox).toEqual([]);
  });

  test('keeps what a Notes user changed between the lost reply and the repeat', async () => {
    const { world, sides } = two;
    const [anna] = world.users;
    const at = world.at(3, 9);
    sides.standIn.faults.add({ effect: 'drop after', on: ['create'] });
    await world.crm.createAppointment(anna!.userId, { subject: 'Lost reply', start: at.wall, end: at.wall });
    await world.settle();
    const [entry] = world.calendarEntries(anna!, 'Lost reply');
    world.notes(anna!).edit({ uid: entry!.uid, location: 'Changed in Notes' });
    await recover();
    const { rows } = await sides.vendor.query(
      "select comm_location from communication where comm_subject = 'Lost reply'",
    );
    expect(rows).toEqual([{ comm_location: 'Changed in Notes' }]);
    expect(world.calendarEntries(anna!, 'Lost reply')).toHaveLength(1);
  });

  test('makes one To Do, whose id only Domino knows', async () => {
    const { world, sides } = two;
    const [anna] = world.users;
    const at = world.at(3, 9);
    sides.standIn.faults.add({ effect: 'drop after', on: ['create'] });
    await world.crm.createAppointment(anna!.userId, {
      subject: 'Call back',
      action: 'ToDo',
      start: at.wall,
      end: at.wall,
    });
    await world.settle();
    await recover();
    expect(
      world
        .notes(anna!)
        .todos()
        .filter((todo) => todo.subject === 'Call back'),
    ).toHaveLength(1);
    expect(await world.bySubject('Call back')).toHaveLength(1);
  });
});

test('a mailbox that answers an empty list loses nothing in the CRM: each entry is asked for', async () => {
  const { world, sides } = two;
  const [anna] = world.users;
  for (let i = 0; i < 5; i += 1) {
    const at = world.at(4, 8 + i);
    await world.crm.createAppointment(
      anna!.userId,
      { subject: `Listed ${i}`, start: at.wall, end: at.wall },
      [{ userId: world.users[1]!.userId }],
    );
  }
  await world.settle();
  // The list comes up empty although the entries are there: the window of another replica, a stale view.
  sides.standIn.knobs.phantomViewEntries = 100;
  sides.standIn.knobs.phantomPage = 'empty body';
  await world.settle();
  const { rows } = await sides.vendor.query(
    "select count(*)::int as n from communication where comm_subject like 'Listed %' and comm_deleted is null",
  );
  expect(rows[0].n).toBe(5);
});

test('a mass disappearance holds the mailbox and deletes nothing', async () => {
  const { world, sides } = two;
  const [anna, bert] = world.users;
  for (let i = 0; i < 25; i += 1) {
    const at = world.at(2 + i, 9);
    await world.crm.createAppointment(anna!.userId, { subject: `Mass ${i}`, start: at.wall, end: at.wall }, [
      { userId: bert!.userId },
    ]);
  }
  await world.settle();
  for (const entry of world.notes(anna!).calendar())
    world.notes(anna!).delete({ uid: entry.uid, notify: false });
  await world.settle();
  const { rows } = await sides.vendor.query(
    "select count(*)::int as n from communication where comm_subject like 'Mass %' and comm_deleted is null",
  );
  expect(rows[0].n).toBe(25);
  const held = (await sides.crm.listUsers()).find((user) => user.crm_user_id === anna!.userId);
  expect(held).toMatchObject({ health: 'held', health_reason: 'mass_disappearance' });
  const at = world.at(3, 15);
  await world.crm.createAppointment(bert!.userId, { subject: 'Neighbour', start: at.wall, end: at.wall });
  await world.settle();
  expect(world.calendarEntries(bert!, 'Neighbour')).toHaveLength(1);
});

test('a bad appointment is parked with its reason, and its neighbours go on', async () => {
  const { world, sides } = two;
  const [anna] = world.users;
  const at = world.at(3, 9);
  const bad = await world.crm.createAppointment(anna!.userId, {
    subject: 'Ends before it begins',
    start: world.at(4, 9).wall,
    end: at.wall,
  });
  await world.crm.createAppointment(anna!.userId, { subject: 'Good one', start: at.wall, end: at.wall });
  await world.settle();
  expect(world.calendarEntries(anna!, 'Good one')).toHaveLength(1);
  const explained = await sides.crm.explain(bad);
  expect(explained.activity.map((row) => row.reason_code)).toContain('bad_times');
});

test('a mail file that cannot be opened pauses its mailbox alone, and it goes on when it opens again', async () => {
  const { world, sides } = two;
  const [anna, bert] = world.users;
  sides.standIn.mailFile(anna!.mailFile).state.acl['CRM Sync/Acme'] = 'none';
  const at = world.at(3, 9);
  await world.crm.createAppointment(anna!.userId, { subject: 'For Anna', start: at.wall, end: at.wall });
  await world.crm.createAppointment(bert!.userId, { subject: 'For Bert', start: at.wall, end: at.wall });
  await world.settle();
  expect(world.calendarEntries(bert!, 'For Bert')).toHaveLength(1);
  const paused = (await sides.crm.listUsers()).find((user) => user.crm_user_id === anna!.userId);
  expect(paused?.health).toBe('paused');
  expect(paused?.health_reason).toMatch(/^domino_(forbidden|login)$/);
  delete sides.standIn.mailFile(anna!.mailFile).state.acl['CRM Sync/Acme'];
  await recover();
  expect(world.calendarEntries(anna!, 'For Anna')).toHaveLength(1);
});

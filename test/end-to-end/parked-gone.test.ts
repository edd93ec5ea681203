/** What is parked and then deleted in Notes waits for nobody any more, wherever it lies and whoever asks. */
import { EXIT } from '../../src/errors.ts';
import { runCli } from '../support/cli.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

const MARK = 'not in CRM';
const REFUSE = "alter table communication add constraint refuse check (comm_subject <> 'Refused')";
const open = async () => {
  two = await openTwoSides({ users: 2 });
  return { ...two, anna: two.world.users[0]! };
};
const parked = async () =>
  (
    await two.sides.vendor.query<{ subject: string; reason: string }>(
      'select subject, reason_code as reason from domino_sync_report.parked_items order by 1',
    )
  ).rows;
const counted = async () => (await two.sides.crm.syncStatus()).inbound_parked;
/** As long as it takes until Domino is asked once more. */
const muchLater = () => two.sides.vendor.query('update domino_sync.inbound_parked set ask_again_at = now()');
const why = async (id: string) => {
  const ended = await runCli(['why', id], {
    CRM_DATABASE_URL: two.sides.crmUrl,
    DOMINO_URL: two.sides.dominoAccess.url,
    DOMINO_USER: two.sides.dominoAccess.user,
    DOMINO_PASSWORD: two.sides.dominoAccess.password,
    LOG_LEVEL: 'silent',
  });
  expect(ended).toMatchObject({ code: EXIT.ok, stderr: '' });
  return ended.stdout;
};

test('a Calendar entry and a To Do that were left alone, and one that the CRM refused, are gone from every report', async () => {
  const { world, sides, anna } = await open();
  const notes = world.notes(anna);
  const at = world.at(3, 9);
  const times = { start: at.utc, end: at.utc };
  const uid = notes.createAppointment({ subject: 'Dinner', ...times, categories: [MARK] });
  const unid = notes.createTodo({ subject: 'Call', start: at.utc, due: at.utc, categories: [MARK] });
  await sides.vendor.query(REFUSE);
  const refused = notes.createAppointment({ subject: 'Refused', ...times });
  const kept = notes.createAppointment({ subject: 'Supper', ...times, categories: [MARK] });
  await world.settle();
  expect(new Set((await parked()).map(({ reason }) => reason))).toEqual(
    new Set(['notes_only', 'crm_refused']),
  );

  notes.delete({ uid, notify: false });
  notes.deleteTodo({ unid });
  notes.delete({ uid: refused, notify: false });
  await muchLater();
  await world.cycle();
  expect(await parked()).toEqual([{ subject: 'Supper', reason: 'notes_only' }]);
  expect(await counted()).toEqual({ skipped: 1, errors: 0 });
  for (const id of [uid, unid, refused]) {
    const told = await why(id);
    expect(told).toMatch(/forgotten because .*gone from the mail file/i);
    expect(told).not.toMatch(/retry/);
  }
  expect(await why(kept)).not.toMatch(/forgotten/);
  expect(await world.bySubject('Dinner')).toEqual([]);
});

test('one that left the window is asked for ever more rarely, and forgotten once it is gone', async () => {
  const { world, sides, anna } = await open();
  const notes = world.notes(anna);
  const at = world.at(3, 9);
  const far = world.at(3000, 9);
  const uid = notes.createAppointment({ subject: 'Far', start: at.utc, end: at.utc, categories: [MARK] });
  await world.settle();
  notes.move({ uid, start: far.utc, end: far.utc });
  await world.settle();
  expect(await parked()).toMatchObject([{ subject: 'Far' }]);

  sides.standIn.requests.reset();
  await world.cycle();
  expect(sides.standIn.requests.entries.filter(({ path }) => path.includes(uid))).toEqual([]);
  await sides.vendor.query("update domino_sync.inbound_parked set parked_at = now() - interval '40 days'");
  await muchLater();
  await world.cycle();
  const { rows } = await sides.vendor.query<{ days: number }>(
    'select round(extract(epoch from ask_again_at - now()) / 86400)::integer as days from domino_sync.inbound_parked',
  );
  expect(rows).toEqual([{ days: 30 }]);

  notes.delete({ uid, notify: false });
  await muchLater();
  await world.cycle();
  expect(await parked()).toEqual([]);
});

test('retry reads one outside of the window, and takes it over if nothing is against it any more', async () => {
  const { world, sides, anna } = await open();
  const notes = world.notes(anna);
  const at = world.at(3, 9);
  const far = world.at(3000, 9);
  const uid = notes.createAppointment({ subject: 'Wanted', start: at.utc, end: at.utc, categories: [MARK] });
  await world.settle();
  notes.move({ uid, start: far.utc, end: far.utc });
  notes.edit({ uid, categories: [] });
  await world.settle();
  expect(await world.bySubject('Wanted')).toEqual([]);
  await sides.crm.retryParked(null, uid);
  await world.settle();
  expect(await world.bySubject('Wanted')).toHaveLength(1);
  expect(await parked()).toEqual([]);
});

test('a change that was refused goes with its entry: the pair tells what became of it', async () => {
  const { world, sides, anna } = await open();
  const at = world.at(3, 9);
  const id = await world.crm.createAppointment(anna.userId, {
    subject: 'Pair',
    start: at.wall,
    end: at.wall,
  });
  await world.settle();
  await sides.vendor.query(REFUSE);
  const [entry] = world.calendarEntries(anna, 'Pair');
  world.notes(anna).edit({ uid: entry!.uid, subject: 'Refused' });
  await world.settle();
  expect(await parked()).toMatchObject([{ reason: 'crm_refused' }]);
  world.notes(anna).delete({ uid: entry!.uid, notify: false });
  await world.settle();
  expect(await parked()).toEqual([]);
  expect((await sides.crm.explain(id)).links).toMatchObject([
    { state: 'unlinked', unlinked_reason: 'deletion_kept' },
  ]);
});

test('one that cannot be asked for stays, and its neighbour goes', async () => {
  const { world, sides, anna } = await open();
  const notes = world.notes(anna);
  const at = world.at(3, 9);
  const uids = ['One', 'Two'].map((subject) =>
    notes.createAppointment({ subject, start: at.utc, end: at.utc, categories: [MARK] }),
  );
  await world.settle();
  for (const uid of uids) notes.delete({ uid, notify: false });
  sides.standIn.faults.add({ effect: 'error', status: 500, on: ['read'] });
  await world.cycle();
  expect(await parked()).toHaveLength(1);
  expect((await sides.crm.listUsers()).find((user) => user.crm_user_id === anna.userId)?.health).toBe('ok');
  await muchLater();
  await world.cycle();
  expect(await parked()).toEqual([]);
});

test('of a user who is disabled nothing waits; enabled again, what is still there is told again', async () => {
  const { world, sides, anna } = await open();
  const notes = world.notes(anna);
  const at = world.at(3, 9);
  for (const subject of ['Stays', 'Goes'])
    notes.createAppointment({ subject, start: at.utc, end: at.utc, categories: [MARK] });
  await world.settle();
  await sides.crm.disableUser(anna.userId);
  expect(await parked()).toEqual([]);
  expect(await counted()).toEqual({ skipped: 0, errors: 0 });
  notes.delete({ uid: notes.calendar().find(({ subject }) => subject === 'Goes')!.uid, notify: false });
  const enable = (direction: 'both' | 'to_domino') =>
    sides.crm.enableUser({
      crm_user_id: anna.userId,
      mail_file: anna.mailFile,
      notes_name: anna.notesName,
      direction,
      past_days: null,
    });
  await enable('both');
  await world.settle();
  // The first comparison looks at what is there; the next poll at what is not.
  await world.cycle();
  expect(await parked()).toMatchObject([{ subject: 'Stays' }]);
  await enable('to_domino');
  await world.settle();
  expect(await parked()).toEqual([]);
});

test('of a user to whom nothing comes from Notes a twin that nobody could tell apart is forgotten as well', async () => {
  const { world, sides, anna } = await open();
  const at = world.at(3, 9);
  await sides.crm.disableUser(anna.userId);
  for (const location of ['Here', 'There'])
    await world.crm.createAppointment(anna.userId, {
      subject: 'Twin',
      location,
      start: at.wall,
      end: at.wall,
    });
  const uid = world.notes(anna).createAppointment({ subject: 'Twin', start: at.utc, end: at.utc });
  await sides.crm.enableUser({
    crm_user_id: anna.userId,
    mail_file: anna.mailFile,
    notes_name: anna.notesName,
    direction: 'to_domino',
    past_days: null,
  });
  await world.settle();
  expect((await parked()).map(({ reason }) => reason)).toEqual(Array(3).fill('twin_ambiguous'));
  world.notes(anna).delete({ uid, notify: false });
  await world.settle();
  await world.cycle();
  expect(await parked()).toEqual([]);
  expect(world.calendarEntries(anna, 'Twin')).toHaveLength(2);
});

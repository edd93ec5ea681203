/** A user who synchronises in one direction only: the other side is never written, and "both" later heals without doubles. */
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

type User = TwoSides['world']['users'][number];

const open = async () => {
  two = await openTwoSides({ users: 2 });
  const [anna, bert] = two.world.users as [User, User];
  return { ...two, anna, bert };
};
const direct = async (user: User, direction: 'both' | 'to_domino' | 'to_crm') => {
  await two.sides.crm.enableUser({
    crm_user_id: user.userId,
    mail_file: user.mailFile,
    notes_name: user.notesName,
    direction,
    past_days: null,
  });
};
/** All there is in the vendor's tables. */
const crmChecksum = async () =>
  (
    await two.sides.vendor.query<{ digest: string }>(
      `select md5(coalesce(string_agg(c::text, '|' order by comm_communicationid), '')
         || coalesce((select string_agg(l::text, '|' order by cmli_commlinkid) from comm_link as l), '')) as digest
       from communication as c`,
    )
  ).rows[0]!.digest;
/** All there is in a mail file. */
const notesChecksum = (user: User) =>
  JSON.stringify([two.world.notes(user).calendar(), two.world.notes(user).todos()]);
const reasons = async (id: number) =>
  (await two.sides.crm.explain(id)).activity.map((row) => row.reason_code);

/** Four pairs of Anna's: one to edit on each side, one to delete on each; with Bert invited, so that S4 would apply. */
async function fourPairs() {
  const { world } = two;
  const [anna, bert] = world.users as [User, User];
  const make = async (subject: string, todo = false) => {
    const at = world.at(3, 9);
    const id = await world.crm.createAppointment(
      anna.userId,
      { subject, start: at.wall, end: at.wall, action: todo ? 'ToDo' : 'Meeting' },
      [{ userId: bert.userId }],
    );
    await world.settle();
    const uid = todo
      ? world
          .notes(anna)
          .todos()
          .find((one) => one.subject === subject)!.unid
      : world.calendarEntries(anna, subject)[0]!.uid;
    return { id, uid };
  };
  return {
    crmEdits: await make('CRM edits'),
    notesEdits: await make('Notes edits'),
    crmDeletes: await make('CRM deletes'),
    notesDeletes: await make('Notes deletes'),
    bothEdit: await make('Both edit'),
    todo: await make('To Do', true),
  };
}

async function actEverywhere(pairs: Awaited<ReturnType<typeof fourPairs>>) {
  const { world } = two;
  const anna = world.users[0]!;
  const notes = world.notes(anna);
  const at = world.at(5, 9);
  notes.createAppointment({ subject: 'New in Notes', start: at.utc, end: at.utc });
  notes.edit({ uid: pairs.notesEdits.uid, location: 'Notes place' });
  notes.edit({ uid: pairs.bothEdit.uid, location: 'Notes place' });
  notes.editTodo({ unid: pairs.todo.uid, subject: 'To Do by Notes' });
  notes.delete({ uid: pairs.notesDeletes.uid, notify: false });
  await world.crm.createAppointment(anna.userId, { subject: 'New in CRM', start: at.wall, end: at.wall });
  await world.crm.editAppointment(anna.userId, pairs.crmEdits.id, { location: 'CRM place' });
  await world.crm.editAppointment(anna.userId, pairs.bothEdit.id, { location: 'CRM place' });
  await world.crm.editAppointment(anna.userId, pairs.notesDeletes.id, { location: 'CRM place' });
  await world.crm.editAppointment(anna.userId, pairs.todo.id, { location: 'CRM place' });
  await world.crm.deleteAppointment(anna.userId, pairs.crmDeletes.id);
}

test('to_domino never writes the CRM, and what Notes users do there does not stop the CRM', async () => {
  const { world, anna } = await open();
  const pairs = await fourPairs();
  world.notes(anna).edit({ uid: pairs.crmDeletes.uid, location: 'Notes place' });
  await direct(anna, 'to_domino');
  await actEverywhere(pairs);
  const before = await crmChecksum();
  await world.settle();
  expect(await crmChecksum()).toBe(before);
  expect(world.calendarEntries(anna, 'New in CRM')).toHaveLength(1);
  for (const subject of ['CRM edits', 'Both edit', 'Notes deletes'])
    expect(world.calendarEntries(anna, subject)).toMatchObject([{ location: 'CRM place' }]);
  expect(world.calendarEntries(anna, 'CRM deletes')).toEqual([]);

  // From now on both: what Notes has kept for itself comes over, once.
  await direct(anna, 'both');
  await world.settle();
  for (const subject of ['New in Notes', 'New in CRM', 'CRM edits', 'Both edit', 'Notes deletes']) {
    expect(await world.bySubject(subject)).toHaveLength(1);
    expect(world.calendarEntries(anna, subject)).toHaveLength(1);
  }
  const { rows } = await two.sides.vendor.query(
    'select comm_location from communication where comm_communicationid = $1',
    [pairs.notesEdits.id],
  );
  expect(rows).toEqual([{ comm_location: 'Notes place' }]);
  await expectQuiet();
});

test('to_crm never writes Domino, and what the CRM changed waits there with its reason', async () => {
  const { world, sides, anna } = await open();
  const pairs = await fourPairs();
  await direct(anna, 'to_crm');
  await actEverywhere(pairs);
  const before = notesChecksum(anna);
  sides.standIn.requests.reset();
  await world.settle();
  expect(notesChecksum(anna)).toBe(before);
  expect(sides.standIn.requests.count({ mailFile: anna.mailFile }).write).toBe(0);
  expect(await world.bySubject('New in Notes')).toHaveLength(1);
  const location = async (id: number) =>
    (
      await sides.vendor.query<{ location: string | null }>(
        'select comm_location as location from communication where comm_communicationid = $1',
        [id],
      )
    ).rows[0]!.location;
  expect(await location(pairs.notesEdits.id)).toBe('Notes place');
  expect(await location(pairs.bothEdit.id)).toBe('Notes place');
  expect(await location(pairs.crmEdits.id)).toBe('CRM place');
  expect(await world.bySubject('To Do by Notes')).toHaveLength(1);
  expect(await reasons(pairs.crmEdits.id)).toContain('direction');
  expect(await reasons(pairs.crmDeletes.id)).toContain('direction');
  expect(await world.appointment(pairs.notesDeletes.id)).toMatchObject({ deleted: null });

  // A Notes user goes on with what the CRM deleted: the edit wins.
  world.notes(anna).edit({ uid: pairs.crmDeletes.uid, location: 'Notes place' });
  const edited = notesChecksum(anna);
  await world.settle();
  expect(notesChecksum(anna)).toBe(edited);
  expect(await world.appointment(pairs.crmDeletes.id)).toMatchObject({ deleted: null });

  // From now on both: what the CRM has kept for itself comes over, once.
  const deletedMeanwhile = pairs.notesEdits;
  await world.crm.deleteAppointment(anna.userId, deletedMeanwhile.id);
  await world.settle();
  expect(world.calendarEntries(anna, 'Notes edits')).toHaveLength(1);
  await direct(anna, 'both');
  await world.settle();
  for (const subject of ['New in Notes', 'New in CRM', 'CRM edits', 'Both edit', 'CRM deletes']) {
    expect(await world.bySubject(subject)).toHaveLength(1);
    expect(world.calendarEntries(anna, subject)).toHaveLength(1);
  }
  expect(world.calendarEntries(anna, 'CRM edits')).toMatchObject([{ location: 'CRM place' }]);
  expect(world.calendarEntries(anna, 'Notes edits')).toEqual([]);
  await expectQuiet();
});

test('a meeting that a to_crm user made in Notes is not copied to those whom Domino invites', async () => {
  const { world, anna, bert } = await open();
  await direct(anna, 'to_crm');
  const at = world.at(3, 9);
  const uid = world.notes(anna).createMeeting({
    subject: 'By Notes',
    start: at.utc,
    end: at.utc,
    invitees: [bert.email],
  });
  await world.settle();
  world.notes(bert).accept({ uid });
  await world.settle();
  expect(await world.bySubject('By Notes')).toHaveLength(1);
  expect(
    world
      .notes(bert)
      .calendar()
      .filter((item) => item.subject === 'By Notes'),
  ).toHaveLength(1);
});

/** One more run writes nothing. */
async function expectQuiet(): Promise<void> {
  const before = await crmChecksum();
  two.sides.standIn.requests.reset();
  await two.world.settle();
  expect(two.sides.standIn.requests.count().write).toBe(0);
  expect(await crmChecksum()).toBe(before);
}

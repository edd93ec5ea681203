/** One item kept on its own side: "CRM only" in the CRM, a category in Notes. Nothing is deleted, and it can come back. */
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

const open = async (options: Parameters<typeof openTwoSides>[0] = {}) => {
  two = await openTwoSides({ users: 2, ...options });
  return { ...two, anna: two.world.users[0]! };
};
const link = async (id: number) =>
  (
    await two.sides.vendor.query<{ state: string; reason: string | null; uid: string }>(
      'select state, unlinked_reason as reason, domino_uid as uid from domino_sync.item_link where appointment_id = $1',
      [id],
    )
  ).rows[0];
const rowOf = async (id: number) =>
  (
    await two.sides.vendor.query(
      'select comm_deleted, comm_subject, comm_location from communication where comm_communicationid = $1',
      [id],
    )
  ).rows[0];
const MARK = 'not in CRM';
const agreed = async (subject: string) => {
  const { world } = two;
  const anna = world.users[0]!;
  const at = world.at(3, 9);
  const id = await world.crm.createAppointment(anna.userId, { subject, start: at.wall, end: at.wall });
  await world.settle();
  return { id, uid: world.calendarEntries(anna, subject)[0]!.uid };
};

describe('the category of a Notes user', () => {
  test('keeps a new entry and a new To Do out of the CRM, with the reason, until it is taken away', async () => {
    const { world, sides, anna } = await open();
    const notes = world.notes(anna);
    const at = world.at(3, 9);
    const uid = notes.createAppointment({
      subject: 'Private dinner',
      start: at.utc,
      end: at.utc,
      categories: ['Food', MARK],
    });
    const unid = notes.createTodo({
      subject: 'Private call',
      start: at.utc,
      due: at.utc,
      categories: [MARK],
    });
    await world.settle();
    for (const subject of ['Private dinner', 'Private call'])
      expect(await world.bySubject(subject)).toEqual([]);
    const { rows } = await sides.vendor.query('select distinct reason_code from domino_sync.inbound_parked');
    expect(rows).toEqual([{ reason_code: 'notes_only' }]);

    notes.edit({ uid, categories: ['Food'] });
    notes.editTodo({ unid, categories: [] });
    await world.settle();
    for (const subject of ['Private dinner', 'Private call'])
      expect(await world.bySubject(subject)).toHaveLength(1);
  });

  test('unlinks a pair and deletes nothing; taken away, both sides are compared and not doubled', async () => {
    const { world, sides, anna } = await open();
    const { id, uid } = await agreed('Opt out');
    const notes = world.notes(anna);
    notes.edit({ uid, categories: [MARK] });
    await world.settle();
    expect(await link(id)).toMatchObject({ state: 'unlinked', reason: 'notes_only' });

    // Each side goes its own way.
    notes.edit({ uid, location: 'Notes place' });
    await world.crm.editAppointment(anna.userId, id, { subject: 'Opt out, said the CRM' });
    await world.settle();
    expect(await rowOf(id)).toMatchObject({ comm_deleted: null, comm_location: null });
    expect(world.calendarEntries(anna, 'Opt out')).toMatchObject([{ location: 'Notes place' }]);

    notes.edit({ uid, categories: [] });
    await world.settle();
    expect(await link(id)).toMatchObject({ state: 'linked', uid });
    expect(await rowOf(id)).toMatchObject({
      comm_subject: 'Opt out, said the CRM',
      comm_location: 'Notes place',
    });
    expect(world.notes(anna).calendar()).toHaveLength(1);
    expect(world.calendarEntries(anna, 'Opt out, said the CRM')).toMatchObject([
      { uid, location: 'Notes place' },
    ]);
    expect((await sides.crm.explain(id)).activity.map((row) => [row.action, row.reason_code])).toContainEqual(
      ['unlinked', 'notes_only'],
    );
    sides.standIn.requests.reset();
    await world.settle();
    expect(sides.standIn.requests.count().write).toBe(0);
  });

  test('wins over an edit or a deletion of the same moment in the CRM', async () => {
    const { world, anna } = await open();
    const edited = await agreed('Edited');
    const deleted = await agreed('Deleted');
    for (const { uid } of [edited, deleted]) world.notes(anna).edit({ uid, categories: [MARK] });
    await world.crm.editAppointment(anna.userId, edited.id, { location: 'CRM place' });
    await world.crm.deleteAppointment(anna.userId, deleted.id);
    await world.settle();
    expect(world.calendarEntries(anna, 'Edited')).toMatchObject([{ location: '' }]);
    expect(world.calendarEntries(anna, 'Deleted')).toHaveLength(1);
    for (const { id } of [edited, deleted])
      expect(await link(id)).toMatchObject({ state: 'unlinked', reason: 'notes_only' });

    // Taken away: the user wants both in the CRM.
    for (const { uid } of [edited, deleted]) world.notes(anna).edit({ uid, categories: [] });
    await world.settle();
    expect(await rowOf(deleted.id)).toMatchObject({ comm_deleted: null });
    expect(world.calendarEntries(anna, 'Edited')).toMatchObject([{ location: 'CRM place' }]);
    expect(world.notes(anna).calendar()).toHaveLength(2);
  });

  test('means nothing when the setting is empty, and may be any other', async () => {
    const { world, sides, anna } = await open({ settings: { opt_out_category: '' } });
    const notes = world.notes(anna);
    const at = world.at(3, 9);
    const times = { start: at.utc, end: at.utc };
    notes.createAppointment({ subject: 'Usual', ...times, categories: ['Not in CRM'] });
    await world.settle();
    expect(await world.bySubject('Usual')).toHaveLength(1);
    await sides.crm.changeSetting('opt_out_category', 'Nur Notes');
    notes.createAppointment({ subject: 'Only here', ...times, categories: ['nur notes'] });
    await world.settle();
    expect(await world.bySubject('Only here')).toEqual([]);
    await expect(sides.crm.changeSetting('opt_out_category', 'a;b')).rejects.toThrow(/semicolon/);
  });
});

describe('"CRM only"', () => {
  test('keeps a new appointment out of Notes until it is cleared', async () => {
    const { world, anna } = await open();
    const at = world.at(3, 9);
    const id = await world.crm.createAppointment(anna.userId, {
      subject: 'Internal',
      start: at.wall,
      end: at.wall,
      crmOnly: true,
    });
    await world.settle();
    expect(world.notes(anna).calendar()).toEqual([]);
    await world.crm.editAppointment(anna.userId, id, { crmOnly: false });
    await world.settle();
    expect(world.calendarEntries(anna, 'Internal')).toHaveLength(1);
  });

  test('unlinks a pair and deletes nothing; cleared, both sides are compared and not doubled', async () => {
    const { world, anna } = await open();
    const { id, uid } = await agreed('Half');
    await world.crm.editAppointment(anna.userId, id, { crmOnly: true });
    await world.settle();
    expect(await link(id)).toMatchObject({ state: 'unlinked', reason: 'crm_only' });
    world.notes(anna).edit({ uid, location: 'Notes place' });
    await world.settle();
    expect(await rowOf(id)).toMatchObject({ comm_location: null });

    // Nothing but the mark changes in the CRM: the edit in Notes must be seen all the same.
    await world.crm.editAppointment(anna.userId, id, { crmOnly: false });
    await world.settle();
    expect(await link(id)).toMatchObject({ state: 'linked', uid });
    expect(await rowOf(id)).toMatchObject({ comm_location: 'Notes place' });
    expect(world.notes(anna).calendar()).toHaveLength(1);
    world.notes(anna).edit({ uid, location: 'Elsewhere' });
    await world.settle();
    expect(await rowOf(id)).toMatchObject({ comm_location: 'Elsewhere' });
  });

  test('its entry deleted in Notes leaves the appointment alone, invited people or not, and does not come back', async () => {
    const { world, anna } = await open();
    const at = world.at(3, 9);
    const id = await world.crm.createAppointment(
      anna.userId,
      { subject: 'Kept', start: at.wall, end: at.wall },
      [{ userId: world.users[1]!.userId }],
    );
    await world.settle();
    const [entry] = world.calendarEntries(anna, 'Kept');
    await world.crm.editAppointment(anna.userId, id, { crmOnly: true });
    world.notes(anna).delete({ uid: entry!.uid, notify: false });
    await world.settle();
    expect(await rowOf(id)).toMatchObject({ comm_deleted: null });
    await world.crm.editAppointment(anna.userId, id, { crmOnly: false });
    await world.settle();
    expect(world.calendarEntries(anna, 'Kept')).toEqual([]);
    expect(await link(id)).toMatchObject({ reason: 'deletion_kept' });
  });
});

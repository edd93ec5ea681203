/** To Dos in both directions: made, edited, completed, opened again, deleted; the change of kind; writing switched off. */
import { ENGINES, openTwoSides, type TwoSides, type TwoSidesOptions } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

type User = TwoSides['world']['users'][number];

async function open(options: TwoSidesOptions = {}) {
  two = await openTwoSides({ users: 2, ...options });
  const [anna, bert] = two.world.users as [User, User];
  const { world } = two;
  const notes = world.notes(anna);
  const at = world.at(3, 9);
  return {
    ...two,
    anna,
    bert,
    notes,
    times: {
      crm: { start: at.wall, end: world.at(3, 10).wall },
      notes: { start: at.utc, due: world.at(3, 10).utc },
    },
    status: async (id: number) => (await world.appointment(id))?.status,
    todosOf: (subject: string) => notes.todos().filter((todo) => todo.subject === subject),
  };
}

/** One more look writes nothing, and no mail left Domino. */
async function expectQuiet(): Promise<void> {
  two.sides.standIn.requests.reset();
  await two.world.settle();
  expect(two.sides.standIn.requests.count().write).toBe(0);
  expect(two.sides.standIn.outbox).toEqual([]);
}

describe.each(ENGINES)('on %s', (engine) => {
  test('a To Do that is deleted in Notes while nobody runs for longer than `recheck_hours` is missed all the same', async () => {
    const { world, notes, times, todosOf } = await open({ engine });
    notes.createTodo({ subject: 'Weekend', ...times.notes });
    await world.settle();
    const { id } = (await world.bySubject('Weekend'))[0]!;
    notes.deleteTodo({ unid: todosOf('Weekend')[0]!.unid });
    await world.vendor.query("update domino_sync.item_link set checked_at = checked_at - interval '3 days'");
    await world.cycle();
    const { rows } = await world.vendor.query<{ state: string; reason: string }>(
      'select state, unlinked_reason as reason from domino_sync.item_link where appointment_id = $1',
      [id],
    );
    expect(rows).toEqual([{ state: 'unlinked', reason: 'deletion_kept' }]);
    expect(todosOf('Weekend')).toEqual([]);
  });

  test('a To Do of the CRM is completed, opened again and deleted on either side', async () => {
    const { world, anna, notes, times, status, todosOf } = await open({ engine });
    const id = await world.crm.createAppointment(anna.userId, {
      subject: 'Call',
      action: 'ToDo',
      ...times.crm,
    });
    await world.settle();
    const { unid } = todosOf('Call')[0]!;
    expect(todosOf('Call')).toMatchObject([
      { completed: null, start: times.notes.start, due: times.notes.due },
    ]);

    notes.completeTodo({ unid });
    await world.settle();
    expect(await status(id)).toBe('Complete');
    notes.reopenTodo({ unid });
    await world.settle();
    expect(await status(id)).toBe('Pending');
    await world.crm.editAppointment(anna.userId, id, { status: 'Complete', subject: 'Call back' });
    await world.settle();
    expect(todosOf('Call back')[0]!.completed).not.toBeNull();
    await world.crm.editAppointment(anna.userId, id, { status: 'In Progress' });
    await world.settle();
    expect(todosOf('Call back')[0]!.completed).toBeNull();
    // Notes shows no "in progress", and so takes none away.
    notes.editTodo({ unid, importance: '1' });
    await world.settle();
    expect(await status(id)).toBe('In Progress');

    await world.crm.deleteAppointment(anna.userId, id);
    await world.settle();
    expect(todosOf('Call back')).toEqual([]);
    await expectQuiet();
  });

  test('a To Do of Notes is an appointment of the CRM: edited, completed, and left there when it is deleted in Notes', async () => {
    const { world, notes, times, status } = await open({ engine });
    const unid = notes.createTodo({ subject: 'By Notes', ...times.notes });
    await world.settle();
    const [row] = await world.bySubject('By Notes');
    expect(row).toMatchObject({ start: times.crm.start, status: 'Pending' });
    notes.editTodo({ unid, subject: 'By Notes, edited', due: world.at(5, 12).utc });
    notes.completeTodo({ unid });
    await world.settle();
    expect(await status(row!.id)).toBe('Complete');
    expect(await world.bySubject('By Notes, edited')).toHaveLength(1);
    notes.reopenTodo({ unid });
    await world.settle();
    notes.deleteTodo({ unid });
    await world.settle();
    expect(await world.appointment(row!.id)).toMatchObject({ deleted: null });
    await world.crm.editAppointment(world.users[0]!.userId, row!.id, { location: 'Afterwards' });
    await world.settle();
    expect(notes.todos()).toEqual([]);
    await expectQuiet();
  });

  test('an action that turns a meeting into a To Do, and back, leaves one entry each time', async () => {
    const { world, anna, bert, times, todosOf } = await open({ engine });
    const id = await world.crm.createAppointment(anna.userId, { subject: 'Switch', ...times.crm }, [
      { userId: bert.userId },
    ]);
    await world.settle();
    expect(world.calendarEntries(anna, 'Switch')).toHaveLength(1);
    await world.crm.editAppointment(anna.userId, id, { action: 'ToDo' });
    await world.settle();
    expect([world.calendarEntries(anna, 'Switch').length, todosOf('Switch').length]).toEqual([0, 1]);
    await world.crm.editAppointment(anna.userId, id, { action: 'Meeting' });
    await world.settle();
    expect(world.calendarEntries(anna, 'Switch')).toMatchObject([{ attendees: [{ email: bert.email }] }]);
    expect(todosOf('Switch')).toEqual([]);
    expect(await world.bySubject('Switch')).toHaveLength(1);
    await expectQuiet();
  });

  test('a To Do with people in the CRM is written to its organiser alone, and mails nobody', async () => {
    const { world, anna, bert, times, todosOf } = await open({ engine });
    await world.crm.createAppointment(anna.userId, { subject: 'For both', action: 'ToDo', ...times.crm }, [
      { userId: bert.userId },
      { email: 'guest@elsewhere.example', name: 'Guest' },
    ]);
    await world.settle();
    expect(todosOf('For both')).toHaveLength(1);
    expect(world.notes(bert).todos()).toEqual([]);
    await expectQuiet();
  });

  test('with todos read, To Dos come to the CRM and none is written, changed or deleted', async () => {
    const { world, sides, anna, notes, times, status } = await open({ engine });
    const id = await world.crm.createAppointment(anna.userId, {
      subject: 'Before',
      action: 'ToDo',
      ...times.crm,
    });
    const other = await world.crm.createAppointment(anna.userId, {
      subject: 'Switch',
      action: 'ToDo',
      ...times.crm,
    });
    await world.settle();
    await sides.crm.changeSetting('todos', 'read');
    const before = JSON.stringify(notes.todos());
    const unid = notes.createTodo({ subject: 'By Notes', ...times.notes });
    await world.crm.createAppointment(anna.userId, { subject: 'New', action: 'ToDo', ...times.crm });
    await world.crm.editAppointment(anna.userId, other, { action: 'Meeting' });
    await world.crm.deleteAppointment(anna.userId, id);
    sides.standIn.requests.reset();
    await world.settle();
    expect(sides.standIn.requests.count().write).toBe(0);
    expect(JSON.stringify(notes.todos().filter((todo) => todo.unid !== unid))).toBe(before);
    expect(world.calendarEntries(anna, 'Switch')).toEqual([]);
    const [row] = await world.bySubject('By Notes');
    notes.completeTodo({ unid });
    await world.settle();
    expect(await status(row!.id)).toBe('Complete');
    expect((await sides.crm.explain(other)).activity[0]).toMatchObject({ reason_code: 'todo_off' });
    await expectQuiet();
  });

  test.each(['off', 'read'] as const)(
    'with todos %s nothing is written to To Dos nor taken for deleted; switched on again both sides catch up, each To Do once',
    async (mode) => {
      const { world, sides, anna, notes, times, status, todosOf } = await open({ engine });
      const make = (subject: string) =>
        world.crm.createAppointment(anna.userId, { subject, action: 'ToDo', ...times.crm });
      const ids: Record<string, number> = {};
      for (const subject of [
        'Edited',
        'Deleted in the CRM',
        'Deleted in Notes',
        'Quiet',
        'Becomes a meeting',
      ])
        ids[subject] = await make(subject);
      const own = notes.createTodo({ subject: 'Of Notes', ...times.notes });
      await world.settle();
      ids['Of Notes'] = (await world.bySubject('Of Notes'))[0]!.id;
      const unidOf = (subject: string) => todosOf(subject)[0]!.unid;
      const before = {
        deleted: unidOf('Deleted in Notes'),
        quiet: unidOf('Quiet'),
        edited: unidOf('Edited'),
      };

      await sides.crm.changeSetting('todos', mode);
      // All that people do meanwhile, on both sides.
      await world.crm.editAppointment(anna.userId, ids['Edited']!, { priority: 'High' });
      await world.crm.deleteAppointment(anna.userId, ids['Deleted in the CRM']!);
      await world.crm.editAppointment(anna.userId, ids['Becomes a meeting']!, { action: 'Meeting' });
      ids['New in the CRM'] = await make('New in the CRM');
      ids['On both sides'] = await make('On both sides');
      const twin = notes.createTodo({ subject: 'On both sides', ...times.notes });
      const fresh = notes.createTodo({ subject: 'New in Notes', ...times.notes });
      notes.completeTodo({ unid: own });
      const shown = JSON.stringify(notes.todos());
      sides.standIn.requests.reset();
      await world.settle();
      await sides.crm.requestReconcile(null, 'nothing is to be done');
      await world.vendor.query(
        "update domino_sync.item_link set checked_at = checked_at - interval '3 days'",
      );
      await world.settle();
      expect(sides.standIn.requests.count().write).toBe(0);
      expect(JSON.stringify(notes.todos())).toBe(shown);
      expect(world.calendarEntries(anna, 'Becomes a meeting')).toEqual([]);
      const rows = async (subject: string) => (await world.bySubject(subject)).map(({ id }) => id);
      for (const subject of ['Edited', 'Deleted in Notes', 'Quiet', 'New in the CRM'])
        expect([subject, await rows(subject)]).toEqual([subject, [ids[subject]]]);
      expect(await status(ids['Of Notes'])).toBe(mode === 'read' ? 'Complete' : 'Pending');
      expect(await rows('New in Notes')).toHaveLength(mode === 'read' ? 1 : 0);
      notes.deleteTodo({ unid: before.deleted });
      await world.settle();

      await sides.crm.changeSetting('todos', 'on');
      await world.settle();
      expect(todosOf('Edited')).toMatchObject([{ unid: before.edited, importance: '1' }]);
      expect(todosOf('Deleted in the CRM')).toEqual([]);
      expect(todosOf('Deleted in Notes')).toEqual([]);
      expect(todosOf('Quiet')).toMatchObject([{ unid: before.quiet }]);
      expect(todosOf('Becomes a meeting')).toEqual([]);
      expect(world.calendarEntries(anna, 'Becomes a meeting')).toHaveLength(1);
      expect(todosOf('New in the CRM')).toHaveLength(1);
      expect(todosOf('New in Notes')).toMatchObject([{ unid: fresh }]);
      expect(await status(ids['Of Notes'])).toBe('Complete');
      // S5: the appointment of a personal To Do stays.
      for (const subject of ['Edited', 'Deleted in Notes', 'Quiet', 'New in the CRM', 'Of Notes'])
        expect([subject, await rows(subject)]).toEqual([subject, [ids[subject]]]);
      expect(await rows('New in Notes')).toHaveLength(1);
      // Read, it came to the CRM at once; off, both were found to be one.
      expect(todosOf('On both sides').map(({ unid }) => unid)).toContain(twin);
      if (mode === 'off') {
        expect(todosOf('On both sides')).toHaveLength(1);
        expect(await rows('On both sides')).toEqual([ids['On both sides']]);
      }
      await expectQuiet();
    },
  );
});

/** Tasks of the CRM and To Dos of Notes: off, switched on, on, switched off. */
import { ENGINES, openTwoSides, type TwoSides, type TwoSidesOptions } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

type User = TwoSides['world']['users'][number];
interface Row {
  type: string;
  organizer: string | null;
  datetime: string;
  todatetime: string | null;
  action: string;
  status: string;
  deleted: number | null;
  allday: string | null;
}

async function open(options: TwoSidesOptions = {}) {
  two = await openTwoSides({ users: 2, ...options });
  const { world, sides } = two;
  const [anna, bert] = world.users as [User, User];
  const [start, due, later] = [world.at(2, 9), world.at(5, 17), world.at(8, 12)];
  return {
    ...two,
    anna,
    bert,
    start,
    due,
    later,
    notes: world.notes(anna),
    set: (name: string, value: string) => sides.crm.changeSetting(name, value),
    /** As Sage keeps them: the due date in Comm_DateTime. */
    task: (subject: string, form: object = {}, others: User[] = [], owner = anna) =>
      world.crm.createAppointment(
        owner.userId,
        { subject, type: 'Task', start: due.wall, end: start.wall, ...form },
        others.map(({ userId }) => ({ userId })),
      ),
    todos: (subject: string, user = anna) =>
      world
        .notes(user)
        .todos()
        .filter((todo) => todo.subject === subject),
    row: async (id: number): Promise<Row> => {
      const { rows } = await world.vendor.query<Row>(
        `select comm_type as type, comm_organizer as organizer, comm_action as action, comm_status as status,
                comm_deleted as deleted, comm_isalldayevent as allday,
                to_char(comm_datetime, 'YYYY-MM-DD"T"HH24:MI:SS') as datetime,
                to_char(comm_todatetime, 'YYYY-MM-DD"T"HH24:MI:SS') as todatetime
         from communication where comm_communicationid = $1`,
        [id],
      );
      return rows[0]!;
    },
    why: async (id: number) => {
      const { links, appointment } = await sides.crm.explain(id);
      return { state: links[0]?.state, unlinked: links[0]?.unlinked_reason, task: appointment?.task };
    },
  };
}

async function expectQuiet(): Promise<void> {
  two.sides.standIn.requests.reset();
  await two.world.settle();
  expect(two.sides.standIn.requests.count().write).toBe(0);
  expect(two.sides.standIn.outbox).toEqual([]);
}

const tableCount = async (table: string): Promise<number> => {
  const { rows } = await two.world.vendor.query<{ n: number }>(
    `select cast(count(*) as int) as n from domino_sync.${table}`,
  );
  return rows[0]!.n;
};

describe.each(ENGINES)('on %s', (engine) => {
  test('with tasks off a Task is not even captured, and nothing is asked of Domino for it', async () => {
    const { world, sides, anna, bert, task, todos, later } = await open({ engine });
    await world.settle();
    sides.standIn.requests.reset();
    const id = await task('Off', {}, [bert]);
    await world.crm.editAppointment(anna.userId, id, { subject: 'Off, edited', status: 'Complete' });
    await world.crm.moveAppointment(anna.userId, id, later.wall, later.wall);
    await world.crm.removeParticipant(anna.userId, id, { userId: bert.userId });
    expect(await tableCount('change_log')).toBe(0);
    expect(await world.cycle()).toMatchObject({ folded: 0 });
    await world.crm.deleteAppointment(anna.userId, id);
    expect([await tableCount('change_log'), await tableCount('delivery')]).toEqual([0, 0]);
    await world.settle();
    expect(todos('Off')).toEqual([]);
    expect(sides.standIn.requests.count().write).toBe(0);
  });

  // Sage's own table pairs them with the mailbox's (sage-crm.md §5.2), but what its screens make of one that does not fit the
  // status is not known: so they are its own.
  test('percent and time of completion stay as the CRM left them, whoever completes the Task or opens it again', async () => {
    const { world, sides, task, todos, row, notes } = await open({ engine, settings: { tasks: 'sync' } });
    const id = await task('Half done', { action: 'PhoneOut' });
    const put = (percent: number | null, completed: string | null) =>
      sides.vendor.query(
        `update communication set comm_percentcomplete = $2, comm_completedtime = cast($3 as ${
          engine === 'mssql' ? 'datetime' : 'timestamp'
        }) where comm_communicationid = $1`,
        [id, percent, completed],
      );
    const kept = async () =>
      (
        await sides.vendor.query<{ percent: number | null; completed: boolean }>(
          `select comm_percentcomplete as percent, comm_completedtime as completed
           from communication where comm_communicationid = $1`,
          [id],
        )
      ).rows.map(({ percent, completed }) => [percent, completed !== null]);
    await put(40, null);
    await world.settle();
    const { unid } = todos('Half done')[0]!;

    notes.completeTodo({ unid });
    await world.settle();
    expect(await row(id)).toMatchObject({ status: 'Complete' });
    expect(await kept()).toEqual([[40, false]]);
    notes.reopenTodo({ unid });
    await world.settle();
    expect(await row(id)).toMatchObject({ status: 'Pending' });
    expect(await kept()).toEqual([[40, false]]);

    // Completed by the CRM, opened again in Notes; that the CRM changes these two alone is nothing for Notes.
    await put(100, world.at(1, 9).wall);
    await expectQuiet();
    await sides.vendor.query(
      `update communication set comm_status = 'Complete' where comm_communicationid = $1`,
      [id],
    );
    await world.settle();
    expect(todos('Half done')[0]!.completed).not.toBeNull();
    notes.reopenTodo({ unid });
    await world.settle();
    expect(await row(id)).toMatchObject({ status: 'Pending' });
    expect(await kept()).toEqual([[100, true]]);
    expect(todos('Half done')).toMatchObject([{ unid, completed: null }]);
    await expectQuiet();
  });

  test('a Task is created, edited, moved, completed, opened again and deleted in the CRM', async () => {
    const { world, anna, task, todos, start, due, later } = await open({
      engine,
      settings: { tasks: 'sync' },
    });
    const id = await task('Offer', { note: 'Two pages', priority: 'High', action: 'PhoneOut' });
    await world.settle();
    expect(todos('Offer')).toMatchObject([
      { start: start.utc, due: due.utc, completed: null, importance: '1', categories: ['Phone Calls'] },
    ]);
    await world.crm.moveAppointment(anna.userId, id, later.wall, due.wall);
    await world.crm.editAppointment(anna.userId, id, { status: 'Complete' });
    await world.settle();
    expect(todos('Offer')).toMatchObject([{ start: due.utc, due: later.utc }]);
    expect(todos('Offer')[0]!.completed).not.toBeNull();
    await world.crm.editAppointment(anna.userId, id, { status: 'In Progress' });
    await world.settle();
    expect(todos('Offer')[0]!.completed).toBeNull();
    await world.crm.deleteAppointment(anna.userId, id);
    await world.settle();
    expect(todos('Offer')).toEqual([]);
    await expectQuiet();
  });

  test('a To Do that came from a Task returns to that Task, whatever happens to it in Notes', async () => {
    const { world, notes, task, todos, row, start, due, later, why } = await open({
      engine,
      settings: { tasks: 'sync' },
    });
    const id = await task('Call', { reminderMinutes: 30 });
    await world.settle();
    const { unid } = todos('Call')[0]!;
    notes.editTodo({ unid, due: later.utc, importance: '3' });
    await world.settle();
    // Comm_DateTime is the due date.
    expect(await row(id)).toMatchObject({
      type: 'Task',
      datetime: later.wall,
      todatetime: start.wall,
      action: 'ToDo',
      organizer: null,
    });
    notes.completeTodo({ unid });
    await world.settle();
    expect(await row(id)).toMatchObject({ type: 'Task', status: 'Complete' });
    notes.reopenTodo({ unid });
    await world.settle();
    expect(await row(id)).toMatchObject({ type: 'Task', status: 'Pending', deleted: null });
    expect(due.wall).not.toBe(later.wall);
    expect(await world.bySubject('Call')).toHaveLength(1);
    await expectQuiet();
    notes.deleteTodo({ unid });
    await world.settle();
    expect(await row(id)).toMatchObject({ type: 'Task', deleted: null });
    expect(await why(id)).toMatchObject({ state: 'unlinked', unlinked: 'deletion_kept' });
    await expectQuiet();
  });

  test('a To Do that was made in Notes is an appointment of the CRM, or a Task where setting notes_todos says so', async () => {
    const { world, notes, set, row, start, due, why, anna } = await open({
      engine,
      settings: { tasks: 'sync' },
    });
    notes.createTodo({ subject: 'As ever', start: start.utc, due: due.utc });
    await world.settle();
    const [appointment] = await world.bySubject('As ever');
    expect(await row(appointment!.id)).toMatchObject({
      type: 'Appointment',
      datetime: start.wall,
      todatetime: due.wall,
    });
    await set('notes_todos', 'task');
    const unid = notes.createTodo({ subject: 'As a Task', start: start.utc, due: due.utc });
    await world.settle();
    const [made] = await world.bySubject('As a Task');
    expect(await row(made!.id)).toMatchObject({
      type: 'Task',
      action: 'ToDo',
      organizer: null,
      datetime: due.wall,
      todatetime: start.wall,
    });
    expect(await why(made!.id)).toMatchObject({ state: 'linked', task: 'own' });
    await world.crm.editAppointment(anna.userId, made!.id, { subject: 'By the CRM' });
    await world.settle();
    expect(notes.todos().find((todo) => todo.unid === unid)).toMatchObject({ subject: 'By the CRM' });
    expect(await row(appointment!.id)).toMatchObject({ type: 'Appointment' });
    await expectQuiet();
  });

  test('switched on, Tasks that are there come to Notes, and one that is there as a To Do already is linked', async () => {
    const { world, notes, task, todos, set, start, due, why } = await open({ engine });
    const twin = await task('Both have it');
    const alone = await task('Only in the CRM');
    const mail = await task('A mail', { action: 'EmailOut' });
    const unid = notes.createTodo({ subject: 'Both have it', start: start.utc, due: due.utc });
    await world.settle();
    // While off, Notes' To Do is an appointment of its own.
    expect(await world.bySubject('Both have it')).toHaveLength(2);
    await world.crm.deleteAppointment(world.users[0]!.userId, (await world.bySubject('Both have it'))[1]!.id);
    await world.settle();
    notes.createTodo({ subject: 'Also twice', start: start.utc, due: due.utc });
    const also = await task('Also twice');
    await set('tasks', 'sync');
    await world.settle();
    expect(todos('Also twice')).toHaveLength(1);
    expect(await world.bySubject('Also twice')).toMatchObject([{ id: also }]);
    expect(await why(also)).toMatchObject({ state: 'linked' });
    expect([todos('Only in the CRM').length, todos('A mail').length]).toEqual([1, 0]);
    expect([await why(alone), await why(twin)]).toMatchObject([{ state: 'linked' }, { state: 'linked' }]);
    expect(await why(mail)).toEqual({ state: undefined, unlinked: undefined, task: 'other' });
    expect(unid).toBeDefined();
    await expectQuiet();
  });

  test('switched off, everything stays where it is; on again, both sides are a pair again', async () => {
    const { world, anna, notes, task, todos, set, row, why } = await open({
      engine,
      settings: { tasks: 'sync' },
    });
    const id = await task('Stays');
    const half = await task('Edited while off');
    await world.settle();
    await set('tasks', 'off');
    expect(await why(id)).toEqual({ state: 'unlinked', unlinked: 'task_off', task: 'off' });
    await world.crm.editAppointment(anna.userId, half, { note: 'By the CRM' });
    notes.editTodo({ unid: todos('Edited while off')[0]!.unid, importance: '1' });
    await world.crm.deleteAppointment(anna.userId, await task('Came and went'));
    await world.settle();
    await two.sides.crm.requestReconcile(null, 'test');
    await expectQuiet();
    expect([todos('Stays').length, todos('Edited while off').length]).toEqual([1, 1]);
    expect(await row(id)).toMatchObject({ deleted: null });

    await set('tasks', 'sync');
    await world.settle();
    expect([await why(id), await why(half)]).toMatchObject([{ state: 'linked' }, { state: 'linked' }]);
    expect(todos('Edited while off')).toMatchObject([{ importance: '1', body: 'By the CRM' }]);
    const { appointment } = await two.sides.crm.explain(half);
    expect(appointment).toMatchObject({ priority: 'High', note: 'By the CRM' });
    expect([todos('Stays').length, (await world.bySubject('Stays')).length]).toEqual([1, 1]);
    await expectQuiet();
  });

  test('a Task of several users is in no mail file, one that gets a second keeps its To Do, and is a pair again afterwards', async () => {
    const { world, anna, bert, task, todos, why } = await open({ engine, settings: { tasks: 'sync' } });
    const both = await task('Of two', {}, [bert]);
    const id = await task('Of one');
    await world.settle();
    expect([todos('Of two').length, todos('Of two', bert).length]).toEqual([0, 0]);
    expect(await why(both)).toMatchObject({ task: 'shared' });
    await world.crm.addParticipant(anna.userId, id, { userId: bert.userId });
    await world.crm.editAppointment(anna.userId, id, { note: 'Meanwhile' });
    await world.settle();
    expect(await why(id)).toEqual({ state: 'unlinked', unlinked: 'task_shared', task: 'shared' });
    expect([todos('Of one').length, todos('Of one', bert).length]).toEqual([1, 0]);
    await world.crm.removeParticipant(anna.userId, id, { userId: bert.userId });
    await world.settle();
    expect(await why(id)).toMatchObject({ state: 'linked', task: 'own' });
    expect(todos('Of one')).toMatchObject([{ body: 'Meanwhile' }]);
    await expectQuiet();
  });

  test('a Task given to another user leaves the mail file of the one and is made in that of the other', async () => {
    const { world, anna, bert, task, todos } = await open({ engine, settings: { tasks: 'sync' } });
    const id = await task('Passed on');
    await world.settle();
    await world.vendor.query(
      'update comm_link set cmli_comm_userid = $1 where cmli_comm_communicationid = $2',
      [bert.userId, id],
    );
    await world.settle();
    expect([todos('Passed on', anna).length, todos('Passed on', bert).length]).toEqual([0, 1]);
    await expectQuiet();
  });

  test('an owner who is not enabled keeps his Task to himself, whoever is named as its organiser', async () => {
    const { world, anna, sides, task, todos } = await open({ engine, settings: { tasks: 'sync' } });
    const id = await world.crm.createAppointment(
      world.outsider.userId,
      { subject: 'Of an outsider', type: 'Task', start: world.at(3, 9).wall, end: world.at(3, 9).wall, organiser: String(anna.userId) }, // prettier-ignore
    );
    await task('Of Anna');
    await world.settle();
    expect([todos('Of an outsider').length, todos('Of Anna').length]).toEqual([0, 1]);
    expect((await sides.crm.explain(id)).deliveries).toEqual([]);
  });

  test('the other order of dates is a setting: what reads as due before its start is told and never written', async () => {
    const { world, sides, task, todos, set, start, due } = await open({
      engine,
      settings: { tasks: 'sync' },
    });
    const id = await task('Other order', { start: start.wall, end: due.wall });
    await world.settle();
    expect(todos('Other order')).toEqual([]);
    expect((await sides.crm.explain(id)).deliveries).toMatchObject([]);
    expect((await sides.crm.explain(id)).activity[0]).toMatchObject({ reason_code: 'bad_times' });
    expect(await sides.crm.taskDates()).toMatchObject({ tasks: 1, datetime_later: 0, todatetime_later: 1 });
    await set('task_due_column', 'comm_todatetime');
    await world.settle();
    expect(todos('Other order')).toMatchObject([{ start: start.utc, due: due.utc }]);
    await expectQuiet();
  });
});

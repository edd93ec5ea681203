/** Which To Do is the pair's: Domino gives their ids, so what we know them by is an item of ours, and that can be copied. */
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
beforeEach(async () => {
  two = await openTwoSides({ users: 1 });
});
afterEach(() => two.close());

const anna = () => two.world.users[0]!;
const todos = (subject: string) =>
  two.world
    .notes(anna())
    .todos()
    .filter((todo) => todo.subject === subject);
const create = (subject: string) => {
  const at = two.world.at(3, 9);
  return two.world.crm.createAppointment(anna().userId, {
    subject,
    action: 'ToDo',
    start: at.wall,
    end: at.wall,
  });
};
/** What waits for its next attempt is due now: the tests do not wait for a back-off. */
const recover = async () => {
  await two.sides.vendor.query(`
    update domino_sync.delivery set next_attempt_at = now();
    update domino_sync.sync_user set health = 'ok', next_poll_at = now()`);
  await two.world.settle();
};

describe('a To Do whose create got no answer', () => {
  const loseReply = async (subject: string) => {
    two.sides.standIn.faults.add({ effect: 'drop after', on: ['create'] });
    const id = await create(subject);
    // Not longer: the next cycle would find it.
    await two.world.cycle();
    expect(todos(subject)).toHaveLength(1);
    return id;
  };

  test('goes from Notes when the appointment is deleted before the next attempt', async () => {
    const id = await loseReply('Orphan');
    await two.world.crm.deleteAppointment(anna().userId, id);
    await recover();
    expect(todos('Orphan')).toEqual([]);
  });

  test('gives the appointment back when it was edited in Notes meanwhile', async () => {
    const id = await loseReply('Edited orphan');
    two.world.notes(anna()).editTodo({ unid: todos('Edited orphan')[0]!.unid, subject: 'Edited by Notes' });
    await two.world.crm.deleteAppointment(anna().userId, id);
    await recover();
    expect(todos('Edited by Notes')).toHaveLength(1);
    expect(await two.world.bySubject('Edited by Notes')).toMatchObject([{ id }]);
  });

  test('becomes a meeting when the appointment does, and is not left behind', async () => {
    const id = await loseReply('Turned');
    await two.world.crm.editAppointment(anna().userId, id, { action: 'Meeting' });
    await recover();
    expect(todos('Turned')).toEqual([]);
    expect(two.world.calendarEntries(anna(), 'Turned')).toHaveLength(1);
    expect(await two.world.bySubject('Turned')).toHaveLength(1);
  });

  test('never reached Domino and became a meeting: one meeting', async () => {
    two.sides.standIn.faults.add({ effect: 'drop before', on: ['create'] });
    const id = await create('Never was');
    await two.world.cycle();
    await two.world.crm.editAppointment(anna().userId, id, { action: 'Meeting' });
    await recover();
    expect(todos('Never was')).toEqual([]);
    expect(two.world.calendarEntries(anna(), 'Never was')).toHaveLength(1);
  });
});

test('a To Do that turns into a meeting while it is edited in Notes keeps the edit', async () => {
  const id = await create('Form');
  await two.world.settle();
  two.world.notes(anna()).editTodo({ unid: todos('Form')[0]!.unid, subject: 'Form by Notes' });
  await two.world.crm.editAppointment(anna().userId, id, { action: 'Meeting' });
  await two.world.settle();
  expect(two.world.notes(anna()).todos()).toEqual([]);
  expect(two.world.calendarEntries(anna(), 'Form by Notes')).toHaveLength(1);
  expect(await two.world.bySubject('Form by Notes')).toMatchObject([{ id }]);
});

test('a To Do copied inside Notes becomes an item of its own, and the pair stays what it was', async () => {
  const id = await create('Original');
  await two.world.settle();
  const unid = todos('Original')[0]!.unid;
  const copy = await copyTodo(unid, 'Copy');
  await two.world.settle();
  expect(await two.world.bySubject('Copy')).toHaveLength(1);
  const [made] = await two.world.bySubject('Copy');
  expect(made!.id).not.toBe(id);

  const notes = two.world.notes(anna());
  notes.editTodo({ unid: copy, subject: 'Copy edited' });
  notes.editTodo({ unid, subject: 'Original edited' });
  await two.world.settle();
  expect(await two.world.bySubject('Copy edited')).toMatchObject([{ id: made!.id }]);
  expect(await two.world.bySubject('Original edited')).toMatchObject([{ id }]);
  expect(notes.todos()).toHaveLength(2);
});

test('the copy of a To Do that was deleted in Notes is an item of its own as well', async () => {
  const id = await create('First');
  await two.world.settle();
  const unid = todos('First')[0]!.unid;
  await copyTodo(unid, 'Second');
  two.world.notes(anna()).deleteTodo({ unid });
  await two.world.settle();
  expect(await two.world.bySubject('Second')).toHaveLength(1);
  expect(await two.world.bySubject('First')).toMatchObject([{ id }]);
  expect(two.world.notes(anna()).todos()).toMatchObject([{ subject: 'Second' }]);
});

/** Ctrl-C, Ctrl-V: all items of the document, ours too, under a new UNID. Answers that UNID. */
async function copyTodo(unid: string, subject: string): Promise<string> {
  const { url, user, password } = two.sides.dominoAccess;
  const documents = `${url}/${anna().mailFile}/api/data/documents`;
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const read = await fetch(`${documents}/unid/${unid}`, { headers: { authorization } });
  const items = (await read.json()) as Record<string, unknown>;
  const copied = Object.fromEntries(
    Object.entries(items).filter(
      ([name, value]) => !name.startsWith('@') && !name.startsWith('$') && typeof value !== 'object',
    ),
  );
  expect(copied['CrmSyncKey']).toMatch(/^CRM-/);
  const written = await fetch(`${documents}?form=Task`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ ...copied, Subject: subject }),
  });
  expect(written.status).toBe(201);
  return /([0-9A-F]{32})\/?$/i.exec(written.headers.get('location')!)![1]!;
}

/** An administrator changes what a caption means: items that are there already follow by a reconcile, family by family. */
import type { SampleUser } from '../../src/sandbox/crm/sample-data.ts';
import { EXIT } from '../../src/errors.ts';
import { runCli } from '../support/cli.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
let anna: SampleUser;
beforeEach(async () => {
  two = await openTwoSides({ users: 1 });
  anna = two.world.users[0]!;
});
afterEach(() => two.close());

interface Captions {
  action?: string;
  status?: string;
  priority?: string;
}
const DEFAULTS = { action: 'Meeting', status: 'Pending', priority: 'Normal' };

const inCrm = (subject: string, captions: Captions) =>
  two.world.crm.createAppointment(anna.userId, {
    subject,
    start: two.world.at(3, 9).wall,
    end: two.world.at(3, 10).wall,
    ...captions,
  });
const captionsOf = async (subject: string): Promise<Captions> => {
  const { rows } = await two.sides.vendor.query<Captions>(
    `select comm_action as action, comm_status as status, comm_priority as priority from communication
     where comm_subject = $1 and comm_deleted is null`,
    [subject],
  );
  expect(rows).toHaveLength(1);
  return rows[0]!;
};
const entry = (subject: string) => {
  const entries = two.world.calendarEntries(anna, subject);
  expect(entries).toHaveLength(1);
  return entries[0]!;
};
const todo = (subject: string) => {
  const todos = two.world.notes(anna).todos();
  const found = todos.filter((one) => one.subject === subject);
  expect(found).toHaveLength(1);
  return found[0]!;
};
const set = (family: string, crm: string, item: string, to: 'both' | 'notes' | 'crm' = 'both') =>
  two.sides.crm.setCaption({
    family,
    crm_value: crm,
    item_value: item,
    to_item: to !== 'crm',
    to_crm: to !== 'notes',
  });
/** Both sides compared in full, until they rest; a second time nothing is found. */
async function reconcile(): Promise<void> {
  for (const healed of [expect.any(Number) as number, 0]) {
    await two.sides.crm.requestReconcile(null, 'captions were changed');
    await two.world.settle();
    const { rows } = await two.sides.vendor.query(
      'select state, healed, open_differences from domino_sync_report.verification',
    );
    expect(rows).toEqual([{ state: 'verified', healed, open_differences: 0 }]);
  }
}
const times = () => ({ start: two.world.at(4, 9).utc, end: two.world.at(4, 10).utc });

test('busy: time that a status takes becomes free in Notes, and free time chosen there gets a status', async () => {
  const { world } = two;
  await inCrm('Held open', { status: 'In Progress' });
  await inCrm('Chosen', {});
  await world.settle();
  world.notes(anna).edit({ uid: entry('Chosen').uid, transparent: true });
  await world.settle();
  expect(entry('Held open').transparent).toBe(false);
  expect(await captionsOf('Chosen')).toEqual(DEFAULTS);

  await set('busy', 'In Progress', 'free');
  await world.settle();
  expect(entry('Held open').transparent).toBe(false);
  await reconcile();

  expect(entry('Held open').transparent).toBe(true);
  expect(await captionsOf('Held open')).toEqual({ ...DEFAULTS, status: 'In Progress' });
  // what was chosen before a caption named it is settled, and stays in Notes
  expect(entry('Chosen').transparent).toBe(true);
  expect(await captionsOf('Chosen')).toEqual(DEFAULTS);
  await inCrm('Next', {});
  await world.settle();
  world.notes(anna).edit({ uid: entry('Next').uid, transparent: true });
  await world.settle();
  expect(await captionsOf('Next')).toEqual({ ...DEFAULTS, status: 'In Progress' });
});

test('status: what it means reaches Notes, and what is completed there gets it', async () => {
  const { world } = two;
  const notes = world.notes(anna);
  await inCrm('Settled', { action: 'ToDo', status: 'Settled' });
  await inCrm('Open', { action: 'ToDo' });
  await inCrm('Finished before', { action: 'ToDo', status: 'Complete' });
  await world.settle();
  expect(todo('Settled').completed).toBeNull();

  await set('status', 'Settled', 'completed');
  await reconcile();

  expect(todo('Settled').completed).not.toBeNull();
  expect(todo('Finished before').completed).not.toBeNull();
  expect(await captionsOf('Settled')).toEqual({ ...DEFAULTS, action: 'ToDo', status: 'Settled' });
  expect(await captionsOf('Finished before')).toEqual({ ...DEFAULTS, action: 'ToDo', status: 'Complete' });
  notes.completeTodo({ unid: todo('Open').unid });
  await world.settle();
  expect(await captionsOf('Open')).toEqual({ ...DEFAULTS, action: 'ToDo', status: 'Settled' });
});

test('priority: what it means reaches Notes, and what is urgent there gets it', async () => {
  const { world } = two;
  await inCrm('Urgent', { action: 'ToDo', priority: 'Urgent' });
  await inCrm('High', { action: 'ToDo', priority: 'High' });
  await inCrm('Plain', { action: 'ToDo' });
  await world.settle();
  const plain = todo('Plain').importance;
  expect(todo('Urgent').importance).toBe(plain);

  await set('priority', 'Urgent', 'high');
  await reconcile();

  expect(todo('Urgent').importance).toBe('1');
  expect(todo('High').importance).toBe('1');
  expect(await captionsOf('Urgent')).toEqual({ ...DEFAULTS, action: 'ToDo', priority: 'Urgent' });
  expect(await captionsOf('High')).toEqual({ ...DEFAULTS, action: 'ToDo', priority: 'High' });
  world.notes(anna).editTodo({ unid: todo('Plain').unid, importance: '1' });
  await world.settle();
  expect(await captionsOf('Plain')).toEqual({ ...DEFAULTS, action: 'ToDo', priority: 'Urgent' });
});

test('category: the entry gets that of its action and keeps its own, and what is made in Notes gets the action', async () => {
  const { world } = two;
  const notes = world.notes(anna);
  await inCrm('Visit', { action: 'Site visit' });
  await world.settle();
  notes.edit({ uid: entry('Visit').uid, categories: ['Own'] });
  notes.createAppointment({ subject: 'Trip before', categories: ['Travel'], ...times() });
  await world.settle();
  expect(await captionsOf('Trip before')).toEqual(DEFAULTS);

  await set('category', 'Site visit', 'Travel');
  await reconcile();

  expect(entry('Visit').categories.split(/[;,]/).sort()).toEqual(['Own', 'Travel']);
  expect(await captionsOf('Visit')).toEqual({ ...DEFAULTS, action: 'Site visit' });
  expect(entry('Trip before').categories).toBe('Travel');
  expect(await captionsOf('Trip before')).toEqual(DEFAULTS);
  notes.createAppointment({ subject: 'Trip', categories: ['travel'], ...times() });
  await world.settle();
  expect(await captionsOf('Trip')).toEqual({ ...DEFAULTS, action: 'Site visit' });

  await two.sides.crm.removeCaption('category', 'Site visit', null);
  await reconcile();
  expect(await captionsOf('Visit')).toEqual({ ...DEFAULTS, action: 'Site visit' });
  expect(entry('Visit').categories).toBe('Own');
});

test('kind: an appointment becomes a To Do in Notes, and a To Do that is made there gets the action', async () => {
  const { world } = two;
  const notes = world.notes(anna);
  await inCrm('Errand', { action: 'Errand' });
  await world.settle();
  expect(entry('Errand').subject).toBe('Errand');

  await set('kind', 'Errand', 'todo');
  await reconcile();

  expect(world.calendarEntries(anna, 'Errand')).toEqual([]);
  expect(todo('Errand').completed).toBeNull();
  expect(await captionsOf('Errand')).toEqual({ ...DEFAULTS, action: 'Errand' });
  notes.createTodo({ subject: 'From Notes', due: times().end });
  await world.settle();
  expect(await captionsOf('From Notes')).toMatchObject({ action: 'Errand', status: 'Pending' });
});

describe('as commands', () => {
  const run = (...args: string[]) =>
    runCli(args, { CRM_DATABASE_URL: two.sides.crmUrl, LOG_LEVEL: 'silent' });
  const json = async (...args: string[]): Promise<unknown> =>
    JSON.parse((await run('--json', ...args)).stdout) as unknown;

  test('captions are set, listed and removed, and the answer says what follows by reconcile', async () => {
    const row = { family: 'status', crm_value: 'Settled', item_value: 'completed', to_item: true };
    expect((await run('captions', 'set', 'status', 'Settled', 'completed', '--to-notes')).stdout).toMatch(
      /^status: Settled → completed holds\.\n[^]*crm-domino-sync reconcile\n/,
    );
    expect(await json('captions', 'list')).toContainEqual({ ...row, to_crm: false });
    expect(await json('captions', 'set', 'status', 'Settled', 'completed')).toEqual({
      ...row,
      to_crm: true,
      changed: 2,
    });
    const listed = (await run('captions', 'list')).stdout;
    expect(listed).toMatch(/^status +Complete +→ +completed$/m);
    expect(listed).toMatch(/^status +Settled +↔ +completed$/m);
    expect((await run('captions', 'set', 'status', 'Settled', 'completed')).stdout).toMatch(
      /was there already/,
    );
    expect(await json('captions', 'remove', 'status', 'settled')).toEqual({ removed: 1, remaining: 4 });
    const gone = await run('captions', 'remove', 'status', 'Settled', 'completed');
    expect(gone.code).toBe(EXIT.findings);
    expect(gone.stdout).toContain('There is no such row.');
    await two.sides.vendor.query(
      `delete from domino_sync.caption_map where family = 'priority' and crm_value <> 'Low'`,
    );
    expect((await run('captions', 'remove', 'priority', 'Low')).stdout).toContain(
      'the next deployment brings those of Sage CRM back',
    );
  }, 60_000);

  test.each([
    [['set', 'busy', 'Held', 'tentative'], /captions of busy: tentative is not one of busy, free/],
    [['remove', 'colour', 'Red'], /colour is not one of kind, category, status, busy, priority/],
    [['set', 'busy', 'Held', 'free', '--to-notes', '--to-crm'], /cannot be used with/],
  ])('captions %j is refused, and the answer names what is possible', async (args, message) => {
    const ended = await run('captions', ...args);
    expect(ended.stderr).toMatch(message);
    expect(ended).toMatchObject({ code: EXIT.usage, stdout: '' });
  });
});

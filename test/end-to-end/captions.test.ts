/** A customer who renamed Sage's captions: his rows of `caption_map` decide both ways, and a deployment leaves them alone. */
import { deployTo } from '../../src/crm/open.ts';
import type { SampleUser } from '../../src/sandbox/crm/sample-data.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

const OWN = [
  ['kind', 'Besprechung', 'meeting', false, true],
  ['kind', 'Besprechung', 'appointment', false, true],
  ['kind', 'Aufgabe', 'todo', true, true],
  ['category', 'Besprechung', 'Termin', true, true],
  ['category', 'Telefonat', 'Phone Calls', true, true],
  ['category', 'Rückruf', 'Phone Calls', true, false],
  ['status', 'Offen', 'pending', true, true],
  ['status', 'Erledigt', 'completed', true, true],
  ['status', 'Abgesagt', 'cancelled', true, true],
  ['priority', 'Dringend', 'high', true, true],
  ['priority', 'Sehr dringend', 'high', true, false],
  ['priority', 'Üblich', 'normal', true, true],
  ['priority', 'Gering', 'low', true, true],
] as const;

let two: TwoSides;
let anna: SampleUser;
beforeEach(async () => {
  two = await openTwoSides({ users: 1 });
  anna = two.world.users[0]!;
  await two.sides.vendor.query('delete from domino_sync.caption_map');
  for (const row of OWN)
    await two.sides.vendor.query(
      'insert into domino_sync.caption_map (family, crm_value, item_value, to_item, to_crm) values ($1, $2, $3, $4, $5)',
      [...row],
    );
});
afterEach(() => two.close());

const row = async (subject: string): Promise<Record<string, unknown>> => {
  const { rows } = await two.sides.vendor.query<Record<string, unknown>>(
    `select comm_action as action, comm_status as status, comm_priority as priority from communication
     where comm_subject = $1 and comm_deleted is null`,
    [subject],
  );
  return rows[0]!;
};
const entry = (subject: string) => two.world.calendarEntries(anna, subject)[0]!;

test('what is made in the CRM is read by them, and what is made in Notes gets them', async () => {
  const { world } = two;
  const at = (hour: number) => ({ start: world.at(3, hour).wall, end: world.at(3, hour + 1).wall });
  const captions = { action: 'Rückruf', status: 'Erledigt', priority: 'Sehr dringend' };
  await world.crm.createAppointment(anna.userId, { subject: 'Call', ...at(9), ...captions });
  await world.crm.createAppointment(anna.userId, {
    subject: 'Task',
    ...at(10),
    ...captions,
    action: 'Aufgabe',
  });
  const notes = world.notes(anna);
  const times = { start: world.at(4, 9).utc, end: world.at(4, 10).utc };
  notes.createAppointment({ subject: 'From Notes', categories: ['phone calls'], ...times });
  notes.createTodo({ subject: 'To do in Notes', due: times.end, importance: '1' });
  await world.settle();

  expect(entry('Call')).toMatchObject({ categories: 'Phone Calls', transparent: true });
  expect(notes.todos().find(({ subject }) => subject === 'Task')).toMatchObject({
    importance: '1',
    completed: expect.any(String),
  });
  expect(await row('From Notes')).toEqual({ action: 'Telefonat', status: 'Offen', priority: 'Üblich' });
  expect(await row('To do in Notes')).toEqual({ action: 'Aufgabe', status: 'Offen', priority: 'Dringend' });
});

test('a caption that means the same already stays, and a deployment changes none', async () => {
  const { world, sides } = two;
  const captions = { action: 'Rückruf', status: 'Offen', priority: 'Sehr dringend' };
  const at = world.at(3, 9);
  await world.crm.createAppointment(anna.userId, {
    subject: 'Kept',
    start: at.wall,
    end: at.wall,
    ...captions,
  });
  await world.settle();
  world.notes(anna).edit({ uid: entry('Kept').uid, location: 'Room 1', categories: ['Phone Calls', 'Own'] });
  await world.settle();
  expect(await row('Kept')).toEqual(captions);

  await deployTo(sides.adminUrl);
  const { rows } = await sides.vendor.query('select 1 from domino_sync.caption_map');
  expect(rows).toHaveLength(OWN.length);
  const [kept] = await world.bySubject('Kept');
  await world.crm.editAppointment(anna.userId, kept!.id, { action: 'Besprechung', priority: 'Gering' });
  await world.settle();
  expect(entry('Kept').categories.split(/[;,]/).sort()).toEqual(['Own', 'Termin']);
  expect(await row('Kept')).toEqual({ action: 'Besprechung', status: 'Offen', priority: 'Gering' });
});

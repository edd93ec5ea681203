/** What one side cannot hold or does not know survives the other side's edits: rich text, files, foreign fields, long texts. */
import type { SampleUser } from '../../src/sandbox/crm/sample-data.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
let anna: SampleUser;
beforeEach(async () => {
  two = await openTwoSides({ users: 2 });
  anna = two.world.users[0]!;
});
afterEach(() => two.close());

const notes = () => two.world.notes(anna);
const entryOf = (uid: string) =>
  notes()
    .calendar()
    .find((entry) => entry.uid === uid)!;
const row = async (id: number): Promise<Record<string, unknown>> => {
  const { rows } = await two.sides.vendor.query<Record<string, unknown>>(
    'select * from communication where comm_communicationid = $1',
    [id],
  );
  return rows[0]!;
};
const idOf = async (subject: string): Promise<number> => (await two.world.bySubject(subject))[0]!.id;

const RICH = {
  html: '<p><b>Agenda</b></p><table><tr><td>1</td></tr></table>',
  attachments: ['plan.pdf'],
};

/** In both calendars, with a formatted body in Notes. */
async function formatted(): Promise<{ id: number; uid: string }> {
  const at = two.world.at(3, 9);
  const uid = notes().createAppointment({
    subject: 'Formatted',
    start: at.utc,
    end: at.utc,
    richBody: RICH,
  });
  await two.world.settle();
  return { id: await idOf('Formatted'), uid };
}

describe('a formatted body in Notes', () => {
  test('stays whatever else the CRM changes, time and people included', async () => {
    const { id, uid } = await formatted();
    const { world } = two;
    expect((await row(id))['comm_note']).toBe('');
    await world.crm.editAppointment(anna.userId, id, {
      subject: 'Another',
      location: 'Room 1',
      private: true,
      priority: 'High',
      status: 'Complete',
    });
    const later = world.at(4, 10);
    await world.crm.moveAppointment(anna.userId, id, later.wall, later.wall);
    await world.settle();
    expect(entryOf(uid)).toMatchObject({ subject: 'Another', location: 'Room 1', richBody: RICH });

    await world.crm.addParticipant(anna.userId, id, { userId: world.users[1]!.userId });
    await world.crm.addParticipant(anna.userId, id, { email: 'guest@elsewhere.example', name: 'Guest' });
    await world.settle();
    expect(entryOf(uid)).toMatchObject({ richBody: RICH, body: null });
    expect(entryOf(uid).attendees.map(({ email }) => email)).toContain(world.users[1]!.email);
  });

  test('gives way to a text only when that text is edited in the CRM', async () => {
    const { id, uid } = await formatted();
    await two.world.crm.editAppointment(anna.userId, id, { note: 'Plain words' });
    await two.world.settle();
    expect(entryOf(uid)).toMatchObject({ richBody: null, body: 'Plain words' });
  });

  test('leaves the text of the CRM alone, also when it takes the place of one that the CRM had', async () => {
    const { world } = two;
    const at = world.at(3, 9);
    const id = await world.crm.createAppointment(anna.userId, {
      subject: 'Text',
      start: at.wall,
      end: at.wall,
      note: 'From the CRM',
    });
    await world.settle();
    const { uid } = world.calendarEntries(anna, 'Text')[0]!;
    notes().edit({ uid, richBody: RICH, location: 'There' });
    await world.settle();
    expect(await row(id)).toMatchObject({ comm_note: 'From the CRM', comm_location: 'There' });
    await world.crm.editAppointment(anna.userId, id, { subject: 'Text too' });
    await world.settle();
    expect(entryOf(uid)).toMatchObject({ subject: 'Text too', richBody: RICH });
  });

  test('is not flattened by a first comparison that finds the pair again', async () => {
    const { id, uid } = await formatted();
    await two.world.crm.editAppointment(anna.userId, id, { note: 'Plain words' });
    await two.world.settle();
    notes().edit({ uid, richBody: RICH });
    await two.world.settle();
    await two.sides.vendor.query('update domino_sync.item_link set base_item = null');
    await two.world.crm.editAppointment(anna.userId, id, { location: 'Room 2' });
    await two.world.settle();
    expect(entryOf(uid)).toMatchObject({ richBody: RICH, location: 'Room 2' });
    expect((await row(id))['comm_note']).toBe('Plain words');
  });
});

describe('a To Do', () => {
  const todo = () => notes().todos()[0]!;

  async function made(content: { richBody?: typeof RICH; body?: string }): Promise<number> {
    const at = two.world.at(3, 9);
    notes().createTodo({ subject: 'Errand', start: at.utc, due: at.utc, ...content });
    await two.world.settle();
    return idOf('Errand');
  }

  test('keeps a formatted body with its files when the CRM changes something else', async () => {
    const id = await made({ richBody: RICH });
    await two.world.crm.editAppointment(anna.userId, id, { subject: 'Errand too', location: 'Town' });
    await two.world.settle();
    expect(todo()).toMatchObject({ subject: 'Errand too', richBody: RICH });
  });

  test('with files in it takes every edit of the CRM but that of the text, and the history says so', async () => {
    const id = await made({ richBody: RICH });
    await two.world.crm.editAppointment(anna.userId, id, { subject: 'Errand too', note: 'Plain words' });
    await two.world.settle();
    expect(todo()).toMatchObject({ subject: 'Errand too', richBody: RICH });
    expect((await row(id))['comm_note']).toBe('Plain words');
    const { activity } = await two.sides.crm.explain(id);
    expect(activity[0]).toMatchObject({ direction: 'to_domino', reason_code: 'body_kept' });
    await two.world.settle();
  });

  test('keeps items that only Notes knows', async () => {
    const id = await made({ body: 'Text' });
    const { unid } = todo();
    const document = notes().mailFile.document(unid)!;
    document.items['ProjectCode'] = { type: 'text', values: ['P-1'] };
    await two.world.crm.editAppointment(anna.userId, id, { subject: 'Errand too', note: 'More' });
    await two.world.settle();
    expect(notes().mailFile.document(unid)!.items).toMatchObject({
      ProjectCode: { values: ['P-1'] },
      Subject: { values: ['Errand too'] },
    });
  });
});

test('what only Notes holds of an entry survives an edit in the CRM: free time, alarm, zone, roles, own categories and items', async () => {
  const { world } = two;
  const at = world.at(3, 9);
  const uid = notes().createMeeting({
    subject: 'Kept',
    start: at.utc,
    end: world.at(3, 10).utc,
    zone: 'Pacific Standard Time',
    transparent: true,
    alarmMinutes: 30,
    categories: ['Golf'],
    invitees: [{ email: world.users[1]!.email, role: 'opt-participant' }],
  });
  notes().mailFile.entry(uid)!.items['ProjectCode'] = { type: 'text', values: ['P-1'] };
  await world.settle();
  const before = structuredClone(notes().mailFile.entry(uid)!);
  await world.crm.editAppointment(anna.userId, await idOf('Kept'), { location: 'Room 1', note: 'New text' });
  await world.settle();
  const { fields, items } = notes().mailFile.entry(uid)!;
  const { start, end, transparency, attendees, categories } = before.fields;
  expect(fields).toMatchObject({ start, end, transparency, attendees, categories, location: 'Room 1' });
  expect(fields.alarm).toMatchObject([{ trigger: { value: '-PT30M' } }]);
  expect(items).toMatchObject({ ProjectCode: { values: ['P-1'] } });
});

test('columns of the CRM that are not mapped survive an edit in Notes, those of the links included', async () => {
  const { world, sides } = two;
  const at = world.at(3, 9);
  const id = await world.crm.createAppointment(
    anna.userId,
    { subject: 'Columns', start: at.wall, end: at.wall, action: 'Demo' },
    [{ email: 'guest@elsewhere.example', name: 'Guest' }],
  );
  await sides.vendor.query(
    `update communication set comm_opportunityid = 7, comm_percentcomplete = 40, comm_channelid = 3, comm_caseid = 9
     where comm_communicationid = $1`,
    [id],
  );
  await sides.vendor.query(
    `update comm_link set cmli_comm_companyid = 5, cmli_comm_personid = 6
     where cmli_comm_communicationid = $1 and cmli_comm_userid is null`,
    [id],
  );
  await world.settle();
  const before = await row(id);
  const links = async () =>
    (
      await sides.vendor.query(
        `select cmli_comm_companyid, cmli_comm_personid, cmli_comm_userid, cmli_status, cmli_recipient, cmli_deleted
         from comm_link where cmli_comm_communicationid = $1 order by cmli_commlinkid`,
        [id],
      )
    ).rows;
  const linksBefore = await links();
  const { uid } = world.calendarEntries(anna, 'Columns')[0]!;
  notes().edit({ uid, subject: 'Columns too', body: 'Notes text' });
  notes().move({ uid, start: world.at(4, 9).utc });
  await world.settle();
  const after = await row(id);
  const changed = Object.keys(after).filter(
    (name) => JSON.stringify(after[name]) !== JSON.stringify(before[name]),
  );
  expect(changed.sort()).toEqual(
    [
      'comm_datetime',
      'comm_note',
      'comm_subject',
      'comm_timestamp',
      'comm_todatetime',
      'comm_updatedby',
      'comm_updateddate',
    ].filter((name) => changed.includes(name) || !/updated|timestamp/.test(name)),
  );
  expect(await links()).toEqual(linksBefore);
});

test('an answer given in the CRM, which Domino never shows, costs no write and outlives edits in Notes', async () => {
  const { world, sides } = two;
  const [at, bert] = [world.at(3, 9), world.users[1]!];
  const id = await world.crm.createAppointment(
    anna.userId,
    { subject: 'Answered', start: at.wall, end: at.wall },
    [{ userId: bert.userId }],
  );
  await world.settle();
  sides.standIn.requests.reset();
  await world.crm.setResponse(bert.userId, id, 'accepted');
  await world.settle();
  expect(sides.standIn.requests.count().write).toBe(0);
  const { uid } = world.calendarEntries(anna, 'Answered')[0]!;
  notes().edit({ uid, location: 'There', invitees: [bert.email, 'guest@elsewhere.example'] });
  await world.settle();
  const [read] = await sides.crm.readAppointments([id]);
  expect(read).toMatchObject({ location: 'There', externals: [{ email: 'guest@elsewhere.example' }] });
  expect(read!.users.find((user) => user.user_id === bert.userId)?.response).toBe(3);
});

describe('a subject that is too long for the CRM', () => {
  const LONG = `Long ${'x'.repeat(300)} end`;

  async function tooLong(): Promise<{ id: number; uid: string }> {
    const at = two.world.at(3, 9);
    const uid = notes().createAppointment({ subject: LONG, start: at.utc, end: at.utc });
    await two.world.settle();
    return { id: await idOf(LONG.slice(0, 255)), uid };
  }

  test('is cut there, with its reason, and stays whole in Notes when the CRM edits something else', async () => {
    const { id, uid } = await tooLong();
    const { activity, links } = await two.sides.crm.explain(id);
    expect(activity.at(-1)).toMatchObject({ action: 'created', reason_code: 'subject_truncated' });
    expect(links[0]!.base_item!.domino.subject).toBe(LONG);
    await two.world.crm.editAppointment(anna.userId, id, { location: 'Room 1', note: 'Text' });
    await two.world.settle();
    expect(entryOf(uid)).toMatchObject({ subject: LONG, location: 'Room 1', body: 'Text' });
  });

  test('reaches Notes once the CRM edits the subject itself', async () => {
    const { id, uid } = await tooLong();
    await two.world.crm.editAppointment(anna.userId, id, { subject: 'Short now' });
    await two.world.settle();
    expect(entryOf(uid)).toMatchObject({ subject: 'Short now' });
  });

  test('keeps its end through a place that is too long as well', async () => {
    const { id, uid } = await tooLong();
    notes().edit({ uid, location: `Room ${'y'.repeat(300)}` });
    await two.world.settle();
    expect((await row(id))['comm_location']).toBe(`Room ${'y'.repeat(250)}`);
    const { activity } = await two.sides.crm.explain(id);
    expect(activity[0]).toMatchObject({ reason_code: 'location_truncated' });
    expect(entryOf(uid)).toMatchObject({ subject: LONG, location: `Room ${'y'.repeat(300)}` });
  });
});

test('a long text crosses whole in both directions', async () => {
  const { world } = two;
  const at = world.at(3, 9);
  const text = Array.from({ length: 3000 }, (_, line) => `Line ${line} with ümläuts and 🗓`).join('\n');
  const id = await world.crm.createAppointment(anna.userId, {
    subject: 'Novel',
    start: at.wall,
    end: at.wall,
    note: text,
  });
  await world.settle();
  const { uid } = world.calendarEntries(anna, 'Novel')[0]!;
  expect(entryOf(uid).body!.replaceAll('\r\n', '\n')).toBe(text);
  notes().edit({ uid, body: `${text}\nand one more` });
  await world.settle();
  expect((await row(id))['comm_note']).toBe(`${text}\nand one more`);
});

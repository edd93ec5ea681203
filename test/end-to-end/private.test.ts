/** Private items: whole, masked, or not synchronised at all. Nothing is lost, and what is masked leaks no word. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import fc from 'fast-check';
import type { SampleUser } from '../../src/sandbox/crm/sample-data.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
let anna: SampleUser;
/** Bodies of all requests to Domino. */
let sent: string[] = [];
const record = (message: unknown): void => {
  const { body } = (message as { request: { body?: unknown } }).request;
  if (Buffer.isBuffer(body)) sent.push(body.toString('utf8'));
  else if (body !== null && body !== undefined)
    throw new Error('a request carries something else than bytes');
};
beforeEach(() => {
  sent = [];
  subscribe('undici:request:create', record);
});
afterEach(async () => {
  unsubscribe('undici:request:create', record);
  await two.close();
});

const MASK = 'Private appointment';

async function open(
  mode: 'masked' | 'skipped' | 'full',
  settings: Record<string, string> = {},
): Promise<void> {
  two = await openTwoSides({ users: 2, settings: { private_appointments: mode, ...settings } });
  anna = two.world.users[0]!;
}
const query = async (sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> =>
  (await two.sides.vendor.query<Record<string, unknown>>(sql, values)).rows;
const row = async (id: number) =>
  (await query('select * from communication where comm_communicationid = $1', [id]))[0]!;
const notes = () => two.world.notes(anna);
const entries = () => notes().calendar();
const entry = () => entries()[0]!;
const onlyId = async () => {
  const rows = await query('select comm_communicationid as id from communication where comm_deleted is null');
  expect(rows).toHaveLength(1);
  return Number(rows[0]!['id']);
};
const edit = (id: number, fields: Parameters<typeof two.world.crm.editAppointment>[2]) =>
  two.world.crm.editAppointment(anna.userId, id, fields);
const quiet = async () => {
  await query("update domino_sync.item_link set checked_at = now() - interval '2 days'");
  two.sides.standIn.requests.reset();
  const before = await query('select * from communication order by 1');
  await two.world.settle();
  expect(two.sides.standIn.requests.count().write).toBe(0);
  expect(await query('select * from communication order by 1')).toEqual(before);
};

/** Everything the mail files hold, and every request with what it carried. */
const mailFileText = () =>
  JSON.stringify([
    two.world.users.map((user) => {
      const { mailFile } = two.world.notes(user);
      return mailFile.state;
    }),
    two.sides.standIn.requests.entries,
    sent,
  ]);
const SECRETS = ['Oncology', 'results', 'Clinic', 'Vacation', 'guest@elsewhere.example', 'Globex'];
const leaked = (text: string): string[] => SECRETS.filter((word) => text.includes(word));

async function secretInCrm(fields: Record<string, unknown> = {}): Promise<number> {
  const { world } = two;
  const id = await world.crm.createAppointment(
    anna.userId,
    {
      subject: 'Oncology',
      start: world.at(3, 9).wall,
      end: world.at(3, 10).wall,
      note: 'Bring results',
      location: 'Clinic',
      action: 'Vacation',
      priority: 'High',
      private: true,
      reminderMinutes: 15,
      ...fields,
    },
    [{ userId: world.users[1]!.userId }, { email: 'guest@elsewhere.example', name: 'Guest' }],
  );
  await query(
    "insert into company (comp_companyid, comp_name) values (7002, 'Globex') on conflict do nothing",
  );
  await query('update comm_link set cmli_comm_companyid = 7002 where cmli_comm_communicationid = $1', [id]);
  await world.settle();
  return id;
}
const REAL = {
  comm_subject: 'Oncology',
  comm_note: 'Bring results',
  comm_location: 'Clinic',
  comm_action: 'Vacation',
};

describe('masked', () => {
  beforeEach(() => open('masked'));

  test('a private appointment of the CRM is its times alone in Notes: no word of it is in the mail file or on the way', async () => {
    const id = await secretInCrm();
    expect(sent.join()).toContain(MASK);
    expect(entry()).toMatchObject({
      subject: MASK,
      location: '',
      categories: '',
      private: true,
      transparent: false,
      start: two.world.at(3, 9).utc,
      attendees: [],
    });
    expect(entry().body ?? '').toBe('');
    expect(leaked(mailFileText())).toEqual([]);
    await edit(id, { subject: 'Oncology again', note: 'More results' });
    await two.world.settle();
    const todo = await secretInCrm({ action: 'To Do' });
    expect(notes().todos()).toMatchObject([{ subject: MASK, private: true }]);
    expect(leaked(mailFileText())).toEqual([]);
    expect(await row(id)).toMatchObject({ comm_subject: 'Oncology again', comm_note: 'More results' });
    expect(await row(todo)).toMatchObject({ comm_subject: 'Oncology' });
    await quiet();
  });

  test('a time moves on both sides, and the mask never comes back over the words', async () => {
    const id = await secretInCrm();
    notes().move({ uid: entry().uid, start: two.world.at(4, 11).utc });
    await two.world.settle();
    expect(await row(id)).toMatchObject({ ...REAL, comm_private: 'Y' });
    expect((await two.world.appointment(id))!.start).toBe(two.world.at(4, 11).wall);
    await two.world.crm.moveAppointment(anna.userId, id, two.world.at(5, 8).wall, two.world.at(5, 9).wall);
    await two.world.settle();
    expect(entry()).toMatchObject({ subject: MASK, start: two.world.at(5, 8).utc });

    // What a Notes user makes of the mask is his own.
    notes().edit({ uid: entry().uid, subject: 'My own words', body: 'Mine', categories: ['Golf'] });
    await two.world.settle();
    expect(await row(id)).toMatchObject(REAL);
    expect(entry()).toMatchObject({ subject: 'My own words', body: 'Mine', categories: 'Golf' });
    await quiet();
  });

  test('made public again in the CRM, the words come out; what both wrote meanwhile is a conflict', async () => {
    const id = await secretInCrm();
    notes().edit({ uid: entry().uid, subject: 'My own words' });
    await two.world.settle();
    await edit(id, { private: false });
    await two.world.settle();
    expect(entry()).toMatchObject({ subject: 'Oncology', location: 'Clinic', private: false });
    expect(entry().body).toContain('Bring results');
    expect(entry().body).toContain('Globex');
    expect(entry().attendees.map(({ email }) => email)).toContain(two.world.users[1]!.email);
    expect(await row(id)).toMatchObject({ ...REAL, comm_private: null });
    const conflicts = await query('select field, domino_value from domino_sync.conflict');
    expect(conflicts).toEqual([{ field: 'subject', domino_value: 'My own words' }]);
    await quiet();
  });

  test('made public in Notes, too', async () => {
    const id = await secretInCrm();
    notes().setPrivate({ uid: entry().uid, private: false });
    await two.world.settle();
    expect(await row(id)).toMatchObject({ ...REAL, comm_private: null });
    expect(entry()).toMatchObject({ subject: 'Oncology', location: 'Clinic' });
    await quiet();
  });

  test('a private entry of a Notes user is its times alone in the CRM, until it is public', async () => {
    const at = two.world.at(3, 9);
    const uid = notes().createMeeting({
      subject: 'Oncology',
      body: 'Bring results',
      location: 'Clinic',
      start: at.utc,
      end: two.world.at(3, 10).utc,
      invitees: [two.world.users[1]!.email, 'guest@elsewhere.example'],
      private: true,
    });
    await two.world.settle();
    const id = await onlyId();
    expect(await row(id)).toMatchObject({ comm_subject: MASK, comm_note: '', comm_private: 'Y' });
    expect(await query('select cmli_comm_userid from comm_link where cmli_deleted is null')).toEqual([
      { cmli_comm_userid: anna.userId },
    ]);
    const ours = await query('select * from domino_sync.activity');
    const parked = await query('select * from domino_sync.inbound_parked');
    const crm = await query('select * from communication');
    expect(leaked(JSON.stringify([ours, parked, crm]))).toEqual([]);

    await two.world.crm.moveAppointment(anna.userId, id, two.world.at(6, 8).wall, two.world.at(6, 9).wall);
    await edit(id, { note: 'CRM words' });
    await two.world.settle();
    const held = () => entries().find((one) => one.uid === uid)!;
    expect(held()).toMatchObject({
      subject: 'Oncology',
      body: 'Bring results',
      start: two.world.at(6, 8).utc,
    });
    expect(held().attendees).toHaveLength(2);
    expect((await row(id))['comm_note']).toBe('CRM words');
    await quiet();

    await edit(id, { note: '' });
    notes().setPrivate({ uid, private: false });
    await two.world.settle();
    expect(await row(id)).toMatchObject({
      comm_subject: 'Oncology',
      comm_note: 'Bring results',
      comm_location: 'Clinic',
      comm_private: null,
    });
    expect(held()).toMatchObject({ subject: 'Oncology', body: 'Bring results' });
    await quiet();
  });

  test('turned private where it was made, it is masked on the other side, and comes out again', async () => {
    const id = await secretInCrm({ private: false });
    expect(entry()).toMatchObject({ subject: 'Oncology', location: 'Clinic' });
    await edit(id, { private: true });
    await two.world.settle();
    expect(entry()).toMatchObject({ subject: MASK, location: '', private: true });
    expect(entry().body ?? '').toBe('');
    expect(await row(id)).toMatchObject(REAL);
    await quiet();
    await edit(id, { note: 'New results' });
    await two.world.settle();
    await edit(id, { private: false });
    await two.world.settle();
    expect(entry()).toMatchObject({ subject: 'Oncology', location: 'Clinic', private: false });
    expect(entry().body).toContain('New results');
    await quiet();
  });

  test('turned private in Notes where it was made, it is masked in the CRM, and comes out again', async () => {
    const uid = notes().createAppointment({
      subject: 'Oncology',
      body: 'Bring results',
      location: 'Clinic',
      start: two.world.at(3, 9).utc,
      end: two.world.at(3, 10).utc,
    });
    await two.world.settle();
    const id = await onlyId();
    notes().setPrivate({ uid, private: true });
    await two.world.settle();
    expect(await row(id)).toMatchObject({ comm_subject: MASK, comm_note: '', comm_private: 'Y' });
    expect(entry()).toMatchObject({ subject: 'Oncology', body: 'Bring results', location: 'Clinic' });
    await quiet();
    notes().edit({ uid, body: 'New results' });
    await two.world.settle();
    notes().setPrivate({ uid, private: false });
    await two.world.settle();
    expect(await row(id)).toMatchObject({
      comm_subject: 'Oncology',
      comm_note: 'New results',
      comm_location: 'Clinic',
    });
    await quiet();
  });

  test('turned private on the other side, each keeps its words, and edits meet again when it is public', async () => {
    const id = await secretInCrm({ private: false });
    notes().setPrivate({ uid: entry().uid, private: true });
    await two.world.settle();
    expect(await row(id)).toMatchObject({ ...REAL, comm_private: 'Y' });
    expect(entry()).toMatchObject({ subject: 'Oncology', location: 'Clinic', private: true });
    await edit(id, { location: 'Hospital' });
    await two.world.settle();
    expect(entry().location).toBe('Clinic');
    notes().setPrivate({ uid: entry().uid, private: false });
    await two.world.settle();
    expect(entry()).toMatchObject({ subject: 'Oncology', location: 'Hospital' });
    await quiet();
  });

  test('a deletion in the CRM takes the masked entry away; one in Notes leaves the appointment', async () => {
    const id = await secretInCrm();
    await two.world.crm.deleteAppointment(anna.userId, id);
    await two.world.settle();
    expect(entries()).toEqual([]);
    const other = await secretInCrm();
    notes().delete({ uid: entry().uid });
    await two.world.settle();
    expect(entries()).toEqual([]);
    expect(await row(other)).toMatchObject({ ...REAL, comm_deleted: null });
  });

  test('of random private appointments, edited at random, no word ever reaches Domino', async () => {
    const { world } = two;
    const word = fc.stringMatching(/^zq[a-z]{6}$/);
    const secret = fc.record({
      subject: word,
      note: fc.tuple(word, word).map((words) => words.join('\n')),
      location: word,
      action: fc.constantFrom('Meeting', 'To Do', 'Demo'),
      status: fc.constantFrom('Pending', 'Complete'),
    });
    const [made, edits] = [fc.sample(secret, 15), fc.sample(secret, 15)];
    const ids: number[] = [];
    for (const [no, fields] of made.entries()) {
      const times = { start: world.at(3 + no, 9).wall, end: world.at(3 + no, 10).wall };
      const guest = { email: `${fields.subject}@elsewhere.example`, name: fields.location };
      ids.push(
        await world.crm.createAppointment(anna.userId, { ...fields, ...times, private: true }, [guest]),
      );
    }
    await world.settle();
    for (const [no, id] of ids.entries()) await edit(id, edits[no]!);
    await world.settle();
    expect(entries().length + notes().todos().length).toBe(15);
    expect(mailFileText().match(/zq[a-z]{6}/g)).toBeNull();
    for (const [no, id] of ids.entries())
      expect(await row(id)).toMatchObject({ comm_subject: edits[no]!.subject, comm_note: edits[no]!.note });
    await quiet();
  });

  test('an administrator’s own subject stands in Notes', async () => {
    await two.sides.crm.changeSetting('private_subject', 'Privat  (CRM)');
    const id = await secretInCrm();
    expect(entry().subject).toBe('Privat (CRM)');
    await edit(id, { private: false });
    await two.world.settle();
    expect(entry().subject).toBe('Oncology');
  });
});

describe('skipped', () => {
  beforeEach(() => open('skipped'));
  const reasons = async () => [
    ...(await query('select distinct reason_code from domino_sync.inbound_parked')),
    ...(await query(
      "select distinct unlinked_reason as reason_code from domino_sync.item_link where state = 'unlinked'",
    )),
  ];

  test('a private item stays on its own side, with the reason, until it is public', async () => {
    const id = await secretInCrm();
    expect(entries()).toEqual([]);
    expect(leaked(mailFileText())).toEqual([]);
    const uid = notes().createAppointment({
      subject: 'In Notes',
      start: two.world.at(4, 9).utc,
      end: two.world.at(4, 10).utc,
      private: true,
    });
    await two.world.settle();
    expect(await two.world.bySubject('In Notes')).toEqual([]);
    expect(await reasons()).toEqual([{ reason_code: 'private_skipped' }]);

    await edit(id, { private: false });
    notes().setPrivate({ uid, private: false });
    await two.world.settle();
    expect(two.world.calendarEntries(anna, 'Oncology')).toHaveLength(1);
    expect(await two.world.bySubject('In Notes')).toHaveLength(1);
  });

  test('a pair that turns private stays on both sides and is kept apart; public again, both are compared', async () => {
    const id = await secretInCrm({ private: false });
    await edit(id, { private: true, location: 'Hospital' });
    await two.world.settle();
    expect(entry()).toMatchObject({ subject: 'Oncology', location: 'Clinic', private: false });
    expect(await row(id)).toMatchObject({ comm_deleted: null, comm_location: 'Hospital' });
    expect(await reasons()).toEqual([{ reason_code: 'private_skipped' }]);
    notes().edit({ uid: entry().uid, subject: 'Edited in Notes' });
    await two.world.settle();
    expect((await row(id))['comm_subject']).toBe('Oncology');
    await edit(id, { private: false });
    await two.world.settle();
    expect(entries()).toHaveLength(1);
    expect(entry()).toMatchObject({ subject: 'Edited in Notes', location: 'Hospital' });
    expect(await row(id)).toMatchObject({ comm_subject: 'Edited in Notes', comm_location: 'Hospital' });
    await quiet();
  });

  test('a pair that turns private in Notes is kept apart, too', async () => {
    const id = await secretInCrm({ private: false });
    notes().setPrivate({ uid: entry().uid, private: true });
    await two.world.settle();
    expect(await row(id)).toMatchObject({ ...REAL, comm_private: null, comm_deleted: null });
    expect(await reasons()).toEqual([{ reason_code: 'private_skipped' }]);
    notes().setPrivate({ uid: entry().uid, private: false });
    await two.world.settle();
    expect(await reasons()).toEqual([]);
    await edit(id, { location: 'Hospital' });
    await two.world.settle();
    expect(entry().location).toBe('Hospital');
  });

  test('set to full later, a reconcile brings what was kept apart', async () => {
    const id = await secretInCrm();
    notes().createAppointment({
      subject: 'In Notes',
      start: two.world.at(4, 9).utc,
      end: two.world.at(4, 10).utc,
      private: true,
    });
    await two.world.settle();
    await two.sides.crm.changeSetting('private_appointments', 'full');
    await two.sides.crm.requestReconcile(null, 'test');
    await two.world.settle();
    expect(two.world.calendarEntries(anna, 'Oncology')).toMatchObject([{ private: true }]);
    expect(await two.world.bySubject('In Notes')).toHaveLength(1);
    expect((await row(id))['comm_private']).toBe('Y');
  });
});

test('full: private on both sides, whole, both ways', async () => {
  await open('full');
  const id = await secretInCrm();
  expect(entry()).toMatchObject({ subject: 'Oncology', location: 'Clinic', private: true });
  notes().edit({ uid: entry().uid, location: 'Hospital' });
  await two.world.settle();
  expect((await row(id))['comm_location']).toBe('Hospital');
  await quiet();
});

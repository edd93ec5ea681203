/** Issue 4, item 7: `why` as an administrator asks it, of real histories on both sides. */
import { EXIT } from '../../src/errors.ts';
import type { Story } from '../../src/commands/story/story.ts';
import { runCli } from '../support/cli.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
type User = TwoSides['world']['users'][number];
let anna: User;
let bert: User;
beforeAll(async () => {
  two = await openTwoSides({ users: 3 });
  [anna, bert] = two.world.users as [User, User];
});
afterAll(() => two.close());

const environment = (level = 'silent') => ({
  CRM_DATABASE_URL: two.sides.crmUrl,
  DOMINO_URL: two.sides.dominoAccess.url,
  DOMINO_USER: two.sides.dominoAccess.user,
  DOMINO_PASSWORD: two.sides.dominoAccess.password,
  LOG_LEVEL: level,
});
const why = async (id: number | string): Promise<string> => {
  const ended = await runCli(['why', String(id)], environment());
  expect(ended).toMatchObject({ code: EXIT.ok, stderr: '' });
  return ended.stdout;
};
const answer = async (id: number | string): Promise<string> => (await why(id)).split('\n')[1]!;
const story = async (id: number | string): Promise<Story> => {
  const ended = await runCli(['why', String(id), '--json'], environment());
  expect(ended).toMatchObject({ code: EXIT.ok, stderr: '' });
  return (JSON.parse(ended.stdout) as Story[])[0]!;
};
const make = (user: User, subject: string, more: Record<string, unknown> = {}, day = 3) => {
  const at = two.world.at(day, 9);
  return two.world.crm.createAppointment(user.userId, { subject, start: at.wall, end: at.wall, ...more });
};

test('of an item that both sides edited: in step, each field with before, after and author, both values of the conflict', async () => {
  const { world, sides } = two;
  const id = await make(anna, 'Plan', { note: 'old text' });
  await world.settle();
  await world.crm.editAppointment(bert.userId, id, { subject: 'Plan of Bert' });
  await world.settle();
  const [entry] = world.calendarEntries(anna, 'Plan of Bert');
  world.notes(anna).edit({ uid: entry!.uid, location: 'Room 7' });
  await world.settle();
  await sides.crm.changeSetting('merge_policy', 'crm');
  world.notes(anna).edit({ uid: entry!.uid, subject: 'Plan in Notes' });
  await world.crm.editAppointment(anna.userId, id, { subject: 'Plan in the CRM' });
  await world.settle();

  const text = await why(id);
  expect(text.split('\n')[1]).toMatch(
    new RegExp(`^In step with ${anna.mailFile} since .* UTC; a value of subject lost a merge\\.$`),
  );
  expect(text).toMatch(
    /created: The appointment is new in the CRM\.\n {4}last saved in the CRM by Anna Adler at/,
  );
  expect(text).toMatch(/last saved in the CRM by Bert Braun at .*\n {4}subject: "Plan" → "Plan of Bert"\n/);
  expect(text).toMatch(
    /Domino → CRM {2}updated: .*\n {4}changed in Notes at .*\n {4}location: "" → "Room 7"/,
  );
  expect(text).toMatch(/in subject: the CRM had "Plan in the CRM", Notes had "Plan in Notes"; the CRM won/);
  expect(text).toMatch(/Next:\n {2}.*is read for changes/);

  const told = await story(entry!.uid);
  expect(told.answer).toMatchObject({ state: 'in_step', reason_code: null });
  expect(told.places).toMatchObject([{ mail_file: anna.mailFile, role: 'organiser', entry: entry!.uid }]);
  expect(told).toHaveProperty('appointment.appointment_id', id);
});

test('of an item of nobody who is enabled: who it is, and what to run', async () => {
  const id = await two.world.crm.createAppointment(two.world.outsider.userId, {
    subject: 'Outside',
    start: two.world.at(3, 9).wall,
    end: two.world.at(3, 9).wall,
  });
  await two.world.settle();
  const text = await why(id);
  expect(text).toMatch(
    /\nNot in Notes because .* was never enabled for synchronisation\.\n→ Run: crm-domino-sync users enable/,
  );
});

test('of a series that is too long, by its uid: not in the CRM, and what to do', async () => {
  const { world, sides } = two;
  await sides.crm.changeSetting('max_occurrences', '5');
  const at = world.at(2, 7);
  const uid = world
    .notes(anna)
    .createSeries({ subject: 'Daily', start: at.utc, end: at.utc, rule: 'FREQ=DAILY;COUNT=9' });
  await world.settle();
  await sides.crm.changeSetting('max_occurrences', '200');
  const text = await why(uid);
  expect(text).toMatch(
    /\nNot in the CRM because the series in Notes has more occurrences .*\n→ Shorten the series/,
  );
  expect(text).toMatch(/Domino → CRM {2}left alone: The series in Notes/);
});

test('of a meeting whose invitation is not answered: the organiser is in step, the invitee waits', async () => {
  const { world } = two;
  const at = world.at(4, 7);
  const uid = world
    .notes(anna)
    .createMeeting({ subject: 'Invited', start: at.utc, end: at.utc, invitees: [bert.email] });
  await world.settle();
  const text = await why(uid);
  expect(text.split('\n')[1]).toMatch(new RegExp(`^In step with ${anna.mailFile}`));
  expect(text).toMatch(
    new RegExp(
      `The entry of Bert Braun in ${bert.mailFile} is left alone because the invitation has not been answered yet`,
    ),
  );
});

test('of an entry deleted in Notes: kept apart, and by which rule', async () => {
  const { world } = two;
  const id = await make(anna, 'Deleted there');
  await world.settle();
  world.notes(anna).delete({ uid: world.calendarEntries(anna, 'Deleted there')[0]!.uid });
  await world.settle();
  expect(await answer(id)).toMatch(/^Kept apart from .* because the entry was deleted in Notes/);
});

test('of an appointment that ends before it begins: not in Notes, and what to correct', async () => {
  const { world, sides } = two;
  const id = await make(anna, 'Parked');
  await sides.vendor.query(
    "update communication set comm_todatetime = comm_datetime - interval '1 hour' where comm_communicationid = $1",
    [id],
  );
  await world.settle();
  const refused = await story(id);
  expect(refused.answer.sentence).toMatch(
    /^Not in Notes .* because a time is missing, the end is before the start/i,
  );
  expect(refused.answer.remedy).toMatch(/Correct the times/);
});

test('of a mailbox that is paused: until when and why; of one that is held: since when', async () => {
  const { world, sides } = two;
  const id = await make(anna, 'Paused');
  await sides.crm.foldChanges(100);
  const set = (health: string, reason: string) =>
    sides.vendor.query(
      `update domino_sync.sync_user set health = $2, health_reason = $3, next_poll_at = now() + interval '1 hour' where crm_user_id = $1`,
      [anna.userId, health, reason],
    );
  await set('paused', 'domino_unreachable');
  expect(await answer(id)).toMatch(/^Waits until .* is paused because the Domino server cannot be reached/);
  await set('held', 'mass_disappearance');
  expect(await answer(id)).toMatch(/^Stopped: .* is held since .* because so many entries are gone/);
  await sides.vendor.query(
    `update domino_sync.sync_user set health = 'ok', health_reason = null where crm_user_id = $1`,
    [anna.userId],
  );
  await world.settle();
  expect(await answer(id)).toMatch(/^In step/);
});

test('of a change saved while capture was off: that nobody has seen it', async () => {
  const { world, sides } = two;
  const id = await make(anna, 'Gap');
  await world.settle();
  // the CRM keeps whole seconds, so the gap has to begin in one after the synchronisation
  await sides.vendor.query(
    `update domino_sync.item_link set updated_at = now() - interval '1 minute' where appointment_id = $1`,
    [id],
  );
  await sides.vendor.query(
    `update domino_sync.activity set happened_at = now() - interval '1 minute' where appointment_id = $1`,
    [id],
  );
  await sides.vendor.query(`update domino_sync.sync_user set enabled_at = now() - interval '1 hour'`);
  await sides.crm.disableCapture('upgrade of Sage CRM');
  await sides.vendor.query(
    `update domino_sync.capture_gap set opened_at = opened_at - interval '30 seconds' where closed_at is null`,
  );
  await world.crm.editAppointment(anna.userId, id, { subject: 'Gap, changed' });
  const text = await why(id);
  await sides.crm.enableCapture();
  expect(text).toMatch(
    /\nSaved in the CRM at .* while the capture of changes was off \(upgrade of Sage CRM, .* to now\)/,
  );
  expect(text).toMatch(/Changes in the CRM go unseen: capture is off since/);
});

test('of a private item: no word of it in the answer, the JSON, the history', async () => {
  const { world, sides } = two;
  const id = await make(anna, 'Oncologist', { note: 'Oncologist says', location: 'Oncology', private: true });
  await sides.vendor.query("insert into cases (case_caseid, case_description) values (77, 'Oncology bill')");
  await sides.vendor.query('update communication set comm_caseid = 77 where comm_communicationid = $1', [id]);
  await world.settle();
  await world.crm.editAppointment(anna.userId, id, { subject: 'Oncologist again' });
  await world.settle();
  const told = await story(id);
  expect(told.answer.state).toBe('in_step');
  expect(JSON.stringify(told)).not.toMatch(/oncolog/i);
  expect(await why(id)).toMatch(/subject: changed \(private\)/);
  const { rows } = await sides.vendor.query('select * from domino_sync.activity where appointment_id = $1', [
    id,
  ]);
  expect(rows.length).toBeGreaterThanOrEqual(2);
  expect(JSON.stringify(rows)).not.toMatch(/oncolog/i);
});

test('of a private entry that is not taken over: the reason, and its subject is not even stored', async () => {
  const { world, sides } = two;
  const at = world.at(6, 7);
  const uid = world.notes(anna).createMeeting({
    subject: 'Oncologist',
    start: at.utc,
    end: at.utc,
    private: true,
    invitees: [bert.email],
  });
  // Until the organiser's entry is known an answer waits an hour: his mail file has to be looked at first.
  await world.settle();
  world.notes(bert).accept({ uid });
  world.notes(bert).setPrivate({ uid, private: true });
  await world.settle();
  const { rows } = await sides.vendor.query(
    'select subject, payload, reason_code from domino_sync.inbound_parked where domino_uid = $1',
    [uid],
  );
  // Nothing of the entry but what its owner answered.
  expect(rows).toEqual([{ subject: null, payload: { response: 3 }, reason_code: 'invitee_copy' }]);
  expect(await why(uid)).not.toMatch(/oncolog/i);
});

test('of a private series that is refused without being read: its subject is not stored', async () => {
  const { world, sides } = two;
  const at = world.at(6, 7);
  await sides.crm.changeSetting('max_occurrences', '2');
  const series = (subject: string, secret: boolean) =>
    world.notes(anna).createSeries({
      subject,
      start: at.utc,
      end: at.utc,
      dates: [1, 2, 3, 4].map((days) => world.at(6 + days, 7).utc),
      private: secret,
    });
  series('Oncologist', true);
  series('Standing', false);
  await world.settle();
  const { rows } = await sides.vendor.query(
    "select distinct subject from domino_sync.inbound_parked where reason_code = 'series_too_long' order by 1",
  );
  expect(rows).toEqual([{ subject: 'Standing' }, { subject: null }]);
});

describe('of attendees of whom it is not plain who is meant', () => {
  const person = async (first: string, last: string, email: string): Promise<number> => {
    const made = async (sql: string, values: unknown[]) =>
      (await two.sides.vendor.query<{ id: number }>(sql, values)).rows[0]!.id;
    const id = await made(
      'insert into person (pers_firstname, pers_lastname) values ($1, $2) returning pers_personid as id',
      [first, last],
    );
    const mail = await made(
      'insert into email (emai_emailaddress) values ($1) returning emai_emailid as id',
      [email],
    );
    await two.sides.vendor.query(
      `insert into emaillink (elink_entityid, elink_recordid, elink_emailid)
       select t.bord_tableid, $1, $2 from custom_tables as t where lower(t.bord_name) = 'person'`,
      [id, mail],
    );
    return id;
  };

  test('names them, says for whom they were taken, and what to do', async () => {
    const { world } = two;
    const first = await person('Pat', 'First', 'Pat@customer.example');
    const second = await person('Pat', 'Second', 'pat@customer.example');
    const both = await person('Bert', 'Outside', bert.email);
    await person('Quinn', 'Only', 'quinn@customer.example');
    const at = world.at(5, 11);
    const uid = world.notes(anna).createMeeting({
      subject: 'Doubtful',
      start: at.utc,
      end: at.utc,
      invitees: [
        'PAT@customer.example',
        bert.email,
        'quinn@customer.example',
        'stranger@customer.example',
        'CN=Nobody/O=Acme',
      ],
    });
    await world.settle();
    const text = await why(uid);
    expect(text).toContain(
      `Who    pat@customer.example is the address of 2 persons, Pat First (person ${first}) and Pat Second (person ${second}): ` +
        `the appointment names Pat First (person ${first}); what comes from Notes is taken for the lowest number.\n` +
        '       → If another is meant, choose that person in the appointment in the CRM;',
    );
    expect(text).toContain(
      `Who    ${bert.email} is the address of CRM user Bert Braun and of Bert Outside (person ${both}): taken for the user.\n` +
        '       → If the person is meant, one of both needs another address in the CRM.',
    );
    expect(text).toContain(
      'Who    stranger@customer.example is the address of nobody in the CRM: an external attendee by the address alone.\n       → ',
    );
    expect(text).toContain(
      'is invited in Notes by a name that is no mail address: no attendee in the CRM.\n       → ',
    );
    expect(text).not.toMatch(/Who {4}quinn/);
    expect((await story(uid)).doubts).toHaveLength(4);

    // Another one is chosen in the CRM: that holds, and is told.
    await two.sides.vendor.query(
      "update comm_link set cmli_externalpersonid = $1 where cmli_recipient = 'pat@customer.example'",
      [second],
    );
    await world.settle();
    expect(await why(uid)).toContain(`the appointment names Pat Second (person ${second});`);
  });
});

test('of a disabled user: since when nothing is carried over', async () => {
  const { world, sides } = two;
  const id = await make(bert, 'Bert alone');
  await world.settle();
  await sides.crm.disableUser(bert.userId);
  expect(await answer(id)).toMatch(/^Not kept in step any more: Bert Braun was disabled at .* UTC/);
});

test('of an id that no side has: says so, with its exit code', async () => {
  for (const id of ['999999999', 'NO-SUCH-UID']) {
    const ended = await runCli(['why', id], environment());
    expect(ended).toMatchObject({ code: EXIT.findings, stdout: '' });
    expect(ended.stderr).toMatch(`nothing is known of "${id}"`);
  }
});

test('the log of a cycle holds no word of an appointment, at any level', async () => {
  const { world, sides } = two;
  const secret = 'Zanzibar';
  await make(anna, `${secret} 1`, { note: secret, location: secret });
  const at = world.at(5, 7);
  world.notes(anna).createMeeting({
    subject: `${secret} 2`,
    start: at.utc,
    end: at.utc,
    body: secret,
    location: secret,
    invitees: ['guest@elsewhere.example'],
  });
  const bad = await make(anna, `${secret} 3`, { note: secret });
  await sides.vendor.query('update communication set comm_datetime = $2 where comm_communicationid = $1', [
    bad,
    '20000-01-01',
  ]);
  await sides.vendor.query('update domino_sync.sync_user set next_poll_at = now() where enabled');
  const ended = await runCli(['once'], environment('trace'));
  expect(ended.stderr).toMatch(/"CRM → Domino"/);
  expect(ended.stderr).toMatch(/"Domino → CRM"/);
  expect(ended.stderr).toMatch(/crm_refused/);
  expect(ended.stderr + ended.stdout).not.toContain(secret);
});

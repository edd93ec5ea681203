/** What happens to a user here when he is deleted, disabled, given another address or made anew in Sage CRM. */
import type { SampleUser } from '../../src/sandbox/crm/sample-people.ts';
import { ENGINES, openTwoSides, type TwoSides, type TwoSidesOptions } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

const open = async (options: TwoSidesOptions = {}) => {
  two = await openTwoSides({ users: 3, ...options });
  const [anna, bert, cora] = two.world.users as [SampleUser, SampleUser, SampleUser];
  return { ...two, anna, bert, cora };
};
const userRow = (user: SampleUser, column: string, value: string | number | null) =>
  two.sides.vendor.query(`update users set ${column} = $2 where user_userid = $1`, [user.userId, value]);
const listed = async (user: SampleUser) =>
  (await two.sides.crm.listUsers()).find((one) => one.crm_user_id === user.userId)!;
const told = async (user: SampleUser) =>
  (
    await two.sides.vendor.query<{ action: string; detail: string }>(
      `select action, detail from domino_sync.activity
       where crm_user_id = $1 and reason_code = 'crm_user_refused' order by activity_id`,
      [user.userId],
    )
  ).rows;
const links = async () =>
  (
    await two.sides.vendor.query<{ id: number; user: number; state: string }>(
      'select appointment_id as id, crm_user_id as "user", state from domino_sync.item_link order by 1, 2',
      [],
    )
  ).rows;
const participants = async (id: number) =>
  (
    await two.sides.vendor.query<{ id: number | null; external: string | null; email: string | null }>(
      `select cmli_comm_userid as id, cmli_isexternalattendee as external, cmli_recipient as email
       from comm_link where cmli_comm_communicationid = $1 and cmli_deleted is null order by 1`,
      [id],
    )
  ).rows;
const calendar = (user: SampleUser) =>
  two.world
    .notes(user)
    .calendar()
    .map(({ subject, start, noticeType }) => ({ subject, start, noticeType }));

describe.each(ENGINES)('on %s', (engine) => {
  test.each([
    ['deleted', 'user_deleted', 1, 'deleted in the CRM'],
    ['disabled', 'user_disabled', 'Y', 'disabled in the CRM'],
    ['made a resource', 'user_resource', 'Y', 'a resource, not a person'],
    ['left without an address', 'user_emailaddress', null, 'no e-mail address in the CRM'],
  ] as const)(
    'a user who is %s in the CRM: everything of his stays as it is, and goes on when he comes back',
    async (_name, column, value, refusal) => {
      const { world, sides, cora, bert } = await open({ engine });
      const at = world.at(3, 9);
      const end = world.at(3, 10);
      const id = await world.crm.createAppointment(
        cora.userId,
        { subject: 'Hers', start: at.wall, end: end.wall },
        [{ userId: bert.userId }],
      );
      const uid = world
        .notes(cora)
        .createMeeting({ subject: 'From Notes', start: at.utc, end: end.utc, invitees: [bert.email] });
      world.notes(bert).accept({ uid });
      const alone = world.notes(cora).createAppointment({ subject: 'Alone', start: at.utc, end: end.utc });
      sides.standIn.clearOutbox();
      await world.settle();
      const before = { links: await links(), cora: calendar(cora), bert: calendar(bert) };
      const ids = {
        notes: (await world.bySubject('From Notes'))[0]!.id,
        alone: (await world.bySubject('Alone'))[0]!.id,
      };

      await userRow(cora, column, value);
      await world.crm.editAppointment(bert.userId, id, { location: 'Moved on' });
      await world.crm.deleteAppointment(bert.userId, ids.alone);
      world.notes(cora).edit({ uid, location: 'Her room' });
      world.notes(cora).createAppointment({ subject: 'New there', start: at.utc, end: end.utc });
      world.notes(cora).delete({ uid: alone, notify: false });
      // What her own client has mailed.
      sides.standIn.clearOutbox();
      sides.standIn.requests.reset();
      await world.settle();

      // Nothing is written, made, deleted or moved to somebody else on either side.
      expect(sides.standIn.requests.count({ mailFile: cora.mailFile })).toMatchObject({ write: 0 });
      expect(await links()).toEqual(before.links);
      expect(calendar(bert)).toEqual(before.bert);
      expect(await world.bySubject('New there')).toEqual([]);
      expect((await world.bySubject('From Notes')).map((row) => row.id)).toEqual([ids.notes]);
      expect((await participants(ids.notes)).map((one) => one.id)).toEqual(
        [bert.userId, cora.userId].sort((a, b) => a - b),
      );
      expect(sides.standIn.outbox).toEqual([]);
      expect(await listed(cora)).toMatchObject({
        enabled: true,
        refusal,
        health: 'held',
        health_reason: 'crm_user_refused',
        health_detail: refusal,
      });
      expect(await told(cora)).toEqual([{ action: 'held', detail: refusal }]);
      await world.settle();
      expect(await told(cora)).toHaveLength(1);

      await userRow(cora, column, column === 'user_emailaddress' ? cora.email : null);
      await world.settle();
      expect(await listed(cora)).toMatchObject({ refusal: null, health: 'ok', health_reason: null });
      expect((await told(cora)).map((one) => one.action)).toEqual(['held', 'resumed']);
      expect(world.calendarEntries(cora, 'Hers')).toMatchObject([{ location: 'Moved on' }]);
      expect(await world.bySubject('New there')).toHaveLength(1);
      expect(await world.bySubject('From Notes')).toHaveLength(1);
      expect(await world.bySubject('Alone')).toEqual([]);
      sides.standIn.requests.reset();
      await world.settle();
      expect(sides.standIn.requests.count().write).toBe(0);
      expect(sides.standIn.outbox).toEqual([]);
    },
  );

  test('an address changed in the CRM alone: his meetings stay his, his colleagues’ copies stay copies', async () => {
    const { world, sides, anna, bert } = await open({ engine });
    const at = world.at(3, 9);
    const end = world.at(3, 10);
    const times = { start: at.utc, end: end.utc };
    const before = world.notes(anna).createMeeting({ subject: 'Before', ...times, invitees: [bert.email] });
    world.notes(bert).accept({ uid: before });
    const invited = world.notes(bert).createMeeting({ subject: 'Of Bert', ...times, invitees: [anna.email] });
    sides.standIn.clearOutbox();
    await world.settle();

    await userRow(anna, 'user_emailaddress', 'Anna.Married@acme.example');
    const after = world.notes(anna).createMeeting({ subject: 'After', ...times, invitees: [bert.email] });
    world.notes(bert).accept({ uid: after });
    world.notes(anna).edit({ uid: before, location: 'Room 1' });
    world.notes(bert).edit({ uid: invited, location: 'Room 2' });
    world.notes(bert).createMeeting({ subject: 'Bert asks her', ...times, invitees: [anna.email] });
    const made = await world.crm.createAppointment(
      anna.userId,
      { subject: 'Made in the CRM', start: at.wall, end: end.wall },
      [{ userId: bert.userId }],
    );
    sides.standIn.clearOutbox();
    await world.settle();

    for (const [subject, organiser] of [
      ['Before', anna],
      ['After', anna],
      ['Made in the CRM', anna],
      ['Of Bert', bert],
      ['Bert asks her', bert],
    ] as const) {
      const found = await world.bySubject(subject);
      expect([subject, found.map((row) => row.organiser)]).toEqual([subject, [String(organiser.userId)]]);
      expect([subject, await participants(found[0]!.id)]).toEqual([
        subject,
        [anna, bert]
          .sort((a, b) => a.userId - b.userId)
          .map(({ userId }) => expect.objectContaining({ id: userId })),
      ]);
    }
    // An edit in the CRM reaches her own meetings, and Notes still knows everybody by the address it knows.
    for (const subject of ['Before', 'After', 'Made in the CRM'])
      await world.crm.editAppointment(anna.userId, (await world.bySubject(subject))[0]!.id, {
        location: 'CRM',
      });
    await world.crm.addParticipant(bert.userId, (await world.bySubject('Of Bert'))[0]!.id, world.users[2]!);
    await world.settle();
    expect(world.calendarEntries(anna, 'Before')[0]!.location).toBe('CRM');
    expect(world.calendarEntries(anna, 'After')[0]!.location).toBe('CRM');
    expect(world.calendarEntries(anna, 'Made in the CRM')[0]!.location).toBe('CRM');
    expect(
      world
        .calendarEntries(bert, 'Of Bert')[0]!
        .attendees.map(({ email }) => email)
        .sort(),
    ).toEqual([anna.email, world.users[2]!.email].sort());
    expect(sides.standIn.outbox).toEqual([]);
    expect(await world.appointment(made)).toMatchObject({ deleted: null });
    expect(await listed(anna)).toMatchObject({
      email: 'anna.married@acme.example',
      enabled_email: anna.email,
      health: 'ok',
    });
    sides.standIn.requests.reset();
    await world.settle();
    expect(sides.standIn.requests.count().write).toBe(0);
  });

  test('an organiser who stands in the CRM by the address he had: he stays the organiser', async () => {
    const { world, sides, anna, bert } = await open({ engine });
    const at = world.at(3, 9);
    const id = await world.crm.createAppointment(
      anna.userId,
      { subject: 'By address', start: at.wall, end: at.wall, organiser: anna.email },
      [{ userId: bert.userId }],
    );
    await world.settle();
    const [entry] = world.calendarEntries(anna, 'By address');
    await userRow(anna, 'user_emailaddress', 'anna.married@acme.example');
    await world.crm.editAppointment(bert.userId, id, { location: 'Here' });
    await world.settle();
    expect(world.calendarEntries(anna, 'By address')).toMatchObject([{ uid: entry!.uid, location: 'Here' }]);
    expect(world.calendarEntries(anna, 'By address')[0]!.attendees.map(({ email }) => email)).toEqual([
      bert.email,
    ]);
    expect(world.calendarEntries(bert, 'By address')).toEqual([]);
    expect(sides.standIn.outbox).toEqual([]);
  });
});

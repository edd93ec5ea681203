/**
 * Meetings in a mail file that another than its owner organises, and no invitation brought them there: entered by a delegate, or
 * given to another chair. What Domino's interfaces show of them is organiser and `sentBy` (domino.md §1.2, §1.5).
 */
import { ENGINES, openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

type User = TwoSides['world']['users'][number];
type Organiser = Pick<User, 'email' | 'notesName'>;
const GUEST = 'guest@elsewhere.example';
const BOSS: Organiser = { email: 'boss@elsewhere.example', notesName: 'CN=Big Boss/O=Elsewhere' };

describe.each(ENGINES)('on %s', (engine) => {
  const open = async () => {
    two = await openTwoSides({ engine, users: 3 });
    const { world, sides } = two;
    const [anna, bert, cora] = world.users as [User, User, User];
    const [at, end] = [world.at(3, 9), world.at(3, 10)];
    /** Whoever organises it from now on, without any notice. */
    const givenTo = (owner: User, uid: string, organiser: Organiser) => {
      const { mailFile } = world.notes(owner);
      const entry = mailFile.entry(uid)!;
      entry.chair = organiser.notesName;
      entry.chairEmail = organiser.email;
      entry.fields.organizer = {
        displayName: organiser.notesName.replaceAll(/(CN|O)=/g, ''),
        sentBy: null,
        email: organiser.email,
      };
      mailFile.touch(entry, Date.now());
    };
    const meeting = (owner: User, subject: string, invitees = [GUEST]) => {
      const uid = world.notes(owner).createMeeting({ subject, start: at.utc, end: end.utc, invitees });
      sides.standIn.clearOutbox();
      return uid;
    };
    const quiet = async () => {
      await world.settle();
      sides.standIn.requests.reset();
      await world.settle();
      expect(sides.standIn.requests.count().write).toBe(0);
      expect(sides.standIn.outbox).toEqual([]);
    };
    const left = async (user: User) =>
      (
        await sides.vendor.query<{ reason: string; detail: string | null }>(
          'select reason_code as reason, detail from domino_sync.inbound_parked where crm_user_id = $1',
          [user.userId],
        )
      ).rows;
    return { ...two, anna, bert, cora, givenTo, meeting, quiet, left };
  };

  test.each([
    ['another enabled user', (bert: User): Organiser => bert],
    ['somebody outside', (): Organiser => BOSS],
  ])(
    'its chair is given to %s: it is read and never written, and the reason says whose it is',
    async (_who, whom) => {
      const { world, sides, anna, bert, givenTo, meeting, quiet } = await open();
      const uid = meeting(anna, 'Review');
      await world.settle();
      const [row] = await world.bySubject('Review');
      const organiser = whom(bert);
      givenTo(anna, uid, organiser);
      await world.settle();

      await world.crm.editAppointment(anna.userId, row!.id, { location: 'Room of the CRM' });
      world.notes(anna).edit({ uid, body: 'Agenda of Notes' });
      sides.standIn.requests.reset();
      await world.settle();
      expect(sides.standIn.requests.count({ mailFile: anna.mailFile }).write).toBe(0);
      expect(world.calendarEntries(anna, 'Review')).toMatchObject([{ location: '' }]);
      expect((await world.bySubject('Review')).map(({ id }) => id)).toEqual([row!.id]);
      const { rows } = await sides.vendor.query(
        'select comm_note as note, comm_location as location from communication where comm_communicationid = $1',
        [row!.id],
      );
      expect(rows).toEqual([{ note: 'Agenda of Notes', location: 'Room of the CRM' }]);
      const { activity } = await sides.crm.explain(row!.id);
      expect(activity).toContainEqual(
        expect.objectContaining({
          reason_code: 'not_organiser',
          detail: expect.stringContaining(`the meeting of ${organiser.email}`) as string,
        }),
      );
      // What the CRM deletes is taken from nobody.
      await world.crm.deleteAppointment(anna.userId, row!.id);
      await quiet();
      expect(world.calendarEntries(anna, 'Review')).toHaveLength(1);
      expect(await world.bySubject('Review')).toEqual([]);
    },
  );

  test('an edit of the CRM that meets the change of the chair is not written either', async () => {
    const { world, sides, anna, bert, givenTo, meeting, quiet } = await open();
    const uid = meeting(anna, 'At once');
    await world.settle();
    const [row] = await world.bySubject('At once');
    await world.crm.editAppointment(anna.userId, row!.id, { location: 'Room of the CRM' });
    givenTo(anna, uid, bert);
    sides.standIn.requests.reset();
    await world.settle();
    expect(sides.standIn.requests.count().write).toBe(0);
    expect(world.calendarEntries(anna, 'At once')).toMatchObject([{ location: '' }]);
    await quiet();
  });

  test('an enabled user has put his own meeting into her mail file: it is his, and comes once, from his', async () => {
    const { world, anna, bert, cora, givenTo, meeting, quiet, left } = await open();
    const uid = meeting(anna, 'Of Bert', [GUEST, cora.email]);
    givenTo(anna, uid, bert);
    await quiet();
    expect(await world.bySubject('Of Bert')).toEqual([]);
    expect(await left(anna)).toEqual([
      {
        reason: 'invitee_copy',
        detail: `the meeting of ${bert.email}, who was not seen to invite: it comes from his mail file or not at all`,
      },
    ]);
    expect(world.calendarEntries(anna, 'Of Bert')).toHaveLength(1);

    // Once it is in his own, it is one appointment, whoever else has it.
    world.notes(cora).accept({ uid });
    const { mailFile } = world.notes(bert);
    mailFile.addEntry(structuredClone(world.notes(anna).mailFile.entry(uid)!));
    mailFile.touch(mailFile.entry(uid)!, Date.now());
    two.sides.standIn.clearOutbox();
    await quiet();
    expect(await world.bySubject('Of Bert')).toMatchObject([{ organiser: String(bert.userId) }]);
    expect((await left(anna)).map(({ reason }) => reason)).toEqual(['invitee_copy']);
  });

  test('somebody outside organises what lies in two mail files: one appointment, his, and neither entry is written', async () => {
    const { world, sides, anna, bert, givenTo, meeting, quiet } = await open();
    const uid = meeting(anna, 'Of the boss');
    givenTo(anna, uid, BOSS);
    const { mailFile } = world.notes(bert);
    mailFile.addEntry(structuredClone(world.notes(anna).mailFile.entry(uid)!));
    mailFile.touch(mailFile.entry(uid)!, Date.now());
    await quiet();
    const [row, ...more] = await world.bySubject('Of the boss');
    expect(more).toEqual([]);
    expect(row).toMatchObject({ organiser: BOSS.email });
    await world.crm.editAppointment(bert.userId, row!.id, { location: 'Room of the CRM' });
    sides.standIn.requests.reset();
    await world.settle();
    expect(sides.standIn.requests.count().write).toBe(0);
    await quiet();
    expect([
      ...world.calendarEntries(anna, 'Of the boss'),
      ...world.calendarEntries(bert, 'Of the boss'),
    ]).toMatchObject([{ location: '' }, { location: '' }]);
  });

  test('what an assistant enters for her is hers: edits of the CRM reach it, and who typed it stays', async () => {
    const { world, anna, bert, meeting, quiet } = await open();
    const uid = meeting(anna, 'By the assistant');
    const { fields } = world.notes(anna).mailFile.entry(uid)!;
    fields.organizer!.sentBy = `mailto:${bert.email}`;
    await world.settle();
    const [row] = await world.bySubject('By the assistant');
    expect(row).toMatchObject({ organiser: String(anna.userId) });
    await world.crm.editAppointment(anna.userId, row!.id, { location: 'Room of the CRM' });
    await quiet();
    expect(world.calendarEntries(anna, 'By the assistant')).toMatchObject([{ location: 'Room of the CRM' }]);
    expect(world.calendarEntries(bert, 'By the assistant')).toEqual([]);
    const { organizer } = world.notes(anna).mailFile.entry(uid)!.fields;
    expect(organizer!.email).toBe(anna.email);
  });
});

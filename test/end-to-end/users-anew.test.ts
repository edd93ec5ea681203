/** A user who is made anew in the CRM, under another number, and goes on with his mail file. */
import { runCli } from '../support/cli.ts';
import { EXIT } from '../../src/errors.ts';
import type { SampleUser } from '../../src/sandbox/crm/sample-people.ts';
import { ENGINES, openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

type Gone = 'deleted' | 'disabled' | 'removed';

const vendor = <R extends object>(text: string, values: (string | number | null)[] = []) =>
  two.sides.vendor.query<R>(text, values);
const ends: Record<Gone, string> = {
  deleted: 'update users set user_deleted = 1 where user_userid = $1',
  disabled: `update users set user_disabled = 'Y' where user_userid = $1`,
  removed: 'delete from users where user_userid = $1',
};
async function madeAnew(user: SampleUser, email = user.email): Promise<SampleUser> {
  const { rows } = await vendor<{ id: number }>(
    `insert into users (user_logon, user_firstname, user_lastname, user_emailaddress)
     values ($1, $2, $3, $4) returning user_userid as id`,
    [`${user.logon}2`, 'Anna', 'Adler', email],
  );
  return { ...user, userId: rows[0]!.id, logon: `${user.logon}2`, email };
}
const enable = (user: SampleUser) =>
  two.sides.crm.enableUser({
    crm_user_id: user.userId,
    mail_file: user.mailFile,
    notes_name: user.notesName,
    direction: 'both',
    past_days: null,
  });
const links = async () =>
  (
    await vendor<{ id: number; user: number; state: string; uid: string }>(
      `select appointment_id as id, crm_user_id as "user", state, domino_uid as uid
       from domino_sync.item_link order by appointment_id, crm_user_id`,
    )
  ).rows;
const alive = async () =>
  (
    await vendor<{ id: number; organiser: string | null; subject: string }>(
      `select comm_communicationid as id, comm_organizer as organiser, comm_subject as subject
       from communication where comm_deleted is null order by 1`,
    )
  ).rows;
const usersOf = async (id: number) =>
  (
    await vendor<{ id: number }>(
      `select cmli_comm_userid as id from comm_link
       where cmli_comm_communicationid = $1 and cmli_deleted is null and cmli_comm_userid is not null order by 1`,
      [id],
    )
  ).rows.map((row) => row.id);
const mailFileOf = (user: SampleUser) => ({
  calendar: two.world.notes(user).calendar(),
  todos: two.world.notes(user).todos(),
});

async function expectQuiet(): Promise<void> {
  two.sides.standIn.requests.reset();
  const before = [await alive(), await links()];
  await two.world.settle();
  expect(two.sides.standIn.requests.count().write).toBe(0);
  expect([await alive(), await links()]).toEqual(before);
  expect(two.sides.standIn.outbox).toEqual([]);
}

describe.each(ENGINES)('on %s', (engine) => {
  /** What Anna has on both sides, settled; the last of each kind is what she deleted in Notes. */
  async function stocked() {
    two = await openTwoSides({ engine, users: 2 });
    const { world, sides } = two;
    const [anna, bert] = world.users as [SampleUser, SampleUser];
    const at = world.at(3, 9);
    const end = world.at(3, 10);
    const wall = { start: at.wall, end: end.wall };
    const utc = { start: at.utc, end: end.utc };
    const ids = {
      own: await world.crm.createAppointment(anna.userId, { subject: 'Own', ...wall }),
      meeting: await world.crm.createAppointment(anna.userId, { subject: 'Hers', ...wall }, [
        { userId: bert.userId },
      ]),
      invited: await world.crm.createAppointment(bert.userId, { subject: 'Of Bert', ...wall }, [
        { userId: anna.userId },
      ]),
      past: await world.crm.createAppointment(anna.userId, {
        subject: 'Long ago',
        start: world.at(-90, 9).wall,
        end: world.at(-90, 10).wall,
      }),
      kept: await world.crm.createAppointment(anna.userId, { subject: 'Deleted in Notes', ...wall }),
    };
    const notes = {
      own: world.notes(anna).createAppointment({ subject: 'From Notes', ...utc }),
      meeting: world.notes(anna).createMeeting({ subject: 'Asked', ...utc, invitees: [bert.email] }),
      todo: world.notes(anna).createTodo({ subject: 'To do', start: at.utc, due: end.utc }),
    };
    world.notes(bert).accept({ uid: notes.meeting });
    sides.standIn.clearOutbox();
    await world.settle();
    world.notes(anna).delete({ uid: world.calendarEntries(anna, 'Deleted in Notes')[0]!.uid, notify: false });
    await world.settle();
    return { world, sides, anna, bert, ids, notes };
  }

  test.each(['deleted', 'disabled', 'removed'] as const)(
    'her former row is %s: entries and appointments stay pairs, hers by the new number, nothing is there twice or lost',
    async (gone) => {
      const { world, sides, anna, bert, ids, notes } = await stocked();
      const before = {
        file: mailFileOf(anna),
        bert: mailFileOf(bert),
        rows: await alive(),
        links: await links(),
      };

      await vendor(ends[gone], [anna.userId]);
      await world.settle();
      const anew = await madeAnew(anna);
      // Still switched on under the former number: two would share the file, and both sides say what to do.
      await expect(enable(anew)).rejects.toThrow(
        new RegExp(
          `belongs to .* already \\(user ${anna.userId}, ${gone}( in| from) the CRM\\).*Run users disable ${anna.userId} first; user ${anew.userId} then goes on with what user ${anna.userId} has`,
        ),
      );
      await sides.crm.disableUser(anna.userId);
      // Edits that nobody has seen meanwhile, on either side.
      await world.crm.editAppointment(bert.userId, ids.meeting, { location: 'Room of the CRM' });
      world.notes(anna).edit({ uid: notes.own, location: 'Room of Notes' });
      const answer = await enable(anew);
      // Own, Hers, Of Bert, Deleted in Notes, From Notes, Asked, To do
      expect(answer.taken_over).toBe(7);
      await world.settle();

      const after = mailFileOf(anna);
      expect(after.calendar.map(({ subject, uid }) => [subject, uid])).toEqual(
        before.file.calendar.map(({ subject, uid }) => [subject, uid]),
      );
      expect(after.todos.map(({ unid }) => unid)).toEqual(before.file.todos.map(({ unid }) => unid));
      expect(mailFileOf(bert)).toEqual(before.bert);
      expect((await alive()).map(({ id, subject }) => [id, subject])).toEqual(
        before.rows.map(({ id, subject }) => [id, subject]),
      );
      expect(await links()).toEqual(
        before.links.map((link) => (link.user === anna.userId ? { ...link, user: anew.userId } : link)),
      );
      for (const { id, organiser, subject } of await alive()) {
        const mine = subject === 'Long ago' ? anna.userId : anew.userId;
        expect([subject, organiser]).toEqual([subject, String(subject === 'Of Bert' ? bert.userId : mine)]);
        expect([subject, (await usersOf(id)).includes(mine)]).toEqual([subject, true]);
      }
      expect(world.calendarEntries(anna, 'Hers')).toMatchObject([{ location: 'Room of the CRM' }]);
      const { rows } = await vendor(
        'select comm_location as location from communication where comm_subject = $1',
        ['From Notes'],
      );
      expect(rows).toEqual([{ location: 'Room of Notes' }]);
      expect(world.calendarEntries(anna, 'Deleted in Notes')).toEqual([]);
      expect(sides.standIn.outbox).toEqual([]);
      await expectQuiet();

      // It goes on from here in both directions, deletions too.
      await world.crm.editAppointment(anew.userId, ids.own, { location: 'New' });
      await world.crm.deleteAppointment(anew.userId, ids.meeting);
      world.notes(anna).editTodo({ unid: notes.todo, subject: 'To do, edited' });
      world.notes(anna).delete({ uid: notes.meeting, notify: false });
      sides.standIn.clearOutbox();
      await world.settle();
      expect(world.calendarEntries(anna, 'Own')).toMatchObject([{ location: 'New' }]);
      expect(world.calendarEntries(anna, 'Hers')).toEqual([]);
      expect(await world.bySubject('To do, edited')).toHaveLength(1);
      expect(await world.bySubject('Asked')).toEqual([]);
      await expectQuiet();
    },
  );

  test('the links are lost as well: entries that bear the former number are known as hers', async () => {
    const { world, sides, anna, ids } = await stocked();
    await vendor(ends.deleted, [anna.userId]);
    const anew = await madeAnew(anna);
    await sides.crm.disableUser(anna.userId);
    await enable(anew);
    await vendor('delete from domino_sync.item_link where crm_user_id = $1', [anew.userId]);
    const [before, rows] = [mailFileOf(anna), await alive()];
    // Neither subject nor start tell any more whose it is.
    const uid = world.calendarEntries(anna, 'Own')[0]!.uid;
    world.notes(anna).edit({ uid, subject: 'Own, renamed' });
    world.notes(anna).move({ uid, start: world.at(5, 9).utc, end: world.at(5, 10).utc });
    await world.settle();
    expect(
      mailFileOf(anna)
        .calendar.map(({ uid }) => uid)
        .sort(),
    ).toEqual(expect.arrayContaining(before.calendar.map(({ uid }) => uid).sort()));
    expect(mailFileOf(anna).calendar).toHaveLength(before.calendar.length);
    expect((await alive()).map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
    expect((await links()).filter(({ user, id }) => user === anew.userId && id === ids.own)).toHaveLength(1);
    await expectQuiet();
  });

  test('somebody else gets the mail file: he takes over nothing, and what its former user has stays his, once', async () => {
    const { world, sides, anna, bert } = await stocked();
    const before = { file: mailFileOf(anna), rows: await alive() };
    await vendor(ends.deleted, [anna.userId]);
    const successor = await madeAnew(anna, 'somebody.else@acme.example');
    await sides.crm.disableUser(anna.userId);
    expect((await enable(successor)).taken_over).toBe(0);
    await world.settle();
    expect(mailFileOf(anna)).toEqual(before.file);
    expect(await alive()).toEqual(before.rows);
    expect((await links()).filter(({ user }) => user === successor.userId)).toEqual([]);
    expect(mailFileOf(bert).calendar).not.toEqual([]);
    await expectQuiet();
  });
});

test('`users enable` by the address means the live row, tells what was taken over, and `--preview` that it cannot be played', async () => {
  two = await openTwoSides({ users: 1 });
  const { world, sides } = two;
  const [anna] = world.users as [SampleUser];
  const at = world.at(3, 9);
  await world.crm.createAppointment(anna.userId, { subject: 'Own', start: at.wall, end: at.wall });
  await world.settle();
  await vendor(ends.deleted, [anna.userId]);
  await madeAnew(anna);
  const cli = (...words: string[]) =>
    runCli(words, {
      CRM_DATABASE_URL: sides.crmUrl,
      DOMINO_URL: sides.dominoAccess.url,
      DOMINO_USER: sides.dominoAccess.user,
      DOMINO_PASSWORD: sides.dominoAccess.password,
      LOG_LEVEL: 'silent',
    });
  const refused = await cli('users', 'enable', anna.email);
  expect(refused).toMatchObject({ code: EXIT.usage });
  expect(refused.stderr).toContain(`Run users disable ${anna.userId} first`);
  expect(await cli('users', 'disable', anna.email)).toMatchObject({ code: EXIT.ok });
  const played = await cli('preview', '--enable', anna.email);
  expect(played).toMatchObject({ code: EXIT.usage });
  expect(played.stderr).toContain(`was user ${anna.userId} in the CRM`);
  const enabled = await cli('users', 'enable', anna.email);
  expect(enabled).toMatchObject({ code: EXIT.ok });
  expect(enabled.stdout).toContain(
    '1 appointments of the user that Anna Adler was in the CRM before were taken over',
  );
});

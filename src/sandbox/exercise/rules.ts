/** The seed rules S1 to S8, each played with real writes on both sides and checked on both sides. */
import { disableUser, enableUser } from '../../commands/users.ts';
import type { Config } from '../../config.ts';
import { checkDeployment } from '../../crm/open.ts';
import { silentLog } from '../../log.ts';
import { startRunner } from '../../runner/runner.ts';
import { waitUntil } from './wait.ts';
import type { World } from './world.ts';

/** Collects what was checked; a rule passes when everything did. */
export interface Checks {
  check(statement: string, holds: boolean): void;
}

export interface Rule {
  rule: string;
  text: string;
  play(world: World, checks: Checks): Promise<void>;
}

export const RULES: readonly Rule[] = [
  {
    rule: 'S1',
    text: 'only enabled CRM users take part',
    play: async (world, { check }) => {
      const [anna] = world.users as [World['users'][number]];
      const at = world.at(3, 9);
      const theirs = await world.crm.createAppointment(world.outsider.userId, {
        subject: 'S1 not enabled',
        start: at.wall,
        end: at.wall,
      });
      const hers = await world.crm.createAppointment(anna.userId, {
        subject: 'S1 enabled',
        start: at.wall,
        end: at.wall,
      });
      await world.settle();
      const links = await linksOf(world, theirs);
      check(
        'the appointment of a user who is not enabled reaches no mail file',
        links === 0 && everywhere(world, 'S1 not enabled') === 0,
      );
      check(
        'the appointment of an enabled user is in her mail file once',
        (await linksOf(world, hers)) === 1 && world.calendarEntries(anna, 'S1 enabled').length === 1,
      );
    },
  },
  {
    rule: 'S2',
    text: 'create, edit and delete in the CRM reach Notes as a meeting or a To Do',
    play: async (world, { check }) => {
      const [anna, bert] = world.users as [World['users'][number], World['users'][number]];
      const at = world.at(4, 10);
      const later = world.at(5, 15);
      world.sandbox.standIn.clearOutbox();
      const meeting = await world.crm.createAppointment(
        anna.userId,
        {
          subject: 'S2 meeting',
          start: at.wall,
          end: world.at(4, 11).wall,
          location: 'Room 1',
          note: 'Agenda',
        },
        [{ userId: bert.userId }],
      );
      const todo = await world.crm.createAppointment(anna.userId, {
        subject: 'S2 to do',
        action: 'ToDo',
        start: at.wall,
        end: at.wall,
      });
      await world.settle();
      const [entry] = world.calendarEntries(anna, 'S2 meeting');
      check(
        'created: a meeting with the participant invited, at the same instant',
        entry?.type === '3' && entry.start === at.utc && entry.attendees.some((a) => a.email === bert.email),
      );
      check(
        'created: nothing was written into the participant’s mail file',
        world.calendarEntries(bert, 'S2 meeting').length === 0,
      );
      check(
        'created: a To Do',
        world
          .notes(anna)
          .todos()
          .some((one) => one.subject === 'S2 to do'),
      );
      await world.crm.moveAppointment(anna.userId, meeting, later.wall, world.at(5, 16).wall);
      await world.crm.editAppointment(anna.userId, todo, { subject: 'S2 to do, edited' });
      await world.settle();
      check('edited: the meeting moved', world.calendarEntries(anna, 'S2 meeting')[0]?.start === later.utc);
      check(
        'edited: the To Do has the new subject',
        world
          .notes(anna)
          .todos()
          .some((one) => one.subject === 'S2 to do, edited'),
      );
      await world.crm.deleteAppointment(anna.userId, meeting);
      await world.crm.deleteAppointment(anna.userId, todo);
      await world.settle();
      check('deleted: the meeting is gone', world.calendarEntries(anna, 'S2 meeting').length === 0);
      check(
        'deleted: the To Do is gone',
        !world
          .notes(anna)
          .todos()
          .some((one) => one.subject.startsWith('S2 to do')),
      );
      check('no mail left Domino', world.sandbox.standIn.outbox.length === 0);
    },
  },
  {
    rule: 'S3',
    text: 'a meeting, appointment or To Do of Notes creates and updates a CRM appointment',
    play: async (world, { check }) => {
      const [anna, bert] = world.users as [World['users'][number], World['users'][number]];
      const notes = world.notes(anna);
      const at = { start: world.at(6, 9).utc, end: world.at(6, 10).utc };
      const meeting = notes.createMeeting({
        subject: 'S3 meeting',
        ...at,
        invitees: [bert.email, 'guest@elsewhere.example'],
      });
      notes.createAppointment({ subject: 'S3 appointment', ...at, body: 'From Notes' });
      const todo = notes.createTodo({ subject: 'S3 to do', start: at.start, due: at.end });
      await world.settle();
      const made = await Promise.all(
        ['S3 meeting', 'S3 appointment', 'S3 to do'].map((subject) => world.bySubject(subject)),
      );
      check(
        'each made one CRM appointment, although an invitee holds a copy of the meeting',
        made.every((rows) => rows.length === 1),
      );
      check('at the wall time of the CRM', made[1]?.[0]?.start === world.at(6, 9).wall);
      check(
        'organised by the owner of the mail file',
        made.every((rows) => rows[0]?.organiser === String(anna.userId)),
      );
      check('with both invitees', (await peopleOf(world, made[0]?.[0]?.id ?? 0)) === 3);
      notes.move({ uid: meeting, start: world.at(7, 13).utc, end: world.at(7, 14).utc });
      notes.editTodo({ unid: todo, subject: 'S3 to do, edited' });
      await world.settle();
      check(
        'an edit in Notes moves the CRM appointment',
        (await world.bySubject('S3 meeting'))[0]?.start === world.at(7, 13).wall,
      );
      check(
        'an edited To Do updates its CRM appointment',
        (await world.bySubject('S3 to do, edited')).length === 1,
      );
    },
  },
  {
    rule: 'S4',
    text: 'a deletion in Notes with people invited deletes the CRM appointment, softly',
    play: async (world, { check }) => {
      const [anna, bert] = world.users as [World['users'][number], World['users'][number]];
      const at = { start: world.at(8, 9).utc, end: world.at(8, 10).utc };
      const uid = world
        .notes(anna)
        .createMeeting({ subject: 'S4 made in Notes', ...at, invitees: [bert.email] });
      const id = await world.crm.createAppointment(
        anna.userId,
        { subject: 'S4 made in the CRM', start: world.at(8, 11).wall, end: world.at(8, 12).wall },
        [{ userId: bert.userId }],
      );
      await world.settle();
      const [row] = await world.bySubject('S4 made in Notes');
      const [entry] = world.calendarEntries(anna, 'S4 made in the CRM');
      world.notes(anna).delete({ uid });
      if (entry) world.notes(anna).delete({ uid: entry.uid });
      await world.settle();
      check(
        'the appointment that came from Notes has Comm_Deleted = 1',
        row !== undefined && (await world.appointment(row.id))?.deleted === 1,
      );
      check(
        'the appointment that came from the CRM has Comm_Deleted = 1',
        entry !== undefined && (await world.appointment(id))?.deleted === 1,
      );
      check('both rows are still there', row !== undefined && (await world.appointment(row.id)) !== null);
    },
  },
  {
    rule: 'S5',
    text: 'without invitees a deletion in Notes leaves the CRM alone, and it is not made again',
    play: async (world, { check }) => {
      const [anna] = world.users as [World['users'][number]];
      const notes = world.notes(anna);
      const at = { start: world.at(9, 9).utc, end: world.at(9, 10).utc };
      const appointment = notes.createAppointment({ subject: 'S5 appointment', ...at });
      const alone = notes.createMeeting({ subject: 'S5 meeting alone', ...at });
      const todo = notes.createTodo({ subject: 'S5 to do', start: at.start, due: at.end });
      const id = await world.crm.createAppointment(anna.userId, {
        subject: 'S5 from the CRM',
        start: world.at(9, 11).wall,
        end: world.at(9, 12).wall,
      });
      await world.settle();
      const subjects = ['S5 appointment', 'S5 meeting alone', 'S5 to do', 'S5 from the CRM'];
      const [entry] = world.calendarEntries(anna, 'S5 from the CRM');
      check('all four were in step before', entry !== undefined && (await live(world, subjects)) === 4);
      notes.delete({ uid: appointment });
      notes.delete({ uid: alone });
      notes.deleteTodo({ unid: todo });
      if (entry) notes.delete({ uid: entry.uid });
      await world.settle();
      check('the CRM keeps all four', (await live(world, subjects)) === 4);
      await world.crm.editAppointment(anna.userId, id, { location: 'Edited afterwards' });
      await world.settle();
      check(
        'none is made in Notes again, not even after an edit in the CRM',
        subjects.every((s) => world.calendarEntries(anna, s).length === 0) &&
          !notes.todos().some((one) => one.subject === 'S5 to do'),
      );
      check('each pair has a tombstone', (await tombstones(world, subjects)) === 4);
    },
  },
  {
    rule: 'S6',
    text: 'both sides are polled for ever, CRM → Domino first, then Domino → CRM',
    play: async (world, { check }) => {
      const [anna] = world.users as [World['users'][number]];
      const { standIn } = world.sandbox;
      const crm = await world.sandbox.openCrm();
      const runner = await startRunner({
        crm,
        domino: world.sandbox.domino,
        log: silentLog(),
        parallel: 4,
        rule: '* * * * * *',
      });
      try {
        for (const round of [1, 2]) {
          const subject = `S6 round ${round}`;
          const at = world.at(10, 9 + round);
          world.notes(anna).createAppointment({ subject: `${subject} Notes`, start: at.utc, end: at.utc });
          await world.crm.createAppointment(anna.userId, {
            subject: `${subject} CRM`,
            start: at.wall,
            end: at.wall,
          });
          const arrived = await waitUntil(
            8_000,
            async () =>
              world.calendarEntries(anna, `${subject} CRM`).length === 1 &&
              (await world.bySubject(`${subject} Notes`)).length === 1,
          );
          check(`round ${round}: both edits arrived without anybody starting anything`, arrived);
        }
      } finally {
        await runner.stop();
        await crm.close();
      }
      await world.settle();
      const at = world.at(13, 9);
      world.notes(anna).createAppointment({ subject: 'S6 order Notes', start: at.utc, end: at.utc });
      await world.crm.createAppointment(anna.userId, {
        subject: 'S6 order CRM',
        start: at.wall,
        end: at.wall,
      });
      standIn.requests.reset();
      await world.cycle();
      const kinds = standIn.requests.entries
        .filter((one) => one.mailFile === anna.mailFile)
        .map((one) => one.kind);
      check(
        'one cycle carries both ways',
        world.calendarEntries(anna, 'S6 order CRM').length === 1 &&
          (await world.bySubject('S6 order Notes')).length === 1,
      );
      check(
        'the CRM’s change is written before the mailbox is listed',
        kinds.includes('create') && kinds.indexOf('create') < kinds.indexOf('list'),
      );
      const { rows } = await world.vendor.query<{ n: number }>(
        `select count(*)::int as n from domino_sync.activity as out join domino_sync.activity as back on back.run_id = out.run_id and back.crm_user_id = out.crm_user_id
         where out.direction = 'to_domino' and back.direction = 'to_crm' and out.action <> 'skipped' and back.activity_id < out.activity_id`,
      );
      check('in no run did a mailbox’s Domino → CRM come before its CRM → Domino', rows[0]?.n === 0);
    },
  },
  {
    rule: 'S7',
    text: 'the change is flagged in the database at its moment, whoever writes',
    play: async (world, { check }) => {
      const [anna] = world.users as [World['users'][number]];
      await world.settle();
      const logged = async () =>
        (await world.vendor.query<{ n: number }>('select count(*)::int as n from domino_sync.change_log'))
          .rows[0]!.n;
      const at = world.at(11, 9);
      const { rows } = await world.sage.query<{ id: number }>(
        `with made as (
           insert into communication (comm_type, comm_action, comm_status, comm_subject, comm_datetime, comm_todatetime, comm_organizer)
           select 'Appointment', 'Meeting', 'Pending', 'S7 import ' || n, $1, $1, $2 from generate_series(1, 20) as n
           returning comm_communicationid as id)
         insert into comm_link (cmli_comm_communicationid, cmli_comm_userid, cmli_status)
         select id, $2::int, 6 from made returning cmli_comm_communicationid as id`,
        [at.wall, String(anna.userId)],
      );
      check('an import by plain SQL is flagged at once', (await logged()) >= 20);
      await world.settle();
      check('and reaches Notes', everywhere(world, (subject) => subject.startsWith('S7 import')) === 20);
      await world.sage.query(
        'update communication set comm_location = $1 where comm_communicationid = any($2)',
        ['SQL job', rows.map((row) => row.id)],
      );
      check('a SQL job over many rows is flagged, a row each', (await logged()) === 20);
      await world.settle();
      check(
        'and reaches Notes',
        world
          .notes(anna)
          .calendar()
          .filter((item) => item.location === 'SQL job').length === 20,
      );
      await world.sage.query(
        'update communication set comm_updateddate = now() where comm_communicationid = any($1)',
        [rows.map((row) => row.id)],
      );
      await world.sage.query(
        `insert into communication (comm_type, comm_action, comm_subject) values ('Email', 'EmailOut', 'S7 e-mail')`,
      );
      check('a write that changes nothing we map, and an e-mail, are not flagged', (await logged()) === 0);
    },
  },
  {
    rule: 'S8',
    text: 'the control panel’s part: everything is installed, users are enabled',
    play: async (world, { check }) => {
      const findings = await checkDeployment(world.sandbox.adminUrl);
      check('everything is installed and in place', findings.length === 0);
      const user = world.users[world.users.length - 1]!;
      const { url, user: name, password } = world.sandbox.dominoAccess;
      const config: Config = {
        crmDatabaseUrl: world.sandbox.crmUrl,
        domino: {
          url,
          user: name,
          password,
          auth: 'auto',
          allDayEnd: 'auto',
          parallel: 4,
          timeoutSeconds: 30,
          methodOverride: false,
        },
        runner: { mailboxes: 4, schedule: '* * * * * *' },
        log: { level: 'silent' },
      };
      const quiet = { json: true, write: () => {} };
      await disableUser(config, quiet, user.logon);
      const listed = async () =>
        (await world.sandbox.crm.listUsers()).find((one) => one.crm_user_id === user.userId);
      check('a user can be disabled', (await listed())?.enabled === false);
      await enableUser(config, quiet, user.logon, { direction: 'both' });
      const enabled = await listed();
      check(
        'and enabled by logon, his mail file found in Domino',
        enabled?.enabled === true && enabled.mail_file?.toLowerCase() === user.mailFile.toLowerCase(),
      );
      const at = world.at(12, 9);
      await world.crm.createAppointment(user.userId, { subject: 'S8 enabled', start: at.wall, end: at.wall });
      await world.settle();
      check('and then takes part', world.calendarEntries(user, 'S8 enabled').length === 1);
    },
  },
];

const count = async (world: World, sql: string, value: unknown): Promise<number> =>
  (await world.vendor.query<{ n: number }>(`select count(*)::int as n from ${sql}`, [value])).rows[0]!.n;

const linksOf = (world: World, id: number) =>
  count(world, 'domino_sync.item_link where appointment_id = $1', id);

const peopleOf = (world: World, id: number) =>
  count(world, 'comm_link where cmli_deleted is null and cmli_comm_communicationid = $1', id);

const live = (world: World, subjects: readonly string[]) =>
  count(world, 'communication where comm_deleted is null and comm_subject = any($1)', subjects);

const tombstones = (world: World, subjects: readonly string[]) =>
  count(
    world,
    `domino_sync.item_link join communication on comm_communicationid = appointment_id
     where state = 'unlinked' and comm_subject = any($1)`,
    subjects,
  );

/** Entries with that subject in all mail files. */
const everywhere = (world: World, subject: string | ((subject: string) => boolean)): number =>
  world.users.reduce(
    (sum, user) =>
      sum +
      world
        .notes(user)
        .calendar()
        .filter((item) => (typeof subject === 'string' ? item.subject === subject : subject(item.subject)))
        .length,
    0,
  );

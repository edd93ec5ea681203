/** S1 to S5: what becomes of an item that is made, edited or deleted on one side. */
import { everywhere, linksOf, live, peopleOf, tombstones } from './looks.ts';
import type { Rule } from './rule.ts';
import type { World } from './world.ts';

export const RULES_OF_ITEMS: readonly Rule[] = [
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
];

/** A mailbox with everything that goes wrong in mailboxes: each oddity has a name, and what becomes of it in the CRM. */
import { hour, left, made, notes, type MailboxOddity } from './cast.ts';
import { NASTY_MEETINGS } from './meetings.ts';
import { clockChange, dayBefore, RIGHT_TO_LEFT } from './odd-values.ts';

const rich = { html: '<p><b>Agenda</b></p><table><tr><td>1</td></tr></table>', attachments: ['plan.pdf'] };
const html = {
  html: '<p>M&uuml;ller &ndash; <a href="https://acme.example/x">plan</a></p><ul><li>one</li><li>two</li></ul><!-- <b> -->',
  attachments: [],
};

export const NASTY_MAILBOX: readonly MailboxOddity[] = [
  {
    name: 'no subject',
    make: (cast) => notes(cast).createAppointment({ subject: '', ...hour(cast, 2) }),
    becomes: made({ comm_subject: '' }),
  },
  {
    name: 'subject of 300 characters',
    make: (cast) => notes(cast).createAppointment({ subject: 'x'.repeat(300), ...hour(cast, 2, 10) }),
    becomes: { reason: 'subject_truncated', rows: [{ comm_subject: 'x'.repeat(255) }] },
  },
  {
    name: 'subject with a 4-byte character across the limit',
    make: (cast) =>
      notes(cast).createAppointment({ subject: `${'y'.repeat(254)}🗓 and more`, ...hour(cast, 2, 11) }),
    becomes: { reason: 'subject_truncated', rows: [{ comm_subject: 'y'.repeat(254) }] },
  },
  {
    name: 'line ends, control characters and half a character in subject, place and text',
    make: (cast) =>
      notes(cast).createAppointment({
        subject: 'two\r\nlines\u0007\u0000 \ud83d',
        location: ' Room\t7 ',
        body: 'a\r\nb\rc\vd\u0085e\u0000f\r\n\r\n  \r\n',
        ...hour(cast, 2, 12),
      }),
    becomes: made({ comm_subject: 'two lines \ufffd', comm_location: 'Room 7', comm_note: 'a\nb\nc\nd\nef' }),
  },
  {
    name: 'right to left, with marks that turn it, joined and combining characters',
    make: (cast) =>
      notes(cast).createAppointment({ subject: RIGHT_TO_LEFT, body: RIGHT_TO_LEFT, ...hour(cast, 2, 14) }),
    becomes: made({ comm_subject: RIGHT_TO_LEFT, comm_note: RIGHT_TO_LEFT }),
  },
  {
    name: 'text copied from an entry of ours, with its blocks',
    make: (cast) =>
      notes(cast).createAppointment({
        subject: 'Copied',
        body: 'Mine\n\n--- Regarding, from the CRM ---\n- Company: Acme\n--- end of regarding ---\nafter',
        ...hour(cast, 2, 15),
      }),
    becomes: made({ comm_note: 'Mine\nafter' }),
  },
  {
    name: 'formatted text with a file',
    make: (cast) =>
      notes(cast).createAppointment({ subject: 'Formatted', richBody: rich, ...hour(cast, 2, 13) }),
    becomes: made({ comm_note: '' }),
  },
  {
    name: 'end before start',
    make: (cast) =>
      notes(cast).createAppointment({
        subject: 'Backwards',
        start: cast.world.at(3, 10).utc,
        end: cast.world.at(3, 9).utc,
      }),
    becomes: left('bad_times'),
  },
  {
    name: 'zero length',
    make: (cast) =>
      notes(cast).createReminder({ subject: 'Reminder', at: cast.world.at(3, 9).utc, alarmMinutes: 0 }),
    becomes: made({ comm_subject: 'Reminder' }),
  },
  {
    name: 'over midnight and longer than a day',
    make: (cast) =>
      notes(cast).createAppointment({
        subject: 'Long',
        start: cast.world.at(3, 22).utc,
        end: cast.world.at(6, 5).utc,
      }),
    becomes: made({ comm_subject: 'Long', comm_isalldayevent: null }),
  },
  {
    name: 'in the second of two equal hours',
    make: (cast) =>
      notes(cast).createAppointment({
        subject: 'Second of two',
        start: `${clockChange(10)}T01:15:00Z`,
        end: `${clockChange(10)}T01:45:00Z`,
      }),
    becomes: made({ comm_subject: 'Second of two' }),
  },
  {
    name: 'made in a zone of half hours',
    make: (cast) =>
      notes(cast).createAppointment({ subject: 'India', zone: 'India Standard Time', ...hour(cast, 3, 14) }),
    becomes: made({ comm_subject: 'India' }),
  },
  {
    name: 'several days, in one of which the clocks change',
    make: (cast) =>
      notes(cast).createAllDay({
        subject: 'Days',
        date: dayBefore(clockChange(3)),
        lastDate: clockChange(3),
      }),
    becomes: made({ comm_subject: 'Days', comm_isalldayevent: 'Y' }),
  },
  {
    name: 'reminds after it has begun',
    make: (cast) =>
      notes(cast).createAppointment({ subject: 'Late', alarmMinutes: -10, ...hour(cast, 3, 15) }),
    becomes: made({ comm_subject: 'Late' }),
  },
  {
    name: 'anniversary',
    make: (cast) =>
      notes(cast).createAnniversary({ subject: 'Anniversary', date: cast.world.at(8, 0).wall.slice(0, 10) }),
    becomes: made({ comm_isalldayevent: 'Y' }),
  },
  {
    name: 'shown as free, private, with categories no caption knows',
    make: (cast) =>
      notes(cast).createAppointment({
        subject: 'Free',
        transparent: true,
        private: true,
        categories: ['Ärger', 'a,b', ''],
        ...hour(cast, 3, 12),
      }),
    becomes: made({ comm_private: 'Y', comm_action: 'Meeting', comm_status: 'Pending' }),
  },
  {
    name: 'kept out by its category',
    make: (cast) =>
      notes(cast).createAppointment({ subject: 'Mine', categories: ['not in crm'], ...hour(cast, 3, 13) }),
    becomes: left('notes_only'),
  },
  {
    name: 'ended a year ago',
    make: (cast) => notes(cast).createAppointment({ subject: 'Old', ...hour(cast, -365) }),
    becomes: left(null),
  },
  {
    name: 'begins after the window',
    make: (cast) => notes(cast).createAppointment({ subject: 'In two years', ...hour(cast, 730) }),
    becomes: left(null),
  },
  ...NASTY_MEETINGS,
  {
    name: 'To Do without any date',
    make: (cast) => notes(cast).createTodo({ subject: 'Some day' }),
    becomes: made({ comm_action: 'ToDo', comm_isalldayevent: 'Y' }),
  },
  {
    name: 'To Do with HTML',
    make: (cast) => notes(cast).createTodo({ subject: 'Read', due: cast.world.at(6, 9).utc, richBody: html }),
    becomes: made({ comm_note: 'Müller – plan [https://acme.example/x]\n- one\n- two' }),
  },
  {
    name: 'To Do that is due before it starts',
    make: (cast) =>
      notes(cast).createTodo({
        subject: 'Due before',
        start: cast.world.at(6, 9).utc,
        due: cast.world.at(5, 9).utc,
      }),
    becomes: left('bad_times'),
  },
  {
    name: 'group To Do of hers',
    make: (cast) =>
      notes(cast).createTodo({
        subject: 'Given',
        due: cast.world.at(6, 9).utc,
        assignees: [cast.bert.email, cast.dirk.email],
      }),
    becomes: made({ comm_subject: 'Given', comm_action: 'ToDo' }),
  },
  {
    name: 'group To Do that an enabled colleague gave her',
    make: (cast) => {
      const todo = { subject: 'Got', due: cast.world.at(6, 9).utc, assignees: [cast.anna.email] };
      cast.world.notes(cast.bert).createTodo(todo);
      return notes(cast)
        .todos()
        .find(({ subject }) => subject === 'Got')!.unid;
    },
    becomes: left('assignee_copy'),
  },
  {
    name: 'To Do that was completed before',
    make: (cast) => {
      const unid = notes(cast).createTodo({ subject: 'Done', due: cast.world.at(6, 9).utc, importance: '1' });
      notes(cast).completeTodo({ unid });
      return unid;
    },
    becomes: made({ comm_status: 'Complete', comm_priority: 'High' }),
  },
];

/**
 * A mailbox with everything that goes wrong in mailboxes: each oddity has a name, and what becomes of it in the CRM.
 * Anna owns it. Bert is enabled too, Dirk is a Notes user who is not.
 */
import type { World } from '../../../src/sandbox/exercise/world.ts';
import type { SampleUser } from '../../../src/sandbox/crm/sample-data.ts';

export interface Cast {
  world: World;
  anna: SampleUser;
  bert: SampleUser;
  dirk: SampleUser;
}

export interface MailboxOddity {
  name: string;
  /** Makes it and answers its uid, of a To Do its UNID. */
  make(cast: Cast): string;
  becomes: {
    /** Of the last line of the history or of what is parked; null = it is not even an entry to speak of. */
    /** Or a matcher of it. */
    reason: unknown;
    /** Live appointments that are linked with it, by start. */
    rows: Record<string, unknown>[];
  };
}

const notes = ({ world, anna }: Cast) => world.notes(anna);
const hour = ({ world }: Cast, days: number, from = 9) => ({
  start: world.at(days, from).utc,
  end: world.at(days, from + 1).utc,
});
const rich = { html: '<p><b>Agenda</b></p><table><tr><td>1</td></tr></table>', attachments: ['plan.pdf'] };
const html = {
  html: '<p>M&uuml;ller &ndash; <a href="https://acme.example/x">plan</a></p><ul><li>one</li><li>two</li></ul><!-- <b> -->',
  attachments: [],
};

const made = (row: Record<string, unknown> = {}) => ({ reason: 'first_sync', rows: [row] });
const left = (reason: string | null) => ({ reason, rows: [] });

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
  {
    name: 'meeting with oneself twice, a Notes name and somebody outside',
    make: (cast) =>
      notes(cast).createMeeting({
        subject: 'People',
        invitees: [
          cast.anna.email,
          cast.bert.email.toUpperCase(),
          'CN=Nobody/O=Acme',
          'guest@elsewhere.example',
        ],
        ...hour(cast, 4),
      }),
    becomes: made({ comm_subject: 'People' }),
  },
  {
    name: 'invitation that waits for an answer',
    make: (cast) =>
      cast.world
        .notes(cast.dirk)
        .createMeeting({ subject: 'Invitation', invitees: [cast.anna.email], ...hour(cast, 4, 11) }),
    becomes: left('invitation_pending'),
  },
  {
    name: 'accepted invitation of somebody who takes no part',
    make: (cast) => {
      const meeting = { subject: 'Accepted', invitees: [cast.anna.email], ...hour(cast, 4, 12) };
      const uid = cast.world.notes(cast.dirk).createMeeting(meeting);
      notes(cast).accept({ uid });
      return uid;
    },
    becomes: made({ comm_subject: 'Accepted' }),
  },
  {
    name: 'accepted invitation of an enabled colleague',
    make: (cast) => {
      const meeting = { subject: 'Of Bert', invitees: [cast.anna.email], ...hour(cast, 4, 13) };
      const uid = cast.world.notes(cast.bert).createMeeting(meeting);
      notes(cast).accept({ uid });
      return uid;
    },
    becomes: left('invitee_copy'),
  },
  {
    name: 'invitation that was called off before it was answered',
    make: (cast) => {
      const meeting = { subject: 'Called off', invitees: [cast.anna.email], ...hour(cast, 4, 14) };
      const uid = cast.world.notes(cast.dirk).createMeeting(meeting);
      cast.world.notes(cast.dirk).delete({ uid, notify: true });
      return uid;
    },
    // Both notices wait under one uid; either keeps it out.
    becomes: { reason: expect.stringMatching(/^(invitation_pending|cancellation_notice)$/), rows: [] },
  },
  {
    name: 'series with an instance that moved and one that was deleted',
    make: (cast) => {
      const uid = notes(cast).createSeries({
        subject: 'Weekly',
        rule: 'FREQ=WEEKLY;COUNT=4',
        ...hour(cast, 5),
      });
      const instances = notes(cast)
        .calendar()
        .filter((item) => item.uid === uid);
      notes(cast).moveInstance({
        uid,
        recurrenceId: instances[1]!.recurrenceId!,
        start: cast.world.at(13, 15).utc,
      });
      notes(cast).deleteInstance({ uid, recurrenceId: instances[2]!.recurrenceId! });
      return uid;
    },
    becomes: { reason: 'first_sync', rows: Array(3).fill({ comm_subject: 'Weekly' }) },
  },
  {
    name: 'series of more instances than the CRM takes',
    make: (cast) =>
      notes(cast).createSeries({ subject: 'Daily', rule: 'FREQ=DAILY;COUNT=250', ...hour(cast, 5, 11) }),
    becomes: left('series_too_long'),
  },
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
    name: 'To Do that was completed before',
    make: (cast) => {
      const unid = notes(cast).createTodo({ subject: 'Done', due: cast.world.at(6, 9).utc, importance: '1' });
      notes(cast).completeTodo({ unid });
      return unid;
    },
    becomes: made({ comm_status: 'Complete', comm_priority: 'High' }),
  },
];

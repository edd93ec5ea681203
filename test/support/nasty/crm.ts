/** A CRM with everything that goes wrong in CRMs: each oddity has a name, and what becomes of it in Notes. */
import type { AppointmentForm, CrmParticipant } from '../../../src/sandbox/crm/crm-user-actions.ts';
import type { Cast } from './cast.ts';
import { clockChange, dayBefore, RIGHT_TO_LEFT } from './odd-values.ts';

export interface CrmOddity {
  name: string;
  /** Makes it and answers its id. */
  make(cast: Cast): Promise<number>;
  becomes: {
    /** Of the last line of the history or of the delivery that is parked; null = nobody ever had to look. */
    reason: string | null;
    /** Entries and To Dos in Anna's mail file that are linked with it. */
    entries: Record<string, unknown>[];
  };
}

type Form = Omit<AppointmentForm, 'start' | 'end'> & { days?: number; from?: number; end?: string };

/** As Anna; on a day and at an hour of its own, so that nothing is taken for the twin of something else. */
async function make(cast: Cast, form: Form, participants: CrmParticipant[] = []): Promise<number> {
  const { days = 20, from = 9, ...rest } = form;
  const { world, anna } = cast;
  const times = { start: world.at(days, from).wall, end: world.at(days, from + 1).wall };
  return world.crm.createAppointment(anna.userId, { ...times, ...rest }, participants);
}
/** As a job does that writes with SQL. */
async function raw(cast: Cast, form: Form, columns: string): Promise<number> {
  const id = await make(cast, form);
  await cast.world.vendor.query(`update communication set ${columns} where comm_communicationid = ${id}`);
  return id;
}

const TASK = { type: 'Task', action: 'PhoneOut' } as const;
const made = (entry: Record<string, unknown> = {}) => ({ reason: 'crm_created', entries: [entry] });
const left = (reason: string | null) => ({ reason, entries: [] });
const day = (cast: Cast, days: number) => cast.world.at(days, 0).wall.slice(0, 10);

export const NASTY_CRM: readonly CrmOddity[] = [
  {
    name: 'neither subject, text nor place',
    make: (cast) => raw(cast, { subject: '' }, 'comm_subject = null, comm_note = null, comm_location = null'),
    becomes: made({ subject: '(no subject)', location: '', body: null }),
  },
  {
    name: 'line ends and control characters',
    make: (cast) =>
      make(cast, {
        from: 10,
        subject: 'a\r\nb\u0007',
        note: 'one\r\ntwo\u000bthree\u0001\r\n\r\n',
        location: '\t7 ',
      }),
    becomes: made({ subject: 'a b', location: '7', body: 'one\ntwo\nthree' }),
  },
  {
    name: 'subject full of 4-byte characters',
    make: (cast) => make(cast, { from: 11, subject: '🗓'.repeat(127) }),
    becomes: made({ subject: '🗓'.repeat(127) }),
  },
  {
    name: 'subject as long as the column, its last character of four bytes',
    make: (cast) => make(cast, { days: 24, subject: `x${'🗓'.repeat(127)}` }),
    becomes: made({ subject: `x${'🗓'.repeat(127)}` }),
  },
  {
    name: 'right to left, with marks that turn it, joined and combining characters',
    make: (cast) => make(cast, { days: 24, from: 10, subject: RIGHT_TO_LEFT, note: RIGHT_TO_LEFT }),
    becomes: made({ subject: RIGHT_TO_LEFT, body: RIGHT_TO_LEFT }),
  },
  {
    name: 'regarding what does not exist any more',
    make: async (cast) => {
      const columns = 'comm_caseid = 990002, comm_opportunityid = 990003';
      const id = await raw(cast, { days: 24, from: 11, subject: 'Regarding', note: 'Text' }, columns);
      await cast.world.vendor.query(
        `update comm_link set cmli_comm_companyid = 990001 where cmli_comm_communicationid = ${id}`,
      );
      return id;
    },
    becomes: made({
      body:
        'Text\n\n--- Regarding, from the CRM ---\n- Company: number 990001\n- Opportunity: number 990003\n' +
        '- Case: number 990002\n--- end of regarding ---',
    }),
  },
  {
    name: 'private, with words',
    make: (cast) =>
      make(cast, {
        days: 24,
        from: 12,
        subject: 'Secret',
        note: 'Secret',
        location: 'Secret',
        private: true,
      }),
    becomes: made({ subject: 'Secret', body: 'Secret', private: true }),
  },
  {
    name: 'text that holds our own marker lines',
    make: (cast) =>
      make(cast, {
        from: 12,
        subject: 'Markers',
        note: 'mine\n\n--- Also taking part, not invited by Notes ---\n- <x@y.example>\nmore\n--- end of list ---',
      }),
    becomes: made({ subject: 'Markers', body: 'mine\nmore' }),
  },
  {
    name: 'no start',
    make: (cast) => raw(cast, { from: 13, subject: 'No start' }, 'comm_datetime = null'),
    becomes: left('bad_times'),
  },
  {
    name: 'no end',
    make: (cast) => raw(cast, { from: 14, subject: 'No end' }, 'comm_todatetime = null'),
    becomes: made({ subject: 'No end' }),
  },
  {
    name: 'end before start',
    make: (cast) =>
      raw(cast, { from: 15, subject: 'Backwards' }, "comm_todatetime = comm_datetime - interval '1 hour'"),
    becomes: left('bad_times'),
  },
  {
    name: 'all-day that ends at the next midnight',
    make: (cast) =>
      raw(
        cast,
        { subject: 'Midnights', allDay: true },
        `comm_datetime = '${day(cast, 21)}', comm_todatetime = '${day(cast, 22)}'`,
      ),
    becomes: made({ subject: 'Midnights', type: '2' }),
  },
  {
    name: 'in the hour that is skipped',
    make: (cast) =>
      raw(
        cast,
        { subject: 'Skipped' },
        `comm_datetime = '${clockChange(3)} 02:00', comm_todatetime = '${clockChange(3)} 03:00'`,
      ),
    becomes: made({ start: `${clockChange(3)}T01:00:00Z`, end: `${clockChange(3)}T02:00:00Z` }),
  },
  {
    name: 'in the hour that comes twice',
    make: (cast) =>
      raw(
        cast,
        { subject: 'Twice' },
        `comm_datetime = '${clockChange(10)} 02:15', comm_todatetime = '${clockChange(10)} 02:45'`,
      ),
    becomes: made({ start: `${clockChange(10)}T00:15:00Z`, end: `${clockChange(10)}T00:45:00Z` }),
  },
  {
    name: 'over both hours that come twice',
    make: (cast) =>
      raw(
        cast,
        { subject: 'Long night' },
        `comm_datetime = '${clockChange(10)} 01:30', comm_todatetime = '${clockChange(10)} 03:30'`,
      ),
    becomes: made({ start: `${dayBefore(clockChange(10))}T23:30:00Z`, end: `${clockChange(10)}T02:30:00Z` }),
  },
  {
    name: 'captions nobody knows',
    make: (cast) =>
      make(cast, { from: 16, subject: 'Captions', action: 'Umzug', status: 'Vertagt', priority: 'Dringend' }),
    becomes: made({ subject: 'Captions', categories: '', transparent: false }),
  },
  {
    name: 'complete, with a reminder',
    make: (cast) => make(cast, { from: 17, subject: 'Complete', status: 'Complete', reminderMinutes: 15 }),
    becomes: made({ subject: 'Complete', transparent: true }),
  },
  {
    name: 'cancelled: free time, but not called off',
    make: (cast) => make(cast, { days: 24, from: 13, subject: 'Cancelled', status: 'Cancelled' }),
    becomes: made({ subject: 'Cancelled', transparent: true }),
  },
  {
    name: 'in progress: taken time',
    make: (cast) => make(cast, { days: 24, from: 14, subject: 'Under way', status: ' in progress ' }),
    becomes: made({ subject: 'Under way', transparent: false }),
  },
  {
    name: 'for ever',
    make: (cast) =>
      raw(cast, { days: 24, from: 15, subject: 'For ever' }, "comm_todatetime = '9999-12-31 00:00'"),
    becomes: left('bad_times'),
  },
  {
    name: 'deleted from the beginning',
    make: (cast) => raw(cast, { subject: 'Deleted' }, 'comm_deleted = 1'),
    becomes: left(null),
  },
  {
    name: 'Task over several days, its due date where appointments start',
    make: (cast) => make(cast, { days: 26, subject: 'Task', ...TASK, end: cast.world.at(24, 9).wall }),
    becomes: made({ subject: 'Task' }),
  },
  {
    name: 'Task that starts after it is due',
    make: (cast) =>
      make(cast, { days: 24, subject: 'Task backwards', ...TASK, end: cast.world.at(26, 9).wall }),
    becomes: left('bad_times'),
  },
  {
    name: 'Task of two users',
    make: (cast) => make(cast, { days: 24, subject: 'Task of two', ...TASK }, [{ userId: cast.bert.userId }]),
    becomes: left(null),
  },
  {
    name: 'letter, which the CRM keeps as a Task',
    make: (cast) => make(cast, { days: 24, subject: 'Letter', ...TASK, action: 'LetterOut' }),
    becomes: left(null),
  },
  {
    name: 'neither Appointment nor Task',
    make: (cast) => raw(cast, { subject: 'E-mail' }, "comm_type = 'Email'"),
    becomes: left(null),
  },
  {
    name: 'CRM only',
    make: (cast) => make(cast, { subject: 'CRM only', crmOnly: true }),
    becomes: left(null),
  },
  {
    name: 'ended a year ago',
    make: (cast) => make(cast, { days: -365, subject: 'Old' }),
    becomes: left('too_old'),
  },
  {
    name: 'in ten years',
    make: (cast) => make(cast, { days: 3650, subject: 'Far' }),
    becomes: made({ subject: 'Far' }),
  },
  {
    name: 'organiser that is no user and no address',
    make: (cast) => make(cast, { from: 18, subject: 'Organiser', organiser: 'Anna' }),
    becomes: made({ subject: 'Organiser' }),
  },
  {
    name: 'the same colleague twice, and outsiders without an address or with that of a user',
    make: async (cast) => {
      const bert = { userId: cast.bert.userId };
      return make(cast, { days: 22, subject: 'Links', note: 'Text' }, [
        bert,
        bert,
        { email: '', name: 'Nobody' },
        { email: cast.bert.email.toUpperCase(), name: 'Bert again' },
        { email: 'guest@elsewhere.example', name: 'Guest <x>' },
      ]);
    },
    becomes: made({
      subject: 'Links',
      body: 'Text\n\n--- Also taking part, not invited by Notes ---\n- <guest@elsewhere.example>\n--- end of list ---',
    }),
  },
  {
    name: 'To Do over several days',
    make: (cast) =>
      raw(
        cast,
        { subject: 'To Do', action: 'ToDo', allDay: true, note: 'a\r\nb <d> & e' },
        `comm_datetime = '${day(cast, 23)}', comm_todatetime = '${day(cast, 25)} 23:59'`,
      ),
    becomes: made({ subject: 'To Do', body: 'a\nb <d> & e' }),
  },
];

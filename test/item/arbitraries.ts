/** Generated rows and items, with the values that break calendars: clock changes, long and 4-byte texts, odd zones. */
import fc from 'fast-check';
import { buildCaptionMap, type CaptionRow } from '../../src/item/caption-map.ts';
import type { CrmAppointment } from '../../src/item/crm-appointment.ts';
import type { CrmContext } from '../../src/item/crm-mapping.ts';
import { attendeeList } from '../../src/item/people.ts';
import type { Attendee, SyncItem, When } from '../../src/item/sync-item.ts';
import { addDays, addMinutes } from '../../src/item/time-zone.ts';

export const ZONES = Intl.supportedValuesOf('timeZone');

/** Zones whose rules have a trap each; drawn more often than the rest. */
export const ODD_ZONES = [
  'Pacific/Midway', // UTC−11
  'Pacific/Kiritimati', // UTC+14
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe', // 30 minutes of summer time
  'Pacific/Apia', // left out a whole day in 2011
  'America/Sao_Paulo', // summer time began at midnight
  'Africa/Casablanca', // goes back for Ramadan
  'Europe/Moscow', // changed its offset for good, twice
  'Asia/Pyongyang',
  'Europe/Berlin',
  'America/New_York',
  'UTC',
];
export const zone = fc.oneof(fc.constantFrom(...ODD_ZONES), fc.constantFrom(...ZONES));

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

export const date = fc.integer({ min: 0, max: 30_000 }).map((days) => addDays('1970-01-01', days));

/** Around the changes of Europe and America, and anywhere else. */
const busyDate = fc.oneof(
  date,
  fc.constantFrom(
    '2026-03-29',
    '2026-10-25',
    '2026-03-08',
    '2026-11-01',
    '2011-12-30',
    '2018-11-04',
    '2026-04-05',
  ),
);
export const wall = fc
  .tuple(busyDate, fc.integer({ min: 0, max: 86_399 }))
  .map(([day, s]) => `${day}T${pad(Math.floor(s / 3600))}:${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}`);
export const instant = fc.tuple(wall).map(([text]) => `${text}Z`);

export const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom('a', '\r', '\n', '\t', ' ', '🗓', '\ud83d', '\udcc5', '\u0000'),
    maxLength: 300,
  }),
);

const PEOPLE = ['ann', 'bob', 'cem', 'dora', 'eve', 'fay'].map((name) => `${name}@example.com`);
const OUTSIDERS = ['zoe', 'yan', 'xia'].map((name) => `${name}@customer.test`);

export const CAPTIONS: CaptionRow[] = [
  ['kind', 'Meeting', 'meeting'],
  ['kind', 'Meeting', 'appointment'],
  ['kind', 'To Do', 'todo'],
  ['category', 'Phone Call', 'Phone Calls'],
  ['category', 'Vacation', 'Holiday'],
  ['busy', 'Tentative', 'free'],
  ['status', 'Pending', 'pending'],
  ['status', 'In Progress', 'in_progress'],
  ['status', 'Complete', 'completed'],
  ['status', 'Cancelled', 'cancelled'],
  ['priority', 'High', 'high'],
  ['priority', 'Normal', 'normal'],
  ['priority', 'Low', 'low'],
].map(([family, crm_value, item_value]) => ({
  family: family!,
  crm_value: crm_value!,
  item_value: item_value!,
  to_item: true,
  to_crm: true,
}));
export const captions = buildCaptionMap(CAPTIONS);

export const OWNER = { crm_user_id: 1, email: 'owner@example.com' };

export const crmContext = fc.record({
  zone,
  captions: fc.constant(captions),
  owner: fc.constant(OWNER),
  role: fc.constantFrom('organiser' as const, 'copy' as const),
  externalAttendees: fc.constantFrom('list' as const, 'include' as const, 'omit' as const),
  regarding: fc.constantFrom('list' as const, 'omit' as const),
}) satisfies fc.Arbitrary<CrmContext>;

const response = fc.constantFrom(null, 0, 2, 3, 4);

/** A live row whose times are usable. */
export const appointment: fc.Arbitrary<CrmAppointment> = fc
  .record({
    task: fc.constantFrom(null, null, null, 'own' as const),
    action: fc.constantFrom('Meeting', 'To Do', 'Phone Call', 'vacation', 'Demo', null),
    status: fc.constantFrom('Pending', 'In Progress', 'Complete', 'Cancelled', 'Tentative', 'Waiting', null),
    priority: fc.constantFrom('High', 'Normal', 'Low', 'Urgent', null),
    times: fc.tuple(wall, wall).map(([a, b]) => (a < b ? [a, b] : [b, a])),
    endMissing: fc.boolean(),
    all_day: fc.boolean(),
    private: fc.boolean(),
    subject: fc.option(text),
    location: fc.option(text),
    note: fc.option(text),
    notify: fc.option(fc.integer({ min: 0, max: 2880 })),
    users: fc.uniqueArray(
      fc.record({ email: fc.constantFrom(...PEOPLE), response, resource: fc.boolean() }),
      {
        selector: ({ email }) => email,
      },
    ),
    externals: fc.uniqueArray(
      fc.record({ email: fc.constantFrom(...OUTSIDERS), name: fc.option(text), response }),
      { selector: ({ email }) => email },
    ),
    regarding: fc.array(
      fc.record({
        kind: fc.constantFrom('company' as const, 'person' as const, 'opportunity' as const, 'case' as const),
        id: fc.integer({ min: 1, max: 3 }),
        name: fc.option(text),
      }),
      { maxLength: 5 },
    ),
  })
  .map(({ task, times, endMissing, notify, users, externals, ...rest }) => ({
    ...rest,
    appointment_id: 1,
    present: true,
    deleted: false,
    type: task === null ? 'Appointment' : 'Task',
    task,
    crm_only: false,
    start_at: times[0]!,
    end_at: endMissing ? null : times[1]!,
    notify_at: notify === null ? null : addMinutes(`${times[0]!}Z`, -notify).slice(0, 19),
    updated_at: null,
    updated_by: null,
    recurrence_id: null,
    organiser: { user_id: 1, email: 'Owner@Example.com', name: 'Olga Owner' },
    users: [
      { ...OWNER, user_id: 1, name: 'Olga Owner', response: 6, notify_at: null, resource: false },
      ...users.map((user) => ({
        ...user,
        user_id: 10 + PEOPLE.indexOf(user.email),
        name: 'Somebody',
        notify_at: null,
      })),
    ],
    externals: externals.map((external) => ({ ...external, person_id: null })),
    holders: [{ crm_user_id: 1, role: 'organiser' as const }],
    fingerprint: 'f',
  }));

export const when: fc.Arbitrary<When> = fc.oneof(
  fc.tuple(instant, fc.integer({ min: 0, max: 3000 }), fc.option(zone)).map(([start, minutes, timeZone]) => ({
    allDay: false as const,
    start,
    end: addMinutes(start, minutes),
    timeZone,
  })),
  fc
    .tuple(date, fc.integer({ min: 0, max: 20 }))
    .map(([start, days]) => ({ allDay: true as const, start, end: addDays(start, days) })),
);

const attendee = (external: boolean | null): fc.Arbitrary<Attendee> =>
  fc.record({
    email: fc.constantFrom(...PEOPLE, ...OUTSIDERS),
    name: fc.constantFrom('', 'Some Body'),
    role: fc.constantFrom('required' as const, 'optional' as const),
    response: fc.constantFrom('none' as const, 'accepted' as const, 'declined' as const),
    external: fc.constant(external),
  });

/** Few values a field, so that generated items often agree. */
export const item: fc.Arbitrary<SyncItem> = fc.record({
  kind: fc.constantFrom('appointment' as const, 'meeting' as const),
  subject: fc.constantFrom('a', 'b', 'c'),
  body: fc.constantFrom('one', 'two', '', null),
  location: fc.constantFrom('x', 'y'),
  regarding: fc.constantFrom(null, [], ['Company: Acme'], ['Company: Acme', 'Case: 7']),
  when: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...[10, 11].map(atHour)) },
    { weight: 1, arbitrary: when },
  ),
  private: fc.boolean(),
  priority: fc.constantFrom('high' as const, 'normal' as const, 'low' as const),
  status: fc.constantFrom(
    'pending' as const,
    'in_progress' as const,
    'completed' as const,
    'cancelled' as const,
  ),
  busy: fc.constantFrom(null, true, false),
  categories: fc.subarray(['Holiday', 'Phone Calls']),
  reminderMinutes: fc.constantFrom(null, 0, 15),
  organiser: fc.constant(null),
  attendees: fc
    .array(fc.constantFrom(false, null).chain(attendee), { maxLength: 4 })
    .map((list) => attendeeList(list)),
});

function atHour(hour: number): When {
  return {
    allDay: false,
    start: `2026-05-04T${hour}:00:00Z`,
    end: `2026-05-04T${hour + 1}:00:00Z`,
    timeZone: null,
  };
}

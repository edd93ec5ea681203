import { savedInstant } from '../../src/item/crm-time.ts';
import type { CrmAppointment } from '../../src/item/crm-appointment.ts';
import { crmFieldsFrom, crmItemAfter, itemFromCrm, type CrmContext } from '../../src/item/crm-mapping.ts';
import { attendeeChanges } from '../../src/item/people.ts';
import { MERGED_FIELDS, type SyncItem } from '../../src/item/sync-item.ts';
import { OWNER, captions } from './arbitraries.ts';

const context: CrmContext = {
  zone: 'Europe/Berlin',
  captions,
  owner: OWNER,
  role: 'organiser',
  externalAttendees: 'list',
  regarding: 'list',
};
const owner = { ...OWNER, user_id: 1, name: 'Olga Owner', response: 6, notify_at: null, resource: false };
const ann = {
  user_id: 2,
  email: 'Ann@Example.com ',
  name: 'Ann',
  response: 3,
  notify_at: null,
  resource: false,
};
const zoe = { email: 'zoe@customer.test', name: 'Zoe', response: null, person_id: 7 };

const row = (fields: Partial<CrmAppointment> = {}): CrmAppointment => ({
  appointment_id: 1,
  present: true,
  deleted: false,
  type: 'Appointment',
  task: null,
  action: 'Meeting',
  status: 'Pending',
  priority: 'Normal',
  start_at: '2026-05-04T10:00:00',
  end_at: '2026-05-04T11:00:00',
  all_day: false,
  private: false,
  crm_only: false,
  subject: 'Talk',
  location: 'Room 1',
  note: 'First\r\nSecond',
  notify_at: null,
  updated_at: null,
  updated_by: null,
  recurrence_id: null,
  organiser: { user_id: 1, email: 'owner@example.com', name: 'Olga Owner' },
  users: [owner],
  externals: [],
  regarding: [],
  holders: [{ crm_user_id: 1, role: 'organiser' }],
  fingerprint: 'f',
  ...fields,
});

function read(fields: Partial<CrmAppointment> = {}, changed: Partial<CrmContext> = {}): SyncItem {
  const result = itemFromCrm(row(fields), { ...context, ...changed });
  if ('refused' in result) throw new Error(`${result.refused}: ${result.detail}`);
  return result.item;
}

test('a row becomes an item', () => {
  expect(read()).toEqual({
    kind: 'appointment',
    subject: 'Talk',
    body: 'First\nSecond',
    location: 'Room 1',
    regarding: [],
    when: {
      allDay: false,
      start: '2026-05-04T08:00:00Z',
      end: '2026-05-04T09:00:00Z',
      timeZone: 'Europe/Berlin',
    },
    private: false,
    priority: 'normal',
    status: 'pending',
    busy: true,
    categories: [],
    reminderMinutes: null,
    organiser: null,
    attendees: [],
  });
});

describe('times', () => {
  test.each([
    ['the same midnight', '2026-05-04T00:00:00', '2026-05-04'],
    ['the end of the same day', '2026-05-04T23:59:00', '2026-05-04'],
    ['the next midnight', '2026-05-05T00:00:00', '2026-05-04'],
    ['the second midnight after', '2026-05-06T00:00:00', '2026-05-05'],
    ['the end of the next day', '2026-05-05T23:59:59', '2026-05-05'],
    ['nothing', null, '2026-05-04'],
  ])('an all-day row that starts on 4 May and ends at %s ends with %s/%s', (_, end_at, last) => {
    expect(read({ all_day: true, start_at: '2026-05-04T00:00:00', end_at }).when).toEqual({
      allDay: true,
      start: '2026-05-04',
      end: last,
    });
  });

  test('an all-day row ignores the time of day it carries', () => {
    const { when } = read({ all_day: true, start_at: '2026-05-04T09:00:00', end_at: '2026-05-04T00:00:00' });
    expect(when).toEqual({ allDay: true, start: '2026-05-04', end: '2026-05-04' });
  });

  test('a row without an end takes no time', () => {
    expect(read({ end_at: null }).when).toMatchObject({
      start: '2026-05-04T08:00:00Z',
      end: '2026-05-04T08:00:00Z',
    });
  });

  test.each([
    ['no start', { start_at: null }],
    ['an end before the start', { end_at: '2026-05-04T09:59:59' }],
    ['a start that stands for no time', { start_at: '0001-01-01T00:00:00' }],
    ['an end that stands for ever', { end_at: '9999-12-31T23:59:59' }],
    ['an all-day end that stands for ever', { all_day: true, end_at: '9999-12-31T00:00:00' }],
    ['an all-day end on an earlier day', { all_day: true, end_at: '2026-05-03T00:00:00' }],
  ])('%s is refused', (_, fields) => {
    expect(itemFromCrm(row(fields), context)).toMatchObject({ refused: 'bad_times' });
  });

  test.each(['0001-01-01T00:00:00', '9999-12-31T23:59:59'])('a reminder at %s reminds nobody', (at) => {
    expect(read({ notify_at: at }).reminderMinutes).toBeNull();
  });

  test.each([
    ['2026-05-04T10:00:00', '2026-05-04T08:00:00Z'],
    ['0001-01-01T00:00:00', null],
    ['9999-12-31T23:59:59', null],
    [null, null],
  ])('a row saved at %s was saved at %s', (wall, instant) => {
    expect(savedInstant(wall, context.zone)).toBe(instant);
  });

  test('a start in the skipped hour never ends up behind the end, nor without a length', () => {
    const { when } = read({ start_at: '2026-03-29T02:30:00', end_at: '2026-03-29T03:15:00' });
    expect(when).toMatchObject({ start: '2026-03-29T01:30:00Z', end: '2026-03-29T02:15:00Z' });
  });

  test('an entry that ends in the repeated hour is not written with its end before its start', () => {
    const item = {
      ...read(),
      when: {
        allDay: false as const,
        start: '2026-10-25T00:50:00Z',
        end: '2026-10-25T01:10:00Z',
        timeZone: null,
      },
    };
    expect(crmFieldsFrom(item, ['when'], { ...context, current: row() }).fields).toEqual({
      start_at: '2026-10-25T02:50:00',
      end_at: '2026-10-25T02:50:00',
      all_day: false,
    });
  });
});

describe('people', () => {
  test('users with an address are attendees, the organiser is not', () => {
    const item = read({ users: [owner, ann, { ...ann, user_id: 3, email: null }] });
    expect(item.kind).toBe('meeting');
    expect(item.organiser).toEqual({ email: 'owner@example.com', name: 'Olga Owner' });
    expect(item.attendees).toEqual([
      { email: 'ann@example.com', name: 'Ann', role: 'required', response: 'accepted', external: false },
    ]);
  });

  test.each([
    ['list', 'appointment'],
    ['include', 'meeting'],
    ['omit', 'appointment'],
  ] as const)('somebody outside the CRM in mode %s makes it: %s', (externalAttendees, kind) => {
    const item = read({ externals: [zoe] }, { externalAttendees });
    expect(item.kind).toBe(kind);
    expect(item.attendees.map(({ email, external }) => [email, external])).toEqual([
      ['zoe@customer.test', true],
    ]);
  });

  test('a copy invites nobody', () => {
    const item = read({ users: [owner, ann], externals: [zoe] }, { role: 'copy' });
    expect(item).toMatchObject({ kind: 'appointment', organiser: null, attendees: [] });
  });

  test('a resource is one', () => {
    expect(read({ users: [owner, { ...ann, resource: true }] }).attendees[0]?.role).toBe('resource');
  });

  test('a meeting of an owner without an address is refused', () => {
    const nobody = { ...context, owner: { crm_user_id: 1, email: ' ' } };
    expect(itemFromCrm(row({ users: [owner, ann] }), nobody)).toMatchObject({ refused: 'no_address' });
    expect(itemFromCrm(row(), nobody)).toHaveProperty('item');
  });

  test('changes name who comes and who goes; a declined or unaddressable one does not come', () => {
    const before = read({ users: [owner, ann] });
    const someone = { name: 'N', role: 'required' as const, response: 'none' as const, external: null };
    const after = {
      ...before,
      attendees: [
        { ...someone, email: 'bob@example.com' },
        { ...someone, email: 'cn=cem/o=acme' },
        { ...someone, email: 'dora@example.com', response: 'declined' as const },
      ],
    };
    expect(attendeeChanges(before, after)).toEqual({
      add: [{ email: 'bob@example.com', name: 'N', response: 0 }],
      remove: ['ann@example.com'],
    });
  });
});

describe('the reminder', () => {
  test("is the user's own, else the row's", () => {
    const own = { ...owner, notify_at: '2026-05-04T09:30:00' };
    expect(read({ notify_at: '2026-05-04T09:45:00', users: [own] }).reminderMinutes).toBe(30);
    expect(read({ notify_at: '2026-05-04T09:45:00' }).reminderMinutes).toBe(15);
  });

  test('after the start is one at the start', () => {
    expect(read({ notify_at: '2026-05-04T10:30:00' }).reminderMinutes).toBe(0);
  });

  test.each(['Complete', 'Cancelled'])('is none when the status is %s', (status) => {
    expect(read({ notify_at: '2026-05-04T09:45:00', status }).reminderMinutes).toBeNull();
  });

  test('moves with the start, since the CRM stores a time', () => {
    const item = read({ notify_at: '2026-05-04T09:45:00' });
    const moved = {
      ...item,
      when: { ...item.when, start: '2026-05-05T08:00:00Z', end: '2026-05-05T09:00:00Z' },
    };
    expect(crmFieldsFrom(moved as SyncItem, ['when'], { ...context, current: row() }).fields.notify_at).toBe(
      '2026-05-05T09:45:00',
    );
  });
});

describe('writing to the CRM', () => {
  const write = (
    item: SyncItem,
    fields: Parameters<typeof crmFieldsFrom>[1],
    current: CrmAppointment | null,
  ) => crmFieldsFrom(item, fields, { ...context, current });

  test('sets the changed columns and no other', () => {
    expect(write({ ...read(), location: 'Room 2' }, ['location'], row()).fields).toEqual({
      location: 'Room 2',
    });
  });

  test('gives a new row every column', () => {
    expect(write(read(), [], null).fields).toEqual({
      action: 'Meeting',
      status: 'Pending',
      priority: 'Normal',
      start_at: '2026-05-04T10:00:00',
      end_at: '2026-05-04T11:00:00',
      all_day: false,
      private: false,
      subject: 'Talk',
      location: 'Room 1',
      note: 'First\nSecond',
      notify_at: null,
      organiser_email: null,
    });
  });

  test('keeps a caption that already means the same', () => {
    const waiting = row({ status: 'Waiting', priority: 'Urgent' });
    expect(write(read(), ['status', 'priority'], waiting).fields).toEqual({});
    expect(write({ ...read(), status: 'completed' }, ['status'], waiting).fields).toEqual({
      status: 'Complete',
    });
  });

  test('categories choose the action, unless none fits or it would make a To Do', () => {
    const item = read();
    const action = (categories: string[]) => write({ ...item, categories }, ['categories'], row()).fields;
    expect(action(['Golf', 'phone calls'])).toEqual({ action: 'Phone Call' });
    expect(action(['Golf'])).toEqual({});
    expect(action([])).toEqual({});
    expect(write({ ...item, kind: 'todo', categories: ['Holiday'] }, ['categories'], row()).fields).toEqual(
      {},
    );
  });

  test('a To Do becomes an appointment with the action of a To Do', () => {
    expect(write({ ...read(), kind: 'todo' }, [], null).fields.action).toBe('To Do');
    expect(read({ action: 'to do' }).kind).toBe('todo');
  });

  test('a body that is unknown is left alone', () => {
    expect(write({ ...read(), body: null }, ['body'], row()).fields).toEqual({});
  });

  test('tells what did not fit', () => {
    const subject = `${'x'.repeat(254)}🗓 and more`;
    const { fields, truncated } = write({ ...read(), subject }, ['subject'], row());
    expect(fields.subject).toBe('x'.repeat(254));
    expect(truncated).toEqual([{ field: 'subject', cut: '🗓 and more' }]);
  });
});

test('what the CRM will show after a write is known beforehand', () => {
  const item = { ...read({ users: [owner, ann] }), subject: 'x'.repeat(300), status: 'in_progress' as const };
  const { fields } = crmFieldsFrom(item, MERGED_FIELDS, { ...context, current: null });
  const after = crmItemAfter(null, fields, attendeeChanges(null, item), context);
  expect(after).toMatchObject({
    item: { subject: 'x'.repeat(255), status: 'in_progress', body: 'First\nSecond', when: item.when },
  });
  expect('item' in after && after.item.attendees.map(({ email }) => email)).toEqual(['ann@example.com']);
});

import type { DominoEntry } from '../../src/item/domino-entry.ts';
import {
  dominoItemAfter,
  draftFromItem,
  formOf,
  itemFromDomino,
  patchFromItem,
  type PatchContext,
} from '../../src/item/domino-mapping.ts';
import { attendeeList } from '../../src/item/people.ts';
import type { Attendee, SyncItem } from '../../src/item/sync-item.ts';
import { entryFrom } from './simulated-entry.ts';

const NOW = '2026-05-04T12:00:00Z';
const context = { owner: { email: 'Owner@example.com' }, externalAttendees: 'list' as const, now: NOW };

const person = (email: string, external: boolean | null): Attendee => ({
  email,
  name: '',
  role: 'required',
  response: 'none',
  external,
});
const ann = person('ann@example.com', false);
const zoe = person('zoe@customer.test', true);

const item = (fields: Partial<SyncItem> = {}): SyncItem => ({
  kind: 'appointment',
  subject: 'Talk',
  body: 'Agenda',
  location: 'Room 1',
  regarding: null,
  when: {
    allDay: false,
    start: '2026-05-04T08:00:00Z',
    end: '2026-05-04T09:00:00Z',
    timeZone: 'Europe/Berlin',
  },
  private: false,
  priority: 'normal',
  status: 'pending',
  busy: null,
  categories: [],
  reminderMinutes: 15,
  organiser: null,
  attendees: [],
  ...fields,
});
const meeting = (attendees: Attendee[], fields: Partial<SyncItem> = {}): SyncItem =>
  item({
    kind: 'meeting',
    organiser: { email: 'owner@example.com', name: 'Olga' },
    attendees: attendeeList(attendees),
    ...fields,
  });

const entry = (fields: Partial<DominoEntry> = {}): DominoEntry => ({
  ...entryFrom(draftFromItem(item(), context)),
  ...fields,
});
function read(fields: Partial<DominoEntry> = {}): SyncItem {
  const result = itemFromDomino(entry(fields), context);
  if ('refused' in result) throw new Error(result.detail);
  return result.item;
}

describe('making an entry', () => {
  test.each([
    ['pending', 'opaque', 15],
    ['in_progress', 'opaque', 15],
    ['completed', 'transparent', null],
    ['cancelled', 'transparent', null],
  ] as const)('a %s appointment is confirmed, %s, reminder %p', (status, transparency, reminderMinutes) => {
    expect(draftFromItem(item({ status }), context)).toMatchObject({
      status: 'confirmed',
      transparency,
      reminderMinutes,
      completedAt: null,
    });
  });

  test('a completed To Do is completed now', () => {
    const todo = item({ kind: 'todo', status: 'completed' });
    expect(formOf(todo)).toBe('todo');
    expect(draftFromItem(todo, context)).toMatchObject({ form: 'todo', completedAt: NOW });
  });

  test('a To Do invites nobody', () => {
    expect(draftFromItem(meeting([ann], { kind: 'todo' }), context)).toMatchObject({
      organiser: null,
      attendees: [],
    });
  });

  test.each([
    ['list', ['ann@example.com'], true],
    ['include', ['ann@example.com', 'zoe@customer.test'], false],
    ['omit', ['ann@example.com'], false],
  ] as const)('in mode %s it invites %p, names the others: %p', (externalAttendees, invited, named) => {
    const draft = draftFromItem(meeting([ann, zoe]), { ...context, externalAttendees });
    expect(draft.attendees.map(({ email }) => email)).toEqual(invited);
    expect(draft.organiser).toEqual({ email: 'owner@example.com', name: 'Olga' });
    expect(draft.body.includes('zoe@customer.test')).toBe(named);
  });

  test('an empty subject is shown as such and read back as empty', () => {
    const draft = draftFromItem(item({ subject: '' }), context);
    expect(draft.subject).not.toBe('');
    expect(itemFromDomino(entryFrom(draft), context)).toMatchObject({ item: { subject: '' } });
  });

  test('what Domino will show of it is known beforehand', () => {
    const wanted = meeting([ann, zoe], { status: 'in_progress', subject: '' });
    expect(dominoItemAfter(wanted, context)).toEqual({
      ...wanted,
      regarding: [],
      busy: true,
      status: 'pending',
      attendees: [ann],
    });
  });
});

describe('reading an entry', () => {
  test.each([
    [0, 'normal'],
    [1, 'high'],
    [4, 'high'],
    [5, 'normal'],
    [6, 'low'],
    [9, 'low'],
    [null, 'normal'],
  ])('priority %p is %s', (priority, expected) => {
    expect(read({ priority }).priority).toBe(expected);
  });

  test('a body that is not revealed is unknown, not empty', () => {
    expect(read({ body: null }).body).toBeNull();
    expect(read({ body: '' }).body).toBe('');
  });

  test('only a cancelled entry has a status; a To Do also that of being completed', () => {
    const todo = { form: 'todo' as const, uid: 'U', recurrenceId: null };
    expect(read({ transparency: 'transparent' }).status).toBe('pending');
    expect(read({ status: 'tentative' }).status).toBe('pending');
    expect(read({ status: 'cancelled' }).status).toBe('cancelled');
    expect(read({ key: todo, completedAt: NOW })).toMatchObject({ kind: 'todo', status: 'completed' });
    expect(read({ key: todo })).toMatchObject({ kind: 'todo', status: 'pending' });
  });

  test('a meeting with oneself is an appointment', () => {
    const owner = { email: 'owner@example.com', name: 'Olga' };
    const alone = read({
      appointmentType: 'meeting',
      organiser: owner,
      attendees: [person('OWNER@example.com', null)],
    });
    expect(alone).toMatchObject({ kind: 'appointment', organiser: null, attendees: [] });
  });

  test("an invitee's copy has the invitee among its attendees", () => {
    const boss = { email: 'boss@example.com', name: 'Boss' };
    const copy = read({ organiser: boss, attendees: [person('Owner@example.com', null)] });
    expect(copy).toMatchObject({
      kind: 'meeting',
      organiser: boss,
      attendees: [{ email: 'owner@example.com' }],
    });
  });

  test('a zone nobody knows is left out', () => {
    const when = { allDay: false as const, start: '2026-05-04T08:00:00Z', end: '2026-05-04T09:00:00Z' };
    expect(read({ when: { ...when, timeZone: 'Romance Standard Time' } }).when).toEqual({
      ...when,
      timeZone: null,
    });
  });

  test.each([
    ['a whole series', { series: true }, 'series_master'],
    [
      'an end before the start',
      {
        when: {
          allDay: false as const,
          start: '2026-05-04T08:00:00Z',
          end: '2026-05-04T07:00:00Z',
          timeZone: null,
        },
      },
      'bad_times',
    ],
    [
      'milliseconds',
      { when: { allDay: true as const, start: '2026-05-04T00:00:00.000Z', end: '2026-05-04' } },
      'bad_times',
    ],
    [
      'a year before the CRM',
      { when: { allDay: true as const, start: '0201-05-04', end: '2026-05-04' } },
      'bad_times',
    ],
  ])('%s is refused', (_, fields, refused) => {
    expect(itemFromDomino(entry(fields), context)).toMatchObject({ refused });
  });
});

describe('updating an entry', () => {
  const patch = (
    wanted: SyncItem,
    fields: Parameters<typeof patchFromItem>[1],
    sides: Partial<Pick<PatchContext, 'crm' | 'crmBefore' | 'domino'>> = {},
  ) =>
    patchFromItem(wanted, fields, { ...context, crm: item(), crmBefore: item(), domino: item(), ...sides });

  test('sets the changed fields and no other', () => {
    expect(patch(item({ location: 'Room 2' }), ['location'])).toEqual({ location: 'Room 2' });
    expect(patch(item(), [])).toEqual({});
  });

  test('completing makes the time free and silent; reopening leaves the reminder to its own field', () => {
    expect(patch(item({ status: 'completed' }), ['status'])).toEqual({
      transparency: 'transparent',
      status: 'confirmed',
      completedAt: null,
      reminderMinutes: null,
    });
    expect(patch(item(), ['status'])).toEqual({
      transparency: 'opaque',
      status: 'confirmed',
      completedAt: null,
    });
  });

  test('invites the added user in the name of the owner', () => {
    expect(patch(meeting([ann], { organiser: null }), ['attendees'])).toEqual({
      organiser: { email: 'owner@example.com', name: '' },
      attendees: [ann],
    });
  });

  test('taking the last one away makes it an appointment again', () => {
    expect(patch(item(), ['attendees'], { domino: meeting([ann]) })).toEqual({
      organiser: null,
      attendees: [],
    });
  });

  test('names an added outsider in the body and touches no attendee', () => {
    const crm = item({ attendees: [zoe] });
    const { body, ...rest } = patch(item({ attendees: [zoe], body: 'Edited in Notes' }), ['attendees'], {
      crm,
    });
    expect(rest).toEqual({});
    expect(body).toMatch(/^Edited in Notes\n\n[^]*<zoe@customer.test>/);
  });

  test('takes an outsider who no longer comes out of the body', () => {
    const crmBefore = item({ attendees: [zoe] });
    expect(patch(item(), ['attendees'], { crmBefore })).toEqual({ body: 'Agenda' });
  });

  test('keeps naming the outsiders when the text changes, but none whom a Notes user invited', () => {
    const crm = item({ attendees: [ann, zoe] });
    expect(patch(item({ body: 'New' }), ['body'], { crm, crmBefore: crm }).body).toContain(
      'zoe@customer.test',
    );
    const domino = meeting([person('zoe@customer.test', null)], { body: 'New' });
    expect(patch(domino, ['body'], { crm, crmBefore: crm, domino }).body).toBe('New');
  });

  test('a body that is not revealed is never touched for the sake of the list', () => {
    const crm = item({ attendees: [zoe] });
    expect(patch(item({ attendees: [zoe], body: null }), ['attendees'], { crm })).toEqual({});
  });
});

/** What the history keeps of a change: enough for the story, never the words of a private item. */
import { LONGEST_LIST, LONGEST_TEXT, fieldChanges } from '../../src/item/field-change.ts';
import { MERGED_FIELDS, type Attendee, type SyncItem } from '../../src/item/sync-item.ts';

const item: SyncItem = {
  kind: 'appointment',
  subject: 'Lunch',
  body: 'Menu',
  location: '',
  regarding: null,
  when: {
    allDay: false,
    start: '2026-06-01T10:00:00Z',
    end: '2026-06-01T11:00:00Z',
    timeZone: 'Europe/Berlin',
  },
  private: false,
  priority: 'normal',
  status: 'pending',
  busy: true,
  categories: ['Food'],
  reminderMinutes: null,
  organiser: null,
  attendees: [],
};
const person = (email: string): Attendee => ({
  email,
  name: email,
  role: 'required',
  response: 'none',
  external: null,
});

test('only fields that differ are kept, with both values', () => {
  const after: SyncItem = { ...item, subject: 'Dinner', reminderMinutes: 10 };
  expect(fieldChanges(item, after, MERGED_FIELDS)).toEqual([
    { field: 'subject', before: 'Lunch', after: 'Dinner' },
    { field: 'reminderMinutes', before: null, after: 10 },
  ]);
});

test('a field that was not written is not told, however different', () => {
  expect(fieldChanges(item, { ...item, subject: 'Dinner', body: 'x' }, ['body'])).toMatchObject([
    { field: 'body' },
  ]);
});

test('a creation tells what is neither empty nor as usual', () => {
  expect(fieldChanges(null, item, MERGED_FIELDS).map(({ field }) => field)).toEqual([
    'subject',
    'body',
    'when',
    'categories',
  ]);
});

test('long texts are cut around the first difference, whole characters only', () => {
  const long = '🗓'.repeat(1000);
  const [change] = fieldChanges({ ...item, body: `${long}a${long}` }, { ...item, body: `${long}b${long}` }, [
    'body',
  ]);
  expect(change!.before).toMatch(/^…🗓{40}a🗓{159}…$/u);
  expect(change!.after).toMatch(/^…🗓{40}b🗓{159}…$/u);
  const [made] = fieldChanges(null, { ...item, body: long }, ['body']);
  expect([...(made!.after as string)]).toHaveLength(LONGEST_TEXT + 1);
});

test('of attendees and categories only those who went and came are kept, and not endlessly many', () => {
  const many = Array.from({ length: 30 }, (_, i) => person(`p${String(i).padStart(2, '0')}@x.example`));
  const [change] = fieldChanges(
    { ...item, attendees: [person('gone@x.example'), person('stays@x.example')] },
    { ...item, attendees: [...many, person('stays@x.example')] },
    ['attendees'],
  );
  expect(change!.before).toEqual(['gone@x.example']);
  expect(change!.after).toHaveLength(LONGEST_LIST + 1);
  expect((change!.after as string[]).at(-1)).toBe('… and 10 more');
});

test.each([
  ['is', item, { ...item, private: true }],
  ['was', { ...item, private: true }, item],
])('an item that %s private keeps its words to itself and tells its times', (_when, before, after) => {
  const changed: SyncItem = {
    ...after,
    subject: 'Secret one',
    body: 'Secret two',
    location: 'Secret three',
    categories: ['Secret four'],
    attendees: [person('secret@x.example')],
    when: { allDay: true, start: '2026-07-01', end: '2026-07-01' },
  };
  const changes = fieldChanges(before, changed, MERGED_FIELDS);
  expect(JSON.stringify(changes)).not.toMatch(/secret/i);
  expect(changes.filter(({ masked }) => masked === true).map(({ field }) => field)).toEqual([
    'subject',
    'body',
    'location',
    'categories',
    'attendees',
  ]);
  expect(changes).toContainEqual({ field: 'when', before: before.when, after: changed.when });
});

/** docs/mapping.md says what the code does: each field is changed alone, and what is written then is what the page names. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VENDOR_COLUMNS } from '../../src/crm/deploy/vendor-columns.ts';
import { withMappingTables } from '../../src/docs/mapping-page.ts';
import { createAllDay } from '../../src/domino/das/all-day.ts';
import { createBody } from '../../src/domino/das/event-encode.ts';
import { itemsOf } from '../../src/domino/das/todo.ts';
import type { CrmAppointment } from '../../src/item/crm-appointment.ts';
import { crmFieldsFrom } from '../../src/item/crm-mapping.ts';
import { draftFromItem } from '../../src/item/domino-mapping.ts';
import { FIELD_MAPPING } from '../../src/item/field-mapping.ts';
import { MERGED_FIELDS, type ItemKind, type MergedField, type SyncItem } from '../../src/item/sync-item.ts';
import { captions, OWNER } from '../item/arbitraries.ts';

const project = join(import.meta.dirname, '..', '..');
const read = (...path: string[]): string =>
  readFileSync(join(project, ...path), 'utf8').replaceAll('\r\n', '\n');

const plain = (kind: ItemKind): SyncItem => ({
  kind,
  subject: 'a',
  body: 'b',
  location: 'c',
  regarding: [],
  when: { allDay: false, start: '2026-05-04T10:00:00Z', end: '2026-05-04T11:00:00Z', timeZone: null },
  private: false,
  priority: 'normal',
  status: 'pending',
  busy: true,
  categories: [],
  reminderMinutes: null,
  organiser: null,
  attendees: [],
});
const CHANGED: Pick<SyncItem, MergedField> = {
  subject: 'another',
  body: 'another',
  location: 'another',
  regarding: ['Company: Acme'],
  when: { allDay: true, start: '2026-05-05', end: '2026-05-06' },
  private: true,
  priority: 'high',
  status: 'completed',
  busy: false,
  categories: ['Phone Calls'],
  reminderMinutes: 15,
  attendees: [{ email: 'ann@example.com', name: 'Ann', role: 'required', response: 'none', external: null }],
};
const changed = (kind: ItemKind, field: MergedField): SyncItem => ({
  ...plain(kind),
  [field]: CHANGED[field],
});
const differing = (one: Record<string, unknown>, other: Record<string, unknown>): string[] =>
  Object.keys({ ...one, ...other })
    .filter((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]))
    .sort();

const dominoContext = { owner: OWNER, externalAttendees: 'include' as const, now: '2026-05-04T12:00:00Z' };
const event = (item: SyncItem) =>
  createBody('crm-1', draftFromItem(item, dominoContext), createAllDay('inclusive')).events[0];
const todo = (item: SyncItem) => itemsOf(draftFromItem(item, dominoContext), 'UTC');

const COLUMNS: Record<string, string> = {
  start_at: 'Comm_DateTime',
  end_at: 'Comm_ToDateTime',
  all_day: 'Comm_IsAllDayEvent',
  notify_at: 'Comm_NotifyTime',
};
const columnOf = (key: string): string => COLUMNS[key] ?? `Comm_${key[0]!.toUpperCase()}${key.slice(1)}`;

describe.each(MERGED_FIELDS)('%s', (field) => {
  const { crm, event: members, todo: items } = FIELD_MAPPING[field];

  test('is in those members of an event', () => {
    expect(differing(event(plain('meeting')), event(changed('meeting', field)))).toEqual([...members].sort());
  });

  test('is in those items of a To Do', () => {
    expect(differing(todo(plain('todo')), todo(changed('todo', field)))).toEqual([...items].sort());
  });

  test('is in those columns of the CRM, which deploy asks for and the triggers watch', () => {
    const { fields } = crmFieldsFrom(changed('appointment', field), [field], {
      zone: 'UTC',
      captions,
      owner: OWNER,
      role: 'organiser',
      externalAttendees: 'include',
      regarding: 'list',
      current: { action: 'Meeting', status: 'Pending', priority: 'Normal', task: null } as CrmAppointment,
    });
    const written = Object.keys(fields).map(columnOf);
    // What the CRM says an appointment is regarding is read only.
    const writable = field === 'regarding' ? [] : crm.filter((column) => column.startsWith('Comm_'));
    expect([...writable].sort()).toEqual(written.sort());
    const known = new Set([...VENDOR_COLUMNS['communication']!, ...VENDOR_COLUMNS['comm_link']!]);
    for (const column of crm) {
      expect(known).toContain(column.toLowerCase());
      const file = `capture_${column.startsWith('Comm_') ? 'communication' : 'comm_link'}.sql`;
      for (const engine of ['postgres', 'mssql'])
        expect(read('sql', engine, 'capture', file).toLowerCase()).toContain(column.toLowerCase());
    }
  });
});

test('the tables of docs/mapping.md are what `npm run docs` makes', () => {
  const page = read('docs', 'mapping.md');
  expect(withMappingTables(page, read('sql', 'postgres', 'admin', 'caption_defaults.sql'))).toBe(page);
});

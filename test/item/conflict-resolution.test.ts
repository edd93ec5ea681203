import fc from 'fast-check';
import { planResolution, type ConflictValues, type Take } from '../../src/item/conflict-resolution.ts';
import type { CrmAppointment } from '../../src/item/crm-appointment.ts';
import { itemFromCrm, type CrmContext } from '../../src/item/crm-mapping.ts';
import type { Attendee } from '../../src/item/sync-item.ts';
import { appointment, captions, OWNER } from './arbitraries.ts';

const context: CrmContext = {
  zone: 'Europe/Berlin',
  captions,
  owner: OWNER,
  role: 'organiser',
  externalAttendees: 'list',
  regarding: 'list',
};
const [sample] = fc.sample(appointment, { numRuns: 1, seed: 11 });
const row = (changes: Partial<CrmAppointment> = {}): CrmAppointment => ({
  ...sample!,
  action: 'Meeting',
  status: 'Pending',
  priority: 'Normal',
  all_day: false,
  start_at: '2026-05-04T10:00:00',
  end_at: '2026-05-04T11:00:00',
  notify_at: null,
  subject: 'Plan',
  location: '',
  note: '',
  private: false,
  updated_at: '2026-05-01T12:00:00',
  users: sample!.users.slice(0, 1),
  externals: [],
  task: null,
  ...changes,
});
const conflict = (
  field: string,
  base: unknown,
  crm: unknown,
  domino: unknown,
  winner: ConflictValues['winner'],
) => ({
  field,
  base_value: base,
  crm_value: crm,
  domino_value: domino,
  winner,
  decided_at: '2026-05-01T10:00:00Z',
});
const plan = (now: CrmAppointment, given: ConflictValues, take: Take) =>
  planResolution(now, context, [{ conflict: given, take }]);
const person = (email: string, external: boolean | null, response: Attendee['response'] = 'none') => ({
  email,
  name: email,
  role: 'required' as const,
  response,
  external,
});

test.each<[string, Partial<CrmAppointment>, ConflictValues, Take, object]>([
  [
    'a subject',
    { subject: 'D' },
    conflict('subject', 'B', 'C', 'D', 'domino'),
    'crm',
    { operation: 'write', fields: { subject: 'C' }, cut: [] },
  ],
  [
    'a subject that the CRM has to cut',
    { subject: 'C' },
    conflict('subject', 'B', 'C', 'D'.repeat(300), 'crm'),
    'domino',
    { operation: 'write', fields: { subject: 'D'.repeat(255) }, cut: ['subject'] },
  ],
  [
    'a status, by its caption',
    { status: 'Complete' },
    conflict('status', 'pending', 'completed', 'cancelled', 'crm'),
    'domino',
    { operation: 'write', fields: { status: 'Cancelled' } },
  ],
  [
    'a reminder that was taken away',
    { notify_at: '2026-05-04T09:45:00' },
    conflict('reminderMinutes', 5, null, 15, 'domino'),
    'crm',
    { operation: 'write', fields: { notify_at: null } },
  ],
  [
    'the action behind the categories',
    { action: 'Phone Call' },
    conflict('categories', { crm: [], domino: ['Golf'] }, ['Phone Calls'], ['Golf', 'Holiday'], 'crm'),
    'domino',
    { operation: 'write', fields: { action: 'Vacation' } },
  ],
  [
    'all-day dates in place of times',
    {},
    conflict(
      'when',
      null,
      { allDay: false, start: '2026-05-04T08:00:00Z', end: '2026-05-04T09:00:00Z', timeZone: null },
      { allDay: true, start: '2026-05-05', end: '2026-05-06' },
      'crm',
    ),
    'domino',
    {
      operation: 'write',
      fields: { start_at: '2026-05-05T00:00:00', end_at: '2026-05-06T23:59:00', all_day: true },
    },
  ],
  [
    'a value of a first comparison, which has no base',
    { location: 'Here' },
    conflict('location', null, 'Here', 'There', 'crm'),
    'domino',
    { operation: 'write', fields: { location: 'There' } },
  ],
  [
    'a value that stands already',
    { subject: 'D' },
    conflict('subject', 'B', 'C', 'D', 'domino'),
    'domino',
    { operation: 'keep', fields: {} },
  ],
  [
    'nothing, to leave it as it is',
    { subject: 'Something else' },
    conflict('subject', 'B', 'C', 'D', 'domino'),
    'keep',
    { operation: 'keep', fields: {} },
  ],
  [
    'a field that was edited since',
    { subject: 'Something else' },
    conflict('subject', 'B', 'C', 'D', 'domino'),
    'crm',
    { refused: 'it was edited since the conflict was decided', field: 'subject', now: 'Something else' },
  ],
  [
    'a field of a deleted appointment',
    { subject: 'D', deleted: true },
    conflict('subject', 'B', 'C', 'D', 'domino'),
    'crm',
    { refused: 'the appointment is deleted in the CRM' },
  ],
  [
    'a value of another shape',
    {},
    conflict('when', null, 'tomorrow', 'today', 'crm'),
    'domino',
    { refused: 'the conflict holds values of an unknown shape' },
  ],
  [
    'an unknown field',
    {},
    conflict('colour', null, 'red', 'blue', 'crm'),
    'domino',
    { refused: 'the conflict holds values of an unknown shape' },
  ],
])('takes %s', (_what, changes, given, take, expected) => {
  expect(plan(row(changes), given, take)).toMatchObject(expected);
});

describe('of attendees', () => {
  const bob = {
    user_id: 11,
    email: 'bob@example.com',
    name: 'Bob',
    response: 4,
    notify_at: null,
    resource: false,
  };
  const zoe = { email: 'zoe@customer.test', name: 'Zoe', response: 0, person_id: null };
  const now = row({ users: [...row().users, bob], externals: [zoe] });
  const declined = person('bob@example.com', false, 'declined');
  const accepted = person('bob@example.com', null, 'accepted');
  const outsider = person('zoe@customer.test', true);

  test('an answer is put back, and nobody whom Domino cannot know is taken off', () => {
    const given = conflict(
      'attendees',
      { crm: [person('bob@example.com', false), outsider], domino: [person('bob@example.com', null)] },
      [declined, outsider],
      [accepted],
      'crm',
    );
    expect(plan(now, given, 'domino')).toMatchObject({
      operation: 'write',
      add: [{ email: 'bob@example.com', response: 3 }],
      remove: [],
    });
  });

  test('whom both kept goes when the side is taken that had taken him away', () => {
    const given = conflict(
      'attendees',
      { crm: [], domino: [person('bob@example.com', null)] },
      [declined],
      [],
      'crm',
    );
    expect(plan(row({ users: now.users }), given, 'domino')).toMatchObject({
      operation: 'write',
      add: [],
      remove: ['bob@example.com'],
    });
  });
});

describe('of existence', () => {
  const deletedInNotes = conflict('existence', null, 'edited', 'deleted', 'crm');
  const late = row({ updated_at: '2026-05-01T12:01:00' });

  test.each<[string, CrmAppointment, ConflictValues, Take, object]>([
    ['the deletion is carried out', row(), deletedInNotes, 'domino', { operation: 'delete' }],
    ['the edit stands', row(), deletedInNotes, 'crm', { operation: 'keep' }],
    [
      'the deletion stands where it is deleted already',
      row({ deleted: true }),
      deletedInNotes,
      'domino',
      { operation: 'keep' },
    ],
    [
      'a later save is not deleted',
      late,
      deletedInNotes,
      'domino',
      { refused: expect.stringContaining('saved again at 2026-05-01T10:01:00Z') },
    ],
    ['a later save can be left', late, deletedInNotes, 'keep', { operation: 'keep' }],
    [
      'an edit that lost cannot be put back here',
      row({ deleted: true }),
      conflict('existence', null, 'deleted', { subject: 'D' }, 'crm'),
      'domino',
      { refused: expect.stringContaining('the deletion was carried out') },
    ],
  ])('%s', (_what, now, given, take, expected) => {
    expect(plan(now, given, take)).toMatchObject(expected);
  });
});

test('several fields are written together, and what changes is told', () => {
  const now = row({ subject: 'D', location: 'Notes place' });
  const outcome = planResolution(now, context, [
    { conflict: conflict('subject', 'B', 'C', 'D', 'domino'), take: 'crm' },
    { conflict: conflict('location', '', 'CRM place', 'Notes place', 'domino'), take: 'crm' },
    { conflict: conflict('priority', 'low', 'normal', 'high', 'crm'), take: 'keep' },
  ]);
  expect(outcome).toMatchObject({
    operation: 'write',
    fields: { subject: 'C', location: 'CRM place' },
    changes: [
      { field: 'subject', before: 'D', after: 'C' },
      { field: 'location', before: 'Notes place', after: 'CRM place' },
    ],
  });
});

test('any row whose value stands needs no writing to confirm it, and its own value written anew changes nothing', () => {
  const fields = ['subject', 'location', 'body', 'private', 'priority', 'status', 'when'] as const;
  fc.assert(
    fc.property(appointment, fc.constantFrom(...fields), (any, field) => {
      const read = itemFromCrm(any, context);
      if ('refused' in read) return;
      const value = read.item[field];
      const given = conflict(field, null, value, value, 'crm');
      // An end in a repeated hour, or an all-day row of another spelling, is written as it reads.
      for (const side of ['crm', 'domino'] as const)
        expect(plan(any, given, side)).toMatchObject({ operation: 'keep', changes: [] });
    }),
  );
});

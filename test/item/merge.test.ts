import fc from 'fast-check';
import { mergeItems, type MergeInput, type MergeResult } from '../../src/item/merge.ts';
import { mergeRules, oneRule, type MergePolicy } from '../../src/item/merge-rules.ts';
import { MERGED_FIELDS, type Attendee, type SyncItem } from '../../src/item/sync-item.ts';
import { item } from './arbitraries.ts';

const person = (name: string, external: boolean | null = false): Attendee => ({
  email: `${name}@example.com`,
  name,
  role: 'required',
  response: 'none',
  external,
});
const [sample] = fc.sample(item, { numRuns: 1, seed: 7 });
const base: SyncItem = {
  ...sample!,
  kind: 'appointment',
  subject: 'Talk',
  body: 'Agenda',
  status: 'pending',
  attendees: [],
  when: {
    allDay: false,
    start: '2026-05-04T08:00:00Z',
    end: '2026-05-04T09:00:00Z',
    timeZone: 'Europe/Berlin',
  },
};
const rule = (policy: MergePolicy) => ({ rules: oneRule(policy, `policy ${policy}`) });
const sure = {
  ...rule('newest'),
  crmChangedAt: '2026-05-01T10:00:00Z',
  dominoChangedAt: '2026-05-01T11:00:00Z',
};
const merge = (crm: Partial<SyncItem>, domino: Partial<SyncItem>, input: Partial<MergeInput> = {}) =>
  mergeItems({
    base: { crm: base, domino: base },
    crm: { ...base, ...crm },
    domino: { ...base, ...domino },
    ...sure,
    ...input,
  });
const summary = ({ toCrm, toDomino, conflicts }: MergeResult) => ({
  toCrm,
  toDomino,
  conflicts: conflicts.length,
});

describe('one field', () => {
  test('that nobody changed stays, however differently both sides hold it', () => {
    const result = merge(
      { subject: 'cut' },
      { subject: 'cut here' },
      { base: { crm: { ...base, subject: 'cut' }, domino: { ...base, subject: 'cut here' } } },
    );
    expect(summary(result)).toEqual({ toCrm: [], toDomino: [], conflicts: 0 });
  });

  test('that one side changed goes to the other', () => {
    const result = merge({ subject: 'New' }, { location: 'There' });
    expect(summary(result)).toEqual({ toCrm: ['location'], toDomino: ['subject'], conflicts: 0 });
    expect(result.domino).toMatchObject({ subject: 'New', location: 'There' });
    expect(result.crm).toMatchObject({ subject: 'New', location: 'There' });
  });

  test('that both changed alike needs nothing', () => {
    expect(summary(merge({ subject: 'New' }, { subject: 'New' }))).toEqual({
      toCrm: [],
      toDomino: [],
      conflicts: 0,
    });
  });

  test.each([
    ['newest', 'domino'],
    ['crm', 'crm'],
    ['domino', 'domino'],
  ] as const)('that both changed is decided by policy %s: %s, and the loser is kept', (policy, winner) => {
    const result = merge({ subject: 'C' }, { subject: 'D' }, rule(policy));
    expect(result.conflicts).toEqual([
      {
        field: 'subject',
        base_value: 'Talk',
        crm_value: 'C',
        domino_value: 'D',
        winner,
        decided_by: `policy ${policy}`,
      },
    ]);
    expect(result.toCrm).toEqual(winner === 'domino' ? ['subject'] : []);
    expect(result.toDomino).toEqual(winner === 'crm' ? ['subject'] : []);
  });

  test.each([
    ['2026-05-01T11:00:01Z', '2026-05-01T11:00:00Z', 'crm'],
    ['2026-05-01T11:00:00Z', '2026-05-01T11:00:00Z', 'crm'],
    ['2026-05-01T11:00:00Z', null, 'crm'],
    [null, '2026-05-01T11:00:00Z', 'domino'],
    [null, null, 'crm'],
  ])('newest of %p in the CRM and %p in Domino is %s', (crmChangedAt, dominoChangedAt, winner) => {
    const { conflicts } = merge({ subject: 'C' }, { subject: 'D' }, { crmChangedAt, dominoChangedAt });
    expect(conflicts.map((conflict) => conflict.winner)).toEqual([winner]);
  });
});

test('each group of fields has its own policy, and the conflict names the setting', () => {
  const rules = mergeRules({
    merge_policy: 'newest',
    merge_policy_time: 'crm',
    merge_policy_text: null,
    merge_policy_people: 'domino',
    merge_policy_details: 'crm',
  });
  const at = (hour: string): Partial<SyncItem> => ({
    when: {
      allDay: false,
      start: `2026-05-04T${hour}:00:00Z`,
      end: `2026-05-04T${hour}:30:00Z`,
      timeZone: null,
    },
  });
  const { conflicts } = merge(
    { ...at('12'), subject: 'C', priority: 'high', attendees: [{ ...person('ann'), response: 'accepted' }] },
    { ...at('13'), subject: 'D', priority: 'low', attendees: [{ ...person('ann'), response: 'declined' }] },
    {
      rules,
      base: {
        crm: { ...base, priority: 'normal', attendees: [person('ann')] },
        domino: { ...base, priority: 'normal', attendees: [person('ann')] },
      },
    },
  );
  expect(conflicts.map(({ field, winner, decided_by }) => [field, winner, decided_by])).toEqual([
    ['subject', 'domino', 'setting merge_policy: newest'],
    ['when', 'crm', 'setting merge_policy_time: crm'],
    ['priority', 'crm', 'setting merge_policy_details: crm'],
    ['attendees', 'domino', 'setting merge_policy_people: domino'],
  ]);
});

test('start, end, zone and all-day are one field', () => {
  const later = {
    allDay: false as const,
    start: '2026-05-04T10:00:00Z',
    end: '2026-05-04T11:00:00Z',
    timeZone: null,
  };
  const longer = { ...later, start: '2026-05-04T08:00:00Z' };
  const result = merge({ when: later }, { when: longer });
  expect(result.conflicts.map(({ field }) => field)).toEqual(['when']);
  expect(result.crm?.when).toEqual(longer);
});

describe('categories', () => {
  const before = {
    base: { crm: { ...base, categories: ['Meeting'] }, domino: { ...base, categories: ['Golf', 'Meeting'] } },
  };

  test('of a Notes user stay when the CRM chooses another action', () => {
    const { domino } = merge({ categories: ['Demo'] }, { categories: ['Golf', 'Meeting'] }, before);
    expect(domino?.categories).toEqual(['Demo', 'Golf']);
  });

  test('added in Notes come first, where the CRM looks for its action', () => {
    const { crm } = merge({ categories: ['Meeting'] }, { categories: ['Golf', 'Meeting', 'Demo'] }, before);
    expect(crm?.categories).toEqual(['Demo', 'Meeting']);
  });

  test('changed on both sides are decided by policy, and no other is lost', () => {
    const result = merge(
      { categories: ['Demo'] },
      { categories: ['Golf', 'Vacation'] },
      { ...before, ...rule('crm') },
    );
    expect(result.domino?.categories).toEqual(['Demo', 'Golf', 'Vacation']);
    expect(result.conflicts.map(({ field, winner }) => [field, winner])).toEqual([['categories', 'crm']]);
    expect(result.toCrm).toEqual([]);
  });
});

describe('a body that Domino does not reveal', () => {
  test('is no change', () => {
    expect(summary(merge({}, { body: null }))).toEqual({ toCrm: [], toDomino: [], conflicts: 0 });
  });

  test('is replaced only when the CRM text changed', () => {
    const result = merge({ body: 'New' }, { body: null });
    expect(summary(result)).toEqual({ toCrm: [], toDomino: ['body'], conflicts: 0 });
  });

  test('is not replaced in an adoption', () => {
    expect(summary(merge({}, { body: null }, { base: null }))).toEqual({
      toCrm: [],
      toDomino: [],
      conflicts: 0,
    });
  });
});

describe('attendees', () => {
  const [ann, bob, cem] = ['ann', 'bob', 'cem'].map((name) => person(name)) as [Attendee, Attendee, Attendee];
  const emails = (side: SyncItem | null) => side?.attendees.map(({ email }) => email.split('@')[0]);
  const before = { base: { crm: { ...base, attendees: [ann] }, domino: { ...base, attendees: [ann] } } };

  test('merge as people added and taken away on either side', () => {
    const result = merge({ attendees: [ann, bob] }, { attendees: [cem] }, before);
    expect(emails(result.crm)).toEqual(['bob', 'cem']);
    expect(emails(result.domino)).toEqual(['bob', 'cem']);
    expect(summary(result)).toEqual({ toCrm: ['attendees'], toDomino: ['attendees'], conflicts: 0 });
  });

  test('whom only one side can hold are not taken away from it', () => {
    const zoe = person('zoe', true);
    const result = merge(
      { attendees: [ann, zoe] },
      { attendees: [ann, bob] },
      { base: { crm: { ...base, attendees: [ann, zoe] }, domino: { ...base, attendees: [ann] } } },
    );
    expect(emails(result.crm)).toEqual(['ann', 'bob', 'zoe']);
    expect(emails(result.domino)).toEqual(['ann', 'bob']);
    expect(result.toDomino).toEqual([]);
  });

  test('an outsider taken away in the CRM is told to Domino, which may name him in the body', () => {
    const zoe = person('zoe', true);
    const result = merge({}, {}, { base: { crm: { ...base, attendees: [zoe] }, domino: base } });
    expect(summary(result)).toEqual({ toCrm: [], toDomino: ['attendees'], conflicts: 0 });
  });

  test('whom one side adds while the other takes him away stays, and it is told', () => {
    const result = merge(
      { attendees: [] },
      { attendees: [ann] },
      { base: { crm: { ...base, attendees: [ann] }, domino: base } },
    );
    expect([emails(result.crm), emails(result.domino)]).toEqual([['ann'], ['ann']]);
    expect(result.conflicts.map(({ field, winner }) => [field, winner])).toEqual([['attendees', 'domino']]);
  });

  test('an adoption takes nobody away', () => {
    const result = merge({ attendees: [ann] }, { attendees: [bob] }, { base: null });
    expect([emails(result.crm), emails(result.domino)]).toEqual([
      ['ann', 'bob'],
      ['ann', 'bob'],
    ]);
  });

  test('are known by their addresses, not by their names', () => {
    const answered = { ...ann, name: 'Ann A.', external: null };
    const result = merge({ attendees: [ann] }, { attendees: [answered] }, before);
    expect(summary(result)).toEqual({ toCrm: [], toDomino: [], conflicts: 0 });
  });

  describe('in their answers and roles', () => {
    const said = (response: Attendee['response'], role: Attendee['role'] = 'required') => ({
      ...ann,
      role,
      response,
    });
    const one = (attendee: Attendee) => ({ attendees: [attendee] });
    const answers = (result: MergeResult) =>
      [result.crm, result.domino].map((side) => side!.attendees.map(({ response }) => response).join());

    test('follow the side that changed them, whatever the policy', () => {
      const result = merge(one(said('none')), one(said('accepted')), { ...before, ...rule('crm') });
      expect(answers(result)).toEqual(['accepted', 'accepted']);
      expect(summary(result)).toEqual({ toCrm: ['attendees'], toDomino: [], conflicts: 0 });
      const role = merge(one(said('none')), one(said('none', 'optional')), { ...before, ...rule('crm') });
      expect(role.crm?.attendees).toMatchObject([{ role: 'optional' }]);
    });

    test('are decided by policy when both changed them to something else, and the whole is kept', () => {
      const result = merge(one(said('declined')), one(said('accepted')), { ...before, ...rule('domino') });
      expect(answers(result)).toEqual(['accepted', 'accepted']);
      expect(result.conflicts).toEqual([
        {
          field: 'attendees',
          base_value: [ann],
          crm_value: [said('declined')],
          domino_value: [said('accepted')],
          winner: 'domino',
          decided_by: 'policy domino',
        },
      ]);
    });

    test('that both changed alike are no conflict', () => {
      const result = merge(one(said('accepted')), one(said('accepted')), before);
      expect(summary(result)).toEqual({ toCrm: [], toDomino: [], conflicts: 0 });
    });

    test('are not taken away by a side that shows none, as Domino does for everybody', () => {
      const shown = {
        crm: { ...base, attendees: [said('accepted')] },
        domino: { ...base, attendees: [ann] },
      };
      expect(summary(merge(one(said('accepted')), one(ann), { base: shown }))).toEqual({
        toCrm: [],
        toDomino: [],
        conflicts: 0,
      });
      const intent = { crm: shown.crm, domino: shown.crm };
      const result = merge(one(said('accepted')), one(ann), { base: intent, ...rule('domino') });
      expect(answers(result)).toEqual(['accepted', 'none']);
    });

    test('tell what was decided when somebody was kept as well', () => {
      const result = merge(
        { attendees: [said('declined'), bob] },
        { attendees: [said('accepted')] },
        {
          base: { crm: { ...base, attendees: [ann] }, domino: { ...base, attendees: [ann, bob] } },
          ...rule('domino'),
        },
      );
      expect(result.conflicts).toMatchObject([
        { winner: 'both', decided_by: 'added people stay; policy domino' },
      ]);
    });
  });

  test('make a meeting of an appointment', () => {
    const organiser = { email: 'owner@example.com', name: 'Olga' };
    const { domino } = merge({ kind: 'meeting', attendees: [ann], organiser }, {});
    expect(domino).toMatchObject({ kind: 'meeting', organiser });
  });
});

describe('an adoption', () => {
  test('decides what differs by policy', () => {
    const result = merge({ subject: 'C' }, { subject: 'D' }, { base: null, ...rule('crm') });
    expect(summary(result)).toEqual({ toCrm: [], toDomino: ['subject'], conflicts: 1 });
  });

  test.each(['crm', 'domino', 'newest'] as const)(
    'loses no text to an empty one under policy %s',
    (policy) => {
      const result = merge(
        { subject: 'Talk', body: '', location: 'Room 1' },
        { subject: '', body: 'Agenda', location: ' ' },
        { base: null, ...rule(policy) },
      );
      const texts = { subject: 'Talk', body: 'Agenda', location: 'Room 1' };
      expect(result.crm).toMatchObject(texts);
      expect(result.domino).toMatchObject(texts);
      expect(result.conflicts).toEqual([]);
    },
  );

  test('takes no reminder away for a To Do, which shows none', () => {
    const result = merge(
      { kind: 'todo', reminderMinutes: 15 },
      { kind: 'todo', reminderMinutes: null },
      { base: null, ...rule('domino') },
    );
    expect(summary(result)).toEqual({ toCrm: [], toDomino: [], conflicts: 0 });
  });

  test('does not reopen a finished appointment for an entry that cannot show it', () => {
    const result = merge({ status: 'completed' }, { status: 'pending' }, { base: null, ...rule('domino') });
    expect(summary(result)).toEqual({ toCrm: [], toDomino: [], conflicts: 0 });
  });
});

test('what is on one side only goes to the other as a whole', () => {
  const only = mergeItems({ base: null, crm: null, domino: base, ...sure });
  expect(only).toMatchObject({ toCrm: [...MERGED_FIELDS], toDomino: [], crm: base, conflicts: [] });
  expect(mergeItems({ base: null, crm: null, domino: null, ...sure })).toMatchObject({
    crm: null,
    domino: null,
  });
});

import fc from 'fast-check';
import { differingFields } from '../../src/item/item-equality.ts';
import { mergeItems, type MergeConflict, type MergeInput, type MergeResult } from '../../src/item/merge.ts';
import { attendeeList } from '../../src/item/people.ts';
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
const sure = {
  policy: 'newest' as const,
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
    const result = merge({ subject: 'C' }, { subject: 'D' }, { policy });
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
      { ...before, policy: 'crm' },
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

  test('names and answers are not what is compared', () => {
    const answered = { ...ann, name: 'Ann A.', response: 'accepted' as const, external: null };
    const result = merge({ attendees: [ann] }, { attendees: [answered] }, before);
    expect(summary(result)).toEqual({ toCrm: [], toDomino: [], conflicts: 0 });
  });

  test('make a meeting of an appointment', () => {
    const organiser = { email: 'owner@example.com', name: 'Olga' };
    const { domino } = merge({ kind: 'meeting', attendees: [ann], organiser }, {});
    expect(domino).toMatchObject({ kind: 'meeting', organiser });
  });
});

describe('an adoption', () => {
  test('decides what differs by policy', () => {
    const result = merge({ subject: 'C' }, { subject: 'D' }, { base: null, policy: 'crm' });
    expect(summary(result)).toEqual({ toCrm: [], toDomino: ['subject'], conflicts: 1 });
  });

  test('does not reopen a finished appointment for an entry that cannot show it', () => {
    const result = merge({ status: 'completed' }, { status: 'pending' }, { base: null, policy: 'domino' });
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

const input: fc.Arbitrary<MergeInput & { crm: SyncItem; domino: SyncItem }> = fc.record({
  base: fc.option(fc.record({ crm: item, domino: item })),
  crm: item,
  domino: item,
  policy: fc.constantFrom('newest' as const, 'crm' as const, 'domino' as const),
  crmChangedAt: fc.constantFrom('2026-05-01T10:00:00Z', '2026-05-01T12:00:00Z'),
  dominoChangedAt: fc.constantFrom('2026-05-01T11:00:00Z', '2026-05-01T13:00:00Z'),
});

describe('any two items', () => {
  test('merged once more need nothing', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { crm, domino } = mergeItems(given) as { crm: SyncItem; domino: SyncItem };
        const again = mergeItems({ ...given, base: { crm, domino }, crm, domino });
        expect(summary(again)).toEqual({ toCrm: [], toDomino: [], conflicts: 0 });
      }),
      { numRuns: 500 },
    );
  });

  test('merge the same when the sides and the policy are swapped', () => {
    const other = { newest: 'newest', crm: 'domino', domino: 'crm', both: 'both' } as const;
    const swapped = (conflict: MergeConflict) => ({
      field: conflict.field,
      winner: other[conflict.winner],
      crm_value: conflict.domino_value,
      domino_value: conflict.crm_value,
    });
    fc.assert(
      fc.property(input, (given) => {
        const straight = mergeItems(given);
        const mirrored = mergeItems({
          base: given.base && { crm: given.base.domino, domino: given.base.crm },
          crm: given.domino,
          domino: given.crm,
          policy: other[given.policy],
          crmChangedAt: given.dominoChangedAt,
          dominoChangedAt: given.crmChangedAt,
        });
        expect(mirrored).toMatchObject({
          toCrm: straight.toDomino,
          toDomino: straight.toCrm,
          crm: straight.domino,
          domino: straight.crm,
          conflicts: straight.conflicts.map(swapped),
        });
      }),
      { numRuns: 500 },
    );
  });

  test('are written exactly where they change, and agree on every field that was written', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { crm, domino, toCrm, toDomino } = mergeItems(given) as MergeResult & {
          crm: SyncItem;
          domino: SyncItem;
        };
        expect(differingFields(crm, given.crm)).toEqual(toCrm);
        expect(differingFields(domino, given.domino)).toEqual(toDomino);
        const written = new Set([...toCrm, ...toDomino]);
        for (const set of ['attendees', 'categories'] as const) written.delete(set);
        expect(differingFields(crm, domino).filter((field) => written.has(field))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('merge the same every time, and their lists stay in order', () => {
    fc.assert(
      fc.property(input, (given) => {
        const result = mergeItems(given);
        expect(mergeItems(given)).toEqual(result);
        expect(result.crm!.attendees).toEqual(attendeeList(result.crm!.attendees));
      }),
    );
  });
});

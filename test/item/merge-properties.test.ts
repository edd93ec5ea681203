/** What holds for any two items, whatever was edited on either side. */
import fc from 'fast-check';
import { differingFields, fieldEqual } from '../../src/item/item-equality.ts';
import { mergeItems, type MergeConflict, type MergeInput, type MergeResult } from '../../src/item/merge.ts';
import {
  FIELD_GROUPS,
  GROUP_OF,
  oneRule,
  type FieldGroup,
  type MergePolicy,
  type MergeRule,
  type MergeRules,
} from '../../src/item/merge-rules.ts';
import { attendeeList } from '../../src/item/people.ts';
import { MERGED_FIELDS, type Attendee, type MergedField, type SyncItem } from '../../src/item/sync-item.ts';
import { item as anyItem } from './arbitraries.ts';

/** What one side may not know, or only one side says, has tests of its own below. */
const item = anyItem.map((one): SyncItem => ({ ...one, regarding: null, busy: one.busy ?? true }));

type Both = MergeInput & { crm: SyncItem; domino: SyncItem };
type Merged = MergeResult & { crm: SyncItem; domino: SyncItem };

const merge = (given: Both): Merged => mergeItems(given) as Merged;
const summary = ({ toCrm, toDomino, conflicts }: MergeResult) => ({
  toCrm,
  toDomino,
  conflicts: conflicts.length,
});

const rule: fc.Arbitrary<MergeRule> = fc
  .constantFrom<MergePolicy>('newest', 'crm', 'domino')
  .map((policy) => ({ policy, decidedBy: policy }));
const rules: fc.Arbitrary<MergeRules> = fc.record(
  Object.fromEntries(FIELD_GROUPS.map((group) => [group, rule])) as Record<FieldGroup, typeof rule>,
);

const times = {
  crmChangedAt: fc.constantFrom('2026-05-01T10:00:00Z', '2026-05-01T12:00:00Z'),
  dominoChangedAt: fc.constantFrom('2026-05-01T11:00:00Z', '2026-05-01T13:00:00Z'),
};
const input: fc.Arbitrary<Both> = fc.record({
  base: fc.option(fc.record({ crm: item, domino: item })),
  crm: item,
  domino: item,
  rules,
  ...times,
});
const RUNS = { numRuns: 1000 };

/** Texts and single values; lists of people and categories merge member by member. */
const SINGLE = MERGED_FIELDS.filter(
  (field) => field !== 'attendees' && field !== 'categories',
) satisfies MergedField[];

const people = (attendees: readonly Attendee[]) =>
  attendees.map(({ email, role, response }) => [email, role, response]);

describe('any two items', () => {
  test('merged once more need nothing', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { crm, domino } = merge(given);
        expect(summary(merge({ ...given, base: { crm, domino }, crm, domino }))).toEqual({
          toCrm: [],
          toDomino: [],
          conflicts: 0,
        });
      }),
      RUNS,
    );
  });

  test('merge the same when the sides and the policies are swapped', () => {
    const other = { newest: 'newest', crm: 'domino', domino: 'crm', both: 'both' } as const;
    const swapped = (conflict: MergeConflict) => ({
      field: conflict.field,
      winner: other[conflict.winner],
      crm_value: conflict.domino_value,
      domino_value: conflict.crm_value,
    });
    const swappedRules = (given: MergeRules): MergeRules =>
      Object.fromEntries(
        FIELD_GROUPS.map((group) => [group, { ...given[group], policy: other[given[group].policy] }]),
      ) as Record<FieldGroup, MergeRule>;
    fc.assert(
      fc.property(input, (given) => {
        const straight = merge(given);
        const mirrored = merge({
          base: given.base && { crm: given.base.domino, domino: given.base.crm },
          crm: given.domino,
          domino: given.crm,
          rules: swappedRules(given.rules),
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
      RUNS,
    );
  });

  test('are written exactly where they change, and agree on every field that was written', () => {
    const changed = (after: SyncItem, before: SyncItem): MergedField[] => {
      const fields = differingFields(after, before).filter((field) => field !== 'attendees');
      const same =
        JSON.stringify(people(after.attendees)) === JSON.stringify(people(attendeeList(before.attendees)));
      return same ? fields : [...fields, 'attendees'];
    };
    // An outsider whom only the body of the entry names is written although no attendee changes.
    const isSure = (field: MergedField) => field !== 'attendees';
    fc.assert(
      fc.property(input, (given) => {
        const { crm, domino, toCrm, toDomino } = merge(given);
        expect(toCrm).toEqual(expect.arrayContaining(changed(crm, given.crm)));
        expect(toDomino).toEqual(expect.arrayContaining(changed(domino, given.domino)));
        expect(toCrm.filter(isSure)).toEqual(changed(crm, given.crm).filter(isSure));
        expect(toDomino.filter(isSure)).toEqual(changed(domino, given.domino).filter(isSure));
        const written = new Set([...toCrm, ...toDomino]);
        for (const set of ['attendees', 'categories'] as const) written.delete(set);
        expect(differingFields(crm, domino).filter((field) => written.has(field))).toEqual([]);
      }),
      RUNS,
    );
  });

  test('take every field from the side that changed it when the other did not, whatever the policy', () => {
    fc.assert(
      fc.property(
        item,
        item,
        item,
        rules,
        fc.constantFrom('crm', 'domino'),
        (crm, domino, edit, given, side) => {
          const sides = side === 'crm' ? { crm: edit, domino } : { crm, domino: edit };
          const {
            crm: crmAfter,
            domino: dominoAfter,
            conflicts,
          } = merge({
            base: { crm, domino },
            ...sides,
            rules: given,
            crmChangedAt: null,
            dominoChangedAt: null,
          });
          expect(conflicts).toEqual([]);
          const [before, after] = side === 'crm' ? [crm, dominoAfter] : [domino, crmAfter];
          for (const field of SINGLE) {
            if (field === 'body' && edit.body === null) continue;
            if (!fieldEqual(field, edit, before)) expect(fieldEqual(field, after, edit)).toBe(true);
          }
          const has = new Map(after.attendees.map((attendee) => [attendee.email, attendee]));
          const had = new Set(before.attendees.map(({ email }) => email));
          for (const { email } of edit.attendees) if (!had.has(email)) expect(has.has(email)).toBe(true);
          for (const email of had)
            if (!edit.attendees.some((one) => one.email === email)) expect(has.has(email)).toBe(false);
        },
      ),
      RUNS,
    );
  });

  test('lose no value: each is on both sides, or in the conflict with what it lost to', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { crm, domino, conflicts } = merge(given);
        for (const field of SINGLE) {
          const conflict = conflicts.find((one) => one.field === field);
          if (conflict === undefined) continue;
          expect([conflict.crm_value, conflict.domino_value]).toEqual([
            given.crm[field],
            given.domino[field],
          ]);
          const rule = given.rules[GROUP_OF[field]];
          const newest =
            Date.parse(given.dominoChangedAt!) > Date.parse(given.crmChangedAt!) ? 'domino' : 'crm';
          const winner = rule.policy === 'newest' ? newest : rule.policy;
          expect(conflict).toMatchObject({ winner, decided_by: rule.decidedBy });
          expect([fieldEqual(field, crm, given[winner]), fieldEqual(field, domino, given[winner])]).toEqual([
            true,
            true,
          ]);
        }
      }),
      RUNS,
    );
  });

  test('adopted without a base lose no text and nobody who takes part', () => {
    fc.assert(
      fc.property(
        item,
        item,
        rules,
        times.crmChangedAt,
        times.dominoChangedAt,
        (crm, domino, given, c, d) => {
          const result = merge({
            base: null,
            crm,
            domino,
            rules: given,
            crmChangedAt: c,
            dominoChangedAt: d,
          });
          const inConflict = (field: MergedField) => result.conflicts.some((one) => one.field === field);
          for (const field of ['subject', 'body', 'location'] as const) {
            for (const [before, after] of [
              [crm, result.crm],
              [domino, result.domino],
            ] as const) {
              const text = before[field];
              if (text === null || text.trim() === '') continue;
              if (!inConflict(field)) expect(fieldEqual(field, after, before)).toBe(true);
            }
          }
          const everybody = new Set([...crm.attendees, ...domino.attendees].map(({ email }) => email));
          for (const side of [result.crm, result.domino])
            expect(new Set(side.attendees.map(({ email }) => email))).toEqual(everybody);
          for (const side of [crm, domino])
            for (const category of side.categories) {
              const kept = [...result.crm.categories, ...result.domino.categories];
              if (!inConflict('categories')) expect(kept).toContain(category);
            }
        },
      ),
      RUNS,
    );
  });

  test('merge the same every time, and their lists stay in order', () => {
    fc.assert(
      fc.property(input, (given) => {
        const result = merge(given);
        expect(merge(given)).toEqual(result);
        expect(result.crm.attendees).toEqual(attendeeList(result.crm.attendees));
      }),
    );
  });

  test('that are the same are no conflict, whatever both sides did since', () => {
    fc.assert(
      fc.property(input, (given) => {
        const same = { ...given, domino: given.crm };
        expect(summary(merge(same)).conflicts).toBe(0);
        expect(summary(merge({ ...same, rules: oneRule('domino', '') })).conflicts).toBe(0);
      }),
    );
  });
});

describe('what an appointment is regarding', () => {
  const known: fc.Arbitrary<Both> = fc.record({
    base: fc.option(fc.record({ crm: anyItem, domino: anyItem })),
    crm: anyItem,
    domino: anyItem,
    rules,
    ...times,
  });

  test('is never written to the CRM nor a conflict, and is told to Domino only when the CRM changed what it said before', () => {
    fc.assert(
      fc.property(known, (given) => {
        const result = merge(given);
        expect(result.toCrm).not.toContain('regarding');
        expect(result.crm.regarding).toEqual(given.crm.regarding);
        expect(result.conflicts.map(({ field }) => field)).not.toContain('regarding');
        const before = given.base?.crm.regarding ?? null;
        const isTold =
          given.crm.regarding !== null &&
          before !== null &&
          JSON.stringify(before) !== JSON.stringify(given.crm.regarding) &&
          JSON.stringify(given.domino.regarding) !== JSON.stringify(given.crm.regarding);
        expect(result.toDomino.includes('regarding')).toBe(isTold);
      }),
      RUNS,
    );
  });
});

describe('busy or free', () => {
  test('of a link that an earlier version stored changes only with what the status stood for', () => {
    fc.assert(
      fc.property(item, item, fc.boolean(), (crm, domino, busy) => {
        const before = { ...crm, status: 'pending' as const, busy: null };
        const given = {
          base: { crm: before, domino: { ...domino, busy: null } },
          crm: { ...crm, busy },
          domino,
          rules: oneRule('newest', ''),
          crmChangedAt: null,
          dominoChangedAt: null,
        };
        const { toCrm, toDomino } = merge(given);
        expect(toCrm).not.toContain('busy');
        expect(toDomino.includes('busy')).toBe(!busy && domino.busy === true);
      }),
      RUNS,
    );
  });

  test('is not decided by an adoption: each side keeps its own', () => {
    fc.assert(
      fc.property(item, item, rules, (crm, domino, given) => {
        const result = merge({
          base: null,
          crm,
          domino,
          rules: given,
          crmChangedAt: null,
          dominoChangedAt: null,
        });
        expect([...result.toCrm, ...result.toDomino]).not.toContain('busy');
      }),
      RUNS,
    );
  });
});

import fc from 'fast-check';
import {
  CRM_CHANGES,
  DIRECTIONS,
  DOMINO_CHANGES,
  ORDINARY,
  planPair,
  plainWords,
  type PairFacts,
} from '../../src/item/planner.ts';
import { DEFAULT_DELETE_POLICY, type DeletePolicy } from '../../src/item/delete-policy.ts';
import { REASON_CODES } from '../../src/item/reason-code.ts';

const alone = ORDINARY;
const meeting: PairFacts = { ...ORDINARY, invitees: true };
const withPolicy = (facts: PairFacts, policy: Partial<DeletePolicy>): PairFacts => ({
  ...facts,
  policy: { ...DEFAULT_DELETE_POLICY, ...policy },
});
const onDeletion = fc.constantFrom('delete' as const, 'unlink' as const);
const anyFacts: fc.Arbitrary<PairFacts> = fc.record({
  invitees: fc.boolean(),
  ended: fc.boolean(),
  inviteeCopy: fc.boolean(),
  skipped: fc.boolean(),
  direction: fc.constantFrom(...DIRECTIONS),
  policy: fc.record({
    inNotesInvited: onDeletion,
    inNotesAlone: onDeletion,
    inCrm: onDeletion,
    past: onDeletion,
    meetsEdit: fc.constantFrom('edit' as const, 'deletion' as const),
  }),
});
const anyPair = fc.tuple(fc.constantFrom(...CRM_CHANGES), fc.constantFrom(...DOMINO_CHANGES), anyFacts);

test('S4: deleted in Notes with people invited deletes the appointment in the CRM', () => {
  expect(planPair('none', 'deleted', meeting)).toEqual({ do: 'delete', on: 'crm', reason: 'domino_deleted' });
});

test('S5: deleted in Notes without invitees leaves the appointment alone and unlinks the pair', () => {
  expect(planPair('none', 'deleted', alone)).toEqual({ do: 'unlink', reason: 'deletion_kept' });
});

test('S2: deleted in the CRM deletes the entry', () => {
  expect(planPair('deleted', 'none', alone)).toEqual({ do: 'delete', on: 'domino', reason: 'crm_deleted' });
});

test('what has ended is archived, not cancelled: neither side deletes it on the other, unless the setting says so', () => {
  for (const [crm, domino, on] of [
    ['none', 'deleted', 'crm'],
    ['deleted', 'none', 'domino'],
  ] as const) {
    const past = { ...meeting, ended: true };
    expect(planPair(crm, domino, past)).toEqual({ do: 'unlink', reason: 'past_deletion_kept' });
    expect(planPair(crm, domino, withPolicy(past, { past: 'delete' }))).toMatchObject({ do: 'delete', on });
  }
});

test.each([
  ['edited', 'deleted', 'domino'],
  ['deleted', 'edited', 'crm'],
] as const)(
  'an edit wins over a deletion: %s in the CRM, %s in Domino makes it anew in %s',
  (crm, domino, on) => {
    expect(planPair(crm, domino, meeting)).toEqual({ do: 'recreate', on, reason: 'edit_beats_deletion' });
  },
);

test('with deletion_meets_edit at deletion an edit changes nothing about what a deletion does', () => {
  for (const facts of [alone, meeting, { ...meeting, ended: true }]) {
    const deletion = withPolicy(facts, { meetsEdit: 'deletion' });
    expect(planPair('edited', 'deleted', deletion)).toEqual(planPair('none', 'deleted', deletion));
    expect(planPair('deleted', 'edited', deletion)).toEqual(planPair('deleted', 'none', deletion));
  }
});

test.each<[Partial<DeletePolicy>, PairFacts, 'none' | 'deleted', 'none' | 'deleted', object]>([
  [{ inNotesInvited: 'unlink' }, meeting, 'none', 'deleted', { do: 'unlink', reason: 'deletion_kept' }],
  [{ inNotesAlone: 'delete' }, alone, 'none', 'deleted', { do: 'delete', on: 'crm' }],
  [{ inCrm: 'unlink' }, meeting, 'deleted', 'none', { do: 'unlink', reason: 'crm_deletion_kept' }],
])('the policy %j decides', (policy, facts, crm, domino, expected) => {
  expect(planPair(crm, domino, withPolicy(facts, policy))).toMatchObject(expected);
});

test('what one side marked as its own is never deleted, nor written', () => {
  fc.assert(
    fc.property(anyPair, ([crm, domino, facts]) => {
      fc.pre(crm === 'opted_out' || domino === 'opted_out' || crm === 'purged');
      expect(['unlink', 'nothing', 'forget']).toContain(planPair(crm, domino, facts).do);
    }),
  );
});

test('a side that the direction excludes is never written, whatever happened', () => {
  fc.assert(
    fc.property(anyPair, ([crm, domino, facts]) => {
      const action = planPair(crm, domino, facts);
      if (facts.direction === 'both' && !facts.inviteeCopy) return;
      expect(action.do).not.toBe('merge');
      if (facts.direction === 'to_domino' && 'on' in action) expect(action.on).toBe('domino');
      if ((facts.direction === 'to_crm' || facts.inviteeCopy) && 'on' in action)
        expect(action.on).toBe('crm');
    }),
    { numRuns: 2000 },
  );
});

test('nothing is deleted that is not deleted, moved or retyped on the other side, nor against the policy', () => {
  fc.assert(
    fc.property(anyPair, ([crm, domino, facts]) => {
      const action = planPair(crm, domino, facts);
      if (action.do !== 'delete') return;
      if (action.on === 'crm') {
        expect(domino).toBe('deleted');
        expect(facts.invitees ? facts.policy.inNotesInvited : facts.policy.inNotesAlone).toBe('delete');
      } else {
        expect(['deleted', 'moved', 'retyped']).toContain(crm);
        if (crm === 'deleted') expect(facts.policy.inCrm).toBe('delete');
      }
      if (facts.ended) expect(facts.policy.past).toBe('delete');
    }),
    { numRuns: 2000 },
  );
});

test('an edit is lost to a deletion only where a setting or the direction wants it', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const usual = facts.policy.meetsEdit === 'edit' && facts.direction === 'both' && !facts.inviteeCopy;
      for (const [crm, domino] of [
        ['edited', 'deleted'],
        ['deleted', 'edited'],
      ] as const) {
        if (usual) expect(planPair(crm, domino, facts).do).not.toBe('delete');
      }
    }),
  );
});

test('every decision has a known reason and plain words', () => {
  fc.assert(
    fc.property(anyPair, ([crm, domino, facts]) => {
      const action = planPair(crm, domino, facts);
      expect(REASON_CODES).toContain(action.reason);
      expect(plainWords(action)).toMatch(/^[a-z].{5,}[^.]$/);
    }),
  );
});

import { planPair, plainWords, SIDE_CHANGES, type Action, type PairFacts } from '../../src/item/planner.ts';
import { REASON_CODES } from '../../src/item/reason-code.ts';

const meeting: PairFacts = { invitees: true, ended: false };
const alone: PairFacts = { invitees: false, ended: false };
const all = SIDE_CHANGES.flatMap((crm) =>
  SIDE_CHANGES.flatMap((domino) =>
    [meeting, alone, { ...meeting, ended: true }, { ...alone, ended: true }].map(
      (facts) => [crm, domino, facts] as const,
    ),
  ),
);

test('S4: deleted in Notes with people invited deletes the appointment in the CRM', () => {
  expect(planPair('none', 'deleted', meeting)).toEqual({ do: 'delete', on: 'crm', reason: 'domino_deleted' });
});

test('S5: deleted in Notes without invitees leaves the appointment alone and unlinks the pair', () => {
  expect(planPair('none', 'deleted', alone)).toEqual({ do: 'unlink', reason: 'deletion_kept' });
});

test('S2: deleted in the CRM deletes the entry', () => {
  expect(planPair('deleted', 'none', alone)).toEqual({ do: 'delete', on: 'domino', reason: 'crm_deleted' });
});

test('what has ended is archived, not cancelled: neither side deletes it on the other', () => {
  for (const [crm, domino] of [
    ['none', 'deleted'],
    ['deleted', 'none'],
  ] as const) {
    expect(planPair(crm, domino, { ...meeting, ended: true })).toEqual({
      do: 'unlink',
      reason: 'past_deletion_kept',
    });
  }
});

test.each([
  ['edited', 'deleted', 'domino'],
  ['deleted', 'edited', 'crm'],
] as const)(
  'an edit wins over a deletion: %s in the CRM, %s in Domino makes it anew in %s',
  (crm, domino, on) => {
    expect(planPair(crm, domino, meeting)).toMatchObject({ do: 'recreate', on });
  },
);

test('every decision is the mirror image of the one with the sides swapped, but for deletions in Notes', () => {
  const mirror = (action: Action) =>
    'on' in action ? { do: action.do, on: action.on === 'crm' ? 'domino' : 'crm' } : { do: action.do };
  for (const [crm, domino, facts] of all) {
    if (!facts.invitees && [crm, domino].includes('deleted')) continue;
    expect(planPair(domino, crm, facts)).toMatchObject(mirror(planPair(crm, domino, facts)));
  }
});

test('every decision has a known reason and plain words', () => {
  for (const [crm, domino, facts] of all) {
    const action = planPair(crm, domino, facts);
    expect(REASON_CODES).toContain(action.reason);
    expect(plainWords(action)).toMatch(/^[a-z].{5,}[^.]$/);
  }
});

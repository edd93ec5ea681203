/**
 * What to do with a pair, from what each side did since both agreed. A total function: the compiler refuses a table with
 * a missing cell. The pair's own history (tombstones, roles, settings) is judged by the caller before.
 */
import type { Side } from './merge.ts';
import type { ReasonCode } from './reason-code.ts';

/** absent = never was there, or is not to be known: no link says that it existed. */
export const SIDE_CHANGES = ['none', 'edited', 'deleted', 'absent'] as const;
export type SideChange = (typeof SIDE_CHANGES)[number];

export interface PairFacts {
  /** The entry had people invited besides the owner when both sides last agreed. */
  invitees: boolean;
  /** The item has ended. Notes users archive old entries and DBAs old rows: neither is a cancellation. */
  ended: boolean;
}

export type Action =
  | { do: 'nothing'; reason: ReasonCode }
  /** One side edited: its changed fields go to the other. */
  | { do: 'update'; on: Side; reason: ReasonCode }
  | { do: 'merge'; reason: ReasonCode }
  | { do: 'create'; on: Side; reason: ReasonCode }
  | { do: 'delete'; on: Side; reason: ReasonCode }
  /** An edit met a deletion and wins: made anew where it was deleted, and told to the administrator as a conflict. */
  | { do: 'recreate'; on: Side; reason: ReasonCode }
  /** The other side keeps what it has; a tombstone stops it from coming back. */
  | { do: 'unlink'; reason: ReasonCode }
  /** Both are gone: nothing is left to keep. */
  | { do: 'forget'; reason: ReasonCode };

type Cell = Action | ((facts: PairFacts) => Action);

const NOTHING: Action = { do: 'nothing', reason: 'already_equal' };
const FORGET: Action = { do: 'forget', reason: 'already_equal' };

/** S4 and S5. */
const deletedInDomino = ({ invitees, ended }: PairFacts): Action => {
  if (!invitees) return { do: 'unlink', reason: 'deletion_kept' };
  if (ended) return { do: 'unlink', reason: 'past_deletion_kept' };
  return { do: 'delete', on: 'crm', reason: 'domino_deleted' };
};

const deletedInCrm = ({ ended }: PairFacts): Action =>
  ended
    ? { do: 'unlink', reason: 'past_deletion_kept' }
    : { do: 'delete', on: 'domino', reason: 'crm_deleted' };

/** Rows are what the CRM did, columns what Domino did. */
const PLAN: Record<SideChange, Record<SideChange, Cell>> = {
  none: {
    none: NOTHING,
    edited: { do: 'update', on: 'crm', reason: 'domino_changed' },
    deleted: deletedInDomino,
    absent: { do: 'create', on: 'domino', reason: 'first_sync' },
  },
  edited: {
    none: { do: 'update', on: 'domino', reason: 'crm_changed' },
    edited: { do: 'merge', reason: 'conflict_resolved' },
    deleted: { do: 'recreate', on: 'domino', reason: 'conflict_resolved' },
    absent: { do: 'create', on: 'domino', reason: 'crm_created' },
  },
  deleted: {
    none: deletedInCrm,
    edited: { do: 'recreate', on: 'crm', reason: 'conflict_resolved' },
    deleted: FORGET,
    absent: NOTHING,
  },
  absent: {
    none: { do: 'create', on: 'crm', reason: 'first_sync' },
    edited: { do: 'create', on: 'crm', reason: 'domino_created' },
    deleted: NOTHING,
    absent: NOTHING,
  },
};

export function planPair(crm: SideChange, domino: SideChange, facts: PairFacts): Action {
  const cell = PLAN[crm][domino];
  return typeof cell === 'function' ? cell(facts) : cell;
}

const NAME: Record<Side, string> = { crm: 'the CRM', domino: 'Domino' };

/** The action as a sentence for `preview` and `why`. */
export function plainWords(action: Action): string {
  switch (action.do) {
    case 'nothing':
      return 'nothing to do';
    case 'update':
      return `write the changed fields to ${NAME[action.on]}`;
    case 'merge':
      return 'merge the edits of both sides field by field';
    case 'create':
      return `create it in ${NAME[action.on]}`;
    case 'delete':
      return `delete it in ${NAME[action.on]}`;
    case 'recreate':
      return `create it in ${NAME[action.on]} again: it was deleted there while the other side edited it`;
    case 'unlink':
      return 'keep what is left and stop synchronising the pair';
    case 'forget':
      return 'forget the pair: it is gone on both sides';
  }
}

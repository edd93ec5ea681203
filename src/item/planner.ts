/**
 * What to do with a pair, from what each side did since both agreed. A total function: the compiler refuses a table with
 * a missing cell. Outbound, inbound and missing entries all ask it (`runner/pair-facts.ts`); the pair's own history
 * (tombstones, the window, roles) is judged by the caller before.
 */
import { DEFAULT_DELETE_POLICY, type DeletePolicy } from './delete-policy.ts';
import type { Side } from './merge.ts';
import type { ReasonCode } from './reason-code.ts';

/**
 * absent = never was there, or is not to be known: no link says that it existed. moved = another mail file has to hold it
 * now. retyped = no appointment any more. opted_out = marked "CRM only", or a Task of several users. purged = the row is gone, as an archive job
 * leaves it: no word about the meeting itself.
 */
export const CRM_CHANGES = [
  'none',
  'edited',
  'deleted',
  'absent',
  'moved',
  'retyped',
  'opted_out',
  'purged',
] as const;
export type CrmChange = (typeof CRM_CHANGES)[number];

/** opted_out = bears the category of setting `opt_out_category`. */
export const DOMINO_CHANGES = ['none', 'edited', 'deleted', 'absent', 'opted_out'] as const;
export type DominoChange = (typeof DOMINO_CHANGES)[number];

export const DIRECTIONS = ['both', 'to_domino', 'to_crm'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export interface PairFacts {
  /** The entry had people invited besides the owner when both sides last agreed. */
  invitees: boolean;
  /** The item has ended or is complete. Notes users archive old entries and DBAs old rows: neither is a cancellation. */
  ended: boolean;
  policy: DeletePolicy;
  /** The user's: which side may be written at all. */
  direction: Direction;
  /** The entry is an invitee's own of a meeting that somebody else organises: Domino's scheduling keeps it, we never write it. */
  inviteeCopy: boolean;
  /** Why the CRM keeps it out (`opted_out`); left out: it is marked "CRM only". */
  optOut?: ReasonCode;
  /** Private on a side, and private items are not synchronised: that is what `opted_out` means then. */
  skipped: boolean;
}

export const ORDINARY: PairFacts = {
  invitees: false,
  ended: false,
  policy: DEFAULT_DELETE_POLICY,
  direction: 'both',
  inviteeCopy: false,
  skipped: false,
};

export type Action =
  | { do: 'nothing'; reason: ReasonCode }
  /** One side edited: its changed fields go to the other. */
  | { do: 'update'; on: Side; reason: ReasonCode }
  | { do: 'merge'; reason: ReasonCode }
  | { do: 'create'; on: Side; reason: ReasonCode }
  | { do: 'delete'; on: Side; reason: ReasonCode }
  /** An edit met a deletion and wins: made anew where it was deleted, and told to the administrator as a conflict. */
  | { do: 'recreate'; on: Side; reason: ReasonCode }
  /** Each side keeps what it has; a tombstone stops it from coming back. */
  | { do: 'unlink'; reason: ReasonCode }
  /** Both are gone: nothing is left to keep. */
  | { do: 'forget'; reason: ReasonCode };

type Cell = Action | ((facts: PairFacts) => Action);

const NOTHING: Action = { do: 'nothing', reason: 'already_equal' };
const nothing = (reason: ReasonCode): Action => ({ do: 'nothing', reason });
const unlink = (reason: ReasonCode): Action => ({ do: 'unlink', reason });
const forget = (reason: ReasonCode): Action => ({ do: 'forget', reason });

const keptOut = ({ optOut = 'crm_only' }: PairFacts): Action => unlink(optOut);

const archived = ({ ended, policy }: PairFacts): boolean => ended && policy.past === 'unlink';

/** S4 and S5. */
const deletedInDomino = (facts: PairFacts): Action => {
  const wish = facts.invitees ? facts.policy.inNotesInvited : facts.policy.inNotesAlone;
  if (wish === 'unlink') return unlink('deletion_kept');
  if (archived(facts)) return unlink('past_deletion_kept');
  return { do: 'delete', on: 'crm', reason: 'domino_deleted' };
};

const removedFromCrm =
  (reason: ReasonCode) =>
  (facts: PairFacts): Action =>
    archived(facts) ? unlink('past_deletion_kept') : { do: 'delete', on: 'domino', reason };

const deletedInCrm = (facts: PairFacts): Action =>
  facts.policy.inCrm === 'unlink' ? unlink('crm_deletion_kept') : removedFromCrm('crm_deleted')(facts);

const editMeetsDeletion = (facts: PairFacts): Action =>
  facts.policy.meetsEdit === 'edit'
    ? { do: 'recreate', on: 'domino', reason: 'edit_beats_deletion' }
    : deletedInDomino(facts);

/** Where nothing is deleted anyway, nothing has to be saved from it. */
const deletionMeetsEdit = (facts: PairFacts): Action => {
  const deletion = deletedInCrm(facts);
  return facts.policy.meetsEdit === 'edit' && deletion.do === 'delete'
    ? { do: 'recreate', on: 'crm', reason: 'edit_beats_deletion' }
    : deletion;
};

/** Rows are what the CRM did, columns what Domino did. */
const PLAN: Record<CrmChange, Record<DominoChange, Cell>> = {
  none: {
    none: NOTHING,
    edited: { do: 'update', on: 'crm', reason: 'domino_changed' },
    deleted: deletedInDomino,
    absent: { do: 'create', on: 'domino', reason: 'first_sync' },
    opted_out: unlink('notes_only'),
  },
  edited: {
    none: { do: 'update', on: 'domino', reason: 'crm_changed' },
    edited: { do: 'merge', reason: 'conflict_resolved' },
    deleted: editMeetsDeletion,
    absent: { do: 'create', on: 'domino', reason: 'crm_created' },
    opted_out: unlink('notes_only'),
  },
  deleted: {
    none: deletedInCrm,
    edited: deletionMeetsEdit,
    deleted: forget('crm_deleted'),
    absent: nothing('crm_deleted'),
    opted_out: unlink('notes_only'),
  },
  absent: {
    none: { do: 'create', on: 'crm', reason: 'first_sync' },
    edited: { do: 'create', on: 'crm', reason: 'domino_created' },
    deleted: NOTHING,
    absent: NOTHING,
    opted_out: nothing('notes_only'),
  },
  moved: {
    none: removedFromCrm('holder_changed'),
    // The edit first; the next look finds nothing edited and takes the entry away.
    edited: { do: 'update', on: 'crm', reason: 'domino_changed' },
    deleted: forget('holder_changed'),
    absent: nothing('no_holder'),
    opted_out: unlink('notes_only'),
  },
  retyped: {
    none: removedFromCrm('not_appointment'),
    edited: unlink('not_appointment'),
    deleted: forget('not_appointment'),
    absent: nothing('not_appointment'),
    opted_out: unlink('notes_only'),
  },
  opted_out: {
    none: keptOut,
    edited: keptOut,
    // A tombstone: taking the mark away must not bring back what a Notes user deleted.
    deleted: unlink('deletion_kept'),
    absent: ({ optOut = 'crm_only' }) => nothing(optOut),
    opted_out: keptOut,
  },
  purged: {
    none: unlink('crm_purged'),
    edited: unlink('crm_purged'),
    deleted: forget('crm_purged'),
    absent: nothing('crm_purged'),
    opted_out: unlink('crm_purged'),
  },
};

export function planPair(crm: CrmChange, domino: DominoChange, facts: PairFacts): Action {
  const cell = PLAN[crm][domino];
  const action = named(typeof cell === 'function' ? cell(facts) : cell, facts);
  return mayWrite(action, facts) ? action : instead(action, crm, domino, facts);
}

/** Kept out by the setting, not by a mark of somebody's. */
const named = (action: Action, { skipped }: PairFacts): Action =>
  skipped && 'reason' in action && (action.reason === 'crm_only' || action.reason === 'notes_only')
    ? { ...action, reason: 'private_skipped' }
    : action;

const writesDomino = ({ direction, inviteeCopy }: PairFacts) => direction !== 'to_crm' && !inviteeCopy;
const writesCrm = ({ direction }: PairFacts) => direction !== 'to_domino';

const mayWrite = (action: Action, facts: PairFacts): boolean => {
  if (action.do === 'merge') return writesDomino(facts) && writesCrm(facts);
  return !('on' in action) || (action.on === 'crm' ? writesCrm(facts) : writesDomino(facts));
};

/** What is left of an action when the user's direction, or Domino's scheduling, keeps us from writing that side. */
function instead(action: Action, crm: CrmChange, domino: DominoChange, facts: PairFacts): Action {
  const kept = facts.inviteeCopy && facts.direction !== 'to_crm' ? 'not_organiser' : 'direction';
  switch (action.do) {
    case 'merge':
      if (writesDomino(facts)) return { do: 'update', on: 'domino', reason: 'crm_changed' };
      return writesCrm(facts) ? { do: 'update', on: 'crm', reason: 'domino_changed' } : nothing(kept);
    case 'recreate':
      // The CRM cannot be written, so its deletion counts; what cannot be made in Domino stays in the CRM alone.
      return action.on === 'crm' ? planPair(crm, 'none', facts) : unlink('deletion_kept');
    case 'delete':
      // An entry that is gone leaves nothing to keep in step; one that has to stay may still be edited.
      if (action.on === 'crm') return unlink('deletion_kept');
      return kept === 'not_organiser' ? unlink(kept) : nothing(kept);
    case 'update':
      // It has to go from here, and its edit must not reach the CRM.
      return crm === 'moved' && domino === 'edited' ? planPair(crm, 'none', facts) : nothing(kept);
    case 'create':
    case 'nothing':
    case 'unlink':
    case 'forget':
      return nothing(kept);
  }
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
      return action.on === 'crm'
        ? 'restore it in the CRM: it was deleted there while the other side edited it'
        : 'create it in Domino again: it was deleted there while the other side edited it';
    case 'unlink':
      return 'keep what is left and stop synchronising the pair';
    case 'forget':
      return 'forget the pair: it is gone on both sides';
  }
}

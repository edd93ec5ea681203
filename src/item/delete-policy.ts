/** What a deletion on one side means for the other: five settings, the seed rules S4 and S5 by default. */

/** delete: the other side's item goes as well. unlink: it stays, and the pair is kept apart by a tombstone. */
export type OnDeletion = 'delete' | 'unlink';

export interface DeletePolicy {
  /** Deleted in Notes, with people invited (S4). */
  inNotesInvited: OnDeletion;
  /** Deleted in Notes, with nobody invited (S5). */
  inNotesAlone: OnDeletion;
  inCrm: OnDeletion;
  /** On either side, when it has ended or is complete; a setting above that says `unlink` stays that. */
  past: OnDeletion;
  /** One side deleted what the other edited meanwhile: which of the two counts. */
  meetsEdit: 'edit' | 'deletion';
}

export const DEFAULT_DELETE_POLICY: DeletePolicy = {
  inNotesInvited: 'delete',
  inNotesAlone: 'unlink',
  inCrm: 'delete',
  past: 'unlink',
  meetsEdit: 'edit',
};

/** The setting of each member; the values are the members'. */
export const DELETE_POLICY_SETTINGS = {
  inNotesInvited: 'deleted_in_notes_invited',
  inNotesAlone: 'deleted_in_notes_alone',
  inCrm: 'deleted_in_crm',
  past: 'deleted_past',
  meetsEdit: 'deletion_meets_edit',
} as const satisfies Record<keyof DeletePolicy, string>;

/** The policy with one member at its other value: which decisions depend on it is found by asking twice. */
export function flipped(policy: DeletePolicy, member: keyof DeletePolicy): DeletePolicy {
  if (member === 'meetsEdit')
    return { ...policy, meetsEdit: policy.meetsEdit === 'edit' ? 'deletion' : 'edit' };
  return { ...policy, [member]: policy[member] === 'delete' ? 'unlink' : 'delete' };
}

/**
 * Every reason an item was handled the way it was. The texts, with a remedy each, are rows of `domino_sync.reason_code`
 * (`sql/<engine>/admin/reason_codes.sql`); a test holds both lists together.
 */
export const REASON_CODES = [
  // what happened
  'first_sync',
  'crm_created',
  'crm_changed',
  'crm_deleted',
  'domino_created',
  'domino_changed',
  'domino_deleted',
  'parked_gone', // parked, and deleted in Notes since
  'already_equal',
  'found_in_domino', // a create was answered "exists": an earlier attempt got through, or the links were lost
  'conflict_resolved',
  'edit_beats_deletion', // one side deleted what the other edited: the edit won
  'user_replaced', // a user made anew in the CRM goes on with what his former row had
  'admin_retry',
  'admin_resolved', // an administrator chose between the two values of a conflict
  'tombstone_lifted', // an administrator allowed an item to come back
  'write_back', // the CRM won a field of an item that came from Domino
  'reconcile', // both sides were compared in full, and this was different
  'capture_off', // the triggers were switched off or on
  // skipped, on purpose
  'not_appointment',
  'task_off', // Tasks take no part
  'task_action', // a Task that setting task_actions does not name
  'task_shared', // a Task of several users, or of none
  'task_owner', // Sage's own: the owner of the Task is not the owner of the mailbox
  'no_holder', // nobody enabled takes part
  'too_old',
  'crm_only',
  'private_skipped',
  'notes_only', // the opt-out of a Notes user, by a category
  'crm_purged', // physical DELETE in the CRM: unlinked, never deleted in Domino
  'holder_changed', // organiser or participants changed, this mailbox holds it no longer
  'user_disabled',
  'direction', // the user's direction does not allow this way
  'tombstone', // deleted in Notes earlier, not made again
  'deletion_kept', // S5
  'crm_deletion_kept', // setting deleted_in_crm keeps the entry
  'past_deletion_kept', // an item in the past is unlinked rather than deleted
  'invitee_copy', // the organiser's entry makes the appointment
  'assignee_copy', // of a group To Do: another document of it makes the appointment
  'not_organiser', // only the organiser's entry may be written
  'invitation_pending',
  'counter_pending', // somebody proposed another time
  'cancellation_notice',
  'series_too_long',
  'series_no_end',
  'series_master',
  'mail_file_changed', // the pair of another mail file, kept apart until it is found in this one
  'orphan_entry', // made by us for an appointment that is gone, and the link that knew more is lost
  'todo_off', // To Dos are switched off or the Data service is closed
  // refused
  'bad_times', // the end is before the start, or a time is missing
  'no_address', // the organiser has no e-mail address
  'subject_truncated',
  'location_truncated',
  'body_kept', // files in a To Do: its text cannot be written
  'crm_user_refused', // deleted or disabled in the CRM while he is enabled here
  'mass_disappearance',
  'mail_file_older', // the youngest entries are gone together: deleted, or the file was restored
  'mass_deletion', // by the CRM, towards Domino
  'deletion_refused', // an administrator kept what one of very many deletions would have taken
  'twin_ambiguous', // both sides hold several that look alike, and not equally many
  // faults
  'domino_unreachable',
  'domino_login',
  'domino_forbidden',
  'domino_mail_file',
  'domino_refused',
  'domino_conflict',
  'domino_series',
  'domino_uid',
  'domino_failed',
  'domino_older', // Domino shows an older state than before: waited for, then the CRM's is written again
  'domino_garbled',
  'data_service_closed',
  'crm_busy',
  'crm_refused',
  'crm_stale', // changed in the CRM while we worked; tried again
  'internal',
] as const;

export type ReasonCode = (typeof REASON_CODES)[number];

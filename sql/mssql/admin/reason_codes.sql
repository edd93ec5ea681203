-- The texts of REASON_CODES in src/item/reason-code.ts; a test holds both lists together.
-- severity: info = something happened; skip = left alone on purpose; error = somebody may have to do something.
DECLARE @v_code table (
    code nvarchar(60) NOT NULL PRIMARY KEY, severity nvarchar(10) NOT NULL, meaning nvarchar(1000) NOT NULL,
    remedy nvarchar(1000) NOT NULL
);

INSERT INTO @v_code (code, severity, meaning, remedy)
VALUES
    (N'first_sync', N'info', N'The user was enabled; the item is compared for the first time.', N'Nothing to do.'),
    (N'crm_created', N'info', N'The appointment is new in the CRM.', N'Nothing to do.'),
    (N'crm_changed', N'info', N'The appointment was changed in the CRM.', N'Nothing to do.'),
    (N'crm_deleted', N'info', N'The appointment was deleted in the CRM.', N'Nothing to do.'),
    (N'domino_created', N'info', N'The entry is new in Notes.', N'Nothing to do.'),
    (N'domino_changed', N'info', N'The entry was changed in Notes.', N'Nothing to do.'),
    (N'domino_deleted', N'info', N'The entry was deleted in Notes, and it had people invited.', N'Nothing to do.'),
    (N'already_equal', N'info', N'Both sides hold the same already; they were only linked.', N'Nothing to do.'),
    (N'found_in_domino', N'info',
        N'The entry was in Domino already: an earlier attempt got through although its answer was lost.',
        N'Nothing to do.'),
    (N'conflict_resolved', N'info', N'Both sides had changed the same field; the merge policy decided.',
        N'Look at the conflict: the value that lost is kept there. Setting merge_policy decides who wins.'),
    (N'admin_retry', N'info', N'An administrator asked for another attempt.', N'Nothing to do.'),
    (N'write_back', N'info', N'The merge kept a value of the CRM, so the entry in Notes is written as well.', N'Nothing to do.'),
    (N'capture_off', N'info', N'An administrator switched the capture of changes off or on.',
        N'Once it is on again, run reconcile: changes made meanwhile were not seen.'),

    (N'not_appointment', N'skip', N'The communication is not an appointment: a task, an e-mail, a letter.',
        N'Nothing to do. Only communications of type Appointment take part.'),
    (N'no_holder', N'skip', N'Nobody who takes part in the appointment is enabled for synchronisation.',
        N'Enable the organiser, or a participant, if the appointment should be in Notes.'),
    (N'too_old', N'skip', N'The item ended before the window that applies to this user.',
        N'Enable the user again with more past days if older items are wanted.'),
    (N'crm_only', N'skip', N'The appointment is marked as CRM only.',
        N'Clear the mark (Comm_CRMOnly) in the CRM if it should be in Notes.'),
    (N'crm_purged', N'skip',
        N'The row was removed from the CRM database, as an archive job does. The entry in Notes stays.',
        N'Delete the entry in Notes by hand if it is not wanted.'),
    (N'holder_changed', N'skip', N'Organiser or participants changed: another mail file holds the entry now.',
        N'Nothing to do.'),
    (N'user_disabled', N'skip', N'The user is not enabled for synchronisation. Nothing is deleted because of that.',
        N'Enable the user to go on.'),
    (N'direction', N'skip', N'The direction set for this user does not allow this way.',
        N'Enable the user again with direction both if changes should go this way as well.'),
    (N'tombstone', N'skip', N'The entry was deleted in Notes earlier, so it is not made there again.',
        N'If it should be in Notes again, make the appointment anew in the CRM.'),
    (N'deletion_kept', N'skip',
        N'The entry was deleted in Notes and had nobody invited: the appointment stays in the CRM, no longer linked.',
        N'Delete it in the CRM by hand if it is not wanted there.'),
    (N'past_deletion_kept', N'skip', N'One side deleted an item in the past; the other side keeps it, no longer linked.',
        N'Delete it by hand on the other side if it is not wanted there.'),
    (N'invitee_copy', N'skip', N'This is an invitee''s copy; the entry of the organiser makes the appointment.',
        N'Nothing to do.'),
    (N'not_organiser', N'skip', N'The user is not the organiser, and only the organiser''s entry may be written.',
        N'Let the organiser make the change.'),
    (N'invitation_pending', N'skip', N'The invitation has not been answered yet; it is no calendar entry so far.',
        N'Answer the invitation in Notes.'),
    (N'cancellation_notice', N'skip', N'This is a cancellation notice, not a calendar entry.',
        N'Process the notice in Notes.'),
    (N'series_too_long', N'skip', N'The series in Notes has more occurrences than setting max_occurrences allows.',
        N'Shorten the series, or raise the setting.'),
    (N'series_master', N'skip', N'This is the definition of a series; its occurrences are synchronised one by one.',
        N'Nothing to do.'),
    (N'twin_ambiguous', N'error',
        N'Both sides hold several items that nobody can tell apart, and not the same number of each. Nothing was created or linked.',
        N'Delete the surplus ones, or change subject or time of one; the rest pair by themselves. Or retry one by its id: it is then synchronised as an item of its own.'),
    (N'mail_file_changed', N'skip',
        N'The user has another mail file now; the pair of the old one is kept apart until both sides are compared in the new one.',
        N'Nothing to do.'),
    (N'orphan_entry', N'skip',
        N'The entry was made for an appointment that is deleted in the CRM, or is no longer to be in this mail file, and the link that would tell what changed since is lost. It stays in Notes.',
        N'Delete the entry in Notes if it is not wanted.'),
    (N'todo_off', N'skip', N'To Dos are switched off, or the Data service of Domino is closed to us.',
        N'Set todos to on, and open the Data service for this mail file.'),

    (N'bad_times', N'error', N'A time is missing, or the end is before the start.', N'Correct the times of the item.'),
    (N'no_address', N'error', N'The organiser has no e-mail address, so Domino cannot know him.',
        N'Enter the e-mail address of the user in the CRM.'),
    (N'subject_truncated', N'info', N'The subject is longer than the CRM can hold and was cut there. Notes keeps it whole.',
        N'Shorten the subject if the end matters in the CRM.'),
    (N'location_truncated', N'info', N'The location is longer than the CRM can hold and was cut there. Notes keeps it whole.',
        N'Shorten the location if the end matters in the CRM.'),
    (N'mass_disappearance', N'error',
        N'So many entries are gone from the mail file at once that the mailbox was stopped and nothing was deleted.',
        N'Find out what happened to the mail file. Enable the user again to go on.'),

    (N'domino_unreachable', N'error', N'The Domino server cannot be reached or does not answer in time.',
        N'Nothing to do if it comes back: it is tried again. Otherwise check address, network and HTTP task.'),
    (N'domino_login', N'error', N'Domino refuses the name or password of the synchronisation user.',
        N'Check DOMINO_USER and DOMINO_PASSWORD, and that the account is not locked.'),
    (N'domino_forbidden', N'error', N'Domino denies access: no rights on the mail file, or the service is disabled.',
        N'Give the synchronisation user Editor access to the mail file and enable the Calendar service. Run users test.'),
    (N'domino_mail_file', N'error', N'The mail file does not exist on this server.',
        N'Enable the user again with the right path of the mail file.'),
    (N'domino_refused', N'error', N'Domino refuses this item as it is.',
        N'See the detail, correct the item, and it is tried again.'),
    (N'domino_conflict', N'error', N'Somebody changed the entry in Domino at the same moment.',
        N'Nothing to do: it is read and merged once more.'),
    (N'domino_series', N'error', N'The entry is a whole series, which Domino''s interface cannot change as one.',
        N'Change the occurrences one by one, or make the change in Notes.'),
    (N'domino_uid', N'error', N'Domino''s interface cannot address this entry by its id.',
        N'Copy the entry in Notes and delete the old one: the copy gets a new id.'),
    (N'domino_failed', N'error', N'Domino reports an internal error.',
        N'It is tried again. If it goes on, look at the console and log of the Domino server.'),
    (N'domino_garbled', N'error', N'The answer of Domino is not what is documented, or was cut off.',
        N'It is tried again. If it goes on, look for a proxy in between and at the log of the Domino server.'),
    (N'data_service_closed', N'error', N'To Dos need the Data service of Domino, which is closed for this mail file.',
        N'Enable the Data service for views and documents of the mail file, or set todos to off.'),
    (N'crm_busy', N'error', N'The CRM database was busy: a deadlock or a lock that was not freed in time.',
        N'Nothing to do: it is tried again.'),
    (N'crm_refused', N'error', N'The CRM database refuses this data.', N'See the detail, correct the item in Notes.'),
    (N'crm_stale', N'error', N'The appointment was changed in the CRM while it was being worked on.',
        N'Nothing to do: it is tried again.'),
    (N'internal', N'error', N'The program failed in a way nobody foresaw.',
        N'Report the detail and the log to the maintainers; retry puts the item back in the queue.');

UPDATE r
SET severity = c.severity, meaning = c.meaning, remedy = c.remedy
FROM domino_sync.reason_code AS r
JOIN @v_code AS c ON c.code = r.code;

INSERT INTO domino_sync.reason_code (code, severity, meaning, remedy)
SELECT c.code, c.severity, c.meaning, c.remedy
FROM @v_code AS c
WHERE NOT EXISTS (SELECT 1 FROM domino_sync.reason_code AS r WHERE r.code = c.code);

-- the history keeps the codes of earlier versions; only their texts go
DELETE FROM domino_sync.reason_code
WHERE code NOT IN (SELECT c.code FROM @v_code AS c);

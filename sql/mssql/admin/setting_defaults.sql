-- What an administrator may set. A value that is there stays; the descriptions follow the program's version.
DECLARE @v_setting table (
    name nvarchar(100) NOT NULL PRIMARY KEY, value nvarchar(4000) NULL, description nvarchar(1000) NOT NULL
);

INSERT INTO @v_setting (name, value, description)
VALUES
    (N'instance_id', LEFT(LOWER(REPLACE(CONVERT(nvarchar(36), NEWID()), N'-', N'')), 8),
        N'Identifies this installation in the ids of the entries it creates in Domino. Never changes.'),
    (N'crm_time_zone', NULL,
        N'Time zone of the CRM server, an IANA id such as Europe/Berlin: the zone in which the CRM stores its times.'),
    (N'window_past_days', N'14',
        N'Items that ended longer ago than so many days are left alone when a user is enabled.'),
    (N'window_future_days', N'365', N'How many days ahead the calendars in Domino are listed; entries further ahead follow when they are nearer.'),
    (N'external_attendees', N'list',
        N'Attendees who are not CRM users: list (named in the text of the entry), include (invited), omit.'),
    (N'regarding', N'list',
        N'Company, person, opportunity and case of an appointment: list (named in the text of the entry), omit.'),
    (N'private_appointments', N'full',
        N'What the other side gets of a private item: full (all of it, as private), masked (times, and whether they are taken), skipped (nothing).'),
    (N'private_subject', N'Private appointment',
        N'Subject that stands for a private item on the other side when private_appointments is masked.'),
    (N'notices', N'never',
        N'Whether Domino mails invitations, updates and cancellations for what the synchronisation writes: never, always.'),
    (N'merge_policy', N'newest',
        N'Who wins when both sides changed the same field: newest, crm, domino. The other value is kept as a conflict.'),
    (N'merge_policy_time', NULL,
        N'The same for start, end and all-day alone: newest, crm, domino; not set: as merge_policy.'),
    (N'merge_policy_text', NULL,
        N'The same for subject, text and location alone: newest, crm, domino; not set: as merge_policy.'),
    (N'merge_policy_people', NULL,
        N'The same for role and answer of an attendee alone: newest, crm, domino; not set: as merge_policy.'),
    (N'merge_policy_details', NULL,
        N'The same for private, priority, status, categories and reminder alone: newest, crm, domino; not set: as merge_policy.'),
    (N'poll_seconds', N'60', N'Seconds between two looks at a mail file.'),
    (N'lease_seconds', N'60', N'Seconds after which another runner may take over the work of one that is silent.'),
    (N'max_attempts', N'10', N'Failed attempts after which an item is parked for an administrator.'),
    (N'mass_disappearance_count', N'20',
        N'More items of a mailbox than this deleted on one side, a series counted once, and more than the percentage as well, stop that mailbox.'),
    (N'mass_disappearance_percent', N'20',
        N'More per cent of a mailbox''s items deleted on one side, and more than the number as well, stop that mailbox.'),
    (N'mass_disappearance_hours', N'24',
        N'Hours for which deletions are remembered: slow ones count together with those of now; 0: only what is deleted at once.'),
    (N'recheck_hours', N'24', N'Hours after which an entry that shows no change is compared in full once more.'),
    (N'reconcile_days', N'7', N'Days after which both sides of a mailbox are compared in full by themselves; 0: never.'),
    (N'max_occurrences', N'200', N'Longest series from Notes that is brought to the CRM, in occurrences.'),
    (N'group_series', N'off',
        N'Whether the appointments made of one Notes series get one Comm_RecurrenceId, below zero: on, off. Sage holds no pattern for it.'),
    (N'todos', N'on',
        N'Whether To Dos take part: on, read (they come to the CRM and none is written), off. They need the Data service of Domino.'),
    (N'tasks', N'off',
        N'Whether Tasks of the CRM are To Dos in Notes: off, sync (those with one user). Look at what doctor says of their dates before.'),
    (N'task_actions', N'ToDo, To Do, PhoneOut, PhoneIn',
        N'Actions of the Tasks that are meant, between commas: the CRM keeps e-mails and letters as Tasks as well.'),
    (N'task_due_column', N'comm_datetime',
        N'Which column is the due date of a Task: comm_datetime (as Sage documents, Comm_ToDateTime is its start), comm_todatetime.'),
    (N'notes_todos', N'appointment',
        N'What a To Do that was made in Notes becomes in the CRM: appointment, task (while tasks is sync).'),
    (N'deleted_in_notes_invited', N'delete',
        N'What becomes of an appointment whose entry was deleted in Notes and had people invited: delete, unlink (it stays in the CRM).'),
    (N'deleted_in_notes_alone', N'unlink',
        N'What becomes of an appointment whose entry was deleted in Notes and had nobody invited: unlink (it stays in the CRM), delete.'),
    (N'deleted_in_crm', N'delete',
        N'What becomes of an entry whose appointment was deleted in the CRM: delete, unlink (it stays in Notes).'),
    (N'deleted_past', N'unlink',
        N'What becomes of the item on the other side when one that has ended or is complete is deleted: unlink (it stays), delete.'),
    (N'deletion_meets_edit', N'edit',
        N'What counts when one side deleted what the other edited meanwhile: edit (it is made again), deletion.'),
    (N'opt_out_category', N'Not in CRM',
        N'Category that keeps an entry of Notes out of the CRM; empty switches this off.');

UPDATE s
SET description = v.description
FROM domino_sync.setting AS s
JOIN @v_setting AS v ON v.name = s.name
WHERE s.description <> v.description;

INSERT INTO domino_sync.setting (name, value, description)
SELECT v.name, v.value, v.description
FROM @v_setting AS v
WHERE NOT EXISTS (SELECT 1 FROM domino_sync.setting AS s WHERE s.name = v.name);

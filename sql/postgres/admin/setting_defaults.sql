-- What an administrator may set. A value that is there stays; the descriptions follow the program's version.
insert into domino_sync.setting as s (name, value, description)
values
    ('instance_id', left(replace(gen_random_uuid()::text, '-', ''), 8),
        'Identifies this installation in the ids of the entries it creates in Domino. Never changes.'),
    ('crm_time_zone', null,
        'Time zone of the CRM server, an IANA id such as Europe/Berlin: the zone in which the CRM stores its times.'),
    ('window_past_days', '14',
        'Items that ended longer ago than so many days are left alone when a user is enabled.'),
    ('window_future_days', '365', 'How many days ahead the calendars in Domino are listed; entries further ahead follow when they are nearer.'),
    ('external_attendees', 'list',
        'Attendees who are not CRM users: list (named in the text of the entry), include (invited), omit.'),
    ('notices', 'never',
        'Whether Domino mails invitations, updates and cancellations for what the synchronisation writes: never, always.'),
    ('merge_policy', 'newest',
        'Who wins when both sides changed the same field: newest, crm, domino. The other value is kept as a conflict.'),
    ('poll_seconds', '60', 'Seconds between two looks at a mail file.'),
    ('lease_seconds', '60', 'Seconds after which another runner may take over the work of one that is silent.'),
    ('max_attempts', '10', 'Failed attempts after which an item is parked for an administrator.'),
    ('mass_disappearance_count', '20',
        'More entries than this gone from a mail file at once, and more than the percentage as well, stop that mailbox.'),
    ('mass_disappearance_percent', '20',
        'More per cent of a mail file''s entries gone at once, and more than the number as well, stop that mailbox.'),
    ('recheck_hours', '24', 'Hours after which an entry that shows no change is compared in full once more.'),
    ('max_occurrences', '200', 'Longest series from Notes that is brought to the CRM, in occurrences.'),
    ('todos', 'on', 'Whether To Dos take part: on, off. They need the Data service of Domino.')
on conflict (name) do update set description = excluded.description
where s.description is distinct from excluded.description;

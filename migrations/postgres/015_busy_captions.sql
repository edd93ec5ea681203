-- Whether a status of the CRM is busy or free time in Notes is a row like the rest.

alter table domino_sync.caption_map
    drop constraint caption_map_family_check,
    add constraint caption_map_family_check
        check (family in ('kind', 'category', 'status', 'priority', 'busy'));

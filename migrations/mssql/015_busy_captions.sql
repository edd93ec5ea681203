-- Whether a status of the CRM is busy or free time in Notes is a row like the rest.

ALTER TABLE domino_sync.caption_map DROP CONSTRAINT caption_map_family_check;

ALTER TABLE domino_sync.caption_map ADD CONSTRAINT caption_map_family_check
    CHECK (family IN (N'kind', N'category', N'status', N'priority', N'busy'));

-- Who changed what the runners obey, and when: a caption's row that is gone says nothing, and a setting only the last of it.

CREATE TABLE domino_sync.configuration_change (
    change_id bigint IDENTITY (1, 1) NOT NULL CONSTRAINT configuration_change_pkey PRIMARY KEY,
    changed_at datetime2(3) NOT NULL CONSTRAINT configuration_change_changed_at_default DEFAULT SYSUTCDATETIME(),
    changed_by nvarchar(128) NOT NULL CONSTRAINT configuration_change_changed_by_default DEFAULT ORIGINAL_LOGIN(),
    kind nvarchar(10) NOT NULL CONSTRAINT configuration_change_kind_check CHECK (kind IN (N'setting', N'caption')),
    -- of a setting its name, of a caption its family and the code in the CRM's column: `priority: Urgent`
    name nvarchar(400) NOT NULL,
    -- null: there was none, or there is none any more
    before nvarchar(max) NULL,
    after nvarchar(max) NULL
);

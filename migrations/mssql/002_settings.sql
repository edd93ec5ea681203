-- What an administrator may change lives in the database, so that every runner on every host obeys it at once.
-- Text columns take the collation of the database, here and everywhere: one of their own would make every comparison
-- with the vendor's columns, and with what OPENJSON returns, a collation conflict.

CREATE TABLE domino_sync.setting (
    name nvarchar(100) NOT NULL CONSTRAINT setting_pkey PRIMARY KEY,
    value nvarchar(4000) NULL,
    description nvarchar(1000) NOT NULL,
    changed_at datetime2(3) NOT NULL CONSTRAINT setting_changed_at_default DEFAULT SYSUTCDATETIME(),
    changed_by nvarchar(128) NOT NULL CONSTRAINT setting_changed_by_default DEFAULT ORIGINAL_LOGIN()
);

CREATE TABLE domino_sync.reason_code (
    code nvarchar(60) NOT NULL CONSTRAINT reason_code_pkey PRIMARY KEY,
    severity nvarchar(10) NOT NULL
        CONSTRAINT reason_code_severity_check CHECK (severity IN (N'info', N'skip', N'error')),
    meaning nvarchar(1000) NOT NULL,
    remedy nvarchar(1000) NOT NULL
);

-- Customers rename captions: how they read as SyncItem values is data.
CREATE TABLE domino_sync.caption_map (
    family nvarchar(20) NOT NULL
        CONSTRAINT caption_map_family_check CHECK (family IN (N'kind', N'category', N'status', N'priority')),
    crm_value nvarchar(100) NOT NULL,
    item_value nvarchar(100) NOT NULL,
    -- which way the row is used when several rows share a value
    to_item bit NOT NULL CONSTRAINT caption_map_to_item_default DEFAULT 1,
    to_crm bit NOT NULL CONSTRAINT caption_map_to_crm_default DEFAULT 1,
    CONSTRAINT caption_map_pkey PRIMARY KEY (family, crm_value, item_value)
);

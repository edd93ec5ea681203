-- The state of the synchronisation. All times are UTC instants; CRM wall-clock times never get in here.
-- JSON is nvarchar(max). Where runners take rows in hand, page locks and lock escalation are off, so that READPAST
-- skips the rows somebody holds and no others.

-- A running process. Alive while its database session holds the application lock of its id.
CREATE TABLE domino_sync.runner (
    runner_id int IDENTITY (1, 1) NOT NULL CONSTRAINT runner_pkey PRIMARY KEY,
    host nvarchar(255) NOT NULL,
    process_id int NOT NULL,
    version nvarchar(50) NOT NULL,
    started_at datetime2(3) NOT NULL CONSTRAINT runner_started_at_default DEFAULT SYSUTCDATETIME(),
    seen_at datetime2(3) NOT NULL CONSTRAINT runner_seen_at_default DEFAULT SYSUTCDATETIME(),
    stopped_at datetime2(3) NULL
);

CREATE TABLE domino_sync.sync_user (
    crm_user_id int NOT NULL CONSTRAINT sync_user_pkey PRIMARY KEY WITH (ALLOW_PAGE_LOCKS = OFF),
    email nvarchar(255) NOT NULL,
    notes_name nvarchar(500) NULL,
    mail_file nvarchar(500) NOT NULL,
    enabled bit NOT NULL CONSTRAINT sync_user_enabled_default DEFAULT 1,
    direction nvarchar(10) NOT NULL CONSTRAINT sync_user_direction_default DEFAULT N'both'
        CONSTRAINT sync_user_direction_check CHECK (direction IN (N'both', N'to_domino', N'to_crm')),
    -- items that ended before this instant are left alone unless they are already linked
    window_start datetime2(3) NOT NULL,
    enabled_at datetime2(3) NOT NULL CONSTRAINT sync_user_enabled_at_default DEFAULT SYSUTCDATETIME(),
    disabled_at datetime2(3) NULL,
    -- health: ok, paused (a transient fault, see next_poll_at), held (an administrator must decide)
    health nvarchar(10) NOT NULL CONSTRAINT sync_user_health_default DEFAULT N'ok'
        CONSTRAINT sync_user_health_check CHECK (health IN (N'ok', N'paused', N'held')),
    health_reason nvarchar(60) NULL,
    health_detail nvarchar(max) NULL,
    health_since datetime2(3) NOT NULL CONSTRAINT sync_user_health_since_default DEFAULT SYSUTCDATETIME(),
    faults_in_a_row int NOT NULL CONSTRAINT sync_user_faults_in_a_row_default DEFAULT 0,
    -- the pull from Domino
    [cursor] nvarchar(max) NULL,
    database_identity nvarchar(200) NULL,
    last_poll_at datetime2(3) NULL,
    next_poll_at datetime2(3) NOT NULL CONSTRAINT sync_user_next_poll_at_default DEFAULT SYSUTCDATETIME(),
    first_sync_done_at datetime2(3) NULL,
    -- one runner at a time works on a mailbox
    leased_by int NULL,
    leased_until datetime2(3) NULL
);
ALTER TABLE domino_sync.sync_user SET (LOCK_ESCALATION = DISABLE);

-- Not unique, unlike its twin: that would take a filtered index on a computed column. `enable_user` makes sure of it.
CREATE INDEX sync_user_mail_file_idx ON domino_sync.sync_user (mail_file) INCLUDE (enabled);

CREATE SEQUENCE domino_sync.delivery_version_seq AS bigint START WITH 1 INCREMENT BY 1 CACHE 50;

-- One row per (appointment, mailbox) that has to be looked at.
CREATE TABLE domino_sync.delivery (
    appointment_id int NOT NULL,
    crm_user_id int NOT NULL,
    -- a newer fold changes the version, so that completing an older look keeps the row pending
    version bigint NOT NULL
        CONSTRAINT delivery_version_default DEFAULT NEXT VALUE FOR domino_sync.delivery_version_seq,
    reason_code nvarchar(60) NOT NULL CONSTRAINT delivery_reason_code_default DEFAULT N'crm_changed',
    enqueued_at datetime2(3) NOT NULL CONSTRAINT delivery_enqueued_at_default DEFAULT SYSUTCDATETIME(),
    attempts int NOT NULL CONSTRAINT delivery_attempts_default DEFAULT 0,
    next_attempt_at datetime2(3) NOT NULL CONSTRAINT delivery_next_attempt_at_default DEFAULT SYSUTCDATETIME(),
    leased_by int NULL,
    leased_until datetime2(3) NULL,
    leased_version bigint NULL,
    last_reason_code nvarchar(60) NULL,
    last_error nvarchar(max) NULL,
    parked_at datetime2(3) NULL,
    CONSTRAINT delivery_pkey PRIMARY KEY (crm_user_id, appointment_id)
        WITH (FILLFACTOR = 70, ALLOW_PAGE_LOCKS = OFF)
);
ALTER TABLE domino_sync.delivery SET (LOCK_ESCALATION = DISABLE);

CREATE TABLE domino_sync.item_link (
    appointment_id int NOT NULL,
    crm_user_id int NOT NULL,
    role nvarchar(20) NOT NULL CONSTRAINT item_link_role_check CHECK (role IN (N'organiser', N'copy')),
    kind nvarchar(20) NOT NULL
        CONSTRAINT item_link_kind_check CHECK (kind IN (N'meeting', N'appointment', N'todo')),
    -- creating: a create may or may not have reached Domino; linked; unlinked: a tombstone, the pair is kept apart
    state nvarchar(20) NOT NULL
        CONSTRAINT item_link_state_check CHECK (state IN (N'creating', N'linked', N'unlinked')),
    form nvarchar(20) NOT NULL CONSTRAINT item_link_form_check CHECK (form IN (N'event', N'todo')),
    domino_uid nvarchar(400) NOT NULL,
    domino_recurrence_id nvarchar(40) NOT NULL CONSTRAINT item_link_domino_recurrence_id_default DEFAULT N'',
    domino_unid nvarchar(100) NULL,
    -- the uid we derive from the pair counts up when an entry has to be made anew
    incarnation int NOT NULL CONSTRAINT item_link_incarnation_default DEFAULT 1,
    -- {"crm": SyncItem, "domino": SyncItem} as each side showed it when both agreed; while creating: the intent
    base_item nvarchar(max) NULL,
    base_hash nvarchar(200) NULL,
    -- start of the entry (UTC instant or date, text as in base_item): decides whether it should be in the window
    domino_start nvarchar(40) NULL,
    domino_token nvarchar(2000) NULL,
    domino_digest nvarchar(400) NULL,
    checked_at datetime2(3) NOT NULL CONSTRAINT item_link_checked_at_default DEFAULT SYSUTCDATETIME(),
    unlinked_at datetime2(3) NULL,
    unlinked_reason nvarchar(60) NULL,
    created_at datetime2(3) NOT NULL CONSTRAINT item_link_created_at_default DEFAULT SYSUTCDATETIME(),
    updated_at datetime2(3) NOT NULL CONSTRAINT item_link_updated_at_default DEFAULT SYSUTCDATETIME(),
    CONSTRAINT item_link_pkey PRIMARY KEY (crm_user_id, appointment_id)
);

CREATE UNIQUE INDEX item_link_domino_idx
    ON domino_sync.item_link (crm_user_id, domino_uid, domino_recurrence_id);
CREATE INDEX item_link_appointment_idx ON domino_sync.item_link (appointment_id);

-- A Domino item that was not applied: skipped for a reason, or refused. Kept so that it is not read again unless it changes.
CREATE TABLE domino_sync.inbound_parked (
    crm_user_id int NOT NULL,
    form nvarchar(20) NOT NULL,
    -- so long, the key stays within the 900 bytes that a clustered one may have
    domino_uid nvarchar(400) NOT NULL,
    domino_recurrence_id nvarchar(40) NOT NULL CONSTRAINT inbound_parked_domino_recurrence_id_default DEFAULT N'',
    domino_start nvarchar(40) NULL,
    domino_digest nvarchar(400) NULL,
    reason_code nvarchar(60) NOT NULL,
    detail nvarchar(max) NULL,
    subject nvarchar(max) NULL,
    payload nvarchar(max) NULL,
    attempts int NOT NULL CONSTRAINT inbound_parked_attempts_default DEFAULT 1,
    next_attempt_at datetime2(3) NULL,
    parked_at datetime2(3) NOT NULL CONSTRAINT inbound_parked_parked_at_default DEFAULT SYSUTCDATETIME(),
    CONSTRAINT inbound_parked_pkey PRIMARY KEY (crm_user_id, domino_uid, domino_recurrence_id)
);

CREATE TABLE domino_sync.conflict (
    conflict_id bigint IDENTITY (1, 1) NOT NULL CONSTRAINT conflict_pkey PRIMARY KEY,
    appointment_id int NOT NULL,
    crm_user_id int NOT NULL,
    field nvarchar(60) NOT NULL,
    -- a JSON value each, so that a text keeps its quotes
    base_value nvarchar(max) NULL,
    crm_value nvarchar(max) NULL,
    domino_value nvarchar(max) NULL,
    winner nvarchar(10) NOT NULL CONSTRAINT conflict_winner_check CHECK (winner IN (N'crm', N'domino', N'both')),
    decided_by nvarchar(128) NOT NULL,
    decided_at datetime2(3) NOT NULL CONSTRAINT conflict_decided_at_default DEFAULT SYSUTCDATETIME()
);

CREATE INDEX conflict_appointment_idx ON domino_sync.conflict (appointment_id);

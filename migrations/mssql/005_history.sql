-- What happened, for the administrator. Trimmed by `purge`.

CREATE TABLE domino_sync.run (
    run_id bigint IDENTITY (1, 1) NOT NULL CONSTRAINT run_pkey PRIMARY KEY,
    runner_id int NULL,
    kind nvarchar(40) NOT NULL,
    started_at datetime2(3) NOT NULL CONSTRAINT run_started_at_default DEFAULT SYSUTCDATETIME(),
    finished_at datetime2(3) NULL,
    -- {"delivered": n, "created": n, …}
    counts nvarchar(max) NULL,
    error nvarchar(max) NULL
);

CREATE TABLE domino_sync.activity (
    activity_id bigint IDENTITY (1, 1) NOT NULL CONSTRAINT activity_pkey PRIMARY KEY,
    happened_at datetime2(3) NOT NULL CONSTRAINT activity_happened_at_default DEFAULT SYSUTCDATETIME(),
    run_id bigint NULL,
    runner_id int NULL,
    crm_user_id int NULL,
    appointment_id int NULL,
    domino_uid nvarchar(400) NULL,
    direction nvarchar(20) NOT NULL
        CONSTRAINT activity_direction_check CHECK (direction IN (N'to_domino', N'to_crm', N'admin')),
    -- created, updated, deleted, adopted, unlinked, unchanged, skipped, failed, parked, …
    action nvarchar(40) NOT NULL,
    reason_code nvarchar(60) NOT NULL,
    detail nvarchar(max) NULL
);

CREATE INDEX activity_appointment_idx ON domino_sync.activity (appointment_id);
CREATE INDEX activity_happened_idx ON domino_sync.activity (happened_at);

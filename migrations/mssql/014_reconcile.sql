-- Reconcile compares both sides of a mailbox in full, and many deletions at once wait for an administrator.

ALTER TABLE domino_sync.sync_user ADD
    -- asked for, by an administrator or because changes may have gone unseen; null: not
    reconcile_requested_at datetime2(3) NULL,
    reconcile_reason nvarchar(4000) NULL,
    -- of the one that runs; everything after it says how far it is
    reconcile_started_at datetime2(3) NULL,
    -- the last appointment that was put in the queue
    reconcile_after int NULL,
    -- the CRM's side is through; entries not compared since then are read in full
    reconcile_pull_from datetime2(3) NULL,
    -- both sides were equal as of then, apart from what is parked
    verified_at datetime2(3) NULL,
    -- differences that the last reconcile put right
    healed int NULL;

-- Deletions that wait for an administrator: exactly these items, and what he decided.
CREATE TABLE domino_sync.held_plan (
    plan_id bigint IDENTITY (1, 1) NOT NULL CONSTRAINT held_plan_pkey PRIMARY KEY,
    crm_user_id int NOT NULL,
    -- the side on which the items would be deleted
    direction nvarchar(10) NOT NULL
        CONSTRAINT held_plan_direction_check CHECK (direction IN (N'to_domino', N'to_crm')),
    -- links of the mailbox then
    linked int NOT NULL,
    held_at datetime2(3) NOT NULL CONSTRAINT held_plan_held_at_default DEFAULT SYSUTCDATETIME(),
    -- null: open
    decision nvarchar(10) NULL CONSTRAINT held_plan_decision_check CHECK (decision IN (N'allow', N'refuse')),
    decided_at datetime2(3) NULL,
    decided_by nvarchar(128) NULL
);

CREATE INDEX held_plan_user_idx ON domino_sync.held_plan (crm_user_id, direction);

CREATE TABLE domino_sync.held_item (
    plan_id bigint NOT NULL,
    appointment_id int NOT NULL,
    -- the entry that was meant: one made anew later is another one
    domino_uid nvarchar(400) NOT NULL,
    domino_recurrence_id nvarchar(40) NOT NULL,
    CONSTRAINT held_item_pkey PRIMARY KEY (plan_id, appointment_id)
);

-- The breaker remembers: deletions of the last hours count, and a plan says why it waits. And the history is found by uid.

ALTER TABLE domino_sync.held_plan ADD
    -- why it waits; null: more at once than the settings allow, as all plans before this column
    reason_code nvarchar(60) NULL,
    -- deletions of the hours before, not approved by anybody, that counted as well
    earlier int NOT NULL CONSTRAINT held_plan_earlier_default DEFAULT 0;

ALTER TABLE domino_sync.held_plan DROP CONSTRAINT held_plan_decision_check;
ALTER TABLE domino_sync.held_plan
    ADD CONSTRAINT held_plan_decision_check CHECK (decision IN (N'allow', N'refuse', N'recreate'));

-- no filtered ones: they would make the settings of every session that writes the history matter
CREATE INDEX activity_user_idx ON domino_sync.activity (crm_user_id, happened_at) INCLUDE (action, direction);
CREATE INDEX activity_uid_idx ON domino_sync.activity (domino_uid);

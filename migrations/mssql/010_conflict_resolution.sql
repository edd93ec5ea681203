-- An administrator may put the loser's value of a conflict back; who did so and what he took stays beside it.

ALTER TABLE domino_sync.conflict ADD
    resolved_at datetime2(3) NULL,
    resolved_by nvarchar(255) NULL,
    -- what was taken
    resolution nvarchar(10) NULL
        CONSTRAINT conflict_resolution_check CHECK (resolution IN (N'crm', N'domino', N'value'));

-- `why` tells what changed, not only that something did.

ALTER TABLE domino_sync.activity ADD
    -- [{"field": …, "before": …, "after": …}] as written to the side that `direction` names; null when nothing was
    changes nvarchar(max) NULL,
    -- who made the change that was carried over: a CRM user or a Notes user, where the side tells
    changed_by nvarchar(255) NULL,
    -- when that side says it was changed
    changed_at datetime2(3) NULL;

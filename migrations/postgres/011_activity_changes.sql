-- `why` tells what changed, not only that something did.

alter table domino_sync.activity
    -- [{"field": …, "before": …, "after": …}] as written to the side that `direction` names; null when nothing was
    add column if not exists changes jsonb null,
    -- who made the change that was carried over: a CRM user or a Notes user, where the side tells
    add column if not exists changed_by text null,
    -- when that side says it was changed
    add column if not exists changed_at timestamptz null;

-- A first comparison takes minutes: `users list` and `status` tell how far it is. And each user may have a window of his own.

alter table domino_sync.sync_user
    -- of first_sync_total; null while none runs
    add column first_sync_compared integer null,
    -- single entries read from Domino for it
    add column first_sync_read integer null,
    -- days before today that still count for this user; null = setting window_past_days
    add column past_days integer null;

-- A first comparison takes minutes: `users list` and `status` tell how far it is. And each user may have a window of his own.

ALTER TABLE domino_sync.sync_user ADD
    -- of first_sync_total; null while none runs
    first_sync_compared int NULL,
    -- single entries read from Domino for it
    first_sync_read int NULL,
    -- days before today that still count for this user; null = setting window_past_days
    past_days int NULL;

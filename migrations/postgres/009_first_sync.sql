-- A first comparison must not duplicate what both sides hold already, and must be noticed to be needed again.

alter table domino_sync.sync_user
    -- links of this mailbox when a runner last gave it back: fewer now means that links were lost
    add column known_links integer not null default 0,
    -- appointments that the first comparison had to look at, for telling how far it is
    add column first_sync_total integer null;

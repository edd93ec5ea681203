-- A first comparison must not duplicate what both sides hold already, and must be noticed to be needed again.

ALTER TABLE domino_sync.sync_user ADD
    -- links of this mailbox when a runner last gave it back: fewer now means that links were lost
    known_links int NOT NULL CONSTRAINT sync_user_known_links_default DEFAULT 0,
    -- appointments that the first comparison had to look at, for telling how far it is
    first_sync_total int NULL;

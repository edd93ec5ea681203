-- A fault of the whole Domino server is told once, by the runner that met it, instead of once for every mailbox.

ALTER TABLE domino_sync.runner ADD
    -- null while Domino answers this runner
    domino_reason nvarchar(60) NULL,
    domino_detail nvarchar(max) NULL,
    -- when the runner asks Domino again
    domino_paused_until datetime2(3) NULL;

-- A fault of the whole Domino server is told once, by the runner that met it, instead of once for every mailbox.

alter table domino_sync.runner
    -- null while Domino answers this runner
    add column if not exists domino_reason text null,
    add column if not exists domino_detail text null,
    -- when the runner asks Domino again
    add column if not exists domino_paused_until timestamptz null;

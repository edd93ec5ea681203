-- A bare copy of the database's files put back has the same identity; a runner that has seen more than it holds tells.

CREATE TABLE domino_sync.database_witness (
    one_row bit NOT NULL CONSTRAINT database_witness_one_row_default DEFAULT 1
        CONSTRAINT database_witness_pkey PRIMARY KEY
        CONSTRAINT database_witness_one_row_check CHECK (one_row = 1),
    -- the greatest run_id; it stays when the runs are purged
    last_run bigint NOT NULL,
    -- raised whenever a runner found the database older than it was; part of its identity
    epoch int NOT NULL CONSTRAINT database_witness_epoch_default DEFAULT 0
);

-- by EXECUTE, so that a script that holds later migrations too compiles
EXECUTE (N'INSERT INTO domino_sync.database_witness (last_run)
SELECT COALESCE(MAX(r.run_id), 0) FROM domino_sync.run AS r;');

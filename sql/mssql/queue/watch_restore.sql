CREATE OR ALTER PROCEDURE domino_sync_api.watch_restore
    @p_run_id bigint,
    @p_started_at nvarchar(40),
    @p_finished bit,
    @p_epoch int
AS
BEGIN
    /*
    Tells a runner whether the database is older than what it has seen there, as after its files were put back from a copy,
    and then gives the database another identity: what is stored beside the cursors is that of another one.
    Only what was committed is remembered, so a crash of the server proves nothing.  Of many runners one is told.
    Parameters: what this procedure answered last, or a run that the runner began or ended since; nulls: nothing was seen.
                @p_started_at null: not known.  @p_finished: the run was seen to have ended.
    Returns: one row to be remembered: the last run (started_at null when it is purged), and the epoch; restored.
    Locks: the row of database_witness, when it is older.  Writes: database_witness.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @restored bit = 0;

    IF EXISTS (
        SELECT 1
        FROM domino_sync.database_witness AS w
        LEFT JOIN domino_sync.run AS r ON r.run_id = @p_run_id
        WHERE w.epoch <= @p_epoch
          AND (w.epoch < @p_epoch
               OR w.last_run < @p_run_id
               -- the number was given again
               OR CONVERT(nvarchar(40), r.started_at, 126) <> @p_started_at
               OR (@p_finished = 1 AND r.run_id IS NOT NULL AND r.finished_at IS NULL))
    )
    BEGIN
        UPDATE domino_sync.database_witness SET epoch = @p_epoch + 1 WHERE epoch <= @p_epoch;
        SET @restored = CASE WHEN @@ROWCOUNT > 0 THEN 1 ELSE 0 END;
    END;

    SELECT
        w.last_run AS run_id,
        CONVERT(nvarchar(40), r.started_at, 126) AS started_at,
        CAST(CASE WHEN r.finished_at IS NULL THEN 0 ELSE 1 END AS bit) AS finished,
        w.epoch,
        @restored AS restored
    FROM domino_sync.database_witness AS w
    LEFT JOIN domino_sync.run AS r ON r.run_id = w.last_run;
END;

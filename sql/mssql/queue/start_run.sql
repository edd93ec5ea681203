CREATE OR ALTER PROCEDURE domino_sync_api.start_run
    @p_runner int,
    @p_kind nvarchar(40)
AS
BEGIN
    /*
    Opens the record of a cycle.
    Parameters: @p_runner; @p_kind - once, cycle, reconcile, ….
    Returns: run_id.  Locks: the runner row.  Writes: run, runner.seen_at.
    */
    SET NOCOUNT, XACT_ABORT ON;

    BEGIN TRANSACTION;
    UPDATE domino_sync.runner SET seen_at = SYSUTCDATETIME() WHERE runner_id = @p_runner;
    INSERT INTO domino_sync.run (runner_id, kind) VALUES (@p_runner, @p_kind);
    COMMIT TRANSACTION;

    SELECT CAST(SCOPE_IDENTITY() AS bigint) AS run_id;
END;

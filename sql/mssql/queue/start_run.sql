CREATE OR ALTER PROCEDURE domino_sync_api.start_run
    @p_runner int,
    @p_kind nvarchar(40)
AS
BEGIN
    /*
    Opens the record of a cycle.
    Parameters: @p_runner; @p_kind - once, cycle, reconcile, ….
    Returns: run_id.  Locks: the runner row, database_witness.  Writes: run, runner.seen_at, database_witness.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @run bigint;

    BEGIN TRANSACTION;
    UPDATE domino_sync.runner SET seen_at = SYSUTCDATETIME() WHERE runner_id = @p_runner;
    INSERT INTO domino_sync.run (runner_id, kind) VALUES (@p_runner, @p_kind);
    SET @run = SCOPE_IDENTITY();
    UPDATE domino_sync.database_witness SET last_run = @run WHERE last_run < @run;
    COMMIT TRANSACTION;

    SELECT @run AS run_id;
END;

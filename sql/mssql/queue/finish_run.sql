CREATE OR ALTER PROCEDURE domino_sync_api.finish_run
    @p_run_id bigint,
    @p_counts nvarchar(max),
    @p_error nvarchar(max)
AS
BEGIN
    /*
    Closes the record of a cycle.
    Parameters: @p_run_id; @p_counts - {"delivered": n, …}; @p_error - one line, or null.
    Returns: nothing.  Locks: the run row.  Writes: run.
    */
    SET NOCOUNT, XACT_ABORT ON;

    UPDATE domino_sync.run
    SET finished_at = SYSUTCDATETIME(), counts = @p_counts, error = @p_error
    WHERE run_id = @p_run_id AND finished_at IS NULL;
END;

CREATE OR ALTER PROCEDURE domino_sync_api.report_server
    @p_runner int,
    @p_reason_code nvarchar(60),
    @p_detail nvarchar(max),
    @p_pause_seconds float
AS
BEGIN
    /*
    Says that Domino as a whole fails for a runner, and when it asks again; or that it answers.
    Parameters: @p_runner; @p_reason_code, NULL = it answers; @p_detail, one line; @p_pause_seconds.
    Returns: nothing.  Locks: the runner row.  Writes: runner.
    */
    SET NOCOUNT, XACT_ABORT ON;

    UPDATE r
    SET domino_reason = @p_reason_code,
        domino_detail = CASE WHEN @p_reason_code IS NOT NULL THEN @p_detail END,
        domino_paused_until = CASE WHEN @p_reason_code IS NOT NULL THEN later.later END
    FROM domino_sync.runner AS r
    CROSS APPLY domino_sync.seconds_after(SYSUTCDATETIME(), COALESCE(@p_pause_seconds, 0)) AS later
    WHERE r.runner_id = @p_runner;
END;

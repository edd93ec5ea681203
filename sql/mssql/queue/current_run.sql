CREATE OR ALTER FUNCTION domino_sync.current_run (@p_runner int)
RETURNS TABLE
AS
/*
The cycle a runner is in.  Only the latest hundred runs are looked at: the history may be long.
Parameters: @p_runner.  Returns: run_id, null when the runner is in none.  Locks: none.  Writes: nothing.
*/
RETURN
    SELECT MAX(latest.run_id) AS run_id
    FROM (
        SELECT TOP (100) r.run_id, r.runner_id, r.finished_at FROM domino_sync.run AS r ORDER BY r.run_id DESC
    ) AS latest
    WHERE latest.runner_id = @p_runner AND latest.finished_at IS NULL;

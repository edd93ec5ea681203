CREATE OR ALTER PROCEDURE domino_sync_api.purge_history
    @p_keep_days int,
    @p_limit int
AS
/* Trims the history, oldest first: activity, conflicts, finished runs, decided plans, reconciled gaps, runners that are gone.
   Never what is unfinished, and never links or tombstones: they keep items from coming back. What somebody may still need
   stays: deletions of the last days, which the breaker counts; conflicts that nobody has looked at, four times as long; that
   an entry was deleted in Notes and its appointment kept, which a comparison asks for when links are lost; runs that the
   history names.
   Parameters: @p_keep_days; @p_limit, rows at most in each table: call again while it answers more than 0.
   Returns:    purged, rows removed.
   Raises:     51003 numbers that cannot be meant.
   Locks:      the removed rows, table by table; rows somebody else works on are skipped. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_before datetime2(3);
    DECLARE @v_weighed datetime2(3);
    DECLARE @v_forgotten datetime2(3);
    DECLARE @v_purged int = 0;
    DECLARE @v_problem nvarchar(2048);

    IF @p_keep_days IS NULL OR @p_keep_days NOT BETWEEN 1 AND 36500
        SET @v_problem = CONCAT(
            N'keep_days ', COALESCE(CONVERT(nvarchar(11), @p_keep_days), N'null'), N' is not a number from 1 to 36500'
        );
    ELSE IF @p_limit IS NULL OR @p_limit < 1
        SET @v_problem = CONCAT(
            N'limit ', COALESCE(CONVERT(nvarchar(11), @p_limit), N'null'), N' is not a number above 0'
        );
    IF @v_problem IS NOT NULL
        THROW 51003, @v_problem, 1;
    SET @v_before = DATEADD(day, -@p_keep_days, SYSUTCDATETIME());
    -- the breaker remembers deletions, and what was allowed, for mass_disappearance_hours, at most a week
    SET @v_weighed = DATEADD(day, CASE WHEN @p_keep_days > 8 THEN -@p_keep_days ELSE -8 END, SYSUTCDATETIME());
    SET @v_forgotten = DATEADD(day, -4 * @p_keep_days, SYSUTCDATETIME());

    DELETE FROM domino_sync.activity
    WHERE activity_id IN
    (
        SELECT TOP (@p_limit) o.activity_id
        FROM domino_sync.activity AS o WITH (READCOMMITTEDLOCK, READPAST, UPDLOCK, ROWLOCK)
        WHERE o.happened_at < @v_before
          AND NOT (o.action = N'deleted' AND o.happened_at >= @v_weighed)
          AND NOT
          (
              o.action = N'unlinked'
              AND o.reason_code IN (N'deletion_kept', N'past_deletion_kept')
              AND EXISTS
                  (
                      SELECT 1
                      FROM domino_sync.item_link AS l
                      WHERE l.crm_user_id = o.crm_user_id
                        AND l.appointment_id = o.appointment_id
                        AND l.state = N'unlinked'
                  )
          )
        ORDER BY o.happened_at
    );
    SET @v_purged = @v_purged + @@ROWCOUNT;

    DELETE FROM domino_sync.conflict
    WHERE conflict_id IN
    (
        SELECT TOP (@p_limit) o.conflict_id
        FROM domino_sync.conflict AS o WITH (READCOMMITTEDLOCK, READPAST, UPDLOCK, ROWLOCK)
        WHERE o.decided_at < @v_before
          AND (o.resolved_at < @v_before OR (o.resolved_at IS NULL AND o.decided_at < @v_forgotten))
        ORDER BY o.conflict_id
    );
    SET @v_purged = @v_purged + @@ROWCOUNT;

    DELETE FROM domino_sync.run
    WHERE run_id IN
    (
        SELECT TOP (@p_limit) o.run_id
        FROM domino_sync.run AS o WITH (READCOMMITTEDLOCK, READPAST, UPDLOCK, ROWLOCK)
        WHERE (
              o.finished_at < @v_before
              -- its runner is gone, so nobody will ever finish it
              OR
              (
                  o.finished_at IS NULL
                  AND o.started_at < @v_before
                  AND NOT EXISTS (SELECT 1 FROM domino_sync.live_runner AS v WHERE v.runner_id = o.runner_id)
              )
          )
          AND NOT EXISTS (SELECT 1 FROM domino_sync.activity AS a WHERE a.run_id = o.run_id)
        ORDER BY o.run_id
    );
    SET @v_purged = @v_purged + @@ROWCOUNT;

    DELETE FROM domino_sync.held_plan
    WHERE plan_id IN
    (
        SELECT TOP (@p_limit) o.plan_id
        FROM domino_sync.held_plan AS o WITH (READCOMMITTEDLOCK, READPAST, UPDLOCK, ROWLOCK)
        WHERE o.decided_at < @v_weighed
        ORDER BY o.plan_id
    );
    SET @v_purged = @v_purged + @@ROWCOUNT;

    DELETE TOP (@p_limit) o
    FROM domino_sync.held_item AS o
    WHERE NOT EXISTS (SELECT 1 FROM domino_sync.held_plan AS h WHERE h.plan_id = o.plan_id);
    SET @v_purged = @v_purged + @@ROWCOUNT;

    DELETE FROM domino_sync.capture_gap
    WHERE gap_id IN
    (
        SELECT TOP (@p_limit) o.gap_id
        FROM domino_sync.capture_gap AS o WITH (READCOMMITTEDLOCK, READPAST, UPDLOCK, ROWLOCK)
        WHERE o.reconciled_at < @v_before AND o.closed_at IS NOT NULL
        ORDER BY o.gap_id
    );
    SET @v_purged = @v_purged + @@ROWCOUNT;

    DELETE FROM domino_sync.runner
    WHERE runner_id IN
    (
        SELECT TOP (@p_limit) o.runner_id
        FROM domino_sync.runner AS o WITH (READCOMMITTEDLOCK, READPAST, UPDLOCK, ROWLOCK)
        WHERE o.seen_at < @v_before
          AND NOT EXISTS (SELECT 1 FROM domino_sync.live_runner AS v WHERE v.runner_id = o.runner_id)
          AND NOT EXISTS (SELECT 1 FROM domino_sync.sync_user AS s WHERE s.leased_by = o.runner_id)
          AND NOT EXISTS (SELECT 1 FROM domino_sync.delivery AS d WHERE d.leased_by = o.runner_id)
        ORDER BY o.runner_id
    );
    SET @v_purged = @v_purged + @@ROWCOUNT;

    SELECT @v_purged AS purged;
END;

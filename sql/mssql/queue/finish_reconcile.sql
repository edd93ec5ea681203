CREATE OR ALTER PROCEDURE domino_sync_api.finish_reconcile
    @p_runner int,
    @p_crm_user_id int
AS
BEGIN
    /*
    Records that both sides of a mailbox were compared in full, and closes the gaps that every mailbox has got over.
    Parameters: @p_runner, @p_crm_user_id.
    Returns: healed, differences put right since the reconcile began, as the history tells them; open_differences, what
             waits for another attempt or for somebody.
    Throws 51001 when the runner does not hold the mailbox.
    Locks: the sync_user row, capture_gap.  Writes: sync_user, capture_gap, activity.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @started datetime2(3);
    DECLARE @healed int;
    DECLARE @open int;
    DECLARE @mailboxes nvarchar(max) = CONCAT(N'[{"crm_user_id":', @p_crm_user_id, N'}]');

    BEGIN TRANSACTION;
    EXECUTE domino_sync.require_mailbox_leases @p_runner = @p_runner, @p_mailboxes = @mailboxes;
    SELECT @started = u.reconcile_started_at
    FROM domino_sync.sync_user AS u
    WHERE u.crm_user_id = @p_crm_user_id;

    SELECT @healed = COUNT(*)
    FROM domino_sync.activity AS a
    WHERE a.happened_at >= @started
      AND a.crm_user_id = @p_crm_user_id
      AND a.reason_code = N'reconcile'
      AND a.direction <> N'admin';
    SELECT @open = v.open_differences
    FROM domino_sync_report.verification AS v
    WHERE v.crm_user_id = @p_crm_user_id;

    UPDATE u
    SET verified_at = @started,
        healed = @healed,
        -- asked for once more meanwhile: from the beginning
        reconcile_requested_at = CASE WHEN u.reconcile_requested_at > @started THEN u.reconcile_requested_at END,
        reconcile_reason = CASE WHEN u.reconcile_requested_at > @started THEN u.reconcile_reason END,
        reconcile_started_at = NULL,
        reconcile_after = NULL,
        reconcile_pull_from = NULL
    FROM domino_sync.sync_user AS u
    WHERE u.crm_user_id = @p_crm_user_id;

    INSERT INTO domino_sync.activity (run_id, runner_id, crm_user_id, direction, action, reason_code, detail)
    VALUES (
        (SELECT c.run_id FROM domino_sync.current_run(@p_runner) AS c), @p_runner, @p_crm_user_id, N'admin',
        N'verified', N'reconcile',
        CONCAT(
            N'both sides compared, as of ', domino_sync.utc_text(@started), N': ', @healed,
            N' differences put right, ', @open, N' open')
    );

    UPDATE g
    SET reconciled_at = SYSUTCDATETIME()
    FROM domino_sync.capture_gap AS g
    WHERE g.closed_at IS NOT NULL
      AND g.reconciled_at IS NULL
      -- who took part when it was closed has to be compared since; who came later was compared then
      AND NOT EXISTS
          (
              SELECT 1
              FROM domino_sync.sync_user AS s
              WHERE s.enabled = 1
                AND (s.verified_at IS NULL OR s.verified_at < g.closed_at)
                AND (s.enabled_at < g.closed_at OR s.first_sync_done_at IS NULL)
          );
    COMMIT TRANSACTION;

    SELECT @healed AS healed, @open AS open_differences;
END;

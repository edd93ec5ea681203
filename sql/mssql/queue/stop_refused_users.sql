CREATE OR ALTER PROCEDURE domino_sync.stop_refused_users
    @p_runner int
AS
BEGIN
    /*
    Holds the mailboxes of enabled users whom the CRM no longer lets take part (deleted, disabled, without an address …), and
    lets those go on that it lets take part again.  Nothing is written to either side meanwhile; what waits goes on waiting.
    Parameters: @p_runner.  Needs the caller's transaction.
    Locks: their sync_user rows; those in work or locked by others come with the next call.  Writes: sync_user, activity.
    Looked up before anything is locked: a user who is being saved in the CRM makes us wait, and nobody else with us.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @now datetime2(3) = SYSUTCDATETIME();
    DECLARE @found table (crm_user_id int NOT NULL PRIMARY KEY, refusal nvarchar(100) NULL);
    DECLARE @changed table (crm_user_id int NOT NULL PRIMARY KEY);

    INSERT INTO @found (crm_user_id, refusal)
    SELECT s.crm_user_id, CASE WHEN u.crm_user_id IS NULL THEN N'removed from the CRM' ELSE u.refusal END
    FROM domino_sync.sync_user AS s WITH (READCOMMITTEDLOCK, READPAST)
    LEFT JOIN domino_sync.crm_user AS u ON u.crm_user_id = s.crm_user_id
    WHERE s.enabled = 1
      -- a mailbox that is held for another reason stays so
      AND ((s.health <> N'held' AND (u.crm_user_id IS NULL OR u.refusal IS NOT NULL))
           OR (s.health = N'held' AND s.health_reason = N'crm_user_refused'
               AND u.crm_user_id IS NOT NULL AND u.refusal IS NULL));
    IF @@ROWCOUNT = 0
        RETURN;

    -- looked at again now that the rows are locked
    INSERT INTO @changed (crm_user_id)
    SELECT s.crm_user_id
    FROM @found AS f
    INNER JOIN domino_sync.sync_user AS s WITH (READCOMMITTEDLOCK, READPAST, UPDLOCK, ROWLOCK)
        ON s.crm_user_id = f.crm_user_id
    WHERE s.enabled = 1
      AND (s.leased_by IS NULL OR s.leased_until < @now
           OR NOT EXISTS (SELECT 1 FROM domino_sync.live_runner AS l WHERE l.runner_id = s.leased_by))
      AND ((s.health <> N'held' AND f.refusal IS NOT NULL)
           OR (s.health = N'held' AND s.health_reason = N'crm_user_refused' AND f.refusal IS NULL))
    OPTION (LOOP JOIN, FORCE ORDER);

    UPDATE s
    SET health = CASE WHEN f.refusal IS NULL THEN N'ok' ELSE N'held' END,
        health_reason = CASE WHEN f.refusal IS NOT NULL THEN N'crm_user_refused' END,
        health_detail = f.refusal,
        health_since = @now,
        faults_in_a_row = 0,
        next_poll_at = @now
    FROM domino_sync.sync_user AS s
    INNER JOIN @changed AS c ON c.crm_user_id = s.crm_user_id
    INNER JOIN @found AS f ON f.crm_user_id = c.crm_user_id;

    INSERT INTO domino_sync.activity (runner_id, crm_user_id, direction, action, reason_code, detail)
    SELECT
        @p_runner, f.crm_user_id, N'admin', CASE WHEN f.refusal IS NULL THEN N'resumed' ELSE N'held' END,
        N'crm_user_refused', COALESCE(f.refusal, N'the CRM lets the user take part again')
    FROM @found AS f
    INNER JOIN @changed AS c ON c.crm_user_id = f.crm_user_id;
END;

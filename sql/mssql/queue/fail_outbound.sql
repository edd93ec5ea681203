CREATE OR ALTER PROCEDURE domino_sync_api.fail_outbound
    @p_runner int,
    @p_failures nvarchar(max)
AS
BEGIN
    /*
    Gives deliveries back that could not be made: to wait for another attempt, or parked until an administrator or a
    new change takes them up.  A delivery that got a newer version meanwhile is due at once: the failure was another
    state's.
    Parameters: @p_runner; @p_failures - array of the contract's `OutboundFailure`, each pair at most once.
    Returns: waiting, parked - counts.  Throws 51001 when a mailbox is not held.
    Locks: the sync_user and delivery rows.  Writes: delivery, activity (parked ones).
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @now datetime2(3) = SYSUTCDATETIME();
    DECLARE @mailboxes nvarchar(max) = (
        SELECT DISTINCT f.crm_user_id FROM OPENJSON(@p_failures) WITH (crm_user_id int) AS f FOR JSON PATH
    );
    DECLARE @failure table (
        crm_user_id int NOT NULL, appointment_id int NOT NULL, version bigint NULL, reason_code nvarchar(60) NULL,
        error nvarchar(max) NULL, retry_after_seconds float NULL, held bit NOT NULL, parked bit NOT NULL,
        PRIMARY KEY (crm_user_id, appointment_id)
    );

    BEGIN TRANSACTION;

    EXECUTE domino_sync.require_mailbox_leases @p_runner = @p_runner, @p_mailboxes = @mailboxes;

    INSERT INTO @failure (
        crm_user_id, appointment_id, version, reason_code, error, retry_after_seconds, held, parked)
    SELECT f.crm_user_id, f.appointment_id, f.version, f.reason_code, f.error, f.retry_after_seconds, 0, 0
    FROM OPENJSON(@p_failures) WITH (
        appointment_id int, crm_user_id int, version bigint, reason_code nvarchar(60), error nvarchar(max),
        retry_after_seconds float) AS f;

    UPDATE f
    SET held = 1,
        parked = CASE WHEN d.version = f.version AND f.retry_after_seconds IS NULL THEN 1 ELSE 0 END
    FROM @failure AS f
    INNER JOIN domino_sync.delivery AS d WITH (UPDLOCK, ROWLOCK)
        ON d.crm_user_id = f.crm_user_id AND d.appointment_id = f.appointment_id
    WHERE d.leased_by = @p_runner
    OPTION (LOOP JOIN, FORCE ORDER);

    UPDATE d
    SET leased_by = NULL,
        leased_until = NULL,
        leased_version = NULL,
        last_reason_code = f.reason_code,
        last_error = f.error,
        attempts = CASE WHEN d.version = f.version THEN d.attempts + 1 ELSE d.attempts END,
        next_attempt_at = CASE WHEN d.version = f.version THEN retry.later ELSE d.next_attempt_at END,
        parked_at = CASE WHEN f.parked = 1 THEN @now END
    FROM @failure AS f
    CROSS APPLY domino_sync.seconds_after(@now, COALESCE(f.retry_after_seconds, 0)) AS retry
    INNER JOIN domino_sync.delivery AS d ON d.crm_user_id = f.crm_user_id AND d.appointment_id = f.appointment_id
    WHERE f.held = 1
    OPTION (LOOP JOIN, FORCE ORDER);

    INSERT INTO domino_sync.activity (
        run_id, runner_id, crm_user_id, appointment_id, domino_uid, direction, action, reason_code, detail)
    SELECT
        (SELECT c.run_id FROM domino_sync.current_run(@p_runner) AS c), @p_runner, f.crm_user_id, f.appointment_id,
        l.domino_uid, N'to_domino', N'parked', f.reason_code, f.error
    FROM @failure AS f
    LEFT JOIN domino_sync.item_link AS l
        ON l.crm_user_id = f.crm_user_id AND l.appointment_id = f.appointment_id
    WHERE f.parked = 1;

    COMMIT TRANSACTION;

    SELECT
        COALESCE(SUM(CASE WHEN f.parked = 0 THEN 1 ELSE 0 END), 0) AS waiting,
        COALESCE(SUM(CASE WHEN f.parked = 1 THEN 1 ELSE 0 END), 0) AS parked
    FROM @failure AS f
    WHERE f.held = 1;
END;

CREATE OR ALTER PROCEDURE domino_sync_api.lease_mailboxes
    @p_runner int,
    @p_limit int,
    @p_lease_seconds int
AS
BEGIN
    /*
    Leases mailboxes that have something to do: deliveries due, or a poll of Domino due.  Held mailboxes wait for an
    administrator, paused ones for their next_poll_at.  One that was switched off is leased only for its deliveries.
    Users whom the CRM no longer lets take part are held here, and released when it does.
    A runner asks when it works on none of its mailboxes any more: what it still holds was lost on the way (the answer to
    an earlier lease, or its release, when the database failed), is free, and so are the deliveries it had in hand there.
    Parameters: @p_runner; @p_limit - mailboxes at most; @p_lease_seconds - until the lease runs out unless renewed.
    Returns: the contract's `LeasedMailbox`; email - the CRM's of today; window_start as UTC text; due_deliveries counts to 1000; first_sync_done is
             false while the mailbox is in first_sync_due; twins_pending: somebody has to tell twins apart;
             reconcile_reason: why both sides are to be compared in full, or null.  Another database than at the last
             pull is such a reason.
    Locks: the leased sync_user rows (those of others are skipped), delivery.  Writes: sync_user, activity, delivery.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @now datetime2(3);
    DECLARE @candidate table (crm_user_id int NOT NULL PRIMARY KEY);
    DECLARE @leased table (crm_user_id int NOT NULL PRIMARY KEY);
    DECLARE @another table (crm_user_id int NOT NULL PRIMARY KEY);

    BEGIN TRANSACTION;

    EXECUTE domino_sync.stop_refused_users @p_runner;
    -- after it: whom it lets go on is due now
    SET @now = SYSUTCDATETIME();

    INSERT INTO @candidate (crm_user_id)
    SELECT TOP (@p_limit) u.crm_user_id
    FROM domino_sync.sync_user AS u WITH (READCOMMITTEDLOCK, READPAST, UPDLOCK, ROWLOCK)
    WHERE u.health <> N'held'
      AND (u.health <> N'paused' OR u.next_poll_at <= @now)
      AND (u.leased_by IS NULL OR u.leased_by = @p_runner OR u.leased_until < @now
           OR NOT EXISTS (SELECT 1 FROM domino_sync.live_runner AS l WHERE l.runner_id = u.leased_by))
      AND ((u.enabled = 1 AND u.next_poll_at <= @now)
           OR EXISTS (SELECT 1 FROM domino_sync.delivery AS d WITH (READCOMMITTEDLOCK, READPAST)
                      WHERE d.crm_user_id = u.crm_user_id AND d.parked_at IS NULL AND d.next_attempt_at <= @now))
    ORDER BY u.next_poll_at;

    -- restored from a backup, or promoted: whatever is stored may be older than both sides.  Told once.
    UPDATE domino_sync.sync_user WITH (READCOMMITTEDLOCK, READPAST, ROWLOCK)
    SET reconcile_requested_at = @now, reconcile_reason = N'the database was restored or promoted'
    OUTPUT inserted.crm_user_id INTO @another (crm_user_id)
    WHERE sync_user.crm_user_id IN (SELECT c.crm_user_id FROM @candidate AS c)
      AND sync_user.enabled = 1
      AND sync_user.database_identity <> (SELECT i.database_identity FROM domino_sync.database_identity AS i)
      AND (sync_user.reconcile_reason IS NULL
           OR sync_user.reconcile_reason <> N'the database was restored or promoted');
    INSERT INTO domino_sync.activity (runner_id, crm_user_id, direction, action, reason_code, detail)
    SELECT
        @p_runner, a.crm_user_id, N'admin', N'requested', N'reconcile', N'the database was restored or promoted'
    FROM @another AS a;

    UPDATE d
    SET leased_by = NULL, leased_until = NULL, leased_version = NULL
    FROM @candidate AS c
    INNER JOIN domino_sync.sync_user AS u WITH (READCOMMITTEDLOCK) ON u.crm_user_id = c.crm_user_id
    INNER JOIN domino_sync.delivery AS d WITH (READCOMMITTEDLOCK, ROWLOCK) ON d.crm_user_id = u.crm_user_id
    WHERE u.leased_by = @p_runner AND d.leased_by = @p_runner;

    -- looked at again now that the rows are locked: the holder may have announced itself after the first look
    UPDATE domino_sync.sync_user WITH (READCOMMITTEDLOCK, READPAST, ROWLOCK)
    SET leased_by = @p_runner, leased_until = DATEADD(second, @p_lease_seconds, @now)
    OUTPUT inserted.crm_user_id INTO @leased (crm_user_id)
    WHERE sync_user.crm_user_id IN (SELECT c.crm_user_id FROM @candidate AS c)
      AND (sync_user.leased_by IS NULL OR sync_user.leased_by = @p_runner OR sync_user.leased_until < @now
           OR NOT EXISTS (SELECT 1 FROM domino_sync.live_runner AS l WHERE l.runner_id = sync_user.leased_by));

    COMMIT TRANSACTION;

    SELECT
        u.crm_user_id, COALESCE(c.email, u.email) AS email, u.notes_name, u.mail_file, u.direction, u.enabled,
        domino_sync.utc_text(u.window_start) AS window_start,
        u.[cursor], u.database_identity, u.faults_in_a_row,
        (SELECT COUNT(*)
         FROM (SELECT TOP (1000) 1 AS one
               FROM domino_sync.delivery AS d
               WHERE d.crm_user_id = u.crm_user_id AND d.parked_at IS NULL AND d.next_attempt_at <= @now) AS due
        ) AS due_deliveries,
        CAST(CASE WHEN u.enabled = 1 AND u.next_poll_at <= @now THEN 1 ELSE 0 END AS bit) AS poll_due,
        u.past_days,
        CAST(CASE WHEN f.crm_user_id IS NULL THEN 1 ELSE 0 END AS bit) AS first_sync_done,
        CAST(
            CASE WHEN EXISTS (SELECT 1 FROM domino_sync.inbound_parked AS p
                              WHERE p.crm_user_id = u.crm_user_id AND p.reason_code = N'twin_ambiguous')
                 THEN 1 ELSE 0
            END
            AS bit
        ) AS twins_pending,
        q.reason AS reconcile_reason
    FROM @leased AS l
    INNER JOIN domino_sync.sync_user AS u ON u.crm_user_id = l.crm_user_id
    LEFT JOIN domino_sync.crm_user AS c ON c.crm_user_id = u.crm_user_id
    LEFT JOIN domino_sync.first_sync_due AS f ON f.crm_user_id = u.crm_user_id
    LEFT JOIN domino_sync.reconcile_due AS q ON q.crm_user_id = u.crm_user_id;
END;

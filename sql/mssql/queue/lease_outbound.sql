CREATE OR ALTER PROCEDURE domino_sync_api.lease_outbound
    @p_runner int,
    @p_crm_user_id int,
    @p_limit int,
    @p_lease_seconds int
AS
BEGIN
    /*
    Takes deliveries in hand, those that wait longest first.
    Parameters: @p_runner; @p_crm_user_id - one leased mailbox, or null for all that the runner has leased;
    @p_limit - deliveries at most; @p_lease_seconds - after that they count as free again.
    Returns: the contract's `LeasedDelivery`.  Throws 51001 when the runner does not hold the mailbox.
    Locks: the sync_user rows, the leased delivery rows (those of others are skipped).  Writes: delivery.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @now datetime2(3) = SYSUTCDATETIME();
    DECLARE @mailboxes nvarchar(max);
    DECLARE @mailbox table (crm_user_id int NOT NULL PRIMARY KEY);
    DECLARE @leased table (
        crm_user_id int NOT NULL, appointment_id int NOT NULL, PRIMARY KEY (crm_user_id, appointment_id)
    );

    BEGIN TRANSACTION;

    INSERT INTO @mailbox (crm_user_id)
    SELECT u.crm_user_id
    FROM domino_sync.sync_user AS u
    WHERE @p_crm_user_id IS NULL AND u.leased_by = @p_runner
    UNION ALL
    SELECT @p_crm_user_id
    WHERE @p_crm_user_id IS NOT NULL;

    SET @mailboxes = (SELECT m.crm_user_id FROM @mailbox AS m FOR JSON PATH);
    EXECUTE domino_sync.require_mailbox_leases @p_runner = @p_runner, @p_mailboxes = @mailboxes;

    -- The mailboxes are ours until the end of the transaction: no other runner can lease in them meanwhile.
    -- Chosen and locked first, because UPDATE TOP knows no order.
    INSERT INTO @leased (crm_user_id, appointment_id)
    SELECT TOP (@p_limit) w.crm_user_id, w.appointment_id
    FROM @mailbox AS m
    INNER JOIN domino_sync.delivery AS w WITH (READCOMMITTEDLOCK, READPAST, UPDLOCK, ROWLOCK)
        ON w.crm_user_id = m.crm_user_id
    WHERE w.parked_at IS NULL
      AND w.next_attempt_at <= @now
      AND (w.leased_by IS NULL OR w.leased_until < @now
           OR NOT EXISTS (SELECT 1 FROM domino_sync.live_runner AS l WHERE l.runner_id = w.leased_by))
    ORDER BY w.next_attempt_at
    OPTION (LOOP JOIN, FORCE ORDER);

    UPDATE d
    SET leased_by = @p_runner,
        leased_until = DATEADD(second, @p_lease_seconds, @now),
        leased_version = d.version
    FROM @leased AS l
    INNER JOIN domino_sync.delivery AS d ON d.crm_user_id = l.crm_user_id AND d.appointment_id = l.appointment_id
    OPTION (LOOP JOIN, FORCE ORDER);

    -- before the end of the transaction: a newer fold may change the version right after it
    SELECT d.appointment_id, d.crm_user_id, d.version, d.attempts, d.reason_code, k.link
    FROM @leased AS l
    INNER JOIN domino_sync.delivery AS d
        ON d.crm_user_id = l.crm_user_id AND d.appointment_id = l.appointment_id
    LEFT JOIN domino_sync.link_json AS k
        ON k.crm_user_id = d.crm_user_id AND k.appointment_id = d.appointment_id;

    COMMIT TRANSACTION;
END;

CREATE OR ALTER PROCEDURE domino_sync_api.release_mailbox
    @p_runner int,
    @p_crm_user_id int,
    @p_report nvarchar(max)
AS
BEGIN
    /*
    Gives a mailbox back and says how it went.  Deliveries of it that are still in hand become free with it.
    Parameters: @p_runner, @p_crm_user_id; @p_report - the contract's `MailboxReport`.
    Returns: nothing.  Throws 51001 when the runner does not hold the mailbox.
    Locks: the sync_user row, its leased delivery rows.  Writes: sync_user, delivery.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @now datetime2(3) = SYSUTCDATETIME();
    DECLARE @links int;
    DECLARE @mailboxes nvarchar(max) = CONCAT(N'[{"crm_user_id":', @p_crm_user_id, N'}]');

    BEGIN TRANSACTION;

    EXECUTE domino_sync.require_mailbox_leases @p_runner = @p_runner, @p_mailboxes = @mailboxes;
    SELECT @links = COUNT(*) FROM domino_sync.item_link AS l WHERE l.crm_user_id = @p_crm_user_id;

    UPDATE u
    SET leased_by = NULL,
        leased_until = NULL,
        health = r.health,
        health_reason = r.reason_code,
        health_detail = r.detail,
        health_since = CASE WHEN u.health = r.health THEN u.health_since ELSE @now END,
        faults_in_a_row = CASE WHEN r.health = N'ok' THEN 0 ELSE u.faults_in_a_row + 1 END,
        [cursor] = COALESCE(r.[cursor], u.[cursor]),
        database_identity = CASE
            WHEN r.[cursor] IS NULL AND COALESCE(r.first_sync_done, 0) = 0 THEN u.database_identity
            ELSE (SELECT i.database_identity FROM domino_sync.database_identity AS i)
        END,
        last_poll_at = CASE WHEN r.polled = 1 THEN @now ELSE u.last_poll_at END,
        -- links that went while the mailbox was worked on are missed as well: only a comparison lowers the number, to
        -- what it has seen itself
        known_links = CASE
            WHEN r.first_sync_done = 1 THEN CASE WHEN r.links_seen > @links THEN r.links_seen ELSE @links END
            WHEN u.known_links > @links THEN u.known_links
            ELSE @links
        END,
        first_sync_total = CASE WHEN COALESCE(r.first_sync_done, 0) = 0 THEN u.first_sync_total END,
        first_sync_compared = CASE WHEN COALESCE(r.first_sync_done, 0) = 0 THEN u.first_sync_compared END,
        first_sync_read = CASE WHEN COALESCE(r.first_sync_done, 0) = 0 THEN u.first_sync_read END,
        first_sync_done_at = CASE
            WHEN r.first_sync_done = 1 THEN @now
            WHEN r.polled = 1 AND r.[cursor] IS NOT NULL THEN COALESCE(u.first_sync_done_at, @now)
            ELSE u.first_sync_done_at
        END,
        -- a healthy mailbox that was leased for its deliveries only keeps the poll it is waiting for
        next_poll_at = CASE
            WHEN r.health = N'ok' AND COALESCE(r.polled, 0) = 0 AND u.next_poll_at > @now THEN u.next_poll_at
            ELSE later.later
        END
    FROM domino_sync.sync_user AS u
    CROSS JOIN OPENJSON(@p_report) WITH (
        health nvarchar(10), reason_code nvarchar(60), detail nvarchar(max), [cursor] nvarchar(max), polled bit,
        next_poll_seconds float, first_sync_done bit, links_seen int) AS r
    CROSS APPLY domino_sync.seconds_after(@now, r.next_poll_seconds) AS later
    WHERE u.crm_user_id = @p_crm_user_id;

    UPDATE d
    SET leased_by = NULL, leased_until = NULL, leased_version = NULL
    FROM domino_sync.delivery AS d
    WHERE d.crm_user_id = @p_crm_user_id AND d.leased_by = @p_runner;

    COMMIT TRANSACTION;
END;

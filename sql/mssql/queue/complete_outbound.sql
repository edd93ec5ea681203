CREATE OR ALTER PROCEDURE domino_sync_api.complete_outbound
    @p_runner int,
    @p_results nvarchar(max)
AS
BEGIN
    /*
    Ends deliveries with what was done.  A delivery that got a newer version meanwhile stays in the queue.
    The effects are recorded either way: they have happened in Domino.
    Parameters: @p_runner; @p_results - array of the contract's `OutboundResult`.
    Returns: completed - deliveries ended; requeued - deliveries that are due again.
    Throws 51001 when a mailbox is not held, 51003 when an entry belongs to another appointment.
    Locks: the sync_user, delivery and item_link rows, in key order.
    Writes: delivery, item_link, conflict, activity.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @mailboxes nvarchar(max) = (
        SELECT DISTINCT r.crm_user_id FROM OPENJSON(@p_results) WITH (crm_user_id int) AS r FOR JSON PATH
    );
    DECLARE @completed int, @requeued int;

    BEGIN TRANSACTION;

    EXECUTE domino_sync.require_mailbox_leases @p_runner = @p_runner, @p_mailboxes = @mailboxes;

    EXECUTE domino_sync.end_deliveries
        @p_runner = @p_runner, @p_results = @p_results, @p_completed = @completed OUTPUT, @p_requeued = @requeued OUTPUT;

    EXECUTE domino_sync.store_links @p_links = @p_results;

    EXECUTE domino_sync.keep_conflicts @p_results = @p_results;

    INSERT INTO domino_sync.activity (
        run_id, runner_id, crm_user_id, appointment_id, domino_uid, direction, action, reason_code, detail, changes,
        changed_by, changed_at)
    SELECT
        (SELECT c.run_id FROM domino_sync.current_run(@p_runner) AS c), @p_runner, r.crm_user_id, r.appointment_id,
        r.domino_uid, N'to_domino', r.action, r.reason_code, r.detail, NULLIF(r.changes, N'[]'),
        (SELECT u.name FROM domino_sync.crm_user AS u WHERE u.crm_user_id = r.changed_by_user),
        CAST(LEFT(r.changed_at, 19) AS datetime2(3))
    FROM OPENJSON(@p_results) WITH (
        appointment_id int, crm_user_id int, action nvarchar(40), reason_code nvarchar(60), detail nvarchar(max),
        domino_uid nvarchar(4000) '$.link.domino_uid', changes nvarchar(max) AS JSON, changed_by_user int,
        changed_at nvarchar(30)) AS r
    WHERE r.action <> N'unchanged';

    COMMIT TRANSACTION;

    SELECT @completed AS completed, @requeued AS requeued;
END;

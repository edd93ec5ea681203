CREATE OR ALTER PROCEDURE domino_sync.switch_tasks
    @p_off bit
AS
/* What a change of setting tasks, or of what belongs to it, means for the pairs there are.
   Off: every pair of a Task stays as it is on both sides, kept apart as task_off. On, or otherwise: those pairs are
   compared again, and every mailbox goes through a first comparison, which links a Task and a To Do that are the same.
   Parameters: @p_off.  Returns: nothing.  Needs the transaction of the caller.
   Locks: sync_user, item_link, delivery.  Writes: the same.
   The leases go first: a runner that decided by the setting of before must not store what it decided. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_now datetime2(3) = SYSUTCDATETIME();
    DECLARE @v_deliveries nvarchar(max);

    UPDATE domino_sync.sync_user SET leased_by = NULL, leased_until = NULL;

    IF @p_off = 1
    BEGIN
        -- one whose create may have got through has no entry to stay: it is looked for and taken away
        UPDATE l
        SET state = N'unlinked', unlinked_reason = N'task_off', unlinked_at = @v_now, updated_at = @v_now
        FROM domino_sync.item_link AS l
        JOIN dbo.Communication AS c ON c.Comm_CommunicationId = l.appointment_id
        WHERE c.Comm_Type = N'Task'
          AND l.state = N'linked';
        RETURN;
    END;

    SET @v_deliveries =
    (
        SELECT p.appointment_id, p.crm_user_id, N'first_sync' AS reason_code
        FROM
        (
            SELECT l.appointment_id, l.crm_user_id
            FROM domino_sync.item_link AS l
            WHERE l.state <> N'unlinked' OR l.unlinked_reason = N'task_off'
            UNION
            -- parked for dates that read otherwise now
            SELECT d.appointment_id, d.crm_user_id
            FROM domino_sync.delivery AS d
            WHERE d.parked_at IS NOT NULL
        ) AS p
        JOIN dbo.Communication AS c ON c.Comm_CommunicationId = p.appointment_id AND c.Comm_Type = N'Task'
        JOIN domino_sync.sending_user AS s ON s.crm_user_id = p.crm_user_id
        ORDER BY p.crm_user_id, p.appointment_id
        FOR JSON PATH
    );
    EXECUTE domino_sync.put_deliveries @v_deliveries;

    UPDATE domino_sync.sync_user
    SET [cursor] = NULL, first_sync_done_at = NULL, first_sync_total = NULL, first_sync_compared = NULL,
        first_sync_read = NULL,
        next_poll_at = CASE WHEN health = N'ok' THEN @v_now ELSE next_poll_at END
    WHERE enabled = 1;
END;

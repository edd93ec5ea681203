CREATE OR ALTER PROCEDURE domino_sync.switch_todos
AS
/* What it means that setting todos lets more pass than before: what either side did to To Dos meanwhile is in no queue any
   more. Every pair is compared again, and every mailbox goes through a first comparison, which links what is the same on
   both sides before anything is made.
   Returns: nothing.  Needs the transaction of the caller.
   Locks: sync_user, delivery.  Writes: the same.
   The leases go first: a runner that decided by the setting of before must not store what it decided. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_now datetime2(3) = SYSUTCDATETIME();
    DECLARE @v_deliveries nvarchar(max);

    UPDATE domino_sync.sync_user SET leased_by = NULL, leased_until = NULL;

    SET @v_deliveries =
    (
        SELECT l.appointment_id, l.crm_user_id, N'first_sync' AS reason_code
        FROM domino_sync.item_link AS l
        JOIN domino_sync.sending_user AS s ON s.crm_user_id = l.crm_user_id
        WHERE l.form = N'todo'
          AND l.state <> N'unlinked'
        ORDER BY l.crm_user_id, l.appointment_id
        FOR JSON PATH
    );
    EXECUTE domino_sync.put_deliveries @v_deliveries;

    UPDATE domino_sync.sync_user
    SET [cursor] = NULL, first_sync_done_at = NULL, first_sync_total = NULL, first_sync_compared = NULL,
        first_sync_read = NULL,
        next_poll_at = CASE WHEN health = N'ok' THEN @v_now ELSE next_poll_at END
    WHERE enabled = 1;
END;

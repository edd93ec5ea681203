CREATE OR ALTER PROCEDURE domino_sync.mark_reconcile
    @p_crm_user_id int,
    @p_reason nvarchar(4000),
    @p_marked int OUTPUT
AS
BEGIN
    /*
    Asks for a reconcile of one enabled mailbox or of all; one that runs already is followed by another.
    Parameters: @p_crm_user_id, or null for all; @p_reason, for the record.
    Returns: @p_marked, how many mailboxes.  Locks: sync_user.  Writes: sync_user.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @now datetime2(3) = SYSUTCDATETIME();

    UPDATE domino_sync.sync_user
    SET reconcile_requested_at = @now,
        reconcile_reason = @p_reason,
        next_poll_at = CASE WHEN health = N'paused' THEN next_poll_at ELSE @now END
    WHERE enabled = 1
      AND (@p_crm_user_id IS NULL OR crm_user_id = @p_crm_user_id);
    SET @p_marked = @@ROWCOUNT;
END;

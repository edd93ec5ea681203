CREATE OR ALTER PROCEDURE domino_sync_api.request_reconcile
    @p_crm_user_id int,
    @p_reason nvarchar(4000)
AS
/* Asks the runners to compare both sides in full, field by field, and to put right what differs.
   Parameters: @p_crm_user_id, an enabled user, or null for all; @p_reason, for the record.
   Returns:    requested, how many mailboxes.
   Raises:     51002 the user does not take part; 51003 without a reason.
   Locks:      sync_user.  Writes: also activity. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_reason nvarchar(4000) = LTRIM(RTRIM(@p_reason));
    DECLARE @v_message nvarchar(2048);
    DECLARE @v_marked int;

    IF COALESCE(@v_reason, N'') = N''
        THROW 51003, N'say why both sides are to be compared', 1;

    BEGIN TRY
        BEGIN TRANSACTION;
        EXECUTE domino_sync.mark_reconcile @p_crm_user_id, @v_reason, @v_marked OUTPUT;
        IF @v_marked = 0 AND @p_crm_user_id IS NOT NULL
        BEGIN
            SET @v_message = CONCAT(N'no such user: CRM user ', @p_crm_user_id, N' does not take part');
            THROW 51002, @v_message, 1;
        END;
        INSERT INTO domino_sync.activity (crm_user_id, direction, action, reason_code, detail)
        VALUES (
            @p_crm_user_id, N'admin', N'requested', N'reconcile', CONCAT(@v_reason, N', by ', ORIGINAL_LOGIN())
        );
        COMMIT TRANSACTION;
    END TRY
    BEGIN CATCH
        IF XACT_STATE() <> 0
            ROLLBACK TRANSACTION;
        THROW;
    END CATCH;

    SELECT @v_marked AS requested;
END;

CREATE OR ALTER PROCEDURE domino_sync_api.disable_user
    @p_crm_user_id int
AS
/* Lets a user no longer take part. Nothing is deleted on either side, and the links stay for the day he is enabled again.
   Parameters: @p_crm_user_id.  Raises: 51002 the user was never enabled.
   Copies of group To Dos that wait behind somebody's are looked at again: it may have been his.
   Locks:      sync_user, delivery, inbound_parked.  Writes: also activity.  Repeating it does nothing. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_message nvarchar(2048);

    IF NOT EXISTS (SELECT 1 FROM domino_sync.sync_user AS s WHERE s.crm_user_id = @p_crm_user_id)
    BEGIN
        SET @v_message = CONCAT(N'no such user: CRM user ', @p_crm_user_id, N' has never been enabled');
        THROW 51002, @v_message, 1;
    END;

    BEGIN TRY
        BEGIN TRANSACTION;
        UPDATE domino_sync.sync_user
        SET enabled = 0, disabled_at = SYSUTCDATETIME()
        WHERE crm_user_id = @p_crm_user_id
          AND enabled = 1;
        IF @@ROWCOUNT > 0
        BEGIN
            DELETE FROM domino_sync.delivery WHERE crm_user_id = @p_crm_user_id;

            UPDATE domino_sync.inbound_parked
            SET next_attempt_at = SYSUTCDATETIME()
            WHERE reason_code = N'assignee_copy';

            INSERT INTO domino_sync.activity (crm_user_id, direction, action, reason_code, detail)
            VALUES (@p_crm_user_id, N'admin', N'disabled', N'user_disabled', CONCAT(N'by ', ORIGINAL_LOGIN()));
        END;
        COMMIT TRANSACTION;
    END TRY
    BEGIN CATCH
        IF XACT_STATE() <> 0
            ROLLBACK TRANSACTION;
        THROW;
    END CATCH;
END;

CREATE OR ALTER PROCEDURE domino_sync_api.disable_capture
    @p_reason nvarchar(4000)
AS
/* Switches our triggers off, as before an upgrade of the CRM, and notes since when changes may go unseen.
   Parameters: @p_reason, for the record.
   Raises:     51003 without a reason; 1222 the tables are in use, try again.
   Locks:      the vendor's tables, see switch_triggers.  Writes: capture_gap, activity.  Repeating it does nothing more. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_reason nvarchar(4000) = LTRIM(RTRIM(@p_reason));

    IF COALESCE(@v_reason, N'') = N''
        THROW 51003, N'say why capture is switched off', 1;

    BEGIN TRY
        BEGIN TRANSACTION;
        EXECUTE domino_sync.switch_triggers 0;

        IF NOT EXISTS (SELECT 1 FROM domino_sync.capture_gap AS g WHERE g.closed_at IS NULL)
        BEGIN
            INSERT INTO domino_sync.capture_gap (opened_by, reason) VALUES (ORIGINAL_LOGIN(), @v_reason);
            INSERT INTO domino_sync.activity (direction, action, reason_code, detail)
            VALUES (N'admin', N'capture_disabled', N'capture_off', CONCAT(@v_reason, N', by ', ORIGINAL_LOGIN()));
        END;
        COMMIT TRANSACTION;
    END TRY
    BEGIN CATCH
        IF XACT_STATE() <> 0
            ROLLBACK TRANSACTION;
        THROW;
    END CATCH;
END;

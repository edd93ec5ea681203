CREATE OR ALTER PROCEDURE domino_sync_api.enable_capture
AS
/* Switches our triggers on again and closes the gap; reconcile of every mailbox finds what changed meanwhile.
   Raises:     51003 a trigger is missing: it has to be made anew by `deploy`; 1222 the tables are in use, try again.
   Locks:      the vendor's tables, see switch_triggers.  Writes: capture_gap, sync_user, activity.  Repeating it does nothing more. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_missing nvarchar(1000);
    DECLARE @v_were_off bit = 0;
    DECLARE @v_marked int;

    SELECT @v_missing = CONCAT(
        MAX(CASE WHEN t.table_name = N'comm_link' THEN t.trigger_name END),
        CASE WHEN COUNT(*) > 1 THEN N', ' END,
        MAX(CASE WHEN t.table_name = N'communication' THEN t.trigger_name END)
    )
    FROM domino_sync.capture_trigger AS t
    WHERE t.state = N'missing';
    IF @v_missing <> N''
    BEGIN
        SET @v_missing = CONCAT(
            N'capture cannot be enabled: missing triggers: ', @v_missing,
            N'. Run `crm-domino-sync deploy`, then enable capture again.'
        );
        THROW 51003, @v_missing, 1;
    END;

    BEGIN TRY
        BEGIN TRANSACTION;
        -- nothing is locked when nothing is to be done
        IF EXISTS (SELECT 1 FROM domino_sync.capture_trigger AS t WHERE t.state = N'disabled')
        BEGIN
            SET @v_were_off = 1;
            EXECUTE domino_sync.switch_triggers 1;
        END;

        -- somebody switched them off without us: since when is unknown, which reconcile does not rely on
        IF @v_were_off = 1 AND NOT EXISTS (SELECT 1 FROM domino_sync.capture_gap AS g WHERE g.closed_at IS NULL)
            INSERT INTO domino_sync.capture_gap (opened_by, reason)
            VALUES (N'unknown', N'the triggers were found disabled');

        UPDATE domino_sync.capture_gap
        SET closed_at = SYSUTCDATETIME(), closed_by = ORIGINAL_LOGIN()
        WHERE closed_at IS NULL;
        IF @@ROWCOUNT > 0
        BEGIN
            EXECUTE domino_sync.mark_reconcile NULL, N'capture was off', @v_marked OUTPUT;
            INSERT INTO domino_sync.activity (direction, action, reason_code, detail)
            VALUES (N'admin', N'capture_enabled', N'capture_off', CONCAT(N'by ', ORIGINAL_LOGIN()));
        END;
        COMMIT TRANSACTION;
    END TRY
    BEGIN CATCH
        IF XACT_STATE() <> 0
            ROLLBACK TRANSACTION;
        THROW;
    END CATCH;
END;

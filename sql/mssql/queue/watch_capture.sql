CREATE OR ALTER PROCEDURE domino_sync_api.watch_capture
AS
BEGIN
    /*
    Looks whether our triggers are there and on. If not, and nobody said so, a gap is opened: changes go unseen from now
    on. When they are back the gap is closed and every mailbox is compared. Cheap: a look at the catalogue.
    Returns: outcome: on; off, as it was known; opened, found off just now; closed, found on again; detail, the triggers.
    Locks: capture_gap, only when something has changed.  Writes: capture_gap, sync_user, activity.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @off nvarchar(1000);
    DECLARE @outcome nvarchar(10);
    DECLARE @gap bigint;
    DECLARE @marked int;

    SELECT @off = CONCAT(
        MAX(CASE WHEN t.table_name = N'comm_link' THEN CONCAT(t.trigger_name, N' ', t.state) END),
        CASE WHEN COUNT(*) > 1 THEN N', ' END,
        MAX(CASE WHEN t.table_name = N'communication' THEN CONCAT(t.trigger_name, N' ', t.state) END)
    )
    FROM domino_sync.capture_trigger AS t
    WHERE t.state <> N'enabled';
    SET @off = NULLIF(@off, N'');

    SELECT @gap = MAX(g.gap_id) FROM domino_sync.capture_gap AS g WHERE g.closed_at IS NULL;
    SET @outcome = CASE
        WHEN @off IS NULL AND @gap IS NULL THEN N'on'
        WHEN @off IS NOT NULL AND @gap IS NOT NULL THEN N'off'
    END;

    IF @outcome IS NULL
    BEGIN
        BEGIN TRANSACTION;
        -- another runner may have seen it as well, or an administrator be about it
        SET @gap = NULL;
        SELECT @gap = MAX(g.gap_id)
        FROM domino_sync.capture_gap AS g WITH (TABLOCKX, HOLDLOCK)
        WHERE g.closed_at IS NULL;

        IF @off IS NOT NULL AND @gap IS NULL
        BEGIN
            SET @outcome = N'opened';
            INSERT INTO domino_sync.capture_gap (opened_by, reason) VALUES (N'a runner', CONCAT(N'found off: ', @off));
            INSERT INTO domino_sync.activity (direction, action, reason_code, detail)
            VALUES (N'admin', N'capture_lost', N'capture_off', CONCAT(N'found off: ', @off));
        END
        ELSE IF @off IS NULL AND @gap IS NOT NULL
        BEGIN
            SET @outcome = N'closed';
            UPDATE domino_sync.capture_gap
            SET closed_at = SYSUTCDATETIME(), closed_by = N'a runner'
            WHERE closed_at IS NULL;
            EXECUTE domino_sync.mark_reconcile NULL, N'capture was off', @marked OUTPUT;
            INSERT INTO domino_sync.activity (direction, action, reason_code, detail)
            VALUES (N'admin', N'capture_enabled', N'capture_off', N'found on again; every mailbox is compared');
        END
        ELSE
            SET @outcome = CASE WHEN @off IS NULL THEN N'on' ELSE N'off' END;
        COMMIT TRANSACTION;
    END;

    SELECT @outcome AS outcome, @off AS detail;
END;

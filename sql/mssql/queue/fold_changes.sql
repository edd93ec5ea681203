CREATE OR ALTER PROCEDURE domino_sync_api.fold_changes
    @p_limit int
AS
BEGIN
    /*
    Turns captured changes into deliveries, one a pair of appointment and mailbox, and deletes them from the log.
    The log is a queue: rows that commit later are simply met later, so no order of commits can lose one.
    A mailbox's own write (origin domino:<crm_user_id>) makes no delivery for that mailbox; any other write does.
    Parameters: @p_limit - log rows at most.
    Returns: changes - log rows taken; deliveries - pairs put in the queue or renewed there.
    Throws 51004 when the queue is busy; the changes are then still in the log.
    Locks: the log rows (those of others are skipped), the delivery rows in key order.  Writes: change_log, delivery.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @changes int, @deliveries int = 0, @due nvarchar(max);
    DECLARE @taken table (
        appointment_id int NULL, crm_user_id int NULL, operation nchar(1) NULL, origin nvarchar(100) NOT NULL
    );
    DECLARE @changed table (
        appointment_id int NOT NULL PRIMARY KEY, reason_code nvarchar(60) NOT NULL,
        first_origin nvarchar(100) NOT NULL, last_origin nvarchar(100) NOT NULL
    );
    DECLARE @holder table (
        appointment_id int NOT NULL, crm_user_id int NOT NULL, PRIMARY KEY (appointment_id, crm_user_id)
    );

    BEGIN TRANSACTION;

    INSERT INTO @taken (appointment_id, crm_user_id, operation, origin)
    EXECUTE domino_sync.take_changes @p_limit = @p_limit;
    SET @changes = @@ROWCOUNT;

    -- most folds find an empty log, and compiling what follows takes longer than all the rest
    IF @changes > 0
    BEGIN
        INSERT INTO @changed (appointment_id, reason_code, first_origin, last_origin)
        SELECT
            t.appointment_id,
            CASE
                WHEN MAX(CASE WHEN t.operation = N'D' THEN 1 ELSE 0 END) = 1 THEN N'crm_deleted'
                WHEN MAX(CASE WHEN t.operation = N'I' THEN 1 ELSE 0 END) = 1 THEN N'crm_created'
                ELSE N'crm_changed'
            END,
            MIN(t.origin),
            MAX(t.origin)
        FROM @taken AS t
        WHERE t.appointment_id IS NOT NULL
        GROUP BY t.appointment_id;

        -- one change and ten thousand need different plans: recompiling shows the optimiser how many there are
        INSERT INTO @holder (appointment_id, crm_user_id)
        SELECT h.appointment_id, h.crm_user_id
        FROM @changed AS c
        INNER JOIN domino_sync.appointment_holder AS h ON h.appointment_id = c.appointment_id
        UNION
        SELECT l.appointment_id, l.crm_user_id
        FROM @changed AS c
        INNER JOIN domino_sync.item_link AS l ON l.appointment_id = c.appointment_id
        INNER JOIN domino_sync.sync_user AS u ON u.crm_user_id = l.crm_user_id
        -- a tombstone is looked at again only when the change concerns its user in person
        WHERE l.state IN (N'creating', N'linked')
           OR (u.enabled = 1 AND l.crm_user_id IN (SELECT t.crm_user_id FROM @taken AS t))
        OPTION (RECOMPILE);

        -- of two different origins at least one is not the mailbox's own, whichever mailbox it is
        SET @due = (
            SELECT h.appointment_id, h.crm_user_id, c.reason_code
            FROM @holder AS h
            INNER JOIN @changed AS c ON c.appointment_id = h.appointment_id
            WHERE c.first_origin <> c.last_origin OR c.first_origin <> CONCAT(N'domino:', h.crm_user_id)
            FOR JSON PATH
        );
        SET @deliveries = (SELECT COUNT(*) FROM OPENJSON(@due));

        EXECUTE domino_sync.put_deliveries @p_deliveries = @due;
    END;

    COMMIT TRANSACTION;

    SELECT @changes AS changes, @deliveries AS deliveries;
END;

CREATE OR ALTER PROCEDURE domino_sync_api.look_for_work
AS
BEGIN
    /*
    Tells whether there is work that no runner has in hand. PostgreSQL notifies its runners; SQL Server notifies nobody,
    so each runner asks once a second, and this stays as cheap as two looks at an index.
    Parameters: none.
    Returns:    found - changes captured and not folded, or a delivery due in a mailbox that nobody has leased.
    Locks:      none: rows that others hold are passed over.  Writes: nothing.
    */
    SET NOCOUNT, XACT_ABORT ON;

    SELECT CAST(CASE
        WHEN EXISTS (SELECT 1 FROM domino_sync.change_log AS c WITH (READCOMMITTEDLOCK, READPAST)) THEN 1
        WHEN EXISTS (
            SELECT 1
            FROM domino_sync.sync_user AS u WITH (READCOMMITTEDLOCK, READPAST)
            INNER JOIN domino_sync.delivery AS d WITH (READCOMMITTEDLOCK, READPAST) ON d.crm_user_id = u.crm_user_id
            WHERE u.leased_by IS NULL
              AND u.health <> N'held'
              AND (u.health <> N'paused' OR u.next_poll_at <= SYSUTCDATETIME())
              AND d.parked_at IS NULL
              AND d.next_attempt_at <= SYSUTCDATETIME()
        ) THEN 1
        ELSE 0
    END AS bit) AS found;
END;

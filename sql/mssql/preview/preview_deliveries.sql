CREATE OR ALTER PROCEDURE domino_sync_api.preview_deliveries
    @p_crm_user_id int
AS
BEGIN
    /*
    The deliveries that `lease_outbound` would hand out after `fold_changes`: what waits in the queue, and what the triggers
    captured and nobody has folded yet.  Nothing is taken from the log or the queue.
    Parameters: @p_crm_user_id - one mailbox, or null for all.
    Returns: the contract's `LeasedDelivery`; version 0 for what is not in the queue yet.
    Locks: nothing for longer than it reads.  Writes: nothing.  The rules are those of fold_changes, and change with them.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @now datetime2(3) = SYSUTCDATETIME();
    DECLARE @logged table (
        appointment_id int NULL, crm_user_id int NULL, operation nchar(1) NULL, origin nvarchar(100) NOT NULL
    );
    DECLARE @changed table (
        appointment_id int NOT NULL PRIMARY KEY, reason_code nvarchar(60) NOT NULL,
        first_origin nvarchar(100) NOT NULL, last_origin nvarchar(100) NOT NULL
    );
    DECLARE @folded table (
        appointment_id int NOT NULL, crm_user_id int NOT NULL, reason_code nvarchar(60) NOT NULL,
        PRIMARY KEY (appointment_id, crm_user_id)
    );

    -- what is not committed yet is passed over, as fold_changes does
    INSERT INTO @logged (appointment_id, crm_user_id, operation, origin)
    SELECT t.appointment_id, t.crm_user_id, t.operation, COALESCE(t.origin, N'')
    FROM domino_sync.change_log AS t WITH (READCOMMITTEDLOCK, READPAST);

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
    FROM @logged AS t
    WHERE t.appointment_id IS NOT NULL
    GROUP BY t.appointment_id;

    INSERT INTO @folded (appointment_id, crm_user_id, reason_code)
    SELECT p.appointment_id, p.crm_user_id, c.reason_code
    FROM
    (
        SELECT h.appointment_id, h.crm_user_id
        FROM @changed AS g
        INNER JOIN domino_sync.appointment_holder AS h ON h.appointment_id = g.appointment_id
        UNION
        SELECT l.appointment_id, l.crm_user_id
        FROM @changed AS g
        INNER JOIN domino_sync.item_link AS l ON l.appointment_id = g.appointment_id
        INNER JOIN domino_sync.sync_user AS u ON u.crm_user_id = l.crm_user_id
        WHERE l.state IN (N'creating', N'linked')
           OR (u.enabled = 1 AND l.crm_user_id IN (SELECT t.crm_user_id FROM @logged AS t))
    ) AS p
    INNER JOIN @changed AS c ON c.appointment_id = p.appointment_id
    WHERE c.first_origin <> c.last_origin OR c.first_origin <> CONCAT(N'domino:', p.crm_user_id)
    OPTION (RECOMPILE);

    SELECT d.appointment_id, d.crm_user_id, d.version, d.attempts, d.reason_code, k.link
    FROM
    (
        SELECT f.appointment_id, f.crm_user_id, CAST(0 AS bigint) AS version, 0 AS attempts, f.reason_code
        FROM @folded AS f
        UNION ALL
        SELECT w.appointment_id, w.crm_user_id, w.version, w.attempts, w.reason_code
        FROM domino_sync.delivery AS w
        WHERE w.parked_at IS NULL
          AND w.next_attempt_at <= @now
          AND NOT EXISTS
              (
                  SELECT 1
                  FROM @folded AS f
                  WHERE f.appointment_id = w.appointment_id AND f.crm_user_id = w.crm_user_id
              )
    ) AS d
    LEFT JOIN domino_sync.link_json AS k
        ON k.crm_user_id = d.crm_user_id AND k.appointment_id = d.appointment_id
    WHERE @p_crm_user_id IS NULL OR d.crm_user_id = @p_crm_user_id
    ORDER BY d.crm_user_id, d.appointment_id;
END;

CREATE OR ALTER PROCEDURE domino_sync.put_deliveries
    @p_deliveries nvarchar(max)
AS
BEGIN
    /*
    Puts pairs in the queue, or renews them there: the twin's INSERT … ON CONFLICT DO UPDATE.
    An application lock lets one enqueuer in at a time, to the end of its transaction.  Range locks would do as well,
    but they lock the gaps between the rows too, where READPAST would make a lease pass over rows that are free.
    Parameters: @p_deliveries - array of {appointment_id, crm_user_id, reason_code}, each pair at most once; null: none.
    Returns: nothing.  Throws 51004 when the lock is not to be had.  Needs the transaction of the caller.
    Locks: the application lock domino_sync.delivery, the delivery rows in key order.  Writes: delivery.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @lock int;
    DECLARE @now datetime2(3) = SYSUTCDATETIME();
    DECLARE @due table (
        crm_user_id int NOT NULL, appointment_id int NOT NULL, reason_code nvarchar(60) NOT NULL,
        PRIMARY KEY (crm_user_id, appointment_id)
    );

    INSERT INTO @due (crm_user_id, appointment_id, reason_code)
    SELECT p.crm_user_id, p.appointment_id, p.reason_code
    FROM OPENJSON(@p_deliveries) WITH (appointment_id int, crm_user_id int, reason_code nvarchar(60)) AS p;
    IF @@ROWCOUNT = 0
        RETURN;

    EXECUTE @lock = sys.sp_getapplock
        @Resource = N'domino_sync.delivery', @LockMode = N'Exclusive', @LockOwner = N'Transaction',
        @LockTimeout = 10000, @DbPrincipal = N'public';
    IF @lock < 0
        THROW 51004, N'busy: the queue of deliveries is being written, try again', 1;

    -- a runner that has it in hand keeps its lease; completing the older version leaves the row pending
    UPDATE d
    SET version = NEXT VALUE FOR domino_sync.delivery_version_seq,
        reason_code = n.reason_code,
        attempts = 0,
        next_attempt_at = @now,
        parked_at = NULL,
        last_reason_code = NULL,
        last_error = NULL
    FROM @due AS n
    INNER JOIN domino_sync.delivery AS d ON d.crm_user_id = n.crm_user_id AND d.appointment_id = n.appointment_id
    -- by key: a scan would wait for deliveries that others have in hand
    OPTION (LOOP JOIN, FORCE ORDER);

    INSERT INTO domino_sync.delivery (crm_user_id, appointment_id, reason_code, enqueued_at, next_attempt_at)
    SELECT n.crm_user_id, n.appointment_id, n.reason_code, @now, @now
    FROM @due AS n
    WHERE NOT EXISTS (
        SELECT 1
        FROM domino_sync.delivery AS d
        WHERE d.crm_user_id = n.crm_user_id AND d.appointment_id = n.appointment_id
    );
END;

CREATE OR ALTER PROCEDURE domino_sync.end_deliveries
    @p_runner int,
    @p_results nvarchar(max),
    @p_completed int OUTPUT,
    @p_requeued int OUTPUT
AS
BEGIN
    /*
    Removes the deliveries that are still at the version they were leased at, and frees the others.
    Parameters: @p_runner; @p_results - array with appointment_id, crm_user_id, version, each pair at most once.
    Returns: the counts in @p_completed and @p_requeued.  Needs the transaction of the caller.
    Locks: the delivery rows, in key order.  Writes: delivery.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @ended table (
        crm_user_id int NOT NULL, appointment_id int NOT NULL, version bigint NULL, still bit NULL,
        PRIMARY KEY (crm_user_id, appointment_id)
    );

    INSERT INTO @ended (crm_user_id, appointment_id, version)
    SELECT r.crm_user_id, r.appointment_id, r.version
    FROM OPENJSON(@p_results) WITH (appointment_id int, crm_user_id int, version bigint) AS r;

    -- by key and in the order a fold takes them, so that neither waits for the other
    UPDATE e
    SET still = CASE WHEN d.version = e.version AND d.leased_version = e.version THEN 1 ELSE 0 END
    FROM @ended AS e
    INNER JOIN domino_sync.delivery AS d WITH (UPDLOCK, ROWLOCK)
        ON d.crm_user_id = e.crm_user_id AND d.appointment_id = e.appointment_id
    WHERE d.leased_by = @p_runner
    OPTION (LOOP JOIN, FORCE ORDER);

    DELETE FROM d
    FROM @ended AS e
    INNER JOIN domino_sync.delivery AS d ON d.crm_user_id = e.crm_user_id AND d.appointment_id = e.appointment_id
    WHERE e.still = 1
    OPTION (LOOP JOIN, FORCE ORDER);
    SET @p_completed = @@ROWCOUNT;

    UPDATE d
    SET leased_by = NULL, leased_until = NULL, leased_version = NULL
    FROM @ended AS e
    INNER JOIN domino_sync.delivery AS d ON d.crm_user_id = e.crm_user_id AND d.appointment_id = e.appointment_id
    WHERE e.still = 0
    OPTION (LOOP JOIN, FORCE ORDER);
    SET @p_requeued = @@ROWCOUNT;
END;

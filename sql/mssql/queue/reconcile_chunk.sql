CREATE OR ALTER PROCEDURE domino_sync_api.reconcile_chunk
    @p_runner int,
    @p_crm_user_id int,
    @p_limit int
AS
BEGIN
    /*
    Puts the next appointments of a mailbox in the queue, to be compared with what both sides last agreed on: those that
    are linked and those that it should hold. Where it stopped is kept, so a reconcile that was cut short goes on there.
    Pairs that are in the queue already stay as they are: due ones are looked at anyway, parked ones wait for somebody.
    Parameters: @p_runner, @p_crm_user_id; @p_limit, appointments at most.
    Returns: enqueued; more, false when the CRM's side is through: the entries in Domino come next.
    Throws 51001 when the runner does not hold the mailbox, 51004 when the queue is busy.
    Locks: the sync_user row, delivery; the vendor's tables are only read.  Writes: sync_user, delivery,
    inbound_parked: what is parked is asked for as well.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @enqueued int = 0;
    DECLARE @more bit = 0;
    DECLARE @after int;
    DECLARE @direction nvarchar(10);
    DECLARE @pull_from datetime2(3);
    DECLARE @deliveries nvarchar(max);
    DECLARE @mailboxes nvarchar(max) = CONCAT(N'[{"crm_user_id":', @p_crm_user_id, N'}]');
    DECLARE @chunk table (appointment_id int NOT NULL PRIMARY KEY);

    BEGIN TRANSACTION;
    EXECUTE domino_sync.require_mailbox_leases @p_runner = @p_runner, @p_mailboxes = @mailboxes;
    SELECT @after = COALESCE(u.reconcile_after, 0), @direction = u.direction, @pull_from = u.reconcile_pull_from
    FROM domino_sync.sync_user AS u
    WHERE u.crm_user_id = @p_crm_user_id;

    IF @pull_from IS NULL
    BEGIN
        INSERT INTO @chunk (appointment_id)
        SELECT TOP (@p_limit) k.appointment_id
        FROM
        (
            SELECT l.appointment_id FROM domino_sync.item_link AS l WHERE l.crm_user_id = @p_crm_user_id
            UNION
            SELECT h.appointment_id FROM domino_sync.held_appointments(@p_crm_user_id) AS h
        ) AS k
        WHERE k.appointment_id > @after
        ORDER BY k.appointment_id;
        -- only an empty chunk is the end: the one before it is delivered by then, and to deliver counts as to check
        SET @more = CASE WHEN @@ROWCOUNT > 0 THEN 1 ELSE 0 END;

        SET @deliveries =
        (
            SELECT c.appointment_id, @p_crm_user_id AS crm_user_id, N'reconcile' AS reason_code
            FROM @chunk AS c
            WHERE @direction <> N'to_crm'
              AND NOT EXISTS
                  (
                      SELECT 1
                      FROM domino_sync.delivery AS d
                      WHERE d.crm_user_id = @p_crm_user_id AND d.appointment_id = c.appointment_id
                  )
            ORDER BY c.appointment_id
            FOR JSON PATH
        );
        SELECT @enqueued = COUNT(*) FROM OPENJSON(@deliveries) AS d;
        EXECUTE domino_sync.put_deliveries @deliveries;

        UPDATE u
        SET reconcile_started_at = COALESCE(u.reconcile_started_at, SYSUTCDATETIME()),
            reconcile_after = COALESCE((SELECT MAX(c.appointment_id) FROM @chunk AS c), u.reconcile_after),
            reconcile_pull_from = CASE WHEN @more = 0 THEN SYSUTCDATETIME() END
        FROM domino_sync.sync_user AS u
        WHERE u.crm_user_id = @p_crm_user_id;

        IF @more = 0
            UPDATE domino_sync.inbound_parked
            SET ask_again_at = NULL
            WHERE crm_user_id = @p_crm_user_id
              AND ask_again_at IS NOT NULL;
    END;
    COMMIT TRANSACTION;

    SELECT @enqueued AS enqueued, @more AS more;
END;

CREATE OR ALTER PROCEDURE domino_sync_api.lift_tombstone
    @p_appointment_id int,
    @p_crm_user_id int
AS
/* Lets an appointment come back into mail files from which a tombstone keeps it: linked again where its entry is still
   there, made anew where it is gone. Who should hold it, the direction and the opt-outs are asked as for any delivery.
   Parameters: @p_appointment_id; @p_crm_user_id, one mailbox, or null for all that have a tombstone.
   Returns:    lifted, how many.
   Raises:     51002 the CRM has no such live appointment: there is nothing to bring back then.
   Locks:      sync_user, delivery, item_link.  Writes: also activity. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_locked int;
    DECLARE @v_lifted int;
    DECLARE @v_message nvarchar(2048);
    DECLARE @v_deliveries nvarchar(max);

    IF NOT EXISTS
    (
        SELECT 1
        FROM dbo.Communication AS c
        WHERE c.Comm_CommunicationId = @p_appointment_id AND c.Comm_Deleted IS NULL
    )
    BEGIN
        SET @v_message = CONCAT(N'the CRM has no appointment ', @p_appointment_id, N', or it is deleted there');
        THROW 51002, @v_message, 1;
    END;

    BEGIN TRY
        BEGIN TRANSACTION;
        -- the mailboxes first: a runner at work on one holds its links before it comes to the queue
        SELECT @v_locked = COUNT(*)
        FROM domino_sync.sync_user AS s WITH (UPDLOCK, ROWLOCK)
        WHERE s.crm_user_id IN
              (
                  SELECT l.crm_user_id
                  FROM domino_sync.item_link AS l
                  WHERE l.appointment_id = @p_appointment_id
                    AND l.state = N'unlinked'
                    AND (@p_crm_user_id IS NULL OR l.crm_user_id = @p_crm_user_id)
              );

        SET @v_deliveries =
        (
            SELECT l.appointment_id, l.crm_user_id, N'tombstone_lifted' AS reason_code
            FROM domino_sync.item_link AS l
            WHERE l.appointment_id = @p_appointment_id
              AND l.state = N'unlinked'
              AND (@p_crm_user_id IS NULL OR l.crm_user_id = @p_crm_user_id)
            ORDER BY l.crm_user_id
            FOR JSON PATH
        );
        EXECUTE domino_sync.put_deliveries @v_deliveries;

        UPDATE l
        SET unlinked_reason = N'tombstone_lifted', updated_at = SYSUTCDATETIME()
        FROM domino_sync.item_link AS l
        WHERE l.appointment_id = @p_appointment_id
          AND l.state = N'unlinked'
          AND (@p_crm_user_id IS NULL OR l.crm_user_id = @p_crm_user_id);
        SET @v_lifted = @@ROWCOUNT;

        INSERT INTO domino_sync.activity (
            crm_user_id, appointment_id, domino_uid, direction, action, reason_code, detail
        )
        SELECT
            l.crm_user_id, l.appointment_id, l.domino_uid, N'admin', N'retried', N'tombstone_lifted',
            CONCAT(N'by ', ORIGINAL_LOGIN())
        FROM domino_sync.item_link AS l
        WHERE l.appointment_id = @p_appointment_id
          AND l.state = N'unlinked'
          AND (@p_crm_user_id IS NULL OR l.crm_user_id = @p_crm_user_id);
        COMMIT TRANSACTION;
    END TRY
    BEGIN CATCH
        IF XACT_STATE() <> 0
            ROLLBACK TRANSACTION;
        THROW;
    END CATCH;

    SELECT @v_lifted AS lifted;
END;

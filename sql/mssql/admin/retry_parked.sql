CREATE OR ALTER PROCEDURE domino_sync_api.retry_parked
    @p_appointment_id int,
    @p_uid nvarchar(400)
AS
/* Puts what waits for an administrator back in the queue: parked deliveries, and Domino items that were refused. Items
   that were skipped on purpose are looked at again only when one appointment or entry is named. So are twins that nobody
   could tell apart: to retry one says that it is an item of its own.
   Parameters: @p_appointment_id, or @p_uid, the uid of an entry, in whatever mail files it lies; both null for all.
   Returns:    retried, how many.
   Locks:      sync_user, delivery, inbound_parked.  Writes: also activity. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_now datetime2(3) = SYSUTCDATETIME();
    DECLARE @v_retried int = 0;

    BEGIN TRY
        BEGIN TRANSACTION;
        -- a mailbox is pulled only when its poll is due
        UPDATE s
        SET next_poll_at = @v_now
        FROM domino_sync.sync_user AS s
        WHERE s.enabled = 1
          AND s.next_poll_at > @v_now
          AND EXISTS
              (
                  SELECT 1
                  FROM domino_sync.inbound_parked AS p
                  WHERE p.crm_user_id = s.crm_user_id
                    AND
                    (
                        (@p_appointment_id IS NULL AND @p_uid IS NULL)
                        OR p.domino_uid = @p_uid
                        OR p.domino_uid IN
                           (
                               SELECT l.domino_uid
                               FROM domino_sync.item_link AS l
                               WHERE l.appointment_id = @p_appointment_id AND l.crm_user_id = s.crm_user_id
                           )
                    )
              );

        UPDATE d
        SET version = NEXT VALUE FOR domino_sync.delivery_version_seq,
            reason_code = N'admin_retry',
            attempts = 0,
            next_attempt_at = @v_now,
            parked_at = NULL
        FROM domino_sync.delivery AS d
        WHERE d.parked_at IS NOT NULL
          AND
          (
              (@p_uid IS NULL AND d.appointment_id = @p_appointment_id)
              OR EXISTS
                 (
                     SELECT 1
                     FROM domino_sync.item_link AS l
                     WHERE l.domino_uid = @p_uid
                       AND l.crm_user_id = d.crm_user_id
                       AND l.appointment_id = d.appointment_id
                 )
              OR
              (
                  @p_appointment_id IS NULL
                  AND @p_uid IS NULL
                  AND (d.last_reason_code IS NULL OR d.last_reason_code <> N'twin_ambiguous')
              )
          );
        SET @v_retried = @@ROWCOUNT;

        UPDATE p
        SET attempts = 0, next_attempt_at = @v_now, ask_again_at = NULL
        FROM domino_sync.inbound_parked AS p
        WHERE
            p.domino_uid = @p_uid
            OR
            (
                @p_appointment_id IS NULL
                AND @p_uid IS NULL
                AND p.reason_code <> N'twin_ambiguous'
                AND EXISTS
                    (
                        SELECT 1
                        FROM domino_sync.reason_code AS r
                        WHERE r.code = p.reason_code AND r.severity = N'error'
                    )
            )
            OR EXISTS
            (
                SELECT 1
                FROM domino_sync.item_link AS l
                WHERE @p_uid IS NULL
                  AND l.appointment_id = @p_appointment_id
                  AND l.crm_user_id = p.crm_user_id
                  AND l.domino_uid = p.domino_uid
                  AND l.domino_recurrence_id = p.domino_recurrence_id
            );
        SET @v_retried = @v_retried + @@ROWCOUNT;

        IF @v_retried > 0
            INSERT INTO domino_sync.activity (appointment_id, domino_uid, direction, action, reason_code, detail)
            VALUES (
                @p_appointment_id, @p_uid, N'admin', N'retried', N'admin_retry',
                CONCAT(@v_retried, N' items, by ', ORIGINAL_LOGIN())
            );
        COMMIT TRANSACTION;
    END TRY
    BEGIN CATCH
        IF XACT_STATE() <> 0
            ROLLBACK TRANSACTION;
        THROW;
    END CATCH;

    SELECT @v_retried AS retried;
END;

CREATE OR ALTER PROCEDURE domino_sync_api.apply_missing
    @p_runner int,
    @p_crm_user_id int,
    @p_items nvarchar(max)
AS
/* Carries out what follows from entries that are gone from a user's mail file, all or nothing.

   Parameters: @p_runner and @p_crm_user_id, who must hold the mailbox; @p_items, a JSON list of MissingItem.
   Returns:    a row an item: deleted, the appointment and its links are soft-deleted; unlinked, only the pair is kept apart
               from now on; stale, the appointment is not what the decision was based on; gone, it is not linked any more.
               Nothing is written for the latter two.
   Raises:     51001 lease lost; 51002 no such user; 51003 refused input.
   What was parked under such an entry is settled by that.
   Locks:      sync_user, Communication, Comm_Link, item_link, delivery, inbound_parked.  Writes: also activity. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_origin nvarchar(100) = CONCAT(N'domino:', @p_crm_user_id);
    DECLARE @v_now datetime;
    DECLARE @v_locked int;
    DECLARE @v_message nvarchar(2048);
    DECLARE @v_work table (
        appointment_id int NULL, action nvarchar(20) NULL, outcome nvarchar(20) NOT NULL, reason_code nvarchar(60) NULL,
        detail nvarchar(max) NULL
    );

    BEGIN TRY
        EXECUTE sys.sp_set_session_context @key = N'domino_sync.origin', @value = @v_origin;
        BEGIN TRANSACTION;
        EXECUTE domino_sync.require_mailbox_lease @p_runner, @p_crm_user_id;
        EXECUTE domino_sync.crm_now @v_now OUTPUT;

        -- counting a column that no index holds: the lock is to be on the row, not on a key of some index
        SELECT @v_locked = COUNT(c.Comm_Subject)
        FROM dbo.Communication AS c WITH (UPDLOCK, ROWLOCK)
        WHERE c.Comm_CommunicationId IN
              (
                  SELECT i.appointment_id FROM OPENJSON(@p_items) WITH (appointment_id int) AS i
              );

        INSERT INTO @v_work (appointment_id, action, outcome, reason_code, detail)
        SELECT d.appointment_id, d.action, d.outcome, d.reason_code, d.detail
        FROM domino_sync.decide_missing(@p_crm_user_id, @p_items) AS d;

        SELECT TOP (1) @v_message =
            CONCAT(N'refused: appointment ', w.appointment_id, N': action ', COALESCE(w.action, N'null'), N' is unknown')
        FROM @v_work AS w
        WHERE w.outcome = N'refused';
        IF @v_message IS NOT NULL
            THROW 51003, @v_message, 1;

        UPDATE c
        SET Comm_Deleted = 1, Comm_UpdatedBy = @p_crm_user_id, Comm_UpdatedDate = @v_now, Comm_TimeStamp = @v_now
        FROM dbo.Communication AS c
        WHERE c.Comm_CommunicationId IN (SELECT w.appointment_id FROM @v_work AS w WHERE w.outcome = N'deleted')
          AND c.Comm_Deleted IS NULL;

        UPDATE l
        SET CmLi_Deleted = 1, CmLi_UpdatedBy = @p_crm_user_id, CmLi_UpdatedDate = @v_now, CmLi_TimeStamp = @v_now
        FROM dbo.Comm_Link AS l
        WHERE l.CmLi_Comm_CommunicationId IN (SELECT w.appointment_id FROM @v_work AS w WHERE w.outcome = N'deleted')
          AND l.CmLi_Deleted IS NULL;

        UPDATE k
        SET state = N'unlinked', unlinked_reason = w.reason_code, unlinked_at = SYSUTCDATETIME(),
            updated_at = SYSUTCDATETIME()
        FROM domino_sync.item_link AS k
        JOIN @v_work AS w ON w.appointment_id = k.appointment_id AND w.outcome IN (N'deleted', N'unlinked')
        WHERE k.crm_user_id = @p_crm_user_id;

        -- what could not be brought to an entry that is no more
        DELETE d
        FROM domino_sync.delivery AS d
        JOIN @v_work AS w ON w.appointment_id = d.appointment_id AND w.outcome IN (N'deleted', N'unlinked')
        WHERE d.crm_user_id = @p_crm_user_id
          AND d.parked_at IS NOT NULL;

        DELETE p
        FROM domino_sync.inbound_parked AS p
        JOIN domino_sync.item_link AS k
            ON k.crm_user_id = p.crm_user_id
            AND k.domino_uid = p.domino_uid
            AND k.domino_recurrence_id = p.domino_recurrence_id
        JOIN @v_work AS w ON w.appointment_id = k.appointment_id AND w.outcome IN (N'deleted', N'unlinked')
        WHERE p.crm_user_id = @p_crm_user_id;

        INSERT INTO domino_sync.activity (
            run_id, runner_id, crm_user_id, appointment_id, domino_uid, direction, action, reason_code, detail
        )
        SELECT
            (SELECT r.run_id FROM domino_sync.current_run(@p_runner) AS r), @p_runner, @p_crm_user_id,
            w.appointment_id, k.domino_uid, N'to_crm', w.outcome, w.reason_code, w.detail
        FROM @v_work AS w
        JOIN domino_sync.item_link AS k ON k.crm_user_id = @p_crm_user_id AND k.appointment_id = w.appointment_id
        WHERE w.outcome IN (N'deleted', N'unlinked');

        COMMIT TRANSACTION;
        EXECUTE sys.sp_set_session_context @key = N'domino_sync.origin', @value = NULL;
    END TRY
    BEGIN CATCH
        IF XACT_STATE() <> 0
            ROLLBACK TRANSACTION;
        EXECUTE sys.sp_set_session_context @key = N'domino_sync.origin', @value = NULL;
        THROW;
    END CATCH;

    SELECT w.appointment_id, w.outcome FROM @v_work AS w ORDER BY w.appointment_id;
END;

CREATE OR ALTER PROCEDURE domino_sync_api.resolve_conflicts
    @p_crm_user_id int,
    @p_resolution nvarchar(max)
AS
/* Carries out what an administrator chose in conflicts of one appointment, all or nothing. The appointment is written
   like any edit in the CRM, not as the synchronisation's own: so it is captured, and the next delivery brings it to
   Domino, also when everything stops right after this.

   Parameters: @p_crm_user_id, the mailbox of the conflicts; @p_resolution, ConflictResolution of src/crm/contract.ts: an
               InboundItem's fields and attendees with `operation` (write, delete, keep) and `choices`, a list of
               {field, conflict_id, resolution}.
   Returns:    outcome: resolved; stale, the appointment is not what the choice was based on; gone, a conflict is open no
               more. Nothing is written for the latter two.
   Raises:     51002 no such user; 51003 refused input; 51004 no ids.
   Locks:      Communication, Comm_Link, conflict.  Writes: also activity.
   A choice closes the older open conflicts of its field with it, in whichever mailbox: there is one appointment. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_id int = CAST(JSON_VALUE(@p_resolution, '$.appointment_id') AS int);
    DECLARE @v_operation nvarchar(20) = JSON_VALUE(@p_resolution, '$.operation');
    DECLARE @v_items nvarchar(max) = CONCAT(N'[', @p_resolution, N']');
    DECLARE @v_work nvarchar(max) = CONCAT(
        N'[{"nth":0,"item_no":0,"outcome":"updated","appointment_id":', @v_id, N',"organiser":null,"organiser_id":null}]'
    );
    DECLARE @v_outcome nvarchar(20) = N'resolved';
    DECLARE @v_now datetime;
    DECLARE @v_matches nvarchar(max);
    DECLARE @v_people nvarchar(max);
    DECLARE @v_attendees int = (SELECT COUNT(*) FROM OPENJSON(@p_resolution, '$.attendees_add'));
    DECLARE @v_link_ids nvarchar(max);
    DECLARE @v_fingerprint varchar(64);
    DECLARE @v_locked int;
    DECLARE @v_changes nvarchar(max) = JSON_QUERY(@p_resolution, '$.changes');
    DECLARE @v_message nvarchar(2048);
    DECLARE @v_choice table (conflict_id bigint NOT NULL, field nvarchar(60) NOT NULL, resolution nvarchar(10) NOT NULL);

    IF @v_operation IS NULL OR @v_operation NOT IN (N'write', N'delete', N'keep')
    BEGIN
        SET @v_message = CONCAT(N'refused: operation ', COALESCE(@v_operation, N'null'), N' is unknown');
        THROW 51003, @v_message, 1;
    END;
    IF NOT EXISTS (SELECT 1 FROM domino_sync.sync_user AS u WHERE u.crm_user_id = @p_crm_user_id)
    BEGIN
        SET @v_message = CONCAT(N'no such user: CRM user ', @p_crm_user_id, N' has never been enabled');
        THROW 51002, @v_message, 1;
    END;
    EXECUTE domino_sync.check_inbound @p_crm_user_id, @v_items;
    EXECUTE domino_sync.crm_now @v_now OUTPUT;
    SET @v_matches = (
        SELECT m.nth, m.email, m.response, m.crm_user_id, m.person_id, m.persons
        FROM domino_sync.match_attendees(@v_items) AS m
        FOR JSON PATH, INCLUDE_NULL_VALUES
    );
    INSERT INTO @v_choice (conflict_id, field, resolution)
    SELECT c.conflict_id, c.field, c.resolution
    FROM OPENJSON(@p_resolution, '$.choices') WITH (conflict_id bigint, field nvarchar(60), resolution nvarchar(10)) AS c;
    -- before the transaction: see next_crm_ids
    IF @v_attendees > 0
        EXECUTE domino_sync.next_crm_ids N'Comm_Link', N'CmLi_CommLinkId', @v_attendees, @v_link_ids OUTPUT;

    BEGIN TRY
        -- nobody's own, also in a session whose last call was broken off: no CATCH runs then
        EXECUTE sys.sp_set_session_context @key = N'domino_sync.origin', @value = NULL;
        BEGIN TRANSACTION;
        -- counting a column that no index holds: the lock is to be on the row, not on a key of some index
        SELECT @v_locked = COUNT(c.Comm_Subject)
        FROM dbo.Communication AS c WITH (UPDLOCK, ROWLOCK)
        WHERE c.Comm_CommunicationId = @v_id;
        SET @v_fingerprint = (SELECT f.fingerprint FROM domino_sync.appointment_fingerprint(@v_id) AS f);
        IF COALESCE(@v_fingerprint, 'absent') <> COALESCE(JSON_VALUE(@p_resolution, '$.fingerprint'), N'')
            SET @v_outcome = N'stale';

        SELECT @v_locked = COUNT(f.field)
        FROM domino_sync.conflict AS f WITH (UPDLOCK, ROWLOCK)
        WHERE f.appointment_id = @v_id;
        IF @v_outcome = N'resolved'
            AND EXISTS
            (
                SELECT 1
                FROM @v_choice AS choice
                WHERE NOT EXISTS
                    (
                        SELECT 1
                        FROM domino_sync.conflict AS f
                        WHERE f.conflict_id = choice.conflict_id
                          AND f.appointment_id = @v_id
                          AND f.field = choice.field
                          AND f.resolved_at IS NULL
                    )
            )
            SET @v_outcome = N'gone';

        IF @v_outcome = N'resolved' AND @v_operation = N'write'
        BEGIN
            EXECUTE domino_sync.update_appointments @p_crm_user_id, @v_items, @v_work, @v_now;
            EXECUTE domino_sync.remove_people @p_crm_user_id, @v_items, @v_work, @v_now;
            SET @v_people =
            (
                SELECT p.nth, p.appointment_id, p.crm_user_id, p.email, p.person_id, p.response, p.notify_at
                FROM domino_sync.people_of(@p_crm_user_id, @v_items, @v_work, @v_matches) AS p
                FOR JSON PATH, INCLUDE_NULL_VALUES
            );
            EXECUTE domino_sync.write_people @p_crm_user_id, @v_people, @v_now, @v_link_ids;
        END
        ELSE IF @v_outcome = N'resolved' AND @v_operation = N'delete'
        BEGIN
            UPDATE c
            SET Comm_Deleted = 1, Comm_UpdatedBy = @p_crm_user_id, Comm_UpdatedDate = @v_now, Comm_TimeStamp = @v_now
            FROM dbo.Communication AS c
            WHERE c.Comm_CommunicationId = @v_id
              AND c.Comm_Deleted IS NULL;
            UPDATE l
            SET CmLi_Deleted = 1, CmLi_UpdatedBy = @p_crm_user_id, CmLi_UpdatedDate = @v_now, CmLi_TimeStamp = @v_now
            FROM dbo.Comm_Link AS l
            WHERE l.CmLi_Comm_CommunicationId = @v_id
              AND l.CmLi_Deleted IS NULL;
        END;

        IF @v_outcome = N'resolved'
        BEGIN
            UPDATE f
            SET resolved_at = SYSUTCDATETIME(), resolved_by = ORIGINAL_LOGIN(), resolution = choice.resolution
            FROM domino_sync.conflict AS f
            JOIN @v_choice AS choice ON choice.field = f.field AND f.conflict_id <= choice.conflict_id
            WHERE f.appointment_id = @v_id
              AND f.resolved_at IS NULL;

            INSERT INTO domino_sync.activity (
                crm_user_id, appointment_id, direction, action, reason_code, detail, changes, changed_by, changed_at
            )
            VALUES (
                @p_crm_user_id, @v_id, N'admin', N'resolved', N'admin_resolved',
                (SELECT d.detail FROM OPENJSON(@p_resolution) WITH (detail nvarchar(max)) AS d),
                CASE WHEN @v_changes <> N'[]' THEN @v_changes END, ORIGINAL_LOGIN(), SYSUTCDATETIME()
            );
        END;
        COMMIT TRANSACTION;
    END TRY
    BEGIN CATCH
        IF XACT_STATE() <> 0
            ROLLBACK TRANSACTION;
        THROW;
    END CATCH;

    SELECT @v_outcome AS outcome;
END;

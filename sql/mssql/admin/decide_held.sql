CREATE OR ALTER PROCEDURE domino_sync_api.decide_held
    @p_plan_id bigint,
    @p_decision nvarchar(10)
AS
/* An administrator's word on a plan of deletions; then the mailbox goes on.
   Parameters: @p_plan_id; @p_decision: allow, exactly these items may be deleted, if they still would be then; refuse, they
               stay where they are and each pair is kept apart, until the CRM wants the appointment in Domino again; recreate,
               of entries that are gone from Domino: they are made there again, a mail file came back older than it was.
   Returns:    items, of the plan.
   Raises:     51002 no such plan, or decided already, or replaced by a newer one; 51003 an unknown decision, or recreate of
               what is to be deleted in Domino.
   Locks:      sync_user, delivery, item_link, held_plan.  Writes: also activity. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_message nvarchar(2048);
    DECLARE @v_user int;
    DECLARE @v_locked int;
    DECLARE @v_direction nvarchar(10);
    DECLARE @v_reason nvarchar(60);
    DECLARE @v_deliveries nvarchar(max);
    DECLARE @v_items int;
    DECLARE @v_now datetime2(3) = SYSUTCDATETIME();

    IF @p_decision IS NULL OR @p_decision NOT IN (N'allow', N'refuse', N'recreate')
    BEGIN
        SET @v_message = CONCAT(N'decision ', COALESCE(@p_decision, N'null'), N' is not one of allow, refuse, recreate');
        THROW 51003, @v_message, 1;
    END;
    SELECT @v_user = p.crm_user_id FROM domino_sync.held_plan AS p WHERE p.plan_id = @p_plan_id;

    BEGIN TRY
        BEGIN TRANSACTION;
        -- the mailbox first: a runner that is about to replace the plan has locked it
        SELECT @v_locked = COUNT(*)
        FROM domino_sync.sync_user AS s WITH (UPDLOCK, ROWLOCK)
        WHERE s.crm_user_id = @v_user;
        SELECT @v_direction = p.direction, @v_reason = p.reason_code
        FROM domino_sync.held_plan AS p WITH (UPDLOCK, ROWLOCK)
        WHERE p.plan_id = @p_plan_id AND p.decision IS NULL;
        IF @v_direction IS NULL
        BEGIN
            SET @v_message = CONCAT(
                N'no such plan: ', @p_plan_id, N' was decided already or is no longer what would be deleted');
            THROW 51002, @v_message, 1;
        END;

        IF @p_decision = N'recreate' AND @v_direction = N'to_domino'
        BEGIN
            SET @v_message = CONCAT(
                N'plan ', @p_plan_id, N' is to delete entries in Domino: there is nothing to make again');
            THROW 51003, @v_message, 1;
        END;

        UPDATE domino_sync.held_plan
        SET decision = @p_decision, decided_at = @v_now, decided_by = ORIGINAL_LOGIN()
        WHERE plan_id = @p_plan_id;

        IF @p_decision = N'refuse'
        BEGIN
            DELETE d
            FROM domino_sync.delivery AS d
            INNER JOIN domino_sync.held_item AS i ON i.appointment_id = d.appointment_id
            WHERE i.plan_id = @p_plan_id AND d.crm_user_id = @v_user;

            UPDATE l
            SET state = N'unlinked', unlinked_reason = N'deletion_refused', unlinked_at = @v_now, updated_at = @v_now
            FROM domino_sync.item_link AS l
            INNER JOIN domino_sync.held_item AS i
                ON i.appointment_id = l.appointment_id
                AND i.domino_uid = l.domino_uid
                AND i.domino_recurrence_id = l.domino_recurrence_id
            WHERE i.plan_id = @p_plan_id AND l.crm_user_id = @v_user AND l.state = N'linked';
        END;

        IF @p_decision = N'recreate'
        BEGIN
            SET @v_deliveries = (
                SELECT l.appointment_id, l.crm_user_id, N'domino_older' AS reason_code
                FROM domino_sync.held_item AS i
                INNER JOIN domino_sync.item_link AS l
                    ON l.crm_user_id = @v_user
                    AND l.appointment_id = i.appointment_id
                    AND l.domino_uid = i.domino_uid
                    AND l.domino_recurrence_id = i.domino_recurrence_id
                INNER JOIN domino_sync.sync_user AS s ON s.crm_user_id = l.crm_user_id
                WHERE i.plan_id = @p_plan_id
                  AND l.state = N'linked'
                  AND s.direction <> N'to_crm'
                  AND NOT (l.role = N'copy' AND l.kind = N'meeting')
                FOR JSON PATH
            );
            EXECUTE domino_sync.put_deliveries @p_deliveries = @v_deliveries;

            -- nobody makes the others again: the next look would take them for deleted
            UPDATE l
            SET state = N'unlinked', unlinked_reason = N'domino_older', unlinked_at = @v_now, updated_at = @v_now
            FROM domino_sync.item_link AS l
            INNER JOIN domino_sync.held_item AS i
                ON i.appointment_id = l.appointment_id
                AND i.domino_uid = l.domino_uid
                AND i.domino_recurrence_id = l.domino_recurrence_id
            INNER JOIN domino_sync.sync_user AS s ON s.crm_user_id = l.crm_user_id
            WHERE i.plan_id = @p_plan_id
              AND l.crm_user_id = @v_user
              AND l.state = N'linked'
              AND (s.direction = N'to_crm' OR (l.role = N'copy' AND l.kind = N'meeting'));
        END;

        SELECT @v_items = COUNT(*) FROM domino_sync.held_item AS i WHERE i.plan_id = @p_plan_id;

        UPDATE domino_sync.sync_user
        SET health = N'ok', health_reason = NULL, health_detail = NULL, health_since = @v_now, faults_in_a_row = 0,
            next_poll_at = @v_now
        WHERE crm_user_id = @v_user
          AND health = N'held'
          AND NOT EXISTS
              (
                  SELECT 1
                  FROM domino_sync.held_plan AS p
                  WHERE p.crm_user_id = @v_user AND p.decision IS NULL
              );

        INSERT INTO domino_sync.activity (crm_user_id, direction, action, reason_code, detail)
        VALUES (
            @v_user, N'admin', CASE @p_decision WHEN N'allow' THEN N'allowed' WHEN N'refuse' THEN N'refused' ELSE N'recreated' END,
            CASE
                WHEN @p_decision = N'refuse' THEN N'deletion_refused'
                WHEN @p_decision = N'recreate' THEN N'domino_older'
                WHEN @v_reason IS NOT NULL THEN @v_reason
                WHEN @v_direction = N'to_crm' THEN N'mass_disappearance'
                ELSE N'mass_deletion'
            END,
            CONCAT(N'plan ', @p_plan_id, N': ', @v_items, N' deletions, by ', ORIGINAL_LOGIN())
        );
        COMMIT TRANSACTION;
    END TRY
    BEGIN CATCH
        IF XACT_STATE() <> 0
            ROLLBACK TRANSACTION;
        THROW;
    END CATCH;

    SELECT @v_items AS items;
END;

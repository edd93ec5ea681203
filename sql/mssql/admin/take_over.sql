CREATE OR ALTER PROCEDURE domino_sync.take_over
    @p_from int,
    @p_to int,
    @p_taken int OUTPUT
AS
/* Gives a user who was made anew in the CRM what he had under his former number: the links of his mailbox, and the
   appointments that are in his window or linked, as organiser and as participant. What is past and not linked stays as it is.
   Parameters: @p_from, a row of former_users; @p_to, who has a row of sync_user already.
   Returns:    @p_taken, appointments whose rows were changed.
   Raises:     51003 while setting crm_time_zone is unknown; 51004 a runner still works on the mailbox.
   Locks:      sync_user, Communication, Comm_Link, item_link, in the caller's transaction.  Writes: also conflict, inbound_parked,
               sync_user, activity. The caller has set the origin that changes are captured with.
   Comm_UpdatedDate stays: it says when the CRM's users last changed the appointment, which the policy `newest` compares. */
BEGIN
    SET NOCOUNT ON;

    DECLARE @v_utc datetime2(3) = SYSUTCDATETIME();
    DECLARE @v_now datetime;
    DECLARE @v_from datetime;
    DECLARE @v_tasks bit = (SELECT t.taken FROM domino_sync.task_setting AS t);
    DECLARE @v_id table (id int NOT NULL PRIMARY KEY);
    DECLARE @v_own table (id int NOT NULL PRIMARY KEY);

    DECLARE @v_at_work int =
    (
        SELECT COUNT(*)
        FROM domino_sync.sync_user AS s WITH (UPDLOCK, ROWLOCK)
        JOIN domino_sync.live_runner AS r ON r.runner_id = s.leased_by
        WHERE s.crm_user_id = @p_from AND s.leased_until > @v_utc
    );
    IF @v_at_work > 0
        THROW 51004, N'busy: a runner still works on what the former user has, try again', 1;

    EXECUTE domino_sync.crm_now @v_now OUTPUT;
    SELECT @v_from = CONVERT(
        datetime,
        CONVERT(
            datetime2(0), DATEADD(day, -1, s.window_start) AT TIME ZONE N'UTC' AT TIME ZONE z.windows_name
        )
    )
    FROM domino_sync.sync_user AS s
    CROSS JOIN domino_sync.setting AS n
    JOIN domino_sync.windows_time_zone AS z ON z.iana_name = n.value
    WHERE s.crm_user_id = @p_to AND n.name = N'crm_time_zone';

    INSERT INTO @v_id (id)
    SELECT c.Comm_CommunicationId
    FROM dbo.Communication AS c WITH (UPDLOCK, ROWLOCK)
    WHERE (c.Comm_Type = N'Appointment' OR (c.Comm_Type = N'Task' AND @v_tasks = 1))
      AND c.Comm_Deleted IS NULL
      AND (
          LTRIM(RTRIM(c.Comm_Organizer)) = CONVERT(nvarchar(11), @p_from)
          OR EXISTS
             (
                 SELECT 1
                 FROM dbo.Comm_Link AS l
                 WHERE l.CmLi_Comm_CommunicationId = c.Comm_CommunicationId
                   AND l.CmLi_Comm_UserId = @p_from
                   AND l.CmLi_Deleted IS NULL
             )
      )
      AND (
          -- of a Task either column may be the later one
          CASE
              WHEN c.Comm_Type = N'Task' AND (c.Comm_ToDateTime IS NULL OR c.Comm_DateTime > c.Comm_ToDateTime)
                  THEN c.Comm_DateTime
              ELSE COALESCE(c.Comm_ToDateTime, c.Comm_DateTime)
          END >= @v_from
          OR EXISTS
             (
                 SELECT 1
                 FROM domino_sync.item_link AS l
                 WHERE l.crm_user_id = @p_from
                   AND l.appointment_id = c.Comm_CommunicationId
                   AND l.state <> N'unlinked'
             )
      );
    -- asked before any link changes hands: without a name in Comm_Organizer the links say who it is
    INSERT INTO @v_own (id)
    SELECT o.appointment_id
    FROM @v_id AS i
    JOIN domino_sync.appointment_organiser AS o ON o.appointment_id = i.id
    JOIN dbo.Communication AS c ON c.Comm_CommunicationId = i.id
    -- one whose row is gone from Users is nobody's organiser there
    WHERE o.crm_user_id = @p_from
       OR LTRIM(RTRIM(c.Comm_Organizer)) = CONVERT(nvarchar(11), @p_from);

    UPDATE c
    SET Comm_Organizer = CONVERT(nvarchar(11), @p_to)
    FROM dbo.Communication AS c
    JOIN @v_own AS o ON o.id = c.Comm_CommunicationId
    WHERE c.Comm_Type <> N'Task'
      AND COALESCE(c.Comm_Organizer, N'') NOT LIKE N'%@%';

    UPDATE l
    SET CmLi_Comm_UserId = @p_to,
        CmLi_UpdatedBy = @p_to,
        CmLi_UpdatedDate = @v_now,
        CmLi_TimeStamp = @v_now
    FROM dbo.Comm_Link AS l
    JOIN @v_id AS i ON i.id = l.CmLi_Comm_CommunicationId
    WHERE l.CmLi_Comm_UserId = @p_from
      AND l.CmLi_Deleted IS NULL
      -- nobody takes part twice
      AND NOT EXISTS
          (
              SELECT 1
              FROM dbo.Comm_Link AS k
              WHERE k.CmLi_Comm_CommunicationId = l.CmLi_Comm_CommunicationId
                AND k.CmLi_Comm_UserId = @p_to
                AND k.CmLi_Deleted IS NULL
          );

    -- a pair of his that is kept apart knows less than the one of this mail file
    DELETE FROM domino_sync.item_link
    WHERE crm_user_id = @p_to
      AND state = N'unlinked'
      AND appointment_id IN
          (
              SELECT f.appointment_id
              FROM domino_sync.item_link AS f
              WHERE f.crm_user_id = @p_from AND f.state <> N'unlinked'
          );

    UPDATE l
    SET crm_user_id = @p_to, updated_at = @v_utc
    FROM domino_sync.item_link AS l
    WHERE l.crm_user_id = @p_from
      AND NOT EXISTS
          (
              SELECT 1
              FROM domino_sync.item_link AS k
              WHERE k.crm_user_id = @p_to
                AND (k.appointment_id = l.appointment_id
                     OR (k.domino_uid = l.domino_uid AND k.domino_recurrence_id = l.domino_recurrence_id))
          );

    -- deletions that he was asked about are weighed anew
    DELETE FROM domino_sync.held_item
    WHERE plan_id IN (SELECT p.plan_id FROM domino_sync.held_plan AS p WHERE p.crm_user_id = @p_from AND p.decision IS NULL);
    DELETE FROM domino_sync.held_plan WHERE crm_user_id = @p_from AND decision IS NULL;
    UPDATE domino_sync.conflict SET crm_user_id = @p_to WHERE crm_user_id = @p_from;
    DELETE FROM domino_sync.inbound_parked WHERE crm_user_id = @p_from;
    -- those links are not missing
    UPDATE domino_sync.sync_user SET known_links = 0 WHERE crm_user_id = @p_from;

    INSERT INTO domino_sync.activity (crm_user_id, appointment_id, direction, action, reason_code, detail)
    SELECT
        @p_to, i.id, N'admin', N'taken_over', N'user_replaced',
        CONCAT(N'user ', @p_from, N' is user ', @p_to, N' now')
    FROM @v_id AS i
    ORDER BY i.id;

    -- should the links be lost, the history still tells what was deleted in Notes
    INSERT INTO domino_sync.activity (crm_user_id, appointment_id, domino_uid, direction, action, reason_code, detail)
    SELECT
        @p_to, l.appointment_id, l.domino_uid, N'admin', N'unlinked', l.unlinked_reason, CONCAT(N'of user ', @p_from)
    FROM domino_sync.item_link AS l
    WHERE l.crm_user_id = @p_to
      AND l.state = N'unlinked'
      AND l.unlinked_reason IN (N'deletion_kept', N'past_deletion_kept')
      AND l.updated_at = @v_utc
    ORDER BY l.appointment_id;

    SET @p_taken = (SELECT COUNT(*) FROM @v_id);
END;

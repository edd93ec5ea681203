CREATE OR ALTER PROCEDURE domino_sync.update_appointments
    @p_crm_user_id int,
    @p_items nvarchar(max),
    @p_work nvarchar(max),
    @p_now datetime
AS
/* Sets the columns whose keys are present in `fields`, and only those.
   Parameters: @p_crm_user_id, owner of the mailbox; @p_items; @p_work, the decisions; @p_now, CRM wall clock.
   A row nothing is to be set in is not touched. Changed attendees count as a change of the appointment, as in Sage.
   Comm_Note is set by a statement of its own: the capture trigger cannot compare it (it may be ntext), so it takes every
   statement that names it for a change. */
BEGIN
    SET NOCOUNT ON;

    -- has_…: the key is present, its value may be null
    DECLARE @v_row table (
        appointment_id int NOT NULL PRIMARY KEY,
        has_action int, action nvarchar(max), has_status int, status nvarchar(max),
        has_priority int, priority nvarchar(max), start_at datetime, end_at datetime,
        has_all_day int, all_day nchar(1), has_private int, private nchar(1), has_subject int, subject nvarchar(max),
        has_location int, location nvarchar(max), has_note int, note nvarchar(max),
        has_notify_at int, notify_at datetime, attendees int NOT NULL
    );

    INSERT INTO @v_row (
        appointment_id, has_action, action, has_status, status, has_priority, priority, start_at, end_at,
        has_all_day, all_day, has_private, private, has_subject, subject, has_location, location,
        has_note, note, has_notify_at, notify_at, attendees
    )
    SELECT
        w.appointment_id,
        MAX(CASE WHEN f.[key] = N'action' THEN 1 END), MAX(CASE WHEN f.[key] = N'action' THEN f.[value] END),
        MAX(CASE WHEN f.[key] = N'status' THEN 1 END), MAX(CASE WHEN f.[key] = N'status' THEN f.[value] END),
        MAX(CASE WHEN f.[key] = N'priority' THEN 1 END), MAX(CASE WHEN f.[key] = N'priority' THEN f.[value] END),
        CAST(MAX(CASE WHEN f.[key] = N'start_at' THEN LEFT(f.[value], 19) END) AS datetime),
        CAST(MAX(CASE WHEN f.[key] = N'end_at' THEN LEFT(f.[value], 19) END) AS datetime),
        MAX(CASE WHEN f.[key] = N'all_day' THEN 1 END),
        MAX(CASE WHEN f.[key] = N'all_day' AND f.[value] = N'true' THEN N'Y' END),
        MAX(CASE WHEN f.[key] = N'private' THEN 1 END),
        MAX(CASE WHEN f.[key] = N'private' AND f.[value] = N'true' THEN N'Y' END),
        MAX(CASE WHEN f.[key] = N'subject' THEN 1 END), MAX(CASE WHEN f.[key] = N'subject' THEN f.[value] END),
        MAX(CASE WHEN f.[key] = N'location' THEN 1 END), MAX(CASE WHEN f.[key] = N'location' THEN f.[value] END),
        MAX(CASE WHEN f.[key] = N'note' THEN 1 END), MAX(CASE WHEN f.[key] = N'note' THEN f.[value] END),
        MAX(CASE WHEN f.[key] = N'notify_at' THEN 1 END),
        CAST(MAX(CASE WHEN f.[key] = N'notify_at' THEN LEFT(f.[value], 19) END) AS datetime),
        MAX(
            CASE
                WHEN JSON_QUERY(w.body, '$.attendees_add[0]') IS NOT NULL
                    OR JSON_VALUE(w.body, '$.attendees_remove[0]') IS NOT NULL
                THEN 1
                ELSE 0
            END
        )
    FROM domino_sync.inbound_work(@p_items, @p_work) AS w
    OUTER APPLY (SELECT j.[key], j.[value] FROM OPENJSON(w.fields) AS j WHERE j.[key] <> N'organiser_email') AS f
    WHERE w.outcome = N'updated'
    GROUP BY w.nth, w.appointment_id
    HAVING COUNT(f.[key]) > 0
        OR MAX(
            CASE
                WHEN JSON_QUERY(w.body, '$.attendees_add[0]') IS NOT NULL
                    OR JSON_VALUE(w.body, '$.attendees_remove[0]') IS NOT NULL
                THEN 1
                ELSE 0
            END
        ) = 1;

    UPDATE c
    SET Comm_Action = CASE WHEN r.has_action = 1 THEN r.action ELSE c.Comm_Action END,
        Comm_Status = CASE WHEN r.has_status = 1 THEN r.status ELSE c.Comm_Status END,
        Comm_Priority = CASE WHEN r.has_priority = 1 THEN r.priority ELSE c.Comm_Priority END,
        Comm_DateTime = COALESCE(
            CASE WHEN c.Comm_Type = N'Task' AND t.due_first = 1 THEN r.end_at ELSE r.start_at END, c.Comm_DateTime),
        Comm_ToDateTime = COALESCE(
            CASE WHEN c.Comm_Type = N'Task' AND t.due_first = 1 THEN r.start_at ELSE r.end_at END, c.Comm_ToDateTime),
        Comm_IsAllDayEvent = CASE WHEN r.has_all_day = 1 THEN r.all_day ELSE c.Comm_IsAllDayEvent END,
        Comm_Private = CASE WHEN r.has_private = 1 THEN r.private ELSE c.Comm_Private END,
        Comm_Subject = CASE WHEN r.has_subject = 1 THEN r.subject ELSE c.Comm_Subject END,
        Comm_Location = CASE WHEN r.has_location = 1 THEN r.location ELSE c.Comm_Location END,
        Comm_NotifyTime = CASE WHEN r.has_notify_at = 1 THEN r.notify_at ELSE c.Comm_NotifyTime END,
        comm_taskreminder = CASE
            WHEN r.has_notify_at IS NULL THEN c.comm_taskreminder
            WHEN r.notify_at IS NOT NULL THEN N'Y'
        END,
        Comm_UpdatedBy = @p_crm_user_id,
        Comm_UpdatedDate = @p_now,
        Comm_TimeStamp = @p_now
    FROM dbo.Communication AS c
    JOIN @v_row AS r ON r.appointment_id = c.Comm_CommunicationId
    CROSS JOIN domino_sync.task_setting AS t;

    UPDATE c
    SET Comm_Note = r.note
    FROM dbo.Communication AS c
    JOIN @v_row AS r ON r.appointment_id = c.Comm_CommunicationId
    WHERE r.has_note = 1;

    -- the owner's own reminder is the one his Notes entry shows
    UPDATE l
    SET CmLi_Comm_NotifyTime = r.notify_at,
        CmLi_UpdatedBy = @p_crm_user_id,
        CmLi_UpdatedDate = @p_now,
        CmLi_TimeStamp = @p_now
    FROM dbo.Comm_Link AS l
    JOIN @v_row AS r ON r.appointment_id = l.CmLi_Comm_CommunicationId
    WHERE l.CmLi_Comm_UserId = @p_crm_user_id
      AND l.CmLi_Deleted IS NULL
      AND r.has_notify_at = 1
      AND EXISTS (SELECT l.CmLi_Comm_NotifyTime EXCEPT SELECT r.notify_at);
END;

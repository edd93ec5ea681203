CREATE OR ALTER PROCEDURE domino_sync.insert_appointments
    @p_crm_user_id int,
    @p_items nvarchar(max),
    @p_work nvarchar(max) OUTPUT,
    @p_now datetime,
    @p_ids nvarchar(max)
AS
/* Makes the appointments of created items, filled as Sage fills them; their users follow by write_people.
   Parameters: @p_crm_user_id, owner of the mailbox; @p_items; @p_work, the named decisions, which come back with the new
               appointment_id; @p_now, CRM wall clock; @p_ids, the new ids, NULL where the insert makes them.
   A Task names no organiser: it belongs to the user of its link.
   A flag is 'Y' or NULL, and not deleted is NULL: with 0 the row would vanish from Sage's screens.
   Identity values follow the ORDER BY of the INSERT, and so do the new ids the items. OUTPUT needs INTO, because the
   table has triggers. */
BEGIN
    SET NOCOUNT ON;

    DECLARE @v_row table (
        nth int NOT NULL PRIMARY KEY, appointment_id int NULL, type nvarchar(40) NOT NULL, action nvarchar(max), status nvarchar(max),
        priority nvarchar(max), start_at datetime, end_at datetime, all_day nchar(1), private nchar(1),
        subject nvarchar(max), location nvarchar(max), note nvarchar(max), notify_at datetime,
        organiser nvarchar(400), territory int, channel int
    );
    DECLARE @v_new table (appointment_id int NOT NULL PRIMARY KEY);

    INSERT INTO @v_row (
        nth, appointment_id, type, action, status, priority, start_at, end_at, all_day, private, subject, location, note,
        notify_at, organiser, territory, channel
    )
    SELECT
        w.nth, w.appointment_id, COALESCE(f.type, N'Appointment'), f.action, f.status, f.priority,
        CAST(CASE WHEN f.type IS NOT NULL AND t.due_first = 1 THEN f.end_at ELSE f.start_at END AS datetime),
        CAST(CASE WHEN f.type IS NOT NULL AND t.due_first = 1 THEN f.start_at ELSE f.end_at END AS datetime), CASE WHEN f.all_day = N'true' THEN N'Y' END,
        CASE WHEN f.private = N'true' THEN N'Y' END, f.subject, f.location, f.note,
        CAST(f.notify_at AS datetime), CASE WHEN f.type IS NULL THEN w.organiser END, owner.User_PrimaryTerritory, owner.User_PrimaryChannelId
    FROM domino_sync.inbound_work(@p_items, @p_work) AS w
    CROSS APPLY OPENJSON(w.fields) WITH
    (
        action nvarchar(max), status nvarchar(max), priority nvarchar(max), start_at nvarchar(19), end_at nvarchar(19),
        all_day nvarchar(10), private nvarchar(10), subject nvarchar(max), location nvarchar(max), note nvarchar(max),
        notify_at nvarchar(19), type nvarchar(40)
    ) AS f
    CROSS JOIN domino_sync.task_setting AS t
    LEFT JOIN dbo.Users AS owner ON owner.User_UserId = @p_crm_user_id
    WHERE w.outcome = N'created';

    IF NOT EXISTS (SELECT 1 FROM @v_row)
        RETURN;

    IF @p_ids IS NULL
        INSERT INTO dbo.Communication (
            Comm_Type, Comm_Action, Comm_Status, Comm_Priority, Comm_DateTime, Comm_ToDateTime, Comm_IsAllDayEvent,
            Comm_Private, Comm_Subject, Comm_Location, Comm_Note, Comm_NotifyTime, comm_taskreminder, Comm_Organizer,
            Comm_SecTerr, Comm_ChannelId, Comm_CreatedBy, Comm_CreatedDate, Comm_UpdatedBy, Comm_UpdatedDate,
            Comm_TimeStamp
        )
        OUTPUT inserted.Comm_CommunicationId INTO @v_new (appointment_id)
        SELECT
            r.type, r.action, r.status, r.priority, r.start_at, r.end_at, r.all_day, r.private, r.subject,
            r.location, r.note, r.notify_at, CASE WHEN r.notify_at IS NOT NULL THEN N'Y' END, r.organiser,
            r.territory, r.channel, @p_crm_user_id, @p_now, @p_crm_user_id, @p_now, @p_now
        FROM @v_row AS r
        ORDER BY r.nth;
    ELSE
        INSERT INTO dbo.Communication (
            Comm_CommunicationId, Comm_Type, Comm_Action, Comm_Status, Comm_Priority, Comm_DateTime, Comm_ToDateTime,
            Comm_IsAllDayEvent, Comm_Private, Comm_Subject, Comm_Location, Comm_Note, Comm_NotifyTime,
            comm_taskreminder, Comm_Organizer, Comm_SecTerr, Comm_ChannelId, Comm_CreatedBy, Comm_CreatedDate,
            Comm_UpdatedBy, Comm_UpdatedDate, Comm_TimeStamp
        )
        OUTPUT inserted.Comm_CommunicationId INTO @v_new (appointment_id)
        SELECT
            r.appointment_id, r.type, r.action, r.status, r.priority, r.start_at, r.end_at, r.all_day,
            r.private, r.subject, r.location, r.note, r.notify_at, CASE WHEN r.notify_at IS NOT NULL THEN N'Y' END,
            r.organiser, r.territory, r.channel, @p_crm_user_id, @p_now, @p_crm_user_id, @p_now, @p_now
        FROM @v_row AS r
        ORDER BY r.nth;

    SET @p_work =
    (
        SELECT
            w.nth, w.item_no, w.outcome, COALESCE(made.appointment_id, w.appointment_id) AS appointment_id,
            w.organiser, w.organiser_id
        FROM domino_sync.inbound_work(@p_items, @p_work) AS w
        LEFT JOIN (SELECT r.nth, ROW_NUMBER() OVER (ORDER BY r.nth) AS place FROM @v_row AS r) AS row_made
            ON row_made.nth = w.nth
        LEFT JOIN
        (
            SELECT n.appointment_id, ROW_NUMBER() OVER (ORDER BY n.appointment_id) AS place FROM @v_new AS n
        ) AS made ON made.place = row_made.place
        ORDER BY w.nth
        FOR JSON PATH, INCLUDE_NULL_VALUES
    );
END;

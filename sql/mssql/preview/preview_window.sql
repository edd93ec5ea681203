CREATE OR ALTER PROCEDURE domino_sync_api.preview_window
    @p_crm_user_id int,
    @p_mail_file nvarchar(500),
    @p_direction nvarchar(20),
    @p_past_days int
AS
/* The pairs that `enable_user` would put in the queue: what his mail file should hold, the copies that others hold of those,
   and what is linked to him and no longer his. For direction to_crm, what the CRM has of his already.
   Parameters: as enable_user.
   Returns:    a row a pair: role - of his own that he would hold, else null; subject and times in CRM wall clock and
               lost_tombstone as list_unlinked answers them; link, as it is now.
   Raises:     as enable_user.  Locks: nothing.  Writes: nothing. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_email nvarchar(255);
    DECLARE @v_mail_file nvarchar(500);
    DECLARE @v_past_days int;
    DECLARE @v_moved bit;
    DECLARE @v_zone nvarchar(128) = COALESCE(
        (
            SELECT z.windows_name
            FROM domino_sync.setting AS s
            JOIN domino_sync.windows_time_zone AS z ON z.iana_name = s.value
            WHERE s.name = N'crm_time_zone'
        ),
        N'UTC'
    );
    DECLARE @v_from datetime;
    DECLARE @v_ids nvarchar(max);
    DECLARE @v_linked nvarchar(max);
    DECLARE @v_held table (appointment_id int NOT NULL PRIMARY KEY, role nvarchar(10) NOT NULL);
    DECLARE @v_still table (appointment_id int NOT NULL PRIMARY KEY);
    DECLARE @v_pair table (
        crm_user_id int NOT NULL, appointment_id int NOT NULL, role nvarchar(10) NULL, his bit NOT NULL,
        PRIMARY KEY (crm_user_id, appointment_id)
    );

    EXECUTE domino_sync.check_enable
        @p_crm_user_id, @p_mail_file, @p_direction, @p_past_days,
        @v_email OUTPUT, @v_mail_file OUTPUT, @v_past_days OUTPUT, @v_moved OUTPUT;

    SET @v_from = CONVERT(
        datetime,
        CONVERT(
            datetime2(0),
            DATEADD(day, -1 - @v_past_days, CAST(SYSUTCDATETIME() AS datetime2(3)))
                AT TIME ZONE N'UTC' AT TIME ZONE @v_zone
        )
    );

    -- FOR JSON makes objects; a list of bare numbers is put together as text
    SET @v_ids = CONCAT(N'[', STUFF((
        SELECT CONCAT(N',', c.Comm_CommunicationId)
        FROM dbo.Communication AS c
        WHERE (
              c.Comm_Type = N'Appointment'
              OR (c.Comm_Type = N'Task' AND EXISTS (SELECT 1 FROM domino_sync.task_setting AS t WHERE t.taken = 1))
          )
          AND c.Comm_Deleted IS NULL
          -- of a Task either column may be the later one
          AND CASE
              WHEN c.Comm_Type = N'Task' AND (c.Comm_ToDateTime IS NULL OR c.Comm_DateTime > c.Comm_ToDateTime)
                  THEN c.Comm_DateTime
              ELSE COALESCE(c.Comm_ToDateTime, c.Comm_DateTime)
          END >= @v_from
          AND (
              LTRIM(RTRIM(c.Comm_Organizer)) = CONVERT(nvarchar(11), @p_crm_user_id)
              OR LOWER(LTRIM(RTRIM(c.Comm_Organizer))) = @v_email
              OR EXISTS
                 (
                     SELECT 1
                     FROM dbo.Comm_Link AS l
                     WHERE l.CmLi_Comm_CommunicationId = c.Comm_CommunicationId
                       AND l.CmLi_Comm_UserId = @p_crm_user_id
                       AND l.CmLi_Deleted IS NULL
                 )
          )
        FOR XML PATH('')
    ), 1, 1, N''), N']');

    INSERT INTO @v_held (appointment_id, role)
    SELECT h.appointment_id, h.role FROM domino_sync.supposed_holder(@p_crm_user_id, @p_direction, @v_ids) AS h;

    SET @v_linked = CONCAT(N'[', STUFF((
        SELECT CONCAT(N',', l.appointment_id)
        FROM domino_sync.item_link AS l
        WHERE l.crm_user_id = @p_crm_user_id AND l.state <> N'unlinked' AND @p_direction <> N'to_crm'
        FOR XML PATH('')
    ), 1, 1, N''), N']');

    INSERT INTO @v_still (appointment_id)
    SELECT h.appointment_id FROM domino_sync.supposed_holder(@p_crm_user_id, @p_direction, @v_linked) AS h;

    INSERT INTO @v_pair (crm_user_id, appointment_id, role, his)
    SELECT @p_crm_user_id, h.appointment_id, h.role, 1
    FROM @v_held AS h;

    INSERT INTO @v_pair (crm_user_id, appointment_id, role, his)
    SELECT l.crm_user_id, l.appointment_id, NULL, 0
    FROM @v_held AS h
    JOIN domino_sync.item_link AS l ON l.appointment_id = h.appointment_id AND l.state <> N'unlinked'
    JOIN domino_sync.sync_user AS s ON s.crm_user_id = l.crm_user_id AND s.enabled = 1
    WHERE l.crm_user_id <> @p_crm_user_id
      AND @p_direction <> N'to_crm';

    INSERT INTO @v_pair (crm_user_id, appointment_id, role, his)
    SELECT @p_crm_user_id, CAST(l.[value] AS int), NULL, 0
    FROM OPENJSON(@v_linked) AS l
    WHERE CAST(l.[value] AS int) NOT IN (SELECT s.appointment_id FROM @v_still AS s)
      AND CAST(l.[value] AS int) NOT IN (SELECT h.appointment_id FROM @v_held AS h);

    SELECT
        p.crm_user_id,
        p.appointment_id,
        p.role,
        c.Comm_Subject AS subject,
        domino_sync.wall_text(domino_sync.start_column(c.Comm_Type, w.due_first, c.Comm_DateTime, c.Comm_ToDateTime)) AS start_at,
        domino_sync.wall_text(domino_sync.end_column(c.Comm_Type, w.due_first, c.Comm_DateTime, c.Comm_ToDateTime)) AS end_at,
        CAST(COALESCE(domino_sync.is_set(c.Comm_IsAllDayEvent), 0) AS bit) AS all_day,
        CASE
            WHEN p.his = 1 AND l.appointment_id IS NULL AND t.reason_code IN (N'deletion_kept', N'past_deletion_kept')
            THEN t.reason_code
        END AS lost_tombstone,
        k.link
    FROM @v_pair AS p
    CROSS JOIN domino_sync.task_setting AS w
    LEFT JOIN dbo.Communication AS c ON c.Comm_CommunicationId = p.appointment_id
    LEFT JOIN domino_sync.item_link AS l
        ON l.crm_user_id = p.crm_user_id
        AND l.appointment_id = p.appointment_id
    LEFT JOIN domino_sync.link_json AS k
        ON k.crm_user_id = p.crm_user_id
        AND k.appointment_id = p.appointment_id
    OUTER APPLY
    (
        SELECT TOP (1) a.reason_code
        FROM domino_sync.activity AS a
        WHERE a.appointment_id = p.appointment_id
          AND a.crm_user_id = p.crm_user_id
          AND a.action IN (N'created', N'adopted', N'updated', N'deleted', N'unlinked')
        ORDER BY a.activity_id DESC
    ) AS t
    ORDER BY p.crm_user_id, p.appointment_id;
END;

CREATE OR ALTER FUNCTION domino_sync.held_appointments(@p_crm_user_id int)
RETURNS TABLE
AS
/* The live appointments in a user's window that belong to his mailbox, with his role. For a user whose appointments do not
   go to Domino (to_crm) too: what he has in the CRM already must not come from Domino a second time.
   Parameters: @p_crm_user_id, a user who is or was enabled.  Returns: a row an appointment.
   The window is a day too generous: the runner knows the zone exactly and filters.  It has no end towards the CRM: an
   appointment of the year after next is in Notes as soon as one of tomorrow is. */
RETURN
WITH window_setting AS
(
    SELECT
        COALESCE(
            (
                SELECT z.windows_name
                FROM domino_sync.setting AS s
                JOIN domino_sync.windows_time_zone AS z ON z.iana_name = s.value
                WHERE s.name = N'crm_time_zone'
            ),
            N'UTC'
        ) AS zone,
        COALESCE(
            (SELECT CAST(s.value AS int) FROM domino_sync.setting AS s WHERE s.name = N'window_past_days'), 14
        ) AS past_days
),
sliding AS
(
    SELECT
        u.crm_user_id, u.email, u.direction, w.zone, u.window_start,
        CAST(DATEADD(day, -COALESCE(u.past_days, w.past_days), SYSUTCDATETIME()) AS datetime2(3)) AS slid
    FROM domino_sync.sync_user AS u
    CROSS JOIN window_setting AS w
    WHERE u.crm_user_id = @p_crm_user_id
),
mailbox AS
(
    SELECT
        s.crm_user_id, s.email, s.direction,
        CONVERT(
            datetime,
            CONVERT(
                datetime2(0),
                DATEADD(day, -1, CASE WHEN s.window_start > s.slid THEN s.window_start ELSE s.slid END)
                    AT TIME ZONE N'UTC' AT TIME ZONE s.zone
            )
        ) AS from_at
    FROM sliding AS s
),
candidate AS
(
    SELECT c.Comm_CommunicationId AS id, m.direction
    FROM mailbox AS m
    JOIN dbo.Communication AS c
        ON (
            c.Comm_Type = N'Appointment'
            OR (c.Comm_Type = N'Task' AND EXISTS (SELECT 1 FROM domino_sync.task_setting AS t WHERE t.taken = 1))
        )
        AND c.Comm_Deleted IS NULL
        -- of a Task either column may be the later one
        AND CASE
            WHEN c.Comm_Type = N'Task' AND (c.Comm_ToDateTime IS NULL OR c.Comm_DateTime > c.Comm_ToDateTime)
                THEN c.Comm_DateTime
            ELSE COALESCE(c.Comm_ToDateTime, c.Comm_DateTime)
        END >= m.from_at
    WHERE LTRIM(RTRIM(c.Comm_Organizer)) = CONVERT(nvarchar(11), m.crm_user_id)
       OR LOWER(LTRIM(RTRIM(c.Comm_Organizer))) = m.email
       OR EXISTS
          (
              SELECT 1
              FROM dbo.Comm_Link AS l
              WHERE l.CmLi_Comm_CommunicationId = c.Comm_CommunicationId
                AND l.CmLi_Comm_UserId = m.crm_user_id
                AND l.CmLi_Deleted IS NULL
          )
)
SELECT h.appointment_id, h.role
FROM candidate AS c
JOIN domino_sync.appointment_holder AS h ON h.appointment_id = c.id
WHERE h.crm_user_id = @p_crm_user_id

UNION ALL

SELECT o.appointment_id, CASE WHEN o.crm_user_id = @p_crm_user_id THEN N'organiser' ELSE N'copy' END
FROM candidate AS c
JOIN domino_sync.appointment_organiser AS o ON o.appointment_id = c.id
WHERE c.direction = N'to_crm'
  AND o.eligible = 1;

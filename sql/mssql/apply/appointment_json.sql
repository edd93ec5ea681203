CREATE OR ALTER FUNCTION domino_sync.appointment_json(@p_appointment_id int)
RETURNS TABLE
AS
/* An appointment whole, in the shape of src/item/crm-appointment.ts; `present` is false after a physical DELETE.
   A function of its own, because a procedure cannot use what another one answers: read_appointments and explain_item
   do.  Parameters: @p_appointment_id; apply it to each row.  Returns: always one row.  Locks: nothing. */
RETURN
SELECT
    (
        SELECT
            w.id AS appointment_id,
            CAST(CASE WHEN c.Comm_CommunicationId IS NULL THEN 0 ELSE 1 END AS bit) AS present,
            -- Sage's own screens show only rows where it is NULL
            CAST(CASE WHEN c.Comm_Deleted IS NULL THEN 0 ELSE 1 END AS bit) AS deleted,
            NULLIF(LTRIM(RTRIM(c.Comm_Type)), N'') AS type,
            NULLIF(LTRIM(RTRIM(c.Comm_Action)), N'') AS action,
            NULLIF(LTRIM(RTRIM(c.Comm_Status)), N'') AS status,
            NULLIF(LTRIM(RTRIM(c.Comm_Priority)), N'') AS priority,
            CASE
                WHEN c.Comm_Type IS NULL OR c.Comm_Type <> N'Task' THEN NULL
                WHEN task.taken = 0 THEN N'off'
                WHEN COALESCE(CHARINDEX(N',' + LOWER(LTRIM(RTRIM(c.Comm_Action))) + N',', task.actions), 0) = 0
                    THEN N'other'
                WHEN (
                    SELECT COUNT(*)
                    FROM domino_sync.appointment_participant AS p
                    JOIN domino_sync.crm_user AS u ON u.crm_user_id = p.crm_user_id
                    WHERE p.appointment_id = w.id
                ) = 1 THEN N'own'
                ELSE N'shared'
            END AS task,
            domino_sync.wall_text(domino_sync.start_column(c.Comm_Type, task.due_first, c.Comm_DateTime, c.Comm_ToDateTime)) AS start_at,
            domino_sync.wall_text(domino_sync.end_column(c.Comm_Type, task.due_first, c.Comm_DateTime, c.Comm_ToDateTime)) AS end_at,
            domino_sync.is_set(c.Comm_IsAllDayEvent) AS all_day,
            domino_sync.is_set(c.Comm_Private) AS private,
            domino_sync.is_set(c.Comm_CRMOnly) AS crm_only,
            c.Comm_Subject AS subject,
            c.Comm_Location AS location,
            CAST(c.Comm_Note AS nvarchar(max)) AS note,
            domino_sync.wall_text(c.Comm_NotifyTime) AS notify_at,
            domino_sync.wall_text(c.Comm_UpdatedDate) AS updated_at,
            c.Comm_UpdatedBy AS updated_by,
            c.Comm_RecurrenceId AS recurrence_id,
            JSON_QUERY(organiser.json) AS organiser,
            JSON_QUERY(COALESCE(users.json, N'[]')) AS users,
            JSON_QUERY(COALESCE(externals.json, N'[]')) AS externals,
            JSON_QUERY(COALESCE(holders.json, N'[]')) AS holders,
            COALESCE(f.fingerprint, N'absent') AS fingerprint
        FROM (SELECT @p_appointment_id AS id) AS w
        CROSS JOIN domino_sync.task_setting AS task
        LEFT JOIN dbo.Communication AS c ON c.Comm_CommunicationId = w.id
        OUTER APPLY domino_sync.appointment_fingerprint(w.id) AS f
        OUTER APPLY
        (
            SELECT
                (
                    SELECT o.crm_user_id AS user_id, o.email, n.name
                    FROM domino_sync.appointment_organiser AS o
                    LEFT JOIN domino_sync.crm_user AS n ON n.crm_user_id = o.crm_user_id
                    WHERE o.appointment_id = w.id
                      AND (o.crm_user_id IS NOT NULL OR o.email IS NOT NULL)
                    FOR JSON PATH, INCLUDE_NULL_VALUES, WITHOUT_ARRAY_WRAPPER
                ) AS json
        ) AS organiser
        OUTER APPLY
        (
            SELECT
                (
                    SELECT
                        p.crm_user_id AS user_id, u.email, u.name, p.response,
                        domino_sync.wall_text(p.notify_at) AS notify_at, u.resource
                    FROM domino_sync.appointment_participant AS p
                    JOIN domino_sync.crm_user AS u ON u.crm_user_id = p.crm_user_id
                    WHERE p.appointment_id = w.id
                    ORDER BY p.crm_user_id
                    FOR JSON PATH, INCLUDE_NULL_VALUES
                ) AS json
        ) AS users
        OUTER APPLY
        (
            SELECT
                (
                    SELECT e.email, e.name, e.response, e.person_id
                    FROM domino_sync.appointment_external AS e
                    WHERE e.appointment_id = w.id
                    ORDER BY e.link_id
                    FOR JSON PATH, INCLUDE_NULL_VALUES
                ) AS json
        ) AS externals
        OUTER APPLY
        (
            SELECT
                (
                    SELECT h.crm_user_id, h.role
                    FROM domino_sync.appointment_holder AS h
                    WHERE h.appointment_id = w.id
                    ORDER BY h.crm_user_id
                    FOR JSON PATH, INCLUDE_NULL_VALUES
                ) AS json
        ) AS holders
        FOR JSON PATH, INCLUDE_NULL_VALUES, WITHOUT_ARRAY_WRAPPER
    ) AS appointment;

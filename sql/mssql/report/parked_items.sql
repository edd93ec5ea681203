-- What was not synchronised, in both directions, with the reason and what to do about it. Severity `error` waits for
-- somebody; `skip` was left alone on purpose.
CREATE OR ALTER VIEW domino_sync_report.parked_items AS
SELECT
    p.direction,
    p.crm_user_id,
    u.name AS user_name,
    p.appointment_id,
    p.domino_uid,
    p.domino_recurrence_id,
    COALESCE(p.subject, c.Comm_Subject) AS subject,
    p.starts_at,
    p.reason_code,
    COALESCE(r.severity, N'error') AS severity,
    r.meaning,
    r.remedy,
    p.detail,
    p.attempts,
    p.parked_at,
    p.next_attempt_at
FROM
(
    SELECT
        N'to_domino' AS direction,
        d.crm_user_id,
        d.appointment_id,
        l.domino_uid,
        l.domino_recurrence_id,
        CAST(NULL AS nvarchar(max)) AS subject,
        l.domino_start AS starts_at,
        COALESCE(d.last_reason_code, d.reason_code) AS reason_code,
        d.last_error AS detail,
        d.attempts,
        d.parked_at,
        CAST(NULL AS datetime2(3)) AS next_attempt_at
    FROM domino_sync.delivery AS d
    LEFT JOIN domino_sync.item_link AS l ON l.crm_user_id = d.crm_user_id AND l.appointment_id = d.appointment_id
    WHERE d.parked_at IS NOT NULL

    UNION ALL

    SELECT
        N'to_crm',
        q.crm_user_id,
        l.appointment_id,
        q.domino_uid,
        q.domino_recurrence_id,
        -- a private entry keeps its subject to itself
        CASE
            WHEN JSON_VALUE(q.payload, '$.private') IS NULL OR JSON_VALUE(q.payload, '$.private') <> N'true'
            THEN q.subject
        END,
        q.domino_start,
        q.reason_code,
        q.detail,
        q.attempts,
        q.parked_at,
        q.next_attempt_at
    FROM domino_sync.inbound_parked AS q
    JOIN domino_sync.sync_user AS s ON s.crm_user_id = q.crm_user_id AND s.enabled = 1
    LEFT JOIN domino_sync.item_link AS l
        ON l.crm_user_id = q.crm_user_id
        AND l.domino_uid = q.domino_uid
        AND l.domino_recurrence_id = q.domino_recurrence_id
) AS p
LEFT JOIN domino_sync.crm_user AS u ON u.crm_user_id = p.crm_user_id
-- a report is no way round the CRM's privacy
LEFT JOIN dbo.Communication AS c
    ON c.Comm_CommunicationId = p.appointment_id AND COALESCE(LTRIM(RTRIM(c.Comm_Private)), N'') = N''
LEFT JOIN domino_sync.reason_code AS r ON r.code = p.reason_code;

-- One row an appointment and mailbox that still has to be looked at.
CREATE OR ALTER VIEW domino_sync_report.backlog AS
SELECT
    d.appointment_id,
    d.crm_user_id,
    u.name AS user_name,
    -- due: next to be taken; leased: in hand; waiting: after a failure; parked: for an administrator
    CASE
        WHEN d.parked_at IS NOT NULL THEN N'parked'
        WHEN d.leased_until > SYSUTCDATETIME() THEN N'leased'
        WHEN d.next_attempt_at <= SYSUTCDATETIME() THEN N'due'
        ELSE N'waiting'
    END AS state,
    d.reason_code,
    d.enqueued_at,
    DATEDIFF(second, d.enqueued_at, SYSUTCDATETIME()) AS age_seconds,
    d.attempts,
    d.next_attempt_at,
    d.last_reason_code,
    d.last_error
FROM domino_sync.delivery AS d
LEFT JOIN domino_sync.crm_user AS u ON u.crm_user_id = d.crm_user_id;

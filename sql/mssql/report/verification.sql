-- One row an enabled user: as of when both sides were equal, and what a reconcile found.
CREATE OR ALTER VIEW domino_sync_report.verification AS
SELECT
    s.crm_user_id,
    u.name AS user_name,
    s.mail_file,
    -- both sides were equal as of then, apart from open differences; null: never compared in full since the first time
    s.verified_at,
    -- differences that the last reconcile put right
    s.healed,
    -- what waits for another attempt or for somebody, in both directions
    (
        SELECT COUNT(*)
        FROM domino_sync.delivery AS d
        WHERE d.crm_user_id = s.crm_user_id AND (d.parked_at IS NOT NULL OR d.attempts > 0)
    ) + (
        SELECT COUNT(*)
        FROM domino_sync.inbound_parked AS p
        JOIN domino_sync.reason_code AS r ON r.code = p.reason_code AND r.severity = N'error'
        WHERE p.crm_user_id = s.crm_user_id
    ) AS open_differences,
    -- verified; due; running
    CASE WHEN s.reconcile_started_at IS NOT NULL THEN N'running' WHEN q.crm_user_id IS NOT NULL THEN N'due'
        WHEN s.verified_at IS NULL THEN N'first comparison only' ELSE N'verified' END AS state,
    q.reason AS due_because,
    s.reconcile_started_at AS started_at
FROM domino_sync.sync_user AS s
LEFT JOIN domino_sync.crm_user AS u ON u.crm_user_id = s.crm_user_id
LEFT JOIN domino_sync.reconcile_due AS q ON q.crm_user_id = s.crm_user_id
WHERE s.enabled = 1;

-- What happened; `purge` decides how far back it goes. Order it by happened_at: a view of SQL Server has no order.
CREATE OR ALTER VIEW domino_sync_report.recent_activity AS
SELECT
    a.happened_at,
    a.direction,
    a.action,
    a.crm_user_id,
    u.name AS user_name,
    a.appointment_id,
    a.domino_uid,
    a.reason_code,
    r.meaning,
    a.detail,
    a.run_id,
    n.host AS runner_host
FROM domino_sync.activity AS a
LEFT JOIN domino_sync.crm_user AS u ON u.crm_user_id = a.crm_user_id
LEFT JOIN domino_sync.reason_code AS r ON r.code = a.reason_code
LEFT JOIN domino_sync.runner AS n ON n.runner_id = a.runner_id;

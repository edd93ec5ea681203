-- Whether every change in the CRM is seen. One row a check; anything but `ok` is for the DBA.
-- To readers without VIEW DEFINITION on the vendor's tables their triggers look missing.
CREATE OR ALTER VIEW domino_sync_report.capture_health AS
SELECT
    CONCAT(N'trigger ', t.trigger_name) AS item,
    CASE WHEN t.state = N'enabled' THEN N'ok' ELSE t.state END AS state,
    CAST(NULL AS datetime2(3)) AS since,
    CASE t.state
        WHEN N'missing' THEN N'Run crm-domino-sync deploy, then reconcile.'
        WHEN N'disabled' THEN N'Run crm-domino-sync capture enable, then reconcile.'
    END AS remedy
FROM domino_sync.capture_trigger AS t

UNION ALL

SELECT
    CONCAT(N'gap ', g.gap_id, N': ', g.reason),
    CASE WHEN g.closed_at IS NULL THEN N'open' ELSE N'not reconciled' END,
    g.opened_at,
    CASE
        WHEN g.closed_at IS NULL THEN N'Run crm-domino-sync capture enable, then reconcile.'
        ELSE N'Run crm-domino-sync reconcile.'
    END
FROM domino_sync.capture_gap AS g
WHERE g.reconciled_at IS NULL

UNION ALL

SELECT
    N'faults inside triggers',
    CASE WHEN q.faults > 0 THEN CONCAT(q.faults, N' counted') ELSE N'ok' END,
    NULL,
    CASE
        WHEN q.faults > 0
            THEN N'See the log of the database server for the cause, then run crm-domino-sync reconcile.'
    END
FROM
(
    SELECT CAST(s.current_value AS bigint) AS faults
    FROM sys.sequences AS s
    WHERE s.object_id = OBJECT_ID(N'domino_sync.capture_fault_seq')
) AS q;

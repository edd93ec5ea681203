-- The cycles. A run without an end belongs to a runner that is at work, or that died (runner_alive false).
-- Order it by run_id: a view of SQL Server has no order.
CREATE OR ALTER VIEW domino_sync_report.recent_runs AS
SELECT
    r.run_id,
    r.kind,
    r.started_at,
    r.finished_at,
    CAST(
        DATEDIFF(second, r.started_at, r.finished_at)
            + (DATEPART(millisecond, r.finished_at) - DATEPART(millisecond, r.started_at)) / 1000.0
        AS decimal(12, 3)
    ) AS seconds,
    r.counts,
    r.error,
    r.runner_id,
    n.host AS runner_host,
    n.process_id AS runner_process_id,
    n.version AS runner_version,
    CAST(
        CASE
            WHEN EXISTS (SELECT 1 FROM domino_sync.live_runner AS v WHERE v.runner_id = r.runner_id) THEN 1
            ELSE 0
        END
        AS bit
    ) AS runner_alive
FROM domino_sync.run AS r
LEFT JOIN domino_sync.runner AS n ON n.runner_id = r.runner_id;

CREATE OR ALTER PROCEDURE domino_sync_api.sync_status
AS
/* How the synchronisation is doing: SyncStatus of src/crm/contract.ts. Counts are of enabled users where that matters. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_now datetime2(3) = SYSUTCDATETIME();

    SELECT
        (
            SELECT
                domino_sync.utc_text(@v_now) AS clock,
                JSON_QUERY((SELECT c.state FROM domino_sync.capture_state_json() AS c)) AS capture,
                JSON_QUERY((
                    SELECT
                        COUNT(*) AS enabled,
                        COUNT(CASE WHEN s.health = N'ok' THEN 1 END) AS ok,
                        COUNT(CASE WHEN s.health = N'paused' THEN 1 END) AS paused,
                        COUNT(CASE WHEN s.health = N'held' THEN 1 END) AS held
                    FROM domino_sync.sync_user AS s
                    WHERE s.enabled = 1
                    FOR JSON PATH, WITHOUT_ARRAY_WRAPPER
                )) AS users,
                JSON_QUERY(COALESCE((
                    SELECT
                        s.crm_user_id, COALESCE(u.name, s.email) AS name, f.cause, s.first_sync_total AS total,
                        s.first_sync_compared AS compared, s.first_sync_read AS [read]
                    FROM domino_sync.first_sync_due AS f
                    JOIN domino_sync.sync_user AS s ON s.crm_user_id = f.crm_user_id
                    LEFT JOIN domino_sync.crm_user AS u ON u.crm_user_id = s.crm_user_id
                    ORDER BY s.crm_user_id
                    FOR JSON PATH, INCLUDE_NULL_VALUES
                ), N'[]')) AS first_syncs,
                JSON_QUERY((
                    SELECT
                        COUNT(CASE WHEN v.state = N'verified' THEN 1 END) AS verified,
                        COUNT(CASE WHEN v.state = N'due' THEN 1 END) AS due,
                        COUNT(CASE WHEN v.state = N'running' THEN 1 END) AS running,
                        domino_sync.utc_text(MIN(v.verified_at)) AS oldest_verified_at,
                        COALESCE(SUM(v.healed), 0) AS healed,
                        COALESCE(SUM(v.open_differences), 0) AS open_differences
                    FROM
                    (
                        SELECT w.state, w.verified_at, w.healed, w.open_differences
                        FROM domino_sync_report.verification AS w
                    ) AS v
                    FOR JSON PATH, INCLUDE_NULL_VALUES, WITHOUT_ARRAY_WRAPPER
                )) AS verification,
                JSON_QUERY(COALESCE((
                    SELECT
                        p.plan_id, p.crm_user_id, COALESCE(u.name, s.email) AS name, p.direction,
                        COALESCE(
                            p.reason_code,
                            CASE p.direction WHEN N'to_crm' THEN N'mass_disappearance' ELSE N'mass_deletion' END
                        ) AS reason_code,
                        (SELECT COUNT(*) FROM domino_sync.held_item AS i WHERE i.plan_id = p.plan_id) AS items,
                        p.earlier, p.linked, domino_sync.utc_text(p.held_at) AS held_at
                    FROM domino_sync.held_plan AS p
                    JOIN domino_sync.sync_user AS s ON s.crm_user_id = p.crm_user_id AND s.health = N'held'
                    LEFT JOIN domino_sync.crm_user AS u ON u.crm_user_id = p.crm_user_id
                    WHERE p.decision IS NULL
                    ORDER BY p.plan_id
                    FOR JSON PATH, INCLUDE_NULL_VALUES
                ), N'[]')) AS held_plans,
                JSON_QUERY((
                    SELECT
                        COUNT(CASE WHEN d.state = N'due' THEN 1 END) AS due,
                        COUNT(CASE WHEN d.state = N'waiting' THEN 1 END) AS waiting,
                        COUNT(CASE WHEN d.state = N'leased' THEN 1 END) AS leased,
                        COUNT(CASE WHEN d.state = N'parked' THEN 1 END) AS parked,
                        DATEDIFF(
                            second, MIN(CASE WHEN d.state <> N'parked' THEN d.enqueued_at END), @v_now
                        ) AS oldest_seconds
                    FROM
                    (
                        SELECT
                            CASE
                                WHEN q.parked_at IS NOT NULL THEN N'parked'
                                WHEN q.leased_until > @v_now THEN N'leased'
                                WHEN q.next_attempt_at <= @v_now THEN N'due'
                                ELSE N'waiting'
                            END AS state,
                            q.enqueued_at
                        FROM domino_sync.delivery AS q
                    ) AS d
                    FOR JSON PATH, INCLUDE_NULL_VALUES, WITHOUT_ARRAY_WRAPPER
                )) AS backlog,
                JSON_QUERY((
                    SELECT
                        COUNT(CASE WHEN l.state = N'linked' THEN 1 END) AS linked,
                        COUNT(CASE WHEN l.state = N'unlinked' THEN 1 END) AS unlinked,
                        COUNT(CASE WHEN l.state = N'creating' THEN 1 END) AS creating
                    FROM domino_sync.item_link AS l
                    FOR JSON PATH, WITHOUT_ARRAY_WRAPPER
                )) AS links,
                JSON_QUERY((
                    SELECT COUNT(*) AS [open]
                    FROM domino_sync.conflict AS f
                    WHERE f.resolved_at IS NULL
                    FOR JSON PATH, WITHOUT_ARRAY_WRAPPER
                )) AS conflicts,
                JSON_QUERY((
                    SELECT
                        COUNT(CASE WHEN r.severity IS NULL OR r.severity <> N'error' THEN 1 END) AS skipped,
                        COUNT(CASE WHEN r.severity = N'error' THEN 1 END) AS errors
                    FROM domino_sync.inbound_parked AS p
                    JOIN domino_sync.sync_user AS s ON s.crm_user_id = p.crm_user_id AND s.enabled = 1
                    LEFT JOIN domino_sync.reason_code AS r ON r.code = p.reason_code
                    FOR JSON PATH, WITHOUT_ARRAY_WRAPPER
                )) AS inbound_parked,
                JSON_QUERY(COALESCE((
                    SELECT TOP (20)
                        r.runner_id, r.host, r.process_id,
                        CAST(CASE WHEN v.runner_id IS NULL THEN 0 ELSE 1 END AS bit) AS alive,
                        domino_sync.utc_text(r.started_at) AS started_at,
                        r.domino_reason, r.domino_detail,
                        domino_sync.utc_text(r.domino_paused_until) AS domino_paused_until
                    FROM domino_sync.runner AS r
                    LEFT JOIN domino_sync.live_runner AS v ON v.runner_id = r.runner_id
                    ORDER BY CASE WHEN v.runner_id IS NULL THEN 1 ELSE 0 END, r.runner_id DESC
                    FOR JSON PATH, INCLUDE_NULL_VALUES
                ), N'[]')) AS runners,
                JSON_QUERY(COALESCE((
                    SELECT TOP (10)
                        r.run_id, r.kind, domino_sync.utc_text(r.started_at) AS started_at,
                        domino_sync.utc_text(r.finished_at) AS finished_at, JSON_QUERY(r.counts) AS counts, r.error
                    FROM domino_sync.run AS r
                    ORDER BY r.run_id DESC
                    FOR JSON PATH, INCLUDE_NULL_VALUES
                ), N'[]')) AS last_runs
            FOR JSON PATH, INCLUDE_NULL_VALUES, WITHOUT_ARRAY_WRAPPER
        ) AS status;
END;

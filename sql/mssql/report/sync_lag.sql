-- One row: how far Domino is behind the CRM, and the CRM behind Domino.
CREATE OR ALTER VIEW domino_sync_report.sync_lag AS
SELECT
    SYSUTCDATETIME() AS measured_at,
    -- captured and not yet sorted into deliveries
    (SELECT COUNT(*) FROM domino_sync.change_log AS c) AS unfolded_changes,
    (
        SELECT DATEDIFF(second, MIN(c.captured_at), SYSUTCDATETIME()) FROM domino_sync.change_log AS c
    ) AS oldest_unfolded_seconds,
    (SELECT COUNT(*) FROM domino_sync.delivery AS d WHERE d.parked_at IS NULL) AS pending_deliveries,
    (
        SELECT DATEDIFF(second, MIN(d.enqueued_at), SYSUTCDATETIME())
        FROM domino_sync.delivery AS d
        WHERE d.parked_at IS NULL
    ) AS oldest_pending_seconds,
    (SELECT COUNT(*) FROM domino_sync.delivery AS d WHERE d.parked_at IS NOT NULL) AS parked_deliveries,
    -- the mail file whose last look is longest ago; null while one has never been looked at
    (
        SELECT CASE
            WHEN COUNT(*) = COUNT(s.last_poll_at) THEN DATEDIFF(second, MIN(s.last_poll_at), SYSUTCDATETIME())
        END
        FROM domino_sync.sync_user AS s
        WHERE s.enabled = 1
    ) AS oldest_poll_seconds,
    (
        SELECT COUNT(*) FROM domino_sync.sync_user AS s WHERE s.enabled = 1 AND s.health <> N'ok'
    ) AS mailboxes_not_ok;

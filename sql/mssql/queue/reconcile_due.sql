-- The enabled mailboxes whose two sides are to be compared in full: asked for, begun and not finished, or not verified for
-- longer than setting reconcile_days (0: never by itself). A first comparison counts as verified.
CREATE OR ALTER VIEW domino_sync.reconcile_due AS
SELECT
    s.crm_user_id,
    COALESCE(s.reconcile_reason, CONCAT(N'not verified for ', k.days, N' days')) AS reason
FROM domino_sync.sync_user AS s
CROSS JOIN
(
    SELECT COALESCE(MAX(CAST(g.value AS int)), 7) AS days
    FROM domino_sync.setting AS g
    WHERE g.name = N'reconcile_days'
) AS k
WHERE s.enabled = 1
  AND (
      s.reconcile_requested_at IS NOT NULL
      OR s.reconcile_started_at IS NOT NULL
      OR (
          k.days > 0
          AND COALESCE(s.verified_at, s.first_sync_done_at) < DATEADD(day, -k.days, SYSUTCDATETIME())
      )
  );

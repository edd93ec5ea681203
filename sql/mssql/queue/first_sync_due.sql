-- The enabled mailboxes that need a first comparison before anything is created for them: never compared (or enabled once
-- more since), in a database that was restored or promoted since, or with fewer links than a runner has left there.
CREATE OR ALTER VIEW domino_sync.first_sync_due AS
SELECT
    s.crm_user_id,
    CASE
        WHEN s.first_sync_done_at IS NULL THEN N'never compared'
        WHEN s.known_links > link.links THEN N'links are missing'
        ELSE N'another database'
    END AS cause
FROM domino_sync.sync_user AS s
CROSS APPLY
(
    SELECT COUNT(*) AS links FROM domino_sync.item_link AS l WHERE l.crm_user_id = s.crm_user_id
) AS link
CROSS JOIN domino_sync.database_identity AS i
WHERE s.enabled = 1
  AND (
      s.first_sync_done_at IS NULL
      OR s.known_links > link.links
      OR s.database_identity IS NULL
      OR s.database_identity <> i.database_identity
  );

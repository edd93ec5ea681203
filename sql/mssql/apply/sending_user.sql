-- The users whose CRM appointments go to Domino.
CREATE OR ALTER VIEW domino_sync.sending_user AS
SELECT s.crm_user_id
FROM domino_sync.sync_user AS s
WHERE s.enabled = 1
  AND s.direction <> N'to_crm';

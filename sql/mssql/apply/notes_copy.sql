-- Who has a meeting on his calendar because Domino's own scheduling put it there when he accepted: an entry that we only
-- read. One row an appointment and user.
CREATE OR ALTER VIEW domino_sync.notes_copy AS
SELECT m.appointment_id, p.crm_user_id
FROM domino_sync.item_link AS m
JOIN domino_sync.inbound_parked AS p
    ON p.domino_uid = m.domino_uid
    AND p.domino_recurrence_id = m.domino_recurrence_id
    AND p.crm_user_id <> m.crm_user_id
WHERE p.reason_code = N'invitee_copy'
  -- what the runner writes there once the copy is gone
  AND (p.domino_digest IS NULL OR p.domino_digest <> N'gone');

-- Whose mail file should hold an entry for each live appointment: the organiser's, and only if he is not enabled a
-- plain copy in that of every enabled participant who has not declined. One row an appointment and user.
CREATE OR ALTER VIEW domino_sync.appointment_holder AS
SELECT
    o.appointment_id,
    h.crm_user_id,
    h.role
FROM domino_sync.appointment_organiser AS o
CROSS APPLY
(
    SELECT s.crm_user_id, N'organiser' AS role
    FROM domino_sync.sending_user AS s
    WHERE s.crm_user_id = o.crm_user_id

    UNION ALL

    SELECT p.crm_user_id, N'copy'
    FROM domino_sync.appointment_participant AS p
    JOIN domino_sync.sending_user AS s ON s.crm_user_id = p.crm_user_id
    WHERE p.appointment_id = o.appointment_id
      AND NOT EXISTS (SELECT 1 FROM domino_sync.sending_user AS sending WHERE sending.crm_user_id = o.crm_user_id)
      AND (p.response IS NULL OR p.response <> 4)
      -- a meeting made in Notes: those invited have it from Domino's own scheduling. Uids of ours begin with CRM-.
      AND NOT EXISTS
          (
              SELECT 1
              FROM domino_sync.item_link AS m
              WHERE m.appointment_id = o.appointment_id
                AND (m.role = N'copy' OR m.domino_uid NOT LIKE N'CRM-%')
                AND m.kind = N'meeting'
                AND m.state = N'linked'
                AND m.crm_user_id <> p.crm_user_id
          )
      -- nor a second one beside the copy that he got when he accepted, whatever became of the meeting since
      AND NOT EXISTS
          (
              SELECT 1
              FROM domino_sync.notes_copy AS a
              WHERE a.appointment_id = o.appointment_id
                AND a.crm_user_id = p.crm_user_id
          )
) AS h
WHERE o.eligible = 1;

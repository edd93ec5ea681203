-- The CRM users of each Communication row, one row a user, the organiser included when he has a link.
--
-- A user has several links when several persons are regarding: his oldest live link speaks for him. Plain joins only
-- (no DISTINCT, no GROUP BY), so that a restriction on appointment_id reaches the vendor's indexes.
CREATE OR ALTER VIEW domino_sync.appointment_participant AS
SELECT
    l.CmLi_Comm_CommunicationId AS appointment_id,
    l.CmLi_Comm_UserId AS crm_user_id,
    l.cmli_status AS response,
    l.CmLi_Comm_NotifyTime AS notify_at
FROM dbo.Comm_Link AS l
JOIN dbo.Users AS u ON u.User_UserId = l.CmLi_Comm_UserId
WHERE l.CmLi_Deleted IS NULL
  AND NOT EXISTS
      (
          SELECT 1
          FROM dbo.Comm_Link AS older
          WHERE older.CmLi_Comm_CommunicationId = l.CmLi_Comm_CommunicationId
            AND older.CmLi_Comm_UserId = l.CmLi_Comm_UserId
            AND older.CmLi_Deleted IS NULL
            AND older.CmLi_CommLinkId < l.CmLi_CommLinkId
      );

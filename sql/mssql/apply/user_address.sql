-- Which CRM user an e-mail address belongs to. Several live users with one address: the enabled one, else one who can
-- log on, else the lowest id.
CREATE OR ALTER VIEW domino_sync.user_address AS
SELECT
    LOWER(LTRIM(RTRIM(u.User_EmailAddress))) AS email,
    COALESCE(
        MIN(CASE WHEN s.enabled = 1 THEN u.User_UserId END),
        MIN(CASE WHEN domino_sync.is_set(u.User_Disabled) = 0 THEN u.User_UserId END),
        MIN(u.User_UserId)
    ) AS crm_user_id
FROM dbo.Users AS u
LEFT JOIN domino_sync.sync_user AS s ON s.crm_user_id = u.User_UserId
WHERE u.User_Deleted IS NULL
  AND LTRIM(RTRIM(u.User_EmailAddress)) <> N''
GROUP BY LOWER(LTRIM(RTRIM(u.User_EmailAddress)));

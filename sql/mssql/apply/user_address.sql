-- Which CRM user an e-mail address belongs to, and what the CRM calls his address today. Several live users with one
-- address: the enabled one, else one who can log on, else the lowest id. An address with which somebody was enabled stays
-- his although the CRM has changed it since, unless it is another one's by now.
CREATE OR ALTER VIEW domino_sync.user_address AS
SELECT
    LOWER(LTRIM(RTRIM(u.User_EmailAddress))) AS email,
    COALESCE(
        MIN(CASE WHEN s.enabled = 1 THEN u.User_UserId END),
        MIN(CASE WHEN domino_sync.is_set(u.User_Disabled) = 0 THEN u.User_UserId END),
        MIN(u.User_UserId)
    ) AS crm_user_id,
    LOWER(LTRIM(RTRIM(u.User_EmailAddress))) AS email_today
FROM dbo.Users AS u
LEFT JOIN domino_sync.sync_user AS s ON s.crm_user_id = u.User_UserId
WHERE u.User_Deleted IS NULL
  AND LTRIM(RTRIM(u.User_EmailAddress)) <> N''
GROUP BY LOWER(LTRIM(RTRIM(u.User_EmailAddress)))

UNION ALL

SELECT f.email, f.crm_user_id, COALESCE(c.email, f.email)
FROM
(
    SELECT LOWER(LTRIM(RTRIM(s.email))) AS email, MIN(s.crm_user_id) AS crm_user_id
    FROM domino_sync.sync_user AS s
    WHERE s.enabled = 1
    GROUP BY LOWER(LTRIM(RTRIM(s.email)))
) AS f
LEFT JOIN domino_sync.crm_user AS c ON c.crm_user_id = f.crm_user_id
WHERE NOT EXISTS
(
    SELECT 1 FROM dbo.Users AS u
    WHERE u.User_Deleted IS NULL AND LOWER(LTRIM(RTRIM(u.User_EmailAddress))) = f.email
);

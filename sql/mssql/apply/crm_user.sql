-- The CRM's users in our vocabulary. `refusal`: why the user cannot take part, or null.
CREATE OR ALTER VIEW domino_sync.crm_user AS
SELECT
    u.User_UserId AS crm_user_id,
    NULLIF(LTRIM(RTRIM(u.User_Logon)), N'') AS logon,
    NULLIF(LOWER(LTRIM(RTRIM(u.User_EmailAddress))), N'') AS email,
    COALESCE(
        NULLIF(LTRIM(RTRIM(CONCAT(LTRIM(RTRIM(u.User_FirstName)), N' ', LTRIM(RTRIM(u.User_LastName))))), N''),
        NULLIF(LTRIM(RTRIM(u.User_Logon)), N''),
        CONCAT(N'user ', u.User_UserId)
    ) AS name,
    domino_sync.is_set(u.User_Resource) AS resource,
    CASE
        WHEN u.User_Deleted IS NOT NULL THEN N'deleted in the CRM'
        WHEN domino_sync.is_set(u.User_Disabled) = 1 THEN N'disabled in the CRM'
        WHEN domino_sync.is_set(u.User_Resource) = 1 THEN N'a resource, not a person'
        WHEN domino_sync.is_set(u.User_IsTemplate) = 1 THEN N'a template, not a person'
        WHEN COALESCE(LTRIM(RTRIM(u.User_EmailAddress)), N'') NOT LIKE N'%_@_%' THEN N'no e-mail address in the CRM'
    END AS refusal
FROM dbo.Users AS u;

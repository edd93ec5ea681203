-- The external attendees of each Communication row: live links without a CRM user, with an address or a person.
CREATE OR ALTER VIEW domino_sync.appointment_external AS
SELECT
    l.CmLi_Comm_CommunicationId AS appointment_id,
    l.CmLi_CommLinkId AS link_id,
    COALESCE(
        NULLIF(LOWER(LTRIM(RTRIM(l.cmli_recipient))), N''),
        (
            SELECT TOP (1) a.email
            FROM domino_sync.person_address AS a
            WHERE a.person_id = l.CmLi_ExternalPersonID
            ORDER BY a.email_id
        )
    ) AS email,
    NULLIF(LTRIM(RTRIM(CONCAT(LTRIM(RTRIM(p.Pers_FirstName)), N' ', LTRIM(RTRIM(p.Pers_LastName))))), N'') AS name,
    l.cmli_status AS response,
    l.CmLi_ExternalPersonID AS person_id
FROM dbo.Comm_Link AS l
LEFT JOIN dbo.Person AS p ON p.Pers_PersonId = l.CmLi_ExternalPersonID
WHERE l.CmLi_Deleted IS NULL
  AND l.CmLi_Comm_UserId IS NULL
  AND domino_sync.is_set(l.CmLi_IsExternalAttendee) = 1
  AND (LTRIM(RTRIM(l.cmli_recipient)) <> N'' OR l.CmLi_ExternalPersonID IS NOT NULL);

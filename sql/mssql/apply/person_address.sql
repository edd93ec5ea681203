-- The live e-mail addresses of live persons. The number of entity Person is the installation's own.
CREATE OR ALTER VIEW domino_sync.person_address AS
SELECT
    p.Pers_PersonId AS person_id,
    LOWER(LTRIM(RTRIM(e.Emai_EmailAddress))) AS email,
    e.Emai_EmailId AS email_id
FROM dbo.EmailLink AS l
JOIN dbo.Email AS e ON e.Emai_EmailId = l.ELink_EmailId
JOIN dbo.Person AS p ON p.Pers_PersonId = l.ELink_RecordID
WHERE l.ELink_EntityID IN
      (
          SELECT t.Bord_TableId
          FROM dbo.Custom_Tables AS t
          WHERE LOWER(t.Bord_Name) = N'person' AND t.Bord_Deleted IS NULL
      )
  AND l.ELink_Deleted IS NULL
  AND e.Emai_Deleted IS NULL
  AND p.Pers_Deleted IS NULL
  AND LTRIM(RTRIM(e.Emai_EmailAddress)) <> N'';

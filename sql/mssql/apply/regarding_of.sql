CREATE OR ALTER PROCEDURE domino_sync.regarding_of
    @p_ids nvarchar(max),
    @v_regarding nvarchar(max) OUTPUT
AS
/* What appointments are about: the company and the person of their live links, their opportunity and their case.
   Parameters: @p_ids, a JSON list of the appointments; @v_regarding, becomes a JSON list of {appointment_id, list} with an
               element for each that has any, the list as `regarding` of read_appointments.
   Locks:      nothing beyond each read.
   The names are read where their tables and columns are there: a CRM need not have the modules.  A statement that names a
   missing table is compiled when it is run for the first time; a column that a table lacks is taken from `absent`, for an
   unqualified name is looked for inside first and outside then. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @about table (
        appointment_id int NOT NULL, kind nvarchar(20) NOT NULL, id int NOT NULL, name nvarchar(400) NULL,
        PRIMARY KEY (appointment_id, kind, id)
    );

    INSERT INTO @about (appointment_id, kind, id)
    -- who is invited only is no customer concerned
    SELECT l.CmLi_Comm_CommunicationId, k.kind, k.id
    FROM (SELECT DISTINCT CAST(i.[value] AS int) AS id FROM OPENJSON(@p_ids) AS i) AS w
    INNER JOIN dbo.Comm_Link AS l ON l.CmLi_Comm_CommunicationId = w.id
    CROSS APPLY (VALUES (N'company', l.CmLi_Comm_CompanyId), (N'person', l.CmLi_Comm_PersonId)) AS k (kind, id)
    WHERE l.CmLi_Deleted IS NULL
      AND domino_sync.is_set(l.CmLi_IsExternalAttendee) = 0
      AND k.id > 0
    UNION
    SELECT c.Comm_CommunicationId, k.kind, k.id
    FROM (SELECT DISTINCT CAST(i.[value] AS int) AS id FROM OPENJSON(@p_ids) AS i) AS w
    INNER JOIN dbo.Communication AS c ON c.Comm_CommunicationId = w.id
    CROSS APPLY (VALUES (N'opportunity', c.Comm_OpportunityId), (N'case', c.Comm_CaseId)) AS k (kind, id)
    WHERE k.id > 0;

    UPDATE a
    SET name = LEFT(CONCAT(
        LTRIM(RTRIM(p.Pers_FirstName)),
        CASE WHEN LTRIM(RTRIM(p.Pers_FirstName)) <> N'' AND LTRIM(RTRIM(p.Pers_LastName)) <> N'' THEN N' ' END,
        LTRIM(RTRIM(p.Pers_LastName))), 400)
    FROM @about AS a
    INNER JOIN dbo.Person AS p ON p.Pers_PersonId = a.id
    WHERE a.kind = N'person';

    IF OBJECT_ID(N'dbo.Company') IS NOT NULL AND EXISTS (SELECT 1 FROM @about AS a WHERE a.kind = N'company')
        UPDATE a
        SET name = LEFT(LTRIM(RTRIM(found.name)), 400)
        FROM @about AS a
        INNER JOIN (
            SELECT x.id, x.name
            FROM (SELECT CAST(NULL AS int) AS Comp_CompanyId, CAST(NULL AS nvarchar(1)) AS Comp_Name) AS absent
            CROSS APPLY (SELECT Comp_CompanyId AS id, Comp_Name AS name FROM dbo.Company) AS x
        ) AS found ON found.id = a.id
        WHERE a.kind = N'company';

    IF OBJECT_ID(N'dbo.Opportunity') IS NOT NULL AND EXISTS (SELECT 1 FROM @about AS a WHERE a.kind = N'opportunity')
        UPDATE a
        SET name = LEFT(LTRIM(RTRIM(found.name)), 400)
        FROM @about AS a
        INNER JOIN (
            SELECT x.id, x.name
            FROM (SELECT CAST(NULL AS int) AS Oppo_OpportunityId, CAST(NULL AS nvarchar(1)) AS Oppo_Description) AS absent
            CROSS APPLY (SELECT Oppo_OpportunityId AS id, Oppo_Description AS name FROM dbo.Opportunity) AS x
        ) AS found ON found.id = a.id
        WHERE a.kind = N'opportunity';

    IF OBJECT_ID(N'dbo.Cases') IS NOT NULL AND EXISTS (SELECT 1 FROM @about AS a WHERE a.kind = N'case')
        UPDATE a
        SET name = LEFT(LTRIM(CONCAT(LTRIM(RTRIM(found.reference)), N' ', LTRIM(RTRIM(found.name)))), 400)
        FROM @about AS a
        INNER JOIN (
            SELECT x.id, x.reference, x.name
            FROM (
                SELECT CAST(NULL AS int) AS Case_CaseId, CAST(NULL AS nvarchar(1)) AS Case_ReferenceId,
                    CAST(NULL AS nvarchar(1)) AS Case_Description
            ) AS absent
            CROSS APPLY (
                SELECT Case_CaseId AS id, Case_ReferenceId AS reference, Case_Description AS name FROM dbo.Cases
            ) AS x
        ) AS found ON found.id = a.id
        WHERE a.kind = N'case';

    SET @v_regarding =
    (
        SELECT
            w.appointment_id,
            JSON_QUERY((
                SELECT a.kind, a.id, NULLIF(a.name, N'') AS name
                FROM @about AS a
                WHERE a.appointment_id = w.appointment_id
                ORDER BY a.kind, a.id
                FOR JSON PATH, INCLUDE_NULL_VALUES
            )) AS list
        FROM (SELECT DISTINCT a.appointment_id FROM @about AS a) AS w
        FOR JSON PATH
    );
END;

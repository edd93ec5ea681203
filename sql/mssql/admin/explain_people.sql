CREATE OR ALTER FUNCTION domino_sync.explain_people (@p_appointment nvarchar(max))
RETURNS nvarchar(max)
AS
/* Whom the addresses of those who take part belong to today: one CRM user, persons, both, or nobody.
   Parameters: @p_appointment, as read_appointments answers it, or null.
   Returns:    a JSON list of {email, external, user_name, persons: [{person_id, name}]}, at most 20 persons each; of CRM
               users only those whose address is a person's as well. */
BEGIN
    DECLARE @v_all table (email nvarchar(255) NOT NULL, is_external int NOT NULL);
    DECLARE @v_part table (email nvarchar(255) NOT NULL PRIMARY KEY, is_external bit NOT NULL);

    INSERT INTO @v_all (email, is_external)
    SELECT LOWER(LTRIM(RTRIM(e.email))), 1
    FROM OPENJSON(@p_appointment, '$.externals') WITH (email nvarchar(255)) AS e
    WHERE LTRIM(RTRIM(e.email)) <> N'';

    INSERT INTO @v_all (email, is_external)
    SELECT LOWER(LTRIM(RTRIM(u.email))), 0
    FROM OPENJSON(@p_appointment, '$.users') WITH (email nvarchar(255)) AS u
    WHERE LTRIM(RTRIM(u.email)) <> N'';

    INSERT INTO @v_part (email, is_external)
    SELECT a.email, MAX(a.is_external)
    FROM @v_all AS a
    GROUP BY a.email;

    RETURN COALESCE((
        SELECT
            t.email,
            t.is_external AS [external],
            (
                SELECT u.name
                FROM domino_sync.user_address AS a
                JOIN domino_sync.crm_user AS u ON u.crm_user_id = a.crm_user_id
                WHERE a.email = t.email
            ) AS user_name,
            JSON_QUERY(COALESCE((
                SELECT TOP (20)
                    d.person_id,
                    NULLIF(LTRIM(RTRIM(CONCAT(
                        LTRIM(RTRIM(p.Pers_FirstName)), N' ', LTRIM(RTRIM(p.Pers_LastName))))), N'') AS name
                FROM (
                    SELECT DISTINCT a.person_id FROM domino_sync.person_address AS a WHERE a.email = t.email
                ) AS d
                JOIN dbo.Person AS p ON p.Pers_PersonId = d.person_id
                ORDER BY d.person_id
                FOR JSON PATH, INCLUDE_NULL_VALUES
            ), N'[]')) AS persons
        FROM @v_part AS t
        WHERE t.is_external = 1
           OR EXISTS (SELECT 1 FROM domino_sync.person_address AS a WHERE a.email = t.email)
        ORDER BY t.email
        FOR JSON PATH, INCLUDE_NULL_VALUES
    ), N'[]');
END;

CREATE OR ALTER FUNCTION domino_sync.is_wall_time(@p_text nvarchar(4000))
RETURNS bit
WITH SCHEMABINDING
AS
/* Whether a text is a wall-clock time that the CRM's datetime can hold: 2026-02-28T09:00:00, not 2026-02-30T09:00:00.
   With the T it is read alike under every SET LANGUAGE and SET DATEFORMAT. */
BEGIN
    RETURN CASE
        WHEN LEN(@p_text) = 19
            AND @p_text LIKE N'[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]'
            AND TRY_CAST(@p_text AS datetime) IS NOT NULL
        THEN 1
        ELSE 0
    END;
END;

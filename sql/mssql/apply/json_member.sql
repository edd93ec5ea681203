CREATE OR ALTER FUNCTION domino_sync.json_member(@p_object nvarchar(max), @p_key nvarchar(100))
RETURNS nvarchar(max)
AS
/* A member of a JSON object as JSON text, whatever its type: "a", 1, true, [1]. NULL when it is absent or null.
   JSON_QUERY and AS JSON give only objects and lists, JSON_VALUE only the first 4000 characters of a bare text.
   Parameters: @p_object, a JSON object; @p_key, in the spelling it has there. */
BEGIN
    RETURN
    (
        SELECT TOP (1)
            CASE WHEN m.[type] = 1 THEN N'"' + STRING_ESCAPE(m.[value], 'json') + N'"' ELSE m.[value] END
        FROM OPENJSON(@p_object) AS m
        WHERE m.[key] = @p_key
          AND m.[type] <> 0
    );
END;

CREATE OR ALTER PROCEDURE domino_sync_api.list_changes
    @p_name nvarchar(400),
    @p_limit int
AS
/* Who changed settings and captions, newest first: ConfigurationChange of src/crm/contract.ts.
   Parameters: @p_name, a setting, or the family of a caption with or without its code (`priority: Urgent`), or null for
               all; @p_limit, rows at most. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    SELECT TOP (@p_limit)
        domino_sync.utc_text(c.changed_at) AS changed_at, c.changed_by, c.kind, c.name, c.before, c.after
    FROM domino_sync.configuration_change AS c
    WHERE @p_name IS NULL
       OR LOWER(c.name) = LOWER(LTRIM(RTRIM(@p_name)))
       OR (
           c.kind = N'caption'
           AND LOWER(LEFT(c.name, CHARINDEX(N':', c.name + N':') - 1)) = LOWER(LTRIM(RTRIM(@p_name)))
       )
    ORDER BY c.change_id DESC;
END;

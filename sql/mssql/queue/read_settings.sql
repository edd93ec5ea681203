CREATE OR ALTER PROCEDURE domino_sync_api.read_settings
AS
BEGIN
    /*
    Everything an administrator may set, in one look.
    Returns: one row: values - {name: value}; captions - the caption mappings; database_identity - see
    domino_sync.database_identity; clock - the server's time, UTC.
    Locks: none.  Writes: nothing.
    */
    SET NOCOUNT, XACT_ABORT ON;

    -- FOR JSON makes no object of rows, so it is put together; FOR XML spells three characters in its own way unless
    -- JSON has spelt them before.
    DECLARE @values nvarchar(max) = (
        SELECT
            N',"' + s.name + N'":' + COALESCE(
                N'"' + REPLACE(REPLACE(REPLACE(
                    STRING_ESCAPE(s.value, 'json'), N'&', N'\u0026'), N'<', N'\u003c'), N'>', N'\u003e') + N'"',
                N'null')
        FROM domino_sync.setting AS s
        FOR XML PATH('')
    );

    SELECT
        CONCAT(N'{', STUFF(@values, 1, 1, N''), N'}') AS [values],
        COALESCE(
            (SELECT c.family, c.crm_value, c.item_value, c.to_item, c.to_crm
             FROM domino_sync.caption_map AS c
             ORDER BY c.family, c.crm_value, c.item_value
             FOR JSON PATH),
            N'[]') AS captions,
        (SELECT i.database_identity FROM domino_sync.database_identity AS i) AS database_identity,
        domino_sync.utc_text(SYSUTCDATETIME()) AS clock;
END;

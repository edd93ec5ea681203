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

    -- FOR JSON makes no object of rows, so [{"name":n,"value":v},…] is rewritten to {n:v,…}. What is replaced has
    -- quotes that inside a text would be escaped, so it can only be the frame.
    DECLARE @values nvarchar(max) = (
        SELECT s.name AS name, s.value AS value FROM domino_sync.setting AS s FOR JSON PATH, INCLUDE_NULL_VALUES
    );
    SET @values = REPLACE(REPLACE(REPLACE(@values, N'},{"name":', N','), N'[{"name":', N'{'), N',"value":', N':');
    SET @values = LEFT(@values, LEN(@values) - 1);

    SELECT
        COALESCE(@values, N'{}') AS [values],
        COALESCE(
            (SELECT c.family, c.crm_value, c.item_value, c.to_item, c.to_crm
             FROM domino_sync.caption_map AS c
             ORDER BY c.family, c.crm_value, c.item_value
             FOR JSON PATH),
            N'[]') AS captions,
        (SELECT i.database_identity FROM domino_sync.database_identity AS i) AS database_identity,
        CONVERT(nvarchar(19), SYSUTCDATETIME(), 126) + N'Z' AS clock;
END;

CREATE OR ALTER FUNCTION domino_sync.utc_text(@p_instant datetime2(3))
RETURNS nvarchar(20)
WITH SCHEMABINDING
AS
/* A UTC instant as it crosses to the runner, to the second: 2026-03-29T01:30:00Z. */
BEGIN
    RETURN REPLACE(CONVERT(nvarchar(19), @p_instant, 120), N' ', N'T') + N'Z';
END;

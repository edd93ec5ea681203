CREATE OR ALTER FUNCTION domino_sync.wall_text(@p_time datetime)
RETURNS nvarchar(19)
WITH SCHEMABINDING
AS
/* A wall-clock time of the CRM as it crosses to the runner: 2026-03-29T01:30:00. */
BEGIN
    RETURN CONVERT(nvarchar(19), @p_time, 126);
END;

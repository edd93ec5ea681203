CREATE OR ALTER FUNCTION domino_sync.end_column(
    @p_type nvarchar(40), @p_due_first bit, @p_datetime datetime, @p_todatetime datetime
)
RETURNS datetime
WITH SCHEMABINDING
AS
/* When a Communication row ends: Comm_ToDateTime, but of a Task with reversed columns Comm_DateTime, its due date.
   Parameters: as start_column.  Returns: CRM wall clock. */
BEGIN
    RETURN CASE
        WHEN @p_type IS NULL OR @p_type <> N'Task' THEN @p_todatetime
        WHEN @p_due_first = 1 THEN COALESCE(@p_datetime, @p_todatetime)
        ELSE COALESCE(@p_todatetime, @p_datetime)
    END;
END;

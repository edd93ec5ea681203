CREATE OR ALTER FUNCTION domino_sync.start_column(
    @p_type nvarchar(40), @p_due_first bit, @p_datetime datetime, @p_todatetime datetime
)
RETURNS datetime
WITH SCHEMABINDING
AS
/* When a Communication row begins: Comm_DateTime, but of a Task with reversed columns Comm_ToDateTime. A Task with one date
   only is there on that day.
   Parameters: @p_type, Comm_Type; @p_due_first, of task_setting; the two columns.  Returns: CRM wall clock. */
BEGIN
    RETURN CASE
        WHEN @p_type IS NULL OR @p_type <> N'Task' THEN @p_datetime
        WHEN @p_due_first = 1 THEN COALESCE(@p_todatetime, @p_datetime)
        ELSE COALESCE(@p_datetime, @p_todatetime)
    END;
END;

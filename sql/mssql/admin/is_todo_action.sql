CREATE OR ALTER FUNCTION domino_sync.is_todo_action (@p_action nvarchar(100))
RETURNS bit
AS
/* Whether an action of the CRM is a To Do in Notes, as the runner reads the captions.
   Parameters: @p_action, Comm_Action.
   Locks:      none.  Writes: nothing. */
BEGIN
    DECLARE @v_action nvarchar(100) = LOWER(LTRIM(RTRIM(@p_action)));
    DECLARE @v_todo bit;

    SELECT TOP (1) @v_todo = CASE WHEN c.item_value = N'todo' THEN 1 ELSE 0 END
    FROM domino_sync.caption_map AS c
    WHERE c.family = N'kind'
      AND c.to_item = 1
      AND LOWER(LTRIM(RTRIM(c.crm_value))) = @v_action
    ORDER BY c.crm_value, c.item_value;

    RETURN COALESCE(@v_todo, CASE WHEN @v_action IN (N'todo', N'to do') THEN 1 ELSE 0 END);
END;

CREATE OR ALTER FUNCTION domino_sync.conflicts_of (@p_conflicts nvarchar(max))
RETURNS TABLE
AS
/*
Reads an array of the contract's `ConflictWrite`.  Its values may be JSON of any kind: OPENJSON … AS JSON would lose
texts and numbers, so they are taken by their type and texts get their quotes back.
Parameters: @p_conflicts.  Returns: the values as JSON text, null for null.  Locks: none.  Writes: nothing.
*/
RETURN
    SELECT
        MAX(CASE WHEN m.[key] = N'field' THEN m.[value] END) AS field,
        MAX(CASE WHEN m.[key] = N'base_value' THEN v.json END) AS base_value,
        MAX(CASE WHEN m.[key] = N'crm_value' THEN v.json END) AS crm_value,
        MAX(CASE WHEN m.[key] = N'domino_value' THEN v.json END) AS domino_value,
        MAX(CASE WHEN m.[key] = N'winner' THEN m.[value] END) AS winner,
        MAX(CASE WHEN m.[key] = N'decided_by' THEN m.[value] END) AS decided_by
    FROM OPENJSON(@p_conflicts) AS conflict
    CROSS APPLY OPENJSON(conflict.[value]) AS m
    CROSS APPLY (
        SELECT CASE
            WHEN m.[type] = 0 THEN NULL
            WHEN m.[type] = 1 THEN CONCAT(N'"', STRING_ESCAPE(m.[value], N'json'), N'"')
            ELSE m.[value]
        END
    ) AS v (json)
    GROUP BY conflict.[key];

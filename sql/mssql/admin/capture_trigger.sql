-- The triggers on the vendor's tables that must exist, and what has become of them. One trigger a table stands for the
-- three of PostgreSQL. The catalogue shows them only to those with a right on the table: grants.sql gives VIEW DEFINITION.
CREATE OR ALTER VIEW domino_sync.capture_trigger AS
SELECT
    wanted.table_name,
    wanted.trigger_name,
    CASE
        WHEN t.object_id IS NULL THEN N'missing'
        WHEN t.is_disabled = 1 THEN N'disabled'
        ELSE N'enabled'
    END AS state
FROM (VALUES
    (N'communication', N'domino_sync_communication_capture'),
    (N'comm_link', N'domino_sync_comm_link_capture')
) AS wanted (table_name, trigger_name)
LEFT JOIN sys.triggers AS t
    ON t.name = wanted.trigger_name
    AND t.parent_id = CASE wanted.table_name
        WHEN N'communication' THEN OBJECT_ID(N'dbo.Communication')
        ELSE OBJECT_ID(N'dbo.Comm_Link')
    END;

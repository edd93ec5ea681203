-- Who changed which setting or caption by command. Never purged; changes made by SQL on the tables are not here. Order it by
-- change_id: a view of SQL Server has no order.
CREATE OR ALTER VIEW domino_sync_report.configuration_changes AS
SELECT c.change_id, c.changed_at, c.changed_by, c.kind, c.name, c.before, c.after
FROM domino_sync.configuration_change AS c;

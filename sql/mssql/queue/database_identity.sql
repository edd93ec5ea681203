CREATE OR ALTER VIEW domino_sync.database_identity
AS
/*
Tells this state of this database from a copy: it changes when the database is restored from a backup, to a point in
time, or another replica takes over.  A cursor or token that was stored under another identity may be from the future.
A file-level copy attached elsewhere changes only the creation date.  Of files that are put back in place only the epoch
tells, which is there if it is not 0, once a runner has noticed: watch_restore.
One row, in any login that has VIEW ANY DATABASE, as `public` has unless it was revoked; without it only the last part
is there.
*/
SELECT
    CONCAT(
        CONVERT(nvarchar(36), r.database_guid), N'/', CONVERT(nvarchar(36), r.recovery_fork_guid), N'/',
        CONVERT(nvarchar(23), d.create_date, 126),
        N'/' + (SELECT CONVERT(nvarchar(11), w.epoch) FROM domino_sync.database_witness AS w WHERE w.epoch > 0)
    ) AS database_identity
FROM sys.databases AS d
LEFT JOIN sys.database_recovery_status AS r ON r.database_id = d.database_id
WHERE d.database_id = DB_ID();

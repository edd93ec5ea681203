CREATE OR ALTER VIEW domino_sync.live_runner
AS
/*
The runners whose announcing session is still there: `register_runner` took the application lock of their id, and the
lock ends with the session.  Asked of the lock itself, because sys.dm_tran_locks takes a right on the whole server.
To the session that holds a lock it reads as free: a runner calls procedures on other sessions than that one.
Look only after the rows concerned are locked: a runner may announce itself and lease between two looks.
*/
SELECT r.runner_id
FROM domino_sync.runner AS r
WHERE APPLOCK_TEST(
        N'public', N'domino_sync.runner.' + CONVERT(nvarchar(11), r.runner_id), N'Exclusive', N'Session') = 0;

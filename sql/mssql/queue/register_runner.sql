CREATE OR ALTER PROCEDURE domino_sync_api.register_runner
    @p_host nvarchar(255),
    @p_process_id int,
    @p_version nvarchar(50)
AS
BEGIN
    /*
    Announces a runner process.  The calling session holds the application lock domino_sync.runner.<runner_id> until it
    ends: while it does, the runner counts as alive and its leases as taken.  A session that has to take the place of a
    broken one takes the same lock by sp_getapplock.
    Parameters: @p_host, @p_process_id, @p_version - for the administrator.
    Returns: runner_id.  Throws 51004 when the lock is not to be had.
    Locks: the application lock, beyond the transaction.  Writes: runner (marks runners that are gone as stopped).
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @runner int, @lock int, @resource nvarchar(255);

    UPDATE r
    SET stopped_at = SYSUTCDATETIME()
    FROM domino_sync.runner AS r
    WHERE r.stopped_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM domino_sync.live_runner AS l WHERE l.runner_id = r.runner_id);

    INSERT INTO domino_sync.runner (host, process_id, version)
    VALUES (@p_host, @p_process_id, @p_version);
    SET @runner = SCOPE_IDENTITY();

    SET @resource = N'domino_sync.runner.' + CONVERT(nvarchar(11), @runner);
    -- shorter than the runner waits for an answer, so that it is told
    EXECUTE @lock = sys.sp_getapplock
        @Resource = @resource, @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = 5000,
        @DbPrincipal = N'public';
    IF @lock < 0
        THROW 51004, N'busy: another session holds the lock of this runner', 1;

    SELECT @runner AS runner_id;
END;

CREATE OR ALTER PROCEDURE domino_sync_api.renew_mailbox
    @p_runner int,
    @p_crm_user_id int,
    @p_lease_seconds int
AS
BEGIN
    /*
    Makes a lease last longer.
    Parameters: @p_runner, @p_crm_user_id; @p_lease_seconds - from now.
    Returns: held - false when somebody else has the mailbox, or an administrator took the lease away.
    Locks: the sync_user row.  Writes: sync_user.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @renewed int;

    UPDATE domino_sync.sync_user
    SET leased_until = DATEADD(second, @p_lease_seconds, SYSUTCDATETIME())
    WHERE crm_user_id = @p_crm_user_id AND leased_by = @p_runner;
    SET @renewed = @@ROWCOUNT;

    SELECT CAST(@renewed AS bit) AS held;
END;

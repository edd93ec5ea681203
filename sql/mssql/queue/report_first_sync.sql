CREATE OR ALTER PROCEDURE domino_sync_api.report_first_sync
    @p_runner int,
    @p_crm_user_id int,
    @p_progress nvarchar(max)
AS
BEGIN
    /*
    Tells how far the first comparison of a mailbox is.
    Parameters: @p_runner, @p_crm_user_id; @p_progress - {"total", "compared", "read"}: appointments to compare, compared,
                and entries read from Domino.
    Returns: nothing.  Throws 51001 when the runner does not hold the mailbox.
    Locks: the sync_user row.  Writes: sync_user.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @mailboxes nvarchar(max) = CONCAT(N'[{"crm_user_id":', @p_crm_user_id, N'}]');

    BEGIN TRANSACTION;
    EXECUTE domino_sync.require_mailbox_leases @p_runner = @p_runner, @p_mailboxes = @mailboxes;

    UPDATE u
    SET first_sync_total = p.total,
        first_sync_compared = p.compared,
        first_sync_read = p.entries
    FROM domino_sync.sync_user AS u
    CROSS JOIN OPENJSON(@p_progress) WITH (total int, compared int, entries int '$.read') AS p
    WHERE u.crm_user_id = @p_crm_user_id;
    COMMIT TRANSACTION;
END;

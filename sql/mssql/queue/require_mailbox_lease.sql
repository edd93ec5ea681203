CREATE OR ALTER PROCEDURE domino_sync.require_mailbox_lease
    @p_runner int,
    @p_crm_user_id int
AS
BEGIN
    /*
    Makes sure that the runner holds the mailbox, and that it keeps it until the transaction ends.
    Parameters: @p_runner, from register_runner; @p_crm_user_id, the mailbox.
    Throws:     51002 no such user; 51001 somebody else holds the mailbox, or nobody.
    Locks:      the row of sync_user, first in the lock order.  Needs the transaction of the caller.
    */
    SET NOCOUNT, XACT_ABORT ON;

    IF NOT EXISTS (SELECT 1 FROM domino_sync.sync_user AS s WHERE s.crm_user_id = @p_crm_user_id)
    BEGIN
        DECLARE @message nvarchar(2048) =
            CONCAT(N'no such user: CRM user ', @p_crm_user_id, N' has never been enabled');
        THROW 51002, @message, 1;
    END;

    DECLARE @mailboxes nvarchar(max) = CONCAT(N'[{"crm_user_id":', @p_crm_user_id, N'}]');
    EXECUTE domino_sync.require_mailbox_leases @p_runner = @p_runner, @p_mailboxes = @mailboxes;
END;

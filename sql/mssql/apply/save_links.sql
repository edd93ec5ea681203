CREATE OR ALTER PROCEDURE domino_sync_api.save_links
    @p_runner int,
    @p_crm_user_id int,
    @p_links nvarchar(max)
AS
/* Stores tokens and digests of entries that were read and found as expected.
   Parameters: @p_runner and @p_crm_user_id, who must hold the mailbox; @p_links, a JSON list of LinkWrite.
   Raises:     51001 lease lost; 51003 a link of another mailbox.
   Locks:      sync_user, item_link. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    BEGIN TRY
        BEGIN TRANSACTION;
        EXECUTE domino_sync.require_mailbox_lease @p_runner, @p_crm_user_id;
        EXECUTE domino_sync.store_mailbox_links @p_crm_user_id, @p_links;
        COMMIT TRANSACTION;
    END TRY
    BEGIN CATCH
        IF XACT_STATE() <> 0
            ROLLBACK TRANSACTION;
        THROW;
    END CATCH;
END;

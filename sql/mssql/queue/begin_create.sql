CREATE OR ALTER PROCEDURE domino_sync_api.begin_create
    @p_runner int,
    @p_links nvarchar(max)
AS
BEGIN
    /*
    Records the intent to create entries before Domino is asked.
    Parameters: @p_runner; @p_links - array of the contract's `LinkWrite`, state `creating`.
    Returns: nothing.  Throws 51001 when a mailbox is not held, 51003 for a link in another state or an entry in use.
    Locks: the sync_user rows, the item_link rows.  Writes: item_link.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @mailboxes nvarchar(max) = (
        SELECT w.crm_user_id FROM OPENJSON(@p_links) WITH (crm_user_id int) AS w FOR JSON PATH
    );
    DECLARE @wrong int;

    BEGIN TRANSACTION;

    EXECUTE domino_sync.require_mailbox_leases @p_runner = @p_runner, @p_mailboxes = @mailboxes;

    SELECT TOP (1) @wrong = w.appointment_id
    FROM OPENJSON(@p_links) WITH (appointment_id int, state nvarchar(4000)) AS w
    WHERE w.state IS NULL OR w.state <> N'creating';
    IF @wrong IS NOT NULL
    BEGIN
        DECLARE @message nvarchar(2048) = CONCAT(N'refused: appointment ', @wrong, N': state must be creating');
        THROW 51003, @message, 1;
    END;

    EXECUTE domino_sync.store_links @p_links = @p_links;

    COMMIT TRANSACTION;
END;

CREATE OR ALTER PROCEDURE domino_sync_api.enqueue_delivery
    @p_crm_user_id int,
    @p_ids nvarchar(max),
    @p_reason_code nvarchar(60)
AS
BEGIN
    /*
    Puts pairs in the queue whether or not the CRM changed; a parked one is taken up again.
    Parameters: @p_crm_user_id - the mailbox; @p_ids - array of appointment ids; @p_reason_code.
    Returns: nothing.  Throws 51002 when the mailbox is unknown, 51004 when the queue is busy.
    Locks: the delivery rows, in key order.  Writes: delivery.
    */
    SET NOCOUNT, XACT_ABORT ON;

    IF NOT EXISTS (SELECT 1 FROM domino_sync.sync_user AS u WHERE u.crm_user_id = @p_crm_user_id)
    BEGIN
        DECLARE @message nvarchar(2048) =
            CONCAT(N'no such user: CRM user ', @p_crm_user_id, N' has never been enabled');
        THROW 51002, @message, 1;
    END;

    DECLARE @deliveries nvarchar(max) = (
        SELECT DISTINCT
            CAST(i.[value] AS int) AS appointment_id, @p_crm_user_id AS crm_user_id, @p_reason_code AS reason_code
        FROM OPENJSON(@p_ids) AS i
        FOR JSON PATH
    );

    BEGIN TRANSACTION;
    EXECUTE domino_sync.put_deliveries @p_deliveries = @deliveries;
    COMMIT TRANSACTION;
END;

CREATE OR ALTER PROCEDURE domino_sync_api.note_conflicts
    @p_runner int,
    @p_results nvarchar(max)
AS
BEGIN
    /*
    Keeps what is about to lose, before Domino is written.
    Parameters: @p_runner; @p_results - array of {appointment_id, crm_user_id, conflicts: the contract's `ConflictWrite`}.
    Returns: nothing.  Throws 51001 when a mailbox is not held.  Locks: the sync_user rows.  Writes: conflict.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @mailboxes nvarchar(max) = (
        SELECT DISTINCT r.crm_user_id FROM OPENJSON(@p_results) WITH (crm_user_id int) AS r FOR JSON PATH
    );

    BEGIN TRANSACTION;
    EXECUTE domino_sync.require_mailbox_leases @p_runner = @p_runner, @p_mailboxes = @mailboxes;
    EXECUTE domino_sync.keep_conflicts @p_results = @p_results;
    COMMIT TRANSACTION;
END;

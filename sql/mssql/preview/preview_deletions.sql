CREATE OR ALTER PROCEDURE domino_sync_api.preview_deletions
    @p_crm_user_id int,
    @p_direction nvarchar(10),
    @p_ids nvarchar(max),
    @p_reason nvarchar(60)
AS
/* What `hold_deletions` would answer, were these appointments what is due to be deleted.
   Parameters: @p_crm_user_id, the mailbox; @p_direction: to_domino, to_crm; @p_ids, array of appointment ids; @p_reason, as
               there.
   Returns:    as weigh_deletions.  Locks: nothing.  Writes: nothing. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    SELECT w.held, w.counted, w.earlier, w.linked
    FROM domino_sync.weigh_deletions(@p_crm_user_id, @p_direction, @p_ids, @p_reason) AS w;
END;

CREATE OR ALTER PROCEDURE domino_sync_api.preview_missing
    @p_crm_user_id int,
    @p_items nvarchar(max)
AS
/* What `apply_missing` would answer as the CRM stands now, by the same decision.
   Parameters: @p_crm_user_id, the mailbox; @p_items, a JSON list of MissingItem.
   Returns:    as apply_missing.  Raises: 51003 refused input.
   Locks:      nothing.  Writes: nothing. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    IF EXISTS (SELECT 1 FROM domino_sync.decide_missing(@p_crm_user_id, @p_items) AS w WHERE w.outcome = N'refused')
        THROW 51003, N'refused: an action is unknown', 1;

    SELECT w.appointment_id, w.outcome
    FROM domino_sync.decide_missing(@p_crm_user_id, @p_items) AS w
    ORDER BY w.appointment_id;
END;

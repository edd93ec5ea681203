CREATE OR ALTER PROCEDURE domino_sync_api.preview_inbound
    @p_crm_user_id int,
    @p_items nvarchar(max)
AS
/* What `apply_inbound` would answer as the CRM stands now, by the same check and the same decision.
   Parameters: @p_crm_user_id, the mailbox; @p_items, a JSON list of InboundItem.
   Returns:    as apply_inbound; appointment_id is null for one that would be created.
   Raises:     51003 refused input, naming item_no and field.
   Locks:      nothing.  Writes: nothing. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    EXECUTE domino_sync.check_inbound @p_crm_user_id, @p_items;

    SELECT w.item_no, w.outcome, w.appointment_id
    FROM domino_sync.decide_inbound(@p_crm_user_id, @p_items) AS w
    ORDER BY w.item_no;
END;

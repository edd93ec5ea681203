CREATE OR ALTER PROCEDURE domino_sync_api.preview_allowed
    @p_crm_user_id int,
    @p_direction nvarchar(20)
AS
/* The deletions that an administrator has allowed, so that `hold_deletions` does not count them.
   Parameters: @p_crm_user_id, the mailbox; @p_direction: to_domino, to_crm.
   Returns:    a row an appointment whose very entry he saw.  Locks: nothing.  Writes: nothing. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    SELECT DISTINCT l.appointment_id
    FROM domino_sync.held_plan AS p
    JOIN domino_sync.held_item AS i ON i.plan_id = p.plan_id
    JOIN domino_sync.item_link AS l
        ON l.crm_user_id = p.crm_user_id
        AND l.appointment_id = i.appointment_id
        AND l.domino_uid = i.domino_uid
        AND l.domino_recurrence_id = i.domino_recurrence_id
    WHERE p.crm_user_id = @p_crm_user_id
      AND p.direction = @p_direction
      AND p.decision = N'allow'
    ORDER BY l.appointment_id;
END;

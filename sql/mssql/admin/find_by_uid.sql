CREATE OR ALTER PROCEDURE domino_sync_api.find_by_uid
    @p_uid nvarchar(400)
AS
/* Which appointments a Domino uid belongs to, and in whose mail file: linked, unlinked, or (without appointment) parked;
   of an entry that is neither any more, what the history says.
   Parameters: @p_uid, the iCalendar UID of an entry, the UNID of a To Do, or the UNID of any linked entry. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    SELECT l.appointment_id, l.crm_user_id
    FROM domino_sync.item_link AS l
    WHERE l.domino_uid = @p_uid
       OR l.domino_unid = @p_uid
    UNION
    SELECT l.appointment_id, p.crm_user_id
    FROM domino_sync.inbound_parked AS p
    LEFT JOIN domino_sync.item_link AS l
        ON l.crm_user_id = p.crm_user_id
        AND l.domino_uid = p.domino_uid
        AND l.domino_recurrence_id = p.domino_recurrence_id
    WHERE p.domino_uid = @p_uid
    UNION
    SELECT a.appointment_id, a.crm_user_id
    FROM domino_sync.activity AS a
    WHERE a.domino_uid = @p_uid
    ORDER BY 1, 2;
END;

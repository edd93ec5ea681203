CREATE OR ALTER PROCEDURE domino_sync_api.read_links
    @p_crm_user_id int,
    @p_keys nvarchar(max)
AS
/* Reads the links of Domino entries in one mailbox, tombstones included.
   Parameters: @p_crm_user_id, the mailbox; @p_keys, a JSON list of {uid, recurrence_id}.
   Returns:    a link in the shape of ItemLink for each key that has one. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    SELECT j.link
    FROM OPENJSON(@p_keys) WITH (uid nvarchar(400), recurrence_id nvarchar(40)) AS k
    JOIN domino_sync.item_link AS l
        ON l.crm_user_id = @p_crm_user_id
        AND l.domino_uid = k.uid
        AND l.domino_recurrence_id = COALESCE(k.recurrence_id, N'')
    JOIN domino_sync.link_json AS j
        ON j.crm_user_id = l.crm_user_id
        AND j.appointment_id = l.appointment_id
    ORDER BY l.appointment_id;
END;

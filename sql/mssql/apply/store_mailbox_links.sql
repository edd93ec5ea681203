CREATE OR ALTER PROCEDURE domino_sync.store_mailbox_links
    @p_crm_user_id int,
    @p_links nvarchar(max)
AS
/* Stores links of one mailbox; what was parked under the same Domino entries is settled by that.
   Parameters: @p_crm_user_id, the mailbox; @p_links, a JSON list of LinkWrite.
   Raises:     51003 a link of another mailbox, or a Domino entry that another appointment has.
   Locks:      item_link, inbound_parked. */
BEGIN
    SET NOCOUNT ON;

    DECLARE @v_message nvarchar(2048);

    IF EXISTS
    (
        SELECT 1
        FROM OPENJSON(@p_links) WITH (crm_user_id int) AS w
        WHERE w.crm_user_id IS NULL OR w.crm_user_id <> @p_crm_user_id
    )
    BEGIN
        SET @v_message =
            CONCAT(N'refused: a link belongs to another mailbox than that of CRM user ', @p_crm_user_id);
        THROW 51003, @v_message, 1;
    END;

    EXECUTE domino_sync.store_links @p_links;

    DELETE p
    FROM domino_sync.inbound_parked AS p
    JOIN OPENJSON(@p_links) WITH (domino_uid nvarchar(400), domino_recurrence_id nvarchar(40)) AS w
        ON w.domino_uid = p.domino_uid
        AND COALESCE(w.domino_recurrence_id, N'') = p.domino_recurrence_id
    WHERE p.crm_user_id = @p_crm_user_id;
END;

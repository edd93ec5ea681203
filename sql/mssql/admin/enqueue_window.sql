CREATE OR ALTER PROCEDURE domino_sync.enqueue_window
    @p_crm_user_id int,
    @p_enqueued int OUTPUT
AS
/* Puts a delivery in the queue for every live appointment in the window that a user should hold, for the copies that others
   hold of those and should give up now, and for what the CRM deleted or took from him while he did not take part.
   Parameters: @p_crm_user_id, an enabled user.  Returns: @p_enqueued, his deliveries put in the queue.
   Locks:      delivery.  Needs the transaction of the caller. */
BEGIN
    SET NOCOUNT ON;

    DECLARE @v_deliveries nvarchar(max);
    DECLARE @v_held table (appointment_id int NOT NULL PRIMARY KEY);
    DECLARE @v_pair table (
        crm_user_id int NOT NULL, appointment_id int NOT NULL, PRIMARY KEY (crm_user_id, appointment_id)
    );

    INSERT INTO @v_held (appointment_id)
    SELECT h.appointment_id
    FROM domino_sync.held_appointments(@p_crm_user_id) AS h
    WHERE EXISTS (SELECT 1 FROM domino_sync.sending_user AS s WHERE s.crm_user_id = @p_crm_user_id);

    INSERT INTO @v_pair (crm_user_id, appointment_id)
    SELECT @p_crm_user_id, h.appointment_id
    FROM @v_held AS h
    UNION
    SELECT l.crm_user_id, l.appointment_id
    FROM @v_held AS h
    JOIN domino_sync.item_link AS l ON l.appointment_id = h.appointment_id AND l.state <> N'unlinked'
    JOIN domino_sync.sync_user AS s ON s.crm_user_id = l.crm_user_id AND s.enabled = 1
    UNION
    SELECT l.crm_user_id, l.appointment_id
    FROM domino_sync.item_link AS l
    JOIN domino_sync.sending_user AS s ON s.crm_user_id = l.crm_user_id
    WHERE l.crm_user_id = @p_crm_user_id
      AND l.state <> N'unlinked'
      AND NOT EXISTS
          (
              SELECT 1
              FROM domino_sync.appointment_holder AS h
              WHERE h.appointment_id = l.appointment_id AND h.crm_user_id = l.crm_user_id
          );

    SELECT @p_enqueued = COUNT(*) FROM @v_pair AS p WHERE p.crm_user_id = @p_crm_user_id;

    SET @v_deliveries =
    (
        SELECT p.appointment_id, p.crm_user_id, N'first_sync' AS reason_code
        FROM @v_pair AS p
        ORDER BY p.crm_user_id, p.appointment_id
        FOR JSON PATH
    );
    EXECUTE domino_sync.put_deliveries @v_deliveries;
END;

CREATE OR ALTER PROCEDURE domino_sync.offer_copies
    @p_ids nvarchar(max)
AS
BEGIN
    /*
    Puts appointments in the queue of those participants who should hold a copy and hold none.
    Parameters: @p_ids - of the appointments: an array of objects with appointment_id.
    Returns: nothing.  Throws 51004 when the queue is busy.  Needs the transaction of the caller.
    Locks: the delivery rows, in key order.  Writes: delivery.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @deliveries nvarchar(max) = (
        SELECT h.appointment_id, h.crm_user_id, N'crm_changed' AS reason_code
        FROM domino_sync.appointment_holder AS h
        WHERE h.appointment_id IN (SELECT i.appointment_id FROM OPENJSON(@p_ids) WITH (appointment_id int) AS i)
          AND h.role = N'copy'
          AND NOT EXISTS (
              SELECT 1 FROM domino_sync.item_link AS l
              WHERE l.appointment_id = h.appointment_id
                AND l.crm_user_id = h.crm_user_id
                AND l.state IN (N'creating', N'linked')
          )
        FOR JSON PATH
    );

    IF @deliveries IS NOT NULL
        EXECUTE domino_sync.put_deliveries @p_deliveries = @deliveries;
END;

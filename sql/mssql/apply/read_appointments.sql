CREATE OR ALTER PROCEDURE domino_sync_api.read_appointments
    @p_ids nvarchar(max)
AS
/* Reads appointments whole, in the shape of src/item/crm-appointment.ts.
   Parameters: @p_ids, a JSON list of ids.
   Returns:    a row for every id asked for; `present` is false after a physical DELETE.
   Locks:      nothing beyond each read.  Under READ COMMITTED without row versions an appointment that is being saved may
               be seen with its links half saved: the save is captured, so it is read once more, and what is written on the
               ground of it is compared with the fingerprint of the locked row. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_regarding nvarchar(max);
    EXECUTE domino_sync.regarding_of @p_ids, @v_regarding OUTPUT;

    SELECT w.id AS appointment_id, JSON_MODIFY(j.appointment, N'$.regarding', JSON_QUERY(COALESCE(r.list, N'[]'))) AS appointment
    FROM
    (
        SELECT DISTINCT CAST(i.[value] AS int) AS id
        FROM OPENJSON(@p_ids) AS i
    ) AS w
    CROSS APPLY domino_sync.appointment_json(w.id) AS j
    LEFT JOIN OPENJSON(@v_regarding) WITH (appointment_id int, list nvarchar(max) AS JSON) AS r ON r.appointment_id = w.id
    ORDER BY w.id;
END;

CREATE OR ALTER PROCEDURE domino_sync.restore_appointments
    @p_crm_user_id int,
    @p_items nvarchar(max),
    @p_work nvarchar(max),
    @p_now datetime
AS
/* Takes back the soft deletion of appointments whose item says `restore`, with the links that the same deletion took.
   Parameters: @p_crm_user_id, who writes; @p_items; @p_work, the decisions; @p_now, CRM wall clock.
   Which links those are is inferred from the audit columns: the ones deleted last, within ten seconds of each other, if
   that was when the row was, or if no link is left at all. Somebody taken off earlier stays off. */
BEGIN
    SET NOCOUNT ON;

    DECLARE @v_row table (appointment_id int NOT NULL PRIMARY KEY);

    INSERT INTO @v_row (appointment_id)
    SELECT DISTINCT w.appointment_id
    FROM domino_sync.inbound_work(@p_items, @p_work) AS w
    CROSS APPLY OPENJSON(w.body) WITH ([restore] bit) AS b
    JOIN dbo.Communication AS c ON c.Comm_CommunicationId = w.appointment_id
    WHERE w.outcome = N'updated'
      AND b.[restore] = 1
      AND c.Comm_Deleted IS NOT NULL;

    IF NOT EXISTS (SELECT 1 FROM @v_row)
        RETURN;

    UPDATE l
    SET CmLi_Deleted = NULL,
        CmLi_UpdatedBy = @p_crm_user_id,
        CmLi_UpdatedDate = @p_now,
        CmLi_TimeStamp = @p_now
    FROM dbo.Comm_Link AS l
    JOIN @v_row AS r ON r.appointment_id = l.CmLi_Comm_CommunicationId
    JOIN dbo.Communication AS c ON c.Comm_CommunicationId = r.appointment_id
    CROSS APPLY
    (
        SELECT
            MAX(CASE WHEN k.CmLi_Deleted IS NOT NULL THEN k.CmLi_UpdatedDate END) AS deleted_at,
            MAX(CASE WHEN k.CmLi_Deleted IS NULL THEN 1 ELSE 0 END) AS some_left
        FROM dbo.Comm_Link AS k
        WHERE k.CmLi_Comm_CommunicationId = r.appointment_id
    ) AS final
    WHERE l.CmLi_Deleted IS NOT NULL
      AND (final.some_left = 0 OR final.deleted_at >= DATEADD(second, -10, c.Comm_UpdatedDate))
      AND (final.deleted_at IS NULL OR l.CmLi_UpdatedDate >= DATEADD(second, -10, final.deleted_at));

    UPDATE c
    SET Comm_Deleted = NULL,
        Comm_UpdatedBy = @p_crm_user_id,
        Comm_UpdatedDate = @p_now,
        Comm_TimeStamp = @p_now
    FROM dbo.Communication AS c
    JOIN @v_row AS r ON r.appointment_id = c.Comm_CommunicationId;
END;

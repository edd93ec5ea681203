CREATE OR ALTER PROCEDURE domino_sync_api.list_conflicts
    @p_appointment_id int,
    @p_limit int
AS
/* The open conflicts, newest first: OpenConflict of src/crm/contract.ts. Unlike the report view it keeps nothing back:
   whoever is to choose between two values has to see them. The values are JSON texts.
   Parameters: @p_appointment_id, or null for all; @p_limit, rows at most. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    SELECT TOP (@p_limit)
        f.conflict_id, f.appointment_id, f.crm_user_id, u.name AS user_name, s.mail_file, c.Comm_Subject AS subject,
        CAST(domino_sync.is_set(c.Comm_Private) AS bit) AS private, f.field, f.base_value, f.crm_value, f.domino_value,
        f.winner, f.decided_by, domino_sync.utc_text(f.decided_at) AS decided_at
    FROM domino_sync.conflict AS f
    LEFT JOIN domino_sync.crm_user AS u ON u.crm_user_id = f.crm_user_id
    LEFT JOIN domino_sync.sync_user AS s ON s.crm_user_id = f.crm_user_id
    LEFT JOIN dbo.Communication AS c ON c.Comm_CommunicationId = f.appointment_id
    WHERE f.resolved_at IS NULL
      AND (@p_appointment_id IS NULL OR f.appointment_id = @p_appointment_id)
    ORDER BY f.conflict_id DESC;
END;

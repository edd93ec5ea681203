CREATE OR ALTER PROCEDURE domino_sync_api.list_held
    @p_crm_user_id int
AS
/* The deletions that wait for an administrator, oldest plan first.
   Parameters: @p_crm_user_id, or null for all.
   Returns:    a row a plan: direction, the side on which would be deleted; reason_code, why it waits; earlier, deletions of
               the hours before that counted too; linked, pairs of the mailbox then, a series counted once; appointments, array of {appointment_id, subject, start_at}, at most 100, private ones without subject.
   Locks: nothing. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    SELECT
        p.plan_id, p.crm_user_id, p.direction,
        COALESCE(
            p.reason_code, CASE p.direction WHEN N'to_crm' THEN N'mass_disappearance' ELSE N'mass_deletion' END
        ) AS reason_code,
        domino_sync.utc_text(p.held_at) AS held_at,
        (SELECT COUNT(*) FROM domino_sync.held_item AS i WHERE i.plan_id = p.plan_id) AS items,
        p.earlier, p.linked,
        COALESCE((
            SELECT TOP (100)
                i.appointment_id,
                CASE WHEN COALESCE(LTRIM(RTRIM(c.Comm_Private)), N'') = N'' THEN c.Comm_Subject END AS subject,
                domino_sync.wall_text(c.Comm_DateTime) AS start_at
            FROM domino_sync.held_item AS i
            LEFT JOIN dbo.Communication AS c ON c.Comm_CommunicationId = i.appointment_id
            WHERE i.plan_id = p.plan_id
            ORDER BY i.appointment_id
            FOR JSON PATH, INCLUDE_NULL_VALUES
        ), N'[]') AS appointments
    FROM domino_sync.held_plan AS p
    WHERE p.decision IS NULL
      -- a mailbox that was enabled once more, or goes on otherwise, waits for nobody
      AND EXISTS (SELECT 1 FROM domino_sync.sync_user AS s WHERE s.crm_user_id = p.crm_user_id AND s.health = N'held')
      AND (@p_crm_user_id IS NULL OR p.crm_user_id = @p_crm_user_id)
    ORDER BY p.plan_id;
END;

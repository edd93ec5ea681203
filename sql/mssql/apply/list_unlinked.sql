CREATE OR ALTER PROCEDURE domino_sync_api.list_unlinked
    @p_crm_user_id int
AS
/* Lists the appointments in a user's window that belong to his mailbox and are linked to no entry: what a first comparison
   has to find on the other side before anything is created.
   Parameters: @p_crm_user_id, the mailbox.
   Returns:    a row an appointment: start_at and end_at in CRM wall clock; unlinked_reason and incarnation, of a pair that is kept
               apart; lost_tombstone, for a pair without a link of which the history says that it was deleted in Notes and kept in
               the CRM; delivery: due, waiting, parked, own (twins that nobody could tell apart: an administrator
               wants this one to be an item of its own), or null; delivery_reason, of a parked one why.
               Role null: parked as a twin, and gone since or no longer of this mailbox.
   Locks:      nothing. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_now datetime2(3) = SYSUTCDATETIME();
    DECLARE @v_held table (appointment_id int NOT NULL PRIMARY KEY, role nvarchar(10) NOT NULL);

    INSERT INTO @v_held (appointment_id, role)
    SELECT h.appointment_id, h.role FROM domino_sync.held_appointments(@p_crm_user_id) AS h;

    SELECT
        c.Comm_CommunicationId AS appointment_id,
        h.role,
        c.Comm_Subject AS subject,
        domino_sync.wall_text(domino_sync.start_column(c.Comm_Type, k.due_first, c.Comm_DateTime, c.Comm_ToDateTime)) AS start_at,
        domino_sync.wall_text(domino_sync.end_column(c.Comm_Type, k.due_first, c.Comm_DateTime, c.Comm_ToDateTime)) AS end_at,
        domino_sync.is_set(c.Comm_IsAllDayEvent) AS all_day,
        l.unlinked_reason,
        l.incarnation,
        CASE
            WHEN l.appointment_id IS NULL AND t.reason_code IN (N'deletion_kept', N'past_deletion_kept')
            THEN t.reason_code
        END AS lost_tombstone,
        CASE
            WHEN d.appointment_id IS NULL THEN NULL
            WHEN d.parked_at IS NOT NULL THEN N'parked'
            WHEN d.reason_code = N'admin_retry' AND d.last_reason_code = N'twin_ambiguous' THEN N'own'
            WHEN d.next_attempt_at > @v_now THEN N'waiting'
            ELSE N'due'
        END AS delivery,
        CASE WHEN d.parked_at IS NULL THEN d.reason_code ELSE COALESCE(d.last_reason_code, d.reason_code) END
            AS delivery_reason
    FROM @v_held AS h
    JOIN dbo.Communication AS c ON c.Comm_CommunicationId = h.appointment_id
    CROSS JOIN domino_sync.task_setting AS k
    LEFT JOIN domino_sync.item_link AS l
        ON l.crm_user_id = @p_crm_user_id
        AND l.appointment_id = c.Comm_CommunicationId
    LEFT JOIN domino_sync.delivery AS d
        ON d.crm_user_id = @p_crm_user_id
        AND d.appointment_id = c.Comm_CommunicationId
    OUTER APPLY
    (
        SELECT TOP (1) a.reason_code
        FROM domino_sync.activity AS a
        WHERE a.appointment_id = c.Comm_CommunicationId
          AND a.crm_user_id = @p_crm_user_id
          AND a.action IN (N'created', N'adopted', N'updated', N'deleted', N'unlinked')
        ORDER BY a.activity_id DESC
    ) AS t
    WHERE l.appointment_id IS NULL
       OR l.state = N'unlinked'

    UNION ALL

    SELECT
        d.appointment_id, NULL, NULL, NULL, NULL, CAST(0 AS bit), NULL, NULL, NULL, N'parked', d.last_reason_code
    FROM domino_sync.delivery AS d
    WHERE d.crm_user_id = @p_crm_user_id
      AND d.parked_at IS NOT NULL
      AND d.last_reason_code = N'twin_ambiguous'
      AND NOT EXISTS (SELECT 1 FROM @v_held AS h WHERE h.appointment_id = d.appointment_id)
    ORDER BY 1;
END;

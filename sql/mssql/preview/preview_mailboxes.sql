CREATE OR ALTER PROCEDURE domino_sync_api.preview_mailboxes
AS
BEGIN
    /*
    Lists the mailboxes as `lease_mailboxes` hands them out, and leases none: those of disabled users too, and those that are
    held.
    Returns: a row a mailbox, the contract's `PreviewMailbox`; poll_due - enabled and not held, whatever the pace;
             due_deliveries - 0, see preview_deliveries; waiting, parked - deliveries that the next cycle leaves alone.
    Locks: nothing.  Writes: nothing.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @now datetime2(3) = SYSUTCDATETIME();

    SELECT
        u.crm_user_id, COALESCE(c.email, u.email) AS email, u.notes_name, u.mail_file, u.direction, u.enabled,
        domino_sync.utc_text(u.window_start) AS window_start,
        u.[cursor], u.database_identity, u.faults_in_a_row,
        0 AS due_deliveries,
        CAST(CASE WHEN u.enabled = 1 AND u.health <> N'held' AND r.refused = 0 THEN 1 ELSE 0 END AS bit) AS poll_due,
        u.past_days,
        CAST(CASE WHEN f.crm_user_id IS NULL THEN 1 ELSE 0 END AS bit) AS first_sync_done,
        CAST(
            CASE WHEN EXISTS (SELECT 1 FROM domino_sync.inbound_parked AS p
                              WHERE p.crm_user_id = u.crm_user_id AND p.reason_code = N'twin_ambiguous')
                 THEN 1 ELSE 0
            END
            AS bit
        ) AS twins_pending,
        CASE WHEN r.refused = 1 THEN N'held' ELSE u.health END AS health,
        CASE WHEN r.refused = 1 THEN N'crm_user_refused' ELSE u.health_reason END AS health_reason,
        CASE WHEN r.refused = 1 THEN COALESCE(c.refusal, N'removed from the CRM') ELSE u.health_detail END AS health_detail,
        (SELECT COUNT(*) FROM domino_sync.delivery AS d
         WHERE d.crm_user_id = u.crm_user_id AND d.parked_at IS NULL AND d.next_attempt_at > @now) AS waiting,
        (SELECT COUNT(*) FROM domino_sync.delivery AS d
         WHERE d.crm_user_id = u.crm_user_id AND d.parked_at IS NOT NULL) AS parked
    FROM domino_sync.sync_user AS u
    LEFT JOIN domino_sync.crm_user AS c ON c.crm_user_id = u.crm_user_id
    CROSS APPLY
    (
        -- whom the next lease would hold, see stop_refused_users
        SELECT CASE WHEN u.enabled = 1 AND u.health <> N'held' AND (c.crm_user_id IS NULL OR c.refusal IS NOT NULL)
                    THEN 1 ELSE 0 END AS refused
    ) AS r
    LEFT JOIN domino_sync.first_sync_due AS f ON f.crm_user_id = u.crm_user_id
    ORDER BY u.crm_user_id;
END;

CREATE OR ALTER PROCEDURE domino_sync_api.list_users
AS
/* Lists the CRM's users and how far each takes part. Deleted ones appear only if they were enabled once.
   Returns: email, the CRM's of today; enabled_email, the one he was enabled with; last_poll_at as UTC text; pending, deliveries still to do; parked, deliveries and Domino items that wait for an
            administrator; refusal, why the user cannot be enabled, or null; first_sync_done is false while an enabled user
            waits for his first comparison or has it, and then the numbers say how far it is, once it runs;
            verified_at, healed, open_differences, verification: see domino_sync_report.verification, null for others. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    WITH delivery AS
    (
        SELECT
            d.crm_user_id,
            COUNT(CASE WHEN d.parked_at IS NULL THEN 1 END) AS pending,
            COUNT(d.parked_at) AS parked
        FROM domino_sync.delivery AS d
        GROUP BY d.crm_user_id
    ),
    inbound AS
    (
        SELECT q.crm_user_id, COUNT(*) AS parked
        FROM domino_sync.inbound_parked AS q
        JOIN domino_sync.sync_user AS s ON s.crm_user_id = q.crm_user_id AND s.enabled = 1
        JOIN domino_sync.reason_code AS r ON r.code = q.reason_code AND r.severity = N'error'
        GROUP BY q.crm_user_id
    ),
    link AS
    (
        SELECT l.crm_user_id, COUNT(*) AS linked
        FROM domino_sync.item_link AS l
        WHERE l.state = N'linked'
        GROUP BY l.crm_user_id
    )
    SELECT
        COALESCE(u.crm_user_id, s.crm_user_id) AS crm_user_id,
        u.logon,
        COALESCE(u.email, s.email) AS email,
        s.email AS enabled_email,
        COALESCE(u.name, CONCAT(N'user ', s.crm_user_id)) AS name,
        COALESCE(s.enabled, CAST(0 AS bit)) AS enabled,
        s.mail_file,
        s.notes_name,
        s.direction,
        s.health,
        s.health_reason,
        s.health_detail,
        domino_sync.utc_text(s.last_poll_at) AS last_poll_at,
        COALESCE(d.pending, 0) AS pending,
        COALESCE(d.parked, 0) + COALESCE(i.parked, 0) AS parked,
        COALESCE(l.linked, 0) AS linked,
        CASE WHEN u.crm_user_id IS NULL THEN N'removed from the CRM' ELSE u.refusal END AS refusal,
        CAST(CASE WHEN s.enabled = 1 AND f.crm_user_id IS NULL THEN 1 ELSE 0 END AS bit) AS first_sync_done,
        s.first_sync_total,
        s.first_sync_compared,
        s.first_sync_read,
        domino_sync.utc_text(v.verified_at) AS verified_at,
        v.healed,
        v.open_differences,
        v.state AS verification
    FROM domino_sync.crm_user AS u
    FULL JOIN domino_sync.sync_user AS s ON s.crm_user_id = u.crm_user_id
    LEFT JOIN delivery AS d ON d.crm_user_id = s.crm_user_id
    LEFT JOIN inbound AS i ON i.crm_user_id = s.crm_user_id
    LEFT JOIN link AS l ON l.crm_user_id = s.crm_user_id
    LEFT JOIN domino_sync.first_sync_due AS f ON f.crm_user_id = s.crm_user_id
    LEFT JOIN domino_sync_report.verification AS v ON v.crm_user_id = s.crm_user_id
    WHERE s.crm_user_id IS NOT NULL
       OR u.refusal IS NULL
       OR u.refusal <> N'deleted in the CRM'
    ORDER BY 5, 1;
END;

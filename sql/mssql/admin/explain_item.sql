CREATE OR ALTER PROCEDURE domino_sync_api.explain_item
    @p_appointment_id int
AS
/* Everything known of an appointment: Explanation of src/crm/contract.ts. The last 100 entries of its history.
   Parameters: @p_appointment_id; an unknown one gives an appointment with `present` false and empty lists. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_now datetime2(3) = SYSUTCDATETIME();
    DECLARE @v_explanation nvarchar(max);
    DECLARE @v_conflicts nvarchar(max);
    DECLARE @v_reasons nvarchar(max);
    DECLARE @v_activity table (
        activity_id bigint NOT NULL PRIMARY KEY, happened_at datetime2(3) NOT NULL, crm_user_id int NULL,
        direction nvarchar(20) NOT NULL, action nvarchar(40) NOT NULL, reason_code nvarchar(60) NOT NULL,
        detail nvarchar(max) NULL
    );

    INSERT INTO @v_activity (activity_id, happened_at, crm_user_id, direction, action, reason_code, detail)
    SELECT TOP (100)
        a.activity_id, a.happened_at, a.crm_user_id, a.direction, a.action, a.reason_code, a.detail
    FROM domino_sync.activity AS a
    WHERE a.appointment_id = @p_appointment_id
    ORDER BY a.activity_id DESC;

    EXECUTE domino_sync.explain_lists @p_appointment_id, @v_conflicts OUTPUT, @v_reasons OUTPUT;

    SET @v_explanation =
    (
        SELECT
            JSON_QUERY((SELECT j.appointment FROM domino_sync.appointment_json(@p_appointment_id) AS j)) AS appointment,
            JSON_QUERY(COALESCE((
                SELECT
                    d.appointment_id,
                    d.crm_user_id,
                    d.version,
                    d.attempts,
                    d.reason_code,
                    domino_sync.utc_text(d.enqueued_at) AS enqueued_at,
                    domino_sync.utc_text(d.next_attempt_at) AS next_attempt_at,
                    domino_sync.utc_text(d.parked_at) AS parked_at,
                    d.last_reason_code,
                    d.last_error,
                    CAST(CASE WHEN d.leased_until > @v_now THEN 1 ELSE 0 END AS bit) AS leased
                FROM domino_sync.delivery AS d
                WHERE d.appointment_id = @p_appointment_id
                ORDER BY d.crm_user_id
                FOR JSON PATH, INCLUDE_NULL_VALUES
            ), N'[]')) AS deliveries,
            JSON_QUERY(COALESCE((
                SELECT
                    l.appointment_id, l.crm_user_id, l.role, l.kind, l.state, l.form, l.domino_uid,
                    l.domino_recurrence_id, l.domino_unid, l.incarnation, JSON_QUERY(l.base_item) AS base_item,
                    l.base_hash, l.domino_start, l.domino_token, l.domino_digest, l.unlinked_reason,
                    domino_sync.utc_text(l.created_at) AS created_at,
                    s.email,
                    s.mail_file,
                    COALESCE(s.enabled, CAST(0 AS bit)) AS user_enabled,
                    domino_sync.utc_text(l.updated_at) AS updated_at
                FROM domino_sync.item_link AS l
                LEFT JOIN domino_sync.sync_user AS s ON s.crm_user_id = l.crm_user_id
                WHERE l.appointment_id = @p_appointment_id
                ORDER BY l.crm_user_id
                FOR JSON PATH, INCLUDE_NULL_VALUES
            ), N'[]')) AS links,
            JSON_QUERY(COALESCE((
                SELECT
                    p.crm_user_id,
                    p.form,
                    p.domino_uid,
                    p.domino_recurrence_id,
                    p.domino_start,
                    p.domino_digest,
                    p.reason_code,
                    p.detail,
                    p.subject,
                    JSON_QUERY(p.payload) AS payload,
                    CASE
                        WHEN p.next_attempt_at <= @v_now THEN 0
                        ELSE DATEDIFF(second, @v_now, p.next_attempt_at)
                    END AS retry_after_seconds,
                    domino_sync.utc_text(p.parked_at) AS parked_at
                FROM domino_sync.inbound_parked AS p
                JOIN domino_sync.item_link AS l
                    ON l.crm_user_id = p.crm_user_id
                    AND l.domino_uid = p.domino_uid
                    AND l.domino_recurrence_id = p.domino_recurrence_id
                WHERE l.appointment_id = @p_appointment_id
                ORDER BY p.crm_user_id
                FOR JSON PATH, INCLUDE_NULL_VALUES
            ), N'[]')) AS parked,
            JSON_QUERY(@v_conflicts) AS conflicts,
            JSON_QUERY(COALESCE((
                SELECT
                    domino_sync.utc_text(a.happened_at) AS happened_at,
                    a.crm_user_id,
                    a.direction,
                    a.action,
                    a.reason_code,
                    a.detail
                FROM @v_activity AS a
                ORDER BY a.activity_id DESC
                FOR JSON PATH, INCLUDE_NULL_VALUES
            ), N'[]')) AS activity,
            JSON_QUERY(@v_reasons) AS reasons,
            (
                SELECT COUNT(*) FROM domino_sync.change_log AS c WHERE c.appointment_id = @p_appointment_id
            ) AS unfolded_changes
        FOR JSON PATH, INCLUDE_NULL_VALUES, WITHOUT_ARRAY_WRAPPER
    );

    SELECT @v_explanation AS explanation;
END;

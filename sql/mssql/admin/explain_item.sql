CREATE OR ALTER PROCEDURE domino_sync_api.explain_item
    @p_appointment_id int,
    @p_uid nvarchar(400)
AS
/* Everything known of an appointment, or of an entry in Domino that has none: Explanation of src/crm/contract.ts. The
   last 100 entries of its history.
   Parameters: @p_appointment_id, an unknown one gives an appointment with `present` false and empty lists; or null, and
               @p_uid, the uid of an entry that is or was parked. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_now datetime2(3) = SYSUTCDATETIME();
    DECLARE @v_explanation nvarchar(max);
    DECLARE @v_conflicts nvarchar(max);
    DECLARE @v_reasons nvarchar(max);
    DECLARE @v_settings nvarchar(max);
    DECLARE @v_appointment nvarchar(max);
    DECLARE @v_ids nvarchar(20);
    DECLARE @v_regarding nvarchar(max);
    DECLARE @v_mailboxes nvarchar(max);
    DECLARE @v_parked nvarchar(max);
    DECLARE @v_activity table (
        activity_id bigint NOT NULL PRIMARY KEY, happened_at datetime2(3) NOT NULL, crm_user_id int NULL,
        direction nvarchar(20) NOT NULL, action nvarchar(40) NOT NULL, reason_code nvarchar(60) NOT NULL,
        detail nvarchar(max) NULL, domino_uid nvarchar(400) NULL, run_id bigint NULL, changes nvarchar(max) NULL,
        changed_by nvarchar(255) NULL, changed_at datetime2(3) NULL
    );

    INSERT INTO @v_activity (
        activity_id, happened_at, crm_user_id, direction, action, reason_code, detail, domino_uid, run_id, changes,
        changed_by, changed_at)
    SELECT TOP (100)
        a.activity_id, a.happened_at, a.crm_user_id, a.direction, a.action, a.reason_code, a.detail, a.domino_uid,
        a.run_id, a.changes, a.changed_by, a.changed_at
    FROM domino_sync.activity AS a
    WHERE a.appointment_id = @p_appointment_id
       OR (@p_appointment_id IS NULL AND a.domino_uid = @p_uid)
    ORDER BY a.activity_id DESC
    -- for each of the two ways of asking a plan of its own: the history is long
    OPTION (RECOMPILE);

    IF @p_appointment_id IS NOT NULL
    BEGIN
        SET @v_ids = CONCAT(N'[', @p_appointment_id, N']');
        EXECUTE domino_sync.regarding_of @v_ids, @v_regarding OUTPUT;
        SET @v_appointment = (
            SELECT JSON_MODIFY(
                j.appointment, N'$.regarding',
                JSON_QUERY(COALESCE((
                    SELECT r.list FROM OPENJSON(@v_regarding) WITH (list nvarchar(max) AS JSON) AS r
                ), N'[]')))
            FROM domino_sync.appointment_json(@p_appointment_id) AS j
        );
    END;
    EXECUTE domino_sync.explain_lists @p_appointment_id, @v_conflicts OUTPUT, @v_reasons OUTPUT, @v_settings OUTPUT;
    EXECUTE domino_sync.explain_mailboxes
        @p_appointment_id, @p_uid, @v_appointment, @v_mailboxes OUTPUT, @v_parked OUTPUT;

    SET @v_explanation =
    (
        SELECT
            domino_sync.utc_text(@v_now) AS clock,
            JSON_QUERY(@v_appointment) AS appointment,
            JSON_QUERY(@v_mailboxes) AS mailboxes,
            JSON_QUERY((
                SELECT
                    COUNT(v.runner_id) AS alive,
                    domino_sync.utc_text(MAX(n.seen_at)) AS last_seen_at,
                    MAX(CASE WHEN v.runner_id IS NOT NULL THEN n.domino_reason END) AS domino_reason,
                    domino_sync.utc_text(
                        MAX(CASE WHEN v.runner_id IS NOT NULL THEN n.domino_paused_until END)
                    ) AS domino_paused_until
                FROM domino_sync.runner AS n
                LEFT JOIN domino_sync.live_runner AS v ON v.runner_id = n.runner_id
                FOR JSON PATH, INCLUDE_NULL_VALUES, WITHOUT_ARRAY_WRAPPER
            )) AS runners,
            -- while one of them was open, changes may have gone unseen, and nobody has compared since
            JSON_QUERY(COALESCE((
                SELECT
                    domino_sync.utc_text(g.opened_at) AS opened_at,
                    domino_sync.utc_text(g.closed_at) AS closed_at,
                    g.reason
                FROM domino_sync.capture_gap AS g
                WHERE g.reconciled_at IS NULL
                ORDER BY g.gap_id
                FOR JSON PATH, INCLUDE_NULL_VALUES
            ), N'[]')) AS gaps,
            (SELECT COUNT(*) FROM domino_sync.capture_trigger AS t WHERE t.state <> N'enabled') AS triggers_off,
            JSON_QUERY(@v_settings) AS settings,
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
            JSON_QUERY(@v_parked) AS parked,
            JSON_QUERY(@v_conflicts) AS conflicts,
            JSON_QUERY(COALESCE((
                SELECT
                    domino_sync.utc_text(a.happened_at) AS happened_at,
                    a.crm_user_id,
                    a.direction,
                    a.action,
                    a.reason_code,
                    a.detail,
                    a.domino_uid,
                    a.run_id,
                    JSON_QUERY(a.changes) AS changes,
                    a.changed_by,
                    domino_sync.utc_text(a.changed_at) AS changed_at
                FROM @v_activity AS a
                ORDER BY a.activity_id DESC
                FOR JSON PATH, INCLUDE_NULL_VALUES
            ), N'[]')) AS activity,
            JSON_QUERY(@v_reasons) AS reasons,
            JSON_QUERY(domino_sync.explain_people(@v_appointment)) AS people,
            (
                SELECT COUNT(*) FROM domino_sync.change_log AS c WHERE c.appointment_id = @p_appointment_id
            ) AS unfolded_changes
        FOR JSON PATH, INCLUDE_NULL_VALUES, WITHOUT_ARRAY_WRAPPER
    );

    SELECT @v_explanation AS explanation;
END;

CREATE OR ALTER PROCEDURE domino_sync.explain_mailboxes
    @p_appointment_id int,
    @p_uid nvarchar(400),
    @p_appointment nvarchar(max),
    @p_mailboxes nvarchar(max) OUTPUT,
    @p_parked nvarchar(max) OUTPUT
AS
/* Two lists of an explanation: the users it concerns with the state of their mailboxes, and the entries parked there. The
   same meeting in the mail files of its invitees has the same uid.
   Parameters: @p_appointment_id, @p_uid, as for explain_item; @p_appointment, the appointment as JSON, or null.
   Returns: @p_mailboxes, @p_parked, two lists. */
BEGIN
    SET NOCOUNT ON;

    DECLARE @v_now datetime2(3) = SYSUTCDATETIME();
    DECLARE @v_concerned table (crm_user_id int NOT NULL PRIMARY KEY);
    DECLARE @v_parked table (
        crm_user_id int NOT NULL, domino_uid nvarchar(400) NOT NULL, domino_recurrence_id nvarchar(40) NOT NULL
    );

    INSERT INTO @v_parked (crm_user_id, domino_uid, domino_recurrence_id)
    SELECT p.crm_user_id, p.domino_uid, p.domino_recurrence_id
    FROM domino_sync.inbound_parked AS p
    WHERE (@p_appointment_id IS NULL AND p.domino_uid = @p_uid)
       OR EXISTS
       (
           SELECT 1
           FROM domino_sync.item_link AS l
           WHERE l.appointment_id = @p_appointment_id
             AND l.domino_uid = p.domino_uid
             AND l.domino_recurrence_id = p.domino_recurrence_id
       )
    OPTION (RECOMPILE);

    INSERT INTO @v_concerned (crm_user_id)
    SELECT l.crm_user_id FROM domino_sync.item_link AS l WHERE l.appointment_id = @p_appointment_id
    UNION
    SELECT d.crm_user_id FROM domino_sync.delivery AS d WHERE d.appointment_id = @p_appointment_id
    UNION
    SELECT p.crm_user_id FROM @v_parked AS p
    UNION
    SELECT a.crm_user_id
    FROM domino_sync.activity AS a
    WHERE a.crm_user_id IS NOT NULL
      AND (a.appointment_id = @p_appointment_id OR (@p_appointment_id IS NULL AND a.domino_uid = @p_uid))
    UNION
    SELECT o.user_id FROM OPENJSON(@p_appointment, '$.organiser') WITH (user_id int) AS o WHERE o.user_id IS NOT NULL
    UNION
    SELECT u.user_id FROM OPENJSON(@p_appointment, '$.users') WITH (user_id int) AS u WHERE u.user_id IS NOT NULL
    -- for each of the two ways of asking a plan of its own: the history is long
    OPTION (RECOMPILE);

    SET @p_mailboxes = COALESCE((
        SELECT
            u.crm_user_id,
            u.name,
            u.email,
            u.refusal,
            -- false: never enabled, and all that follows is empty
            CAST(CASE WHEN s.crm_user_id IS NULL THEN 0 ELSE 1 END AS bit) AS known,
            COALESCE(s.enabled, CAST(0 AS bit)) AS enabled,
            s.direction,
            s.mail_file,
            domino_sync.utc_text(s.window_start) AS window_start,
            domino_sync.utc_text(s.enabled_at) AS enabled_at,
            domino_sync.utc_text(s.disabled_at) AS disabled_at,
            s.health,
            s.health_reason,
            s.health_detail,
            domino_sync.utc_text(s.health_since) AS health_since,
            domino_sync.utc_text(s.last_poll_at) AS last_poll_at,
            domino_sync.utc_text(s.next_poll_at) AS next_poll_at,
            CAST(CASE WHEN s.first_sync_done_at IS NULL THEN 0 ELSE 1 END AS bit) AS first_sync_done
        FROM domino_sync.crm_user AS u
        INNER JOIN @v_concerned AS c ON c.crm_user_id = u.crm_user_id
        LEFT JOIN domino_sync.sync_user AS s ON s.crm_user_id = u.crm_user_id
        ORDER BY u.crm_user_id
        FOR JSON PATH, INCLUDE_NULL_VALUES
    ), N'[]');

    SET @p_parked = COALESCE((
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
        INNER JOIN @v_parked AS k
            ON k.crm_user_id = p.crm_user_id
            AND k.domino_uid = p.domino_uid
            AND k.domino_recurrence_id = p.domino_recurrence_id
        ORDER BY p.crm_user_id
        FOR JSON PATH, INCLUDE_NULL_VALUES
    ), N'[]');
END;

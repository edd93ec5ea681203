CREATE OR ALTER PROCEDURE domino_sync_api.park_inbound
    @p_runner int,
    @p_crm_user_id int,
    @p_items nvarchar(max)
AS
/* Keeps Domino entries that were not applied, with their reason, so that they are not read again unless they change.
   An invitee's copy may say what its owner answered (`response`): that goes to his link of the organiser's appointment.
   While there is no such appointment, the copy is looked at again every hour.
   Parameters: @p_runner and @p_crm_user_id, who must hold the mailbox; @p_items, a JSON list of ParkedItem.
   An id that is longer than a key can be (400 characters) cannot be kept: its entry is read, and refused, every time.
   Raises:     51001 lease lost.
   Locks:      sync_user, Communication, Comm_Link, inbound_parked.
   Writes:     activity, once a reason: a retry that fails alike is no news. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_origin nvarchar(100) = CONCAT(N'domino:', @p_crm_user_id);
    DECLARE @v_now datetime2(3) = SYSUTCDATETIME();
    DECLARE @v_answer table (
        domino_uid nvarchar(400) NOT NULL, domino_recurrence_id nvarchar(40) NOT NULL, response int NOT NULL,
        appointment_id int NULL
    );
    DECLARE @v_item table (
        form nvarchar(20) NOT NULL, domino_uid nvarchar(400) NOT NULL, domino_recurrence_id nvarchar(40) NOT NULL,
        domino_start nvarchar(40) NULL, domino_digest nvarchar(400) NULL, reason_code nvarchar(60) NOT NULL,
        detail nvarchar(max) NULL, subject nvarchar(max) NULL, payload nvarchar(max) NULL,
        next_attempt_at datetime2(3) NULL, before_reason_code nvarchar(60) NULL,
        PRIMARY KEY (domino_uid, domino_recurrence_id)
    );

    BEGIN TRY
        EXECUTE sys.sp_set_session_context @key = N'domino_sync.origin', @value = @v_origin;
        BEGIN TRANSACTION;
        EXECUTE domino_sync.require_mailbox_lease @p_runner, @p_crm_user_id;

        INSERT INTO @v_answer (domino_uid, domino_recurrence_id, response, appointment_id)
        SELECT a.domino_uid, a.domino_recurrence_id, a.response, a.appointment_id
        FROM domino_sync.inbound_answers(@p_crm_user_id, @p_items) AS a;

        EXECUTE domino_sync.take_answers @p_runner, @p_crm_user_id, @p_items;

        INSERT INTO @v_item (
            form, domino_uid, domino_recurrence_id, domino_start, domino_digest, reason_code, detail, subject, payload,
            next_attempt_at, before_reason_code
        )
        SELECT
            i.form, i.domino_uid, i.recurrence_id, i.domino_start, i.domino_digest, i.reason_code, i.detail, i.subject,
            CASE
                WHEN a.response IS NULL THEN i.payload
                WHEN a.appointment_id IS NOT NULL THEN CONCAT(N'{"response":', a.response, N'}')
            END,
            CASE
                WHEN a.response <> 0 AND a.appointment_id IS NULL THEN DATEADD(hour, 1, @v_now)
                ELSE DATEADD(second, CAST(CEILING(i.retry_after_seconds) AS int), @v_now)
            END,
            p.reason_code
        FROM
        (
            SELECT
                b.form, b.domino_uid, COALESCE(b.domino_recurrence_id, N'') AS recurrence_id, b.domino_start,
                b.domino_digest, b.reason_code, b.detail, b.subject, b.payload, b.retry_after_seconds,
                ROW_NUMBER() OVER
                (
                    PARTITION BY b.domino_uid, COALESCE(b.domino_recurrence_id, N'')
                    ORDER BY CAST(g.[key] AS int)
                ) AS nth_of_entry
            FROM OPENJSON(@p_items) AS g
            CROSS APPLY OPENJSON(g.[value]) WITH
            (
                form nvarchar(20), domino_uid nvarchar(max), domino_recurrence_id nvarchar(max),
                domino_start nvarchar(40), domino_digest nvarchar(400), reason_code nvarchar(60), detail nvarchar(max),
                subject nvarchar(max), payload nvarchar(max) AS JSON, retry_after_seconds float
            ) AS b
        ) AS i
        LEFT JOIN domino_sync.inbound_parked AS p
            ON p.crm_user_id = @p_crm_user_id
            AND p.domino_uid = i.domino_uid
            AND p.domino_recurrence_id = i.recurrence_id
        LEFT JOIN @v_answer AS a
            ON a.domino_uid = i.domino_uid AND a.domino_recurrence_id = i.recurrence_id
        WHERE i.nth_of_entry = 1
          AND LEN(i.domino_uid) <= 400
          AND LEN(i.recurrence_id) <= 40;

        -- the mailbox is ours, so nobody parks the same entry between the two statements
        UPDATE p
        SET form = i.form,
            -- one that was read although no list shows it comes without
            domino_start = COALESCE(i.domino_start, p.domino_start),
            domino_digest = i.domino_digest,
            reason_code = i.reason_code,
            detail = i.detail,
            subject = i.subject,
            -- what a copy answered last is known until it is seen to answer otherwise
            payload = COALESCE(
                i.payload,
                CASE WHEN p.reason_code = N'invitee_copy' AND i.reason_code = N'invitee_copy' THEN p.payload END
            ),
            -- a changed entry starts afresh
            attempts = CASE
                WHEN p.reason_code = i.reason_code
                    AND NOT EXISTS (SELECT p.domino_digest EXCEPT SELECT i.domino_digest)
                THEN p.attempts + 1
                ELSE 1
            END,
            next_attempt_at = i.next_attempt_at,
            ask_again_at = CASE WHEN i.domino_digest = N'' THEN DATEADD(hour, 1, @v_now) END,
            parked_at = @v_now
        FROM domino_sync.inbound_parked AS p
        JOIN @v_item AS i ON i.domino_uid = p.domino_uid AND i.domino_recurrence_id = p.domino_recurrence_id
        WHERE p.crm_user_id = @p_crm_user_id;

        INSERT INTO domino_sync.inbound_parked (
            crm_user_id, form, domino_uid, domino_recurrence_id, domino_start, domino_digest, reason_code, detail,
            subject, payload, next_attempt_at, parked_at
        )
        SELECT
            @p_crm_user_id, i.form, i.domino_uid, i.domino_recurrence_id, i.domino_start, i.domino_digest,
            i.reason_code, i.detail, i.subject, i.payload, i.next_attempt_at, @v_now
        FROM @v_item AS i
        WHERE i.before_reason_code IS NULL;

        INSERT INTO domino_sync.activity (
            run_id, runner_id, crm_user_id, appointment_id, domino_uid, direction, action, reason_code, detail
        )
        SELECT
            (SELECT r.run_id FROM domino_sync.current_run(@p_runner) AS r), @p_runner, @p_crm_user_id,
            l.appointment_id, i.domino_uid, N'to_crm',
            CASE WHEN c.severity = N'error' THEN N'parked' ELSE N'skipped' END, i.reason_code, i.detail
        FROM @v_item AS i
        LEFT JOIN domino_sync.reason_code AS c ON c.code = i.reason_code
        LEFT JOIN domino_sync.item_link AS l
            ON l.crm_user_id = @p_crm_user_id
            AND l.domino_uid = i.domino_uid
            AND l.domino_recurrence_id = i.domino_recurrence_id
        WHERE i.before_reason_code IS NULL OR i.before_reason_code <> i.reason_code;

        COMMIT TRANSACTION;
        EXECUTE sys.sp_set_session_context @key = N'domino_sync.origin', @value = NULL;
    END TRY
    BEGIN CATCH
        IF XACT_STATE() <> 0
            ROLLBACK TRANSACTION;
        EXECUTE sys.sp_set_session_context @key = N'domino_sync.origin', @value = NULL;
        THROW;
    END CATCH;
END;

CREATE OR ALTER PROCEDURE domino_sync_api.enable_user
    @p_crm_user_id int,
    @p_mail_file nvarchar(500),
    @p_notes_name nvarchar(500),
    @p_direction nvarchar(20),
    @p_past_days int
AS
/* Lets a user take part, or changes how; also ends a stop of the mailbox. Repeating it does no harm.
   Parameters: @p_crm_user_id; @p_mail_file, path below Domino's data directory; @p_notes_name, or null; @p_direction: both,
               to_domino, to_crm; @p_past_days, null = setting window_past_days.
   Returns:    enqueued - deliveries put in the queue: what this mail file should hold; taken_over - appointments that were his
               under a former number in the CRM, see former_users and take_over.
   Raises:     51002 no such user; 51003 refused, with the reason; 51004 busy, try again.
   Locks:      an application lock, so that two users cannot get one mail file; sync_user, those of take_over,
               delivery.  Writes: also activity.
   Every enabling starts with a full pull and a first comparison: both sides may have moved on meanwhile. Links of another
   mail file are kept apart as mail_file_changed: they tell nothing of this one, unless their entries are found in it. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_now datetime2(3) = SYSUTCDATETIME();
    DECLARE @v_email nvarchar(255);
    DECLARE @v_mail_file nvarchar(500);
    DECLARE @v_notes_name nvarchar(500) = NULLIF(LTRIM(RTRIM(@p_notes_name)), N'');
    DECLARE @v_past_days int;
    DECLARE @v_moved bit;
    DECLARE @v_lock int;
    DECLARE @v_enqueued int;
    DECLARE @v_origin nvarchar(100) = CONCAT(N'domino:', @p_crm_user_id);
    DECLARE @v_former int;
    DECLARE @v_taken int;
    DECLARE @v_taken_over int = 0;

    BEGIN TRY
        EXECUTE sys.sp_set_session_context @key = N'domino_sync.origin', @value = @v_origin;
        BEGIN TRANSACTION;
        EXECUTE @v_lock = sys.sp_getapplock
            @Resource = N'domino_sync.enable_user', @LockMode = N'Exclusive', @LockOwner = N'Transaction',
            @LockTimeout = 10000, @DbPrincipal = N'public';
        IF @v_lock < 0
            THROW 51004, N'busy: another user is being enabled, try again', 1;

        -- before its links, in the order of everybody else
        SELECT @v_lock = COUNT(*)
        FROM domino_sync.sync_user AS s WITH (UPDLOCK, ROWLOCK)
        WHERE s.crm_user_id = @p_crm_user_id;

        EXECUTE domino_sync.check_enable
            @p_crm_user_id, @p_mail_file, @p_direction, @p_past_days,
            @v_email OUTPUT, @v_mail_file OUTPUT, @v_past_days OUTPUT, @v_moved OUTPUT;

        IF @v_moved = 1
        BEGIN
            UPDATE domino_sync.item_link
            SET state = N'unlinked', unlinked_reason = N'mail_file_changed', unlinked_at = @v_now, updated_at = @v_now
            WHERE crm_user_id = @p_crm_user_id
              AND state <> N'unlinked';
        END;
        -- of one to whom nothing comes from Domino any more, nothing waits there either
        IF @v_moved = 1 OR @p_direction = N'to_domino'
            DELETE FROM domino_sync.inbound_parked WHERE crm_user_id = @p_crm_user_id;

        UPDATE s
        SET email = @v_email,
            notes_name = @v_notes_name,
            mail_file = @v_mail_file,
            direction = @p_direction,
            window_start = DATEADD(day, -@v_past_days, @v_now),
            past_days = @p_past_days,
            enabled = 1,
            enabled_at = CASE WHEN s.enabled = 1 THEN s.enabled_at ELSE @v_now END,
            disabled_at = NULL,
            health = N'ok',
            health_reason = NULL,
            health_detail = NULL,
            health_since = CASE WHEN s.health = N'ok' THEN s.health_since ELSE @v_now END,
            faults_in_a_row = 0,
            [cursor] = NULL,
            first_sync_done_at = NULL,
            first_sync_total = NULL,
            first_sync_compared = NULL,
            first_sync_read = NULL,
            next_poll_at = @v_now
        FROM domino_sync.sync_user AS s
        WHERE s.crm_user_id = @p_crm_user_id;

        INSERT INTO domino_sync.sync_user (
            crm_user_id, email, notes_name, mail_file, direction, window_start, past_days)
        SELECT
            @p_crm_user_id, @v_email, @v_notes_name, @v_mail_file, @p_direction, DATEADD(day, -@v_past_days, @v_now),
            @p_past_days
        WHERE NOT EXISTS (SELECT 1 FROM domino_sync.sync_user AS s WHERE s.crm_user_id = @p_crm_user_id);

        SET @v_former = (SELECT MIN(f.crm_user_id) FROM domino_sync.former_users(@p_crm_user_id, @v_mail_file, @v_email) AS f);
        WHILE @v_former IS NOT NULL
        BEGIN
            EXECUTE domino_sync.take_over @v_former, @p_crm_user_id, @v_taken OUTPUT;
            SET @v_taken_over = @v_taken_over + @v_taken;
            SET @v_former =
            (
                SELECT MIN(f.crm_user_id)
                FROM domino_sync.former_users(@p_crm_user_id, @v_mail_file, @v_email) AS f
                WHERE f.crm_user_id > @v_former
            );
        END;

        EXECUTE domino_sync.enqueue_window @p_crm_user_id, @v_enqueued OUTPUT;

        INSERT INTO domino_sync.activity (crm_user_id, direction, action, reason_code, detail)
        VALUES (
            @p_crm_user_id, N'admin', N'enabled', N'first_sync',
            CONCAT(@v_mail_file, N', ', @p_direction, N', by ', ORIGINAL_LOGIN())
        );
        COMMIT TRANSACTION;
        EXECUTE sys.sp_set_session_context @key = N'domino_sync.origin', @value = NULL;
    END TRY
    BEGIN CATCH
        IF XACT_STATE() <> 0
            ROLLBACK TRANSACTION;
        EXECUTE sys.sp_set_session_context @key = N'domino_sync.origin', @value = NULL;
        THROW;
    END CATCH;

    SELECT @v_enqueued AS enqueued, @v_taken_over AS taken_over;
END;

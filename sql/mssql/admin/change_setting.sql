CREATE OR ALTER PROCEDURE domino_sync_api.change_setting
    @p_name nvarchar(100),
    @p_value nvarchar(4000)
AS
/* Changes what the runners obey from their next cycle on.
   Parameters: @p_name; @p_value, null or empty only for crm_time_zone and for the policy of a group of fields.
   Raises:     51003 an unknown name or a value it cannot have; nothing is changed then.
   Locks:      the row of setting; for tasks and what belongs to them also sync_user, item_link, delivery
               (switch_tasks), for todos sync_user and delivery (switch_todos).
   Writes:     also configuration_change: who changed it, and when. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_value nvarchar(4000) = LTRIM(RTRIM(@p_value));
    DECLARE @v_shown nvarchar(400) = COALESCE(LEFT(LTRIM(RTRIM(@p_value)), 400), N'null');
    DECLARE @v_kind nvarchar(10);
    DECLARE @v_choices nvarchar(200);
    DECLARE @v_least int;
    DECLARE @v_most int;
    DECLARE @v_problem nvarchar(2048);
    DECLARE @v_before nvarchar(4000);
    DECLARE @v_changed int;
    DECLARE @v_off bit;

    SELECT @v_kind = k.kind, @v_choices = k.choices, @v_least = k.least, @v_most = k.most
    FROM (VALUES
        (N'external_attendees', N'choice', N'list, include, omit', NULL, NULL),
        (N'regarding', N'choice', N'list, omit', NULL, NULL),
        (N'private_appointments', N'choice', N'full, masked, skipped', NULL, NULL),
        (N'private_subject', N'subject', NULL, NULL, NULL),
        (N'notices', N'choice', N'never, always', NULL, NULL),
        (N'merge_policy', N'choice', N'newest, crm, domino', NULL, NULL),
        (N'merge_policy_time', N'optional', N'newest, crm, domino', NULL, NULL),
        (N'merge_policy_text', N'optional', N'newest, crm, domino', NULL, NULL),
        (N'merge_policy_people', N'optional', N'newest, crm, domino', NULL, NULL),
        (N'merge_policy_details', N'optional', N'newest, crm, domino', NULL, NULL),
        (N'todos', N'choice', N'on, read, off', NULL, NULL),
        (N'tasks', N'choice', N'off, sync', NULL, NULL),
        (N'task_due_column', N'choice', N'comm_datetime, comm_todatetime', NULL, NULL),
        (N'task_actions', N'list', NULL, NULL, NULL),
        (N'notes_todos', N'choice', N'appointment, task', NULL, NULL),
        (N'group_series', N'choice', N'on, off', NULL, NULL),
        (N'deleted_in_notes_invited', N'choice', N'delete, unlink', NULL, NULL),
        (N'deleted_in_notes_alone', N'choice', N'delete, unlink', NULL, NULL),
        (N'deleted_in_crm', N'choice', N'delete, unlink', NULL, NULL),
        (N'deleted_past', N'choice', N'delete, unlink', NULL, NULL),
        (N'deletion_meets_edit', N'choice', N'edit, deletion', NULL, NULL),
        (N'opt_out_category', N'category', NULL, NULL, NULL),
        (N'window_past_days', N'number', NULL, 0, 3650),
        (N'window_future_days', N'number', NULL, 1, 3650),
        (N'poll_seconds', N'number', NULL, 1, 86400),
        (N'lease_seconds', N'number', NULL, 5, 3600),
        (N'max_attempts', N'number', NULL, 1, 1000),
        (N'mass_disappearance_count', N'number', NULL, 0, 1000000),
        (N'mass_disappearance_percent', N'number', NULL, 0, 100),
        (N'mass_disappearance_hours', N'number', NULL, 0, 168),
        (N'recheck_hours', N'number', NULL, 1, 8760),
        (N'reconcile_days', N'number', NULL, 0, 3650),
        (N'max_occurrences', N'number', NULL, 1, 10000),
        (N'crm_time_zone', N'zone', NULL, NULL, NULL),
        (N'instance_id', N'fixed', NULL, NULL, NULL)
    ) AS k (name, kind, choices, least, most)
    WHERE k.name = @p_name;

    IF @v_kind IS NULL
        SET @v_problem = CONCAT(N'there is no setting ', COALESCE(@p_name, N'null'));
    ELSE IF @v_kind = N'fixed'
        SET @v_problem = N'setting instance_id cannot be changed: it is part of the ids of entries in Domino';
    ELSE IF @v_kind = N'zone'
    BEGIN
        -- abbreviations such as CET have no summer time rules of their own
        IF @v_value IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM domino_sync.windows_time_zone AS z WHERE z.iana_name = @v_value)
            SET @v_problem =
                CONCAT(N'setting crm_time_zone: ', @v_shown, N' is no IANA time zone such as Europe/Berlin');
        ELSE
            -- in its proper spelling, whatever the collation of the database takes for equal
            SET @v_value =
                (SELECT z.iana_name FROM domino_sync.windows_time_zone AS z WHERE z.iana_name = @v_value);
    END
    ELSE IF @v_kind = N'list'
    BEGIN
        IF COALESCE(LEN(@v_value), 0) NOT BETWEEN 1 AND 1000
            SET @v_problem = N'setting task_actions: between 1 and 1000 characters are needed';
    END
    ELSE IF @v_kind = N'subject'
    BEGIN
        IF COALESCE(@v_value, N'') = N'' OR LEN(@v_value) > 100
            OR @v_value LIKE CONCAT(N'%[', NCHAR(9), NCHAR(10), NCHAR(13), N']%')
            SET @v_problem = N'setting private_subject: a subject of 1 to 100 characters on one line is needed';
    END
    ELSE IF @v_kind = N'category'
    BEGIN
        SET @v_value = COALESCE(@v_value, N'');
        -- a separator, with which it would never be found
        IF LEN(@v_value) > 100 OR @v_value LIKE N'%[,;]%'
            SET @v_problem =
                N'setting opt_out_category: a category has at most 100 characters and neither comma nor semicolon';
    END
    ELSE IF @v_kind = N'optional' AND COALESCE(@v_value, N'') = N''
        SET @v_value = NULL;
    ELSE IF @v_kind IN (N'choice', N'optional')
    BEGIN
        -- several at once are in the list too
        IF @v_value IS NULL OR @v_value LIKE N'%,%'
            OR CHARINDEX(CONCAT(N', ', @v_value, N','), CONCAT(N', ', @v_choices, N',')) = 0
            SET @v_problem = CONCAT(N'setting ', @p_name, N': ', @v_shown, N' is not one of ', @v_choices);
        ELSE
            SET @v_value = LOWER(@v_value);
    END
    ELSE IF @v_value IS NULL OR LEN(@v_value) NOT BETWEEN 1 AND 9 OR @v_value LIKE N'%[^0-9]%'
        -- to a collation other digits are within 0-9 as well: a raised two is no number
        OR COALESCE(TRY_CONVERT(int, @v_value), -1) NOT BETWEEN @v_least AND @v_most
        SET @v_problem =
            CONCAT(N'setting ', @p_name, N': ', @v_shown, N' is not a number from ', @v_least, N' to ', @v_most);

    IF @v_problem IS NOT NULL
        THROW 51003, @v_problem, 1;

    BEGIN TRANSACTION;

    SELECT @v_before = s.value
    FROM domino_sync.setting AS s WITH (UPDLOCK)
    WHERE s.name = @p_name;

    UPDATE s
    SET value = @v_value, changed_at = SYSUTCDATETIME(), changed_by = ORIGINAL_LOGIN()
    FROM domino_sync.setting AS s
    WHERE s.name = @p_name
      AND EXISTS (SELECT s.value EXCEPT SELECT @v_value);
    SET @v_changed = @@ROWCOUNT;

    IF @v_changed > 0
        INSERT INTO domino_sync.configuration_change (kind, name, before, after)
        SELECT N'setting', s.name, @v_before, s.value
        FROM domino_sync.setting AS s
        WHERE s.name = @p_name;

    IF @v_changed > 0
        AND (
            @p_name = N'tasks'
            OR (
                @p_name IN (N'task_due_column', N'task_actions')
                AND EXISTS (SELECT 1 FROM domino_sync.task_setting AS t WHERE t.taken = 1)
            )
        )
    BEGIN
        SET @v_off = CASE WHEN @p_name = N'tasks' AND @v_value = N'off' THEN 1 ELSE 0 END;
        EXECUTE domino_sync.switch_tasks @v_off;
    END;

    IF @v_changed > 0 AND @p_name = N'todos' AND (@v_before = N'off' OR @v_value = N'on')
        EXECUTE domino_sync.switch_todos;

    COMMIT TRANSACTION;
END;

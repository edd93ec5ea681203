CREATE OR ALTER PROCEDURE domino_sync.explain_lists
    @p_appointment_id int,
    @p_conflicts nvarchar(max) OUTPUT,
    @p_reasons nvarchar(max) OUTPUT,
    @p_settings nvarchar(max) OUTPUT
AS
/* The parts of an explanation that FOR JSON cannot make: a list whose values are JSON of any kind (JSON_QUERY takes
   only objects and lists), and objects whose keys are data. Put together text by text; there are few of each.
   Parameters: @p_appointment_id.  Returns: @p_conflicts, a list, newest first; @p_reasons, {code: {meaning, remedy}}, all
   of them: the answer may name one that the history does not; @p_settings, {name: value}. */
BEGIN
    SET NOCOUNT ON;

    DECLARE @v_id bigint = (SELECT MAX(c.conflict_id) FROM domino_sync.conflict AS c WHERE c.appointment_id = @p_appointment_id);
    DECLARE @v_code nvarchar(60);
    DECLARE @v_name nvarchar(100);

    SET @p_conflicts = N'[';
    WHILE @v_id IS NOT NULL
    BEGIN
        SELECT @p_conflicts = CONCAT(
            @p_conflicts,
            CASE WHEN @p_conflicts <> N'[' THEN N',' END,
            N'{"conflict_id":', c.conflict_id,
            N',"crm_user_id":', c.crm_user_id,
            N',"field":"', STRING_ESCAPE(c.field, N'json'),
            N'","base_value":', COALESCE(c.base_value, N'null'),
            N',"crm_value":', COALESCE(c.crm_value, N'null'),
            N',"domino_value":', COALESCE(c.domino_value, N'null'),
            N',"winner":"', STRING_ESCAPE(c.winner, N'json'),
            N'","decided_by":"', STRING_ESCAPE(c.decided_by, N'json'),
            N'","decided_at":"', domino_sync.utc_text(c.decided_at), N'"',
            N',"resolution":', COALESCE(N'"' + STRING_ESCAPE(c.resolution, N'json') + N'"', N'null'),
            N',"resolved_by":', COALESCE(N'"' + STRING_ESCAPE(c.resolved_by, N'json') + N'"', N'null'),
            N',"resolved_at":', COALESCE(N'"' + domino_sync.utc_text(c.resolved_at) + N'"', N'null'), N'}'
        )
        FROM domino_sync.conflict AS c
        WHERE c.conflict_id = @v_id;

        SET @v_id =
        (
            SELECT MAX(c.conflict_id)
            FROM domino_sync.conflict AS c
            WHERE c.appointment_id = @p_appointment_id AND c.conflict_id < @v_id
        );
    END;
    SET @p_conflicts = CONCAT(@p_conflicts, N']');

    SET @p_reasons = N'{';
    SET @v_code = (SELECT MIN(k.code) FROM domino_sync.reason_code AS k);
    WHILE @v_code IS NOT NULL
    BEGIN
        SELECT @p_reasons = CONCAT(
            @p_reasons,
            CASE WHEN @p_reasons <> N'{' THEN N',' END,
            N'"', STRING_ESCAPE(r.code, N'json'),
            N'":{"meaning":"', STRING_ESCAPE(r.meaning, N'json'),
            N'","remedy":"', STRING_ESCAPE(r.remedy, N'json'), N'"}'
        )
        FROM domino_sync.reason_code AS r
        WHERE r.code = @v_code;

        SET @v_code = (SELECT MIN(k.code) FROM domino_sync.reason_code AS k WHERE k.code > @v_code);
    END;
    SET @p_reasons = CONCAT(@p_reasons, N'}');

    SET @p_settings = N'{';
    SET @v_name = (SELECT MIN(k.name) FROM domino_sync.setting AS k);
    WHILE @v_name IS NOT NULL
    BEGIN
        SELECT @p_settings = CONCAT(
            @p_settings,
            CASE WHEN @p_settings <> N'{' THEN N',' END,
            N'"', STRING_ESCAPE(t.name, N'json'), N'":',
            COALESCE(N'"' + STRING_ESCAPE(t.value, N'json') + N'"', N'null')
        )
        FROM domino_sync.setting AS t
        WHERE t.name = @v_name;

        SET @v_name = (SELECT MIN(k.name) FROM domino_sync.setting AS k WHERE k.name > @v_name);
    END;
    SET @p_settings = CONCAT(@p_settings, N'}');
END;

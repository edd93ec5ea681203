CREATE OR ALTER PROCEDURE domino_sync.explain_lists
    @p_appointment_id int,
    @p_conflicts nvarchar(max) OUTPUT,
    @p_reasons nvarchar(max) OUTPUT
AS
/* The two parts of an explanation that FOR JSON cannot make: a list whose values are JSON of any kind (JSON_QUERY takes
   only objects and lists), and an object whose keys are data. Put together text by text; there are few of each.
   Parameters: @p_appointment_id.  Returns: @p_conflicts, a list, newest first; @p_reasons, {code: {meaning, remedy}}. */
BEGIN
    SET NOCOUNT ON;

    DECLARE @v_id bigint = (SELECT MAX(c.conflict_id) FROM domino_sync.conflict AS c WHERE c.appointment_id = @p_appointment_id);
    DECLARE @v_code nvarchar(60);
    DECLARE @v_codes table (code nvarchar(60) NOT NULL PRIMARY KEY);

    SET @p_conflicts = N'[';
    WHILE @v_id IS NOT NULL
    BEGIN
        SELECT @p_conflicts = CONCAT(
            @p_conflicts,
            CASE WHEN @p_conflicts <> N'[' THEN N',' END,
            N'{"crm_user_id":', c.crm_user_id,
            N',"field":"', STRING_ESCAPE(c.field, N'json'),
            N'","base_value":', COALESCE(c.base_value, N'null'),
            N',"crm_value":', COALESCE(c.crm_value, N'null'),
            N',"domino_value":', COALESCE(c.domino_value, N'null'),
            N',"winner":"', STRING_ESCAPE(c.winner, N'json'),
            N'","decided_by":"', STRING_ESCAPE(c.decided_by, N'json'),
            N'","decided_at":"', domino_sync.utc_text(c.decided_at), N'"}'
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

    INSERT INTO @v_codes (code)
    SELECT d.reason_code FROM domino_sync.delivery AS d WHERE d.appointment_id = @p_appointment_id
    UNION
    SELECT d.last_reason_code
    FROM domino_sync.delivery AS d
    WHERE d.appointment_id = @p_appointment_id AND d.last_reason_code IS NOT NULL
    UNION
    SELECT l.unlinked_reason
    FROM domino_sync.item_link AS l
    WHERE l.appointment_id = @p_appointment_id AND l.unlinked_reason IS NOT NULL
    UNION
    SELECT p.reason_code
    FROM domino_sync.inbound_parked AS p
    JOIN domino_sync.item_link AS l
        ON l.crm_user_id = p.crm_user_id
        AND l.domino_uid = p.domino_uid
        AND l.domino_recurrence_id = p.domino_recurrence_id
    WHERE l.appointment_id = @p_appointment_id
    UNION
    SELECT a.reason_code
    FROM
    (
        SELECT TOP (100) h.reason_code
        FROM domino_sync.activity AS h
        WHERE h.appointment_id = @p_appointment_id
        ORDER BY h.activity_id DESC
    ) AS a;

    SET @p_reasons = N'{';
    SET @v_code = (SELECT MIN(k.code) FROM @v_codes AS k);
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

        SET @v_code = (SELECT MIN(k.code) FROM @v_codes AS k WHERE k.code > @v_code);
    END;
    SET @p_reasons = CONCAT(@p_reasons, N'}');
END;

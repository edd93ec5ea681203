CREATE OR ALTER PROCEDURE domino_sync.keep_conflicts
    @p_results nvarchar(max)
AS
BEGIN
    /*
    Keeps what lost.  Told before Domino is written and once more when the delivery ends, so that a runner that dies
    between the two takes no value with it; what was told already within a day is the same conflict.
    Parameters: @p_results - array of {appointment_id, crm_user_id, conflicts: the contract's `ConflictWrite`}.
    Returns: nothing.  Locks: none.  Writes: conflict.
    */
    SET NOCOUNT ON;

    DECLARE @told table (
        appointment_id int NOT NULL, crm_user_id int NOT NULL, field nvarchar(60) NOT NULL,
        base_value nvarchar(max) NULL, crm_value nvarchar(max) NULL, domino_value nvarchar(max) NULL,
        winner nvarchar(10) NOT NULL, decided_by nvarchar(128) NOT NULL
    );

    INSERT INTO @told (
        appointment_id, crm_user_id, field, base_value, crm_value, domino_value, winner, decided_by)
    SELECT
        r.appointment_id, r.crm_user_id, c.field, domino_sync.json_member(e.[value], N'base_value'),
        domino_sync.json_member(e.[value], N'crm_value'), domino_sync.json_member(e.[value], N'domino_value'),
        c.winner, c.decided_by
    FROM OPENJSON(@p_results)
        WITH (appointment_id int, crm_user_id int, conflicts nvarchar(max) AS JSON) AS r
    CROSS APPLY OPENJSON(r.conflicts) AS e
    CROSS APPLY OPENJSON(e.[value])
        WITH (field nvarchar(60), winner nvarchar(10), decided_by nvarchar(128)) AS c;

    -- texts to the letter, whatever the collation of the database takes for equal
    INSERT INTO domino_sync.conflict (
        appointment_id, crm_user_id, field, base_value, crm_value, domino_value, winner, decided_by)
    SELECT
        t.appointment_id, t.crm_user_id, t.field, t.base_value, t.crm_value, t.domino_value, t.winner, t.decided_by
    FROM @told AS t
    WHERE NOT EXISTS (
        SELECT 1
        FROM domino_sync.conflict AS k
        WHERE k.appointment_id = t.appointment_id
          AND k.crm_user_id = t.crm_user_id
          AND k.field = t.field
          AND COALESCE(k.crm_value, N'') COLLATE Latin1_General_BIN2
              = COALESCE(t.crm_value, N'') COLLATE Latin1_General_BIN2
          AND COALESCE(k.domino_value, N'') COLLATE Latin1_General_BIN2
              = COALESCE(t.domino_value, N'') COLLATE Latin1_General_BIN2
          AND k.resolved_at IS NULL
          AND k.decided_at > DATEADD(day, -1, SYSUTCDATETIME()));
END;

CREATE OR ALTER PROCEDURE domino_sync.take_changes
    @p_limit int
AS
BEGIN
    /*
    Deletes committed rows of the log and hands them out; `fold_changes` groups them by appointment, where its twin
    gets parallel arrays.
    Parameters: @p_limit - log rows at most.
    Returns: appointment_id, crm_user_id, operation, origin ('' for none), one row a log row.
    Needs the transaction of the caller.  Locks: the log rows, those of others are skipped.  Writes: change_log.
    READCOMMITTEDLOCK, here and wherever READPAST is: READPAST alone is refused where READ_COMMITTED_SNAPSHOT is on.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @taken table (
        appointment_id int NULL, crm_user_id int NULL, operation nchar(1) NULL, origin nvarchar(100) NULL
    );

    DELETE TOP (@p_limit)
    FROM domino_sync.change_log WITH (READCOMMITTEDLOCK, READPAST, ROWLOCK)
    OUTPUT deleted.appointment_id, deleted.crm_user_id, deleted.operation, deleted.origin
        INTO @taken (appointment_id, crm_user_id, operation, origin);

    SELECT t.appointment_id, t.crm_user_id, t.operation, COALESCE(t.origin, N'') AS origin
    FROM @taken AS t;
END;

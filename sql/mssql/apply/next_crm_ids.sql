CREATE OR ALTER PROCEDURE domino_sync.next_crm_ids
    @p_table nvarchar(128),
    @p_column nvarchar(128),
    @p_count int,
    @p_ids nvarchar(max) OUTPUT
AS
/* Takes new ids as the CRM itself does, so that its own next insert finds a free one.
   Parameters: @p_table and @p_column of the vendor, in Sage's spelling; @p_count, how many.
   Returns:    @p_ids, a JSON list of ids, ascending; NULL where the column is an identity: the insert makes the id then,
               and nobody can know it before.  Ids that are not used in the end are lost, as they are when Sage fails.
   Raises:     51003 no way to make ids; 51004 the procedure of the vendor gave none, as when it is out of patience.
   Must be called outside a transaction: the procedure of the vendor begins and rolls back its own, and its lock on the
   counter would make every insert of Sage wait for our commit. */
BEGIN
    SET NOCOUNT ON;
    -- the vendor's procedure may meet errors that it handles itself
    SET XACT_ABORT OFF;

    DECLARE @v_table int = OBJECT_ID(N'dbo.' + QUOTENAME(@p_table));
    DECLARE @v_taken int = 0;
    DECLARE @v_attempts int = 0;
    DECLARE @v_id int;
    DECLARE @v_message nvarchar(2048);
    DECLARE @v_id_list table (id int NOT NULL PRIMARY KEY);
    -- as Sage spells it
    DECLARE @v_name nvarchar(128) = COALESCE(
        (
            SELECT TOP (1) t.Bord_Name
            FROM dbo.Custom_Tables AS t
            WHERE LOWER(t.Bord_Name) = LOWER(@p_table) AND t.Bord_Deleted IS NULL
            ORDER BY t.Bord_TableId
        ),
        @p_table
    );

    SET @p_ids = NULL;
    IF COLUMNPROPERTY(@v_table, @p_column, 'IsIdentity') = 1
        RETURN;
    -- what the caller may not see looks like what is not there: to guess here could make a duplicate id
    IF @v_table IS NULL OR OBJECT_ID(N'dbo.eware_get_identity_id', N'P') IS NULL
    BEGIN
        SET @v_message = CONCAT(
            N'no way to make ids for ', @p_table, N': ', @p_column, N' is no identity and dbo.eware_get_identity_id',
            N' is missing, or the roles of crm-domino-sync may not see them. Run `crm-domino-sync doctor`.'
        );
        THROW 51003, @v_message, 1;
    END;
    IF @@TRANCOUNT > 0
        THROW 51003, N'ids of the CRM cannot be taken inside a transaction', 1;

    WHILE @v_taken < @p_count
    BEGIN
        SET @v_id = NULL;
        BEGIN TRY
            EXECUTE @v_id = dbo.eware_get_identity_id @v_name;
        END TRY
        BEGIN CATCH
            SET @v_message = ERROR_MESSAGE();
            SET @v_id = NULL;
            IF XACT_STATE() <> 0
                ROLLBACK TRANSACTION;
        END CATCH;

        IF @v_id > 0
        BEGIN
            INSERT INTO @v_id_list (id) VALUES (@v_id);
            SET @v_taken = @v_taken + 1;
        END
        ELSE
        BEGIN
            SET @v_attempts = @v_attempts + 1;
            IF @v_attempts >= 5
            BEGIN
                SET @v_message = CONCAT(N'eware_get_identity_id gives no id for ', @v_name, N': ', @v_message);
                THROW 51004, @v_message, 1;
            END;
        END;
    END;

    SET @p_ids = N'[';
    SET @v_id = (SELECT MIN(l.id) FROM @v_id_list AS l);
    WHILE @v_id IS NOT NULL
    BEGIN
        SET @p_ids = CONCAT(@p_ids, CASE WHEN @p_ids <> N'[' THEN N',' END, @v_id);
        SET @v_id = (SELECT MIN(l.id) FROM @v_id_list AS l WHERE l.id > @v_id);
    END;
    SET @p_ids = @p_ids + N']';
END;

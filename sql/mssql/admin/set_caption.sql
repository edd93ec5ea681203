CREATE OR ALTER PROCEDURE domino_sync_api.set_caption
    @p_family nvarchar(100),
    @p_crm_value nvarchar(4000),
    @p_item_value nvarchar(4000),
    @p_to_item bit,
    @p_to_crm bit
AS
/* Says how one caption of the CRM reads in Notes. The runners obey from their next cycle on; entries follow by reconcile.
   What said otherwise gives way: a caption has one meaning, and a meaning one caption that the CRM gets. Of a category
   that is one for appointments and one for To Dos.
   Parameters: @p_family; @p_crm_value, the code in the CRM's column; @p_item_value; @p_to_item, @p_to_crm: which way.
   Returns:    changed, rows that were made, changed or taken away; 0 = it was so already.
   Raises:     51003 what means nothing: see check_caption; neither way.
   Locks:      caption_map.
   Writes:     also configuration_change: who changed it, and when. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_family nvarchar(100) = LOWER(LTRIM(RTRIM(@p_family)));
    DECLARE @v_crm nvarchar(4000) = LTRIM(RTRIM(@p_crm_value));
    DECLARE @v_item nvarchar(4000) = COALESCE(LTRIM(RTRIM(@p_item_value)), N'');
    DECLARE @v_to_item bit = COALESCE(@p_to_item, 0);
    DECLARE @v_to_crm bit = COALESCE(@p_to_crm, 0);
    DECLARE @v_todo bit;
    DECLARE @v_before nvarchar(max);
    DECLARE @v_message nvarchar(2048);
    DECLARE @v_locked int;
    DECLARE @v_same int;
    DECLARE @v_changed int;

    IF @v_family <> N'category'
        SET @v_item = LOWER(@v_item);
    EXECUTE domino_sync.check_caption @v_family, @v_crm, @v_item;
    IF @v_to_item = 0 AND @v_to_crm = 0
    BEGIN
        SET @v_message = CONCAT(
            N'captions of ', @v_family, N': ', @v_crm,
            N' is to be used one way at least, to Notes or to the CRM');
        THROW 51003, @v_message, 1;
    END;

    BEGIN TRY
        BEGIN TRANSACTION;
        SELECT @v_locked = COUNT(*)
        FROM domino_sync.caption_map AS c WITH (TABLOCKX, HOLDLOCK);
        SET @v_before = domino_sync.caption_texts(@v_family);
        SET @v_todo = domino_sync.is_todo_action(@v_crm);

        -- spelled and used exactly so, whatever the collation takes for equal
        SELECT @v_same = COUNT(*)
        FROM domino_sync.caption_map AS c
        WHERE c.family = @v_family
          AND c.crm_value COLLATE Latin1_General_BIN2 = @v_crm COLLATE Latin1_General_BIN2
          AND c.item_value COLLATE Latin1_General_BIN2 = @v_item COLLATE Latin1_General_BIN2
          AND c.to_item = @v_to_item
          AND c.to_crm = @v_to_crm;

        UPDATE c
        SET to_item = CASE
                WHEN @v_to_item = 1 AND LOWER(LTRIM(RTRIM(c.crm_value))) = LOWER(@v_crm) THEN 0
                ELSE c.to_item
            END,
            to_crm = CASE
                WHEN @v_to_crm = 1 AND LOWER(LTRIM(RTRIM(c.item_value))) = LOWER(@v_item)
                    AND (@v_family <> N'category' OR domino_sync.is_todo_action(c.crm_value) = @v_todo) THEN 0
                ELSE c.to_crm
            END
        FROM domino_sync.caption_map AS c
        WHERE c.family = @v_family
          AND NOT (
              LOWER(LTRIM(RTRIM(c.crm_value))) = LOWER(@v_crm)
              AND LOWER(LTRIM(RTRIM(c.item_value))) = LOWER(@v_item)
          )
          AND (
              (c.to_item = 1 AND @v_to_item = 1 AND LOWER(LTRIM(RTRIM(c.crm_value))) = LOWER(@v_crm))
              OR (c.to_crm = 1 AND @v_to_crm = 1 AND LOWER(LTRIM(RTRIM(c.item_value))) = LOWER(@v_item)
                  AND (@v_family <> N'category' OR domino_sync.is_todo_action(c.crm_value) = @v_todo))
          );
        SET @v_changed = @@ROWCOUNT;

        -- of no use any more; counted above
        DELETE FROM domino_sync.caption_map
        WHERE family = @v_family AND to_item = 0 AND to_crm = 0;

        IF @v_same = 0
        BEGIN
            -- under another spelling as well
            DELETE FROM domino_sync.caption_map
            WHERE family = @v_family
              AND LOWER(LTRIM(RTRIM(crm_value))) = LOWER(@v_crm)
              AND LOWER(LTRIM(RTRIM(item_value))) = LOWER(@v_item);

            INSERT INTO domino_sync.caption_map (family, crm_value, item_value, to_item, to_crm)
            VALUES (@v_family, @v_crm, @v_item, @v_to_item, @v_to_crm);
            SET @v_changed = @v_changed + 1;
        END
        ELSE
        BEGIN
            DELETE FROM domino_sync.caption_map
            WHERE family = @v_family
              AND LOWER(LTRIM(RTRIM(crm_value))) = LOWER(@v_crm)
              AND LOWER(LTRIM(RTRIM(item_value))) = LOWER(@v_item)
              AND (
                  crm_value COLLATE Latin1_General_BIN2 <> @v_crm COLLATE Latin1_General_BIN2
                  OR item_value COLLATE Latin1_General_BIN2 <> @v_item COLLATE Latin1_General_BIN2
              );
            SET @v_changed = @v_changed + @@ROWCOUNT;
        END;
        EXECUTE domino_sync.record_captions @v_family, @v_before;
        COMMIT TRANSACTION;
    END TRY
    BEGIN CATCH
        IF XACT_STATE() <> 0
            ROLLBACK TRANSACTION;
        THROW;
    END CATCH;

    SELECT @v_changed AS changed;
END;

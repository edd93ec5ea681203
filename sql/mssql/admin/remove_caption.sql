CREATE OR ALTER PROCEDURE domino_sync_api.remove_caption
    @p_family nvarchar(100),
    @p_crm_value nvarchar(4000),
    @p_item_value nvarchar(4000)
AS
/* Takes away rows of a caption, also those that mean nothing. Letter case and padding do not matter.
   Parameters: @p_family; @p_crm_value, the code in the CRM's column; @p_item_value, or null for all of this caption.
   Returns:    removed, how many rows; remaining, rows the family still has: without any a deployment brings the stock
               ones.
   Raises:     51003 an unknown family, or no caption.
   Locks:      caption_map.
   Writes:     also configuration_change: who changed it, and when. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_family nvarchar(100) = LOWER(LTRIM(RTRIM(@p_family)));
    DECLARE @v_crm nvarchar(4000) = LTRIM(RTRIM(@p_crm_value));
    DECLARE @v_before nvarchar(max);
    DECLARE @v_locked int;
    DECLARE @v_removed int;
    DECLARE @v_remaining int;

    EXECUTE domino_sync.check_caption @v_family, @v_crm, NULL;

    BEGIN TRY
        BEGIN TRANSACTION;
        SELECT @v_locked = COUNT(*)
        FROM domino_sync.caption_map AS c WITH (TABLOCKX, HOLDLOCK);
        SET @v_before = domino_sync.caption_texts(@v_family);

        DELETE FROM domino_sync.caption_map
        WHERE family = @v_family
          AND LOWER(LTRIM(RTRIM(crm_value))) = LOWER(@v_crm)
          AND (@p_item_value IS NULL OR LOWER(LTRIM(RTRIM(item_value))) = LOWER(LTRIM(RTRIM(@p_item_value))));
        SET @v_removed = @@ROWCOUNT;
        SELECT @v_remaining = COUNT(*)
        FROM domino_sync.caption_map AS c
        WHERE c.family = @v_family;
        EXECUTE domino_sync.record_captions @v_family, @v_before;
        COMMIT TRANSACTION;
    END TRY
    BEGIN CATCH
        IF XACT_STATE() <> 0
            ROLLBACK TRANSACTION;
        THROW;
    END CATCH;

    SELECT @v_removed AS removed, @v_remaining AS remaining;
END;

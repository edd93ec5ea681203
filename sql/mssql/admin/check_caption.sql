CREATE OR ALTER PROCEDURE domino_sync.check_caption
    @p_family nvarchar(100),
    @p_crm_value nvarchar(4000),
    @p_item_value nvarchar(4000)
AS
/* Refuses a caption row that would mean nothing. All without padding, the family in lower case.
   Parameters: @p_family; @p_crm_value; @p_item_value, null = that of any row.
   Raises:     51003 an unknown family, a caption the CRM's column cannot hold, or what the family cannot mean.
   Locks:      none.  Writes: nothing. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_choices nvarchar(200) = CASE @p_family
        WHEN N'kind' THEN N'meeting, appointment, todo'
        WHEN N'category' THEN N''
        WHEN N'status' THEN N'pending, in_progress, completed, cancelled'
        WHEN N'busy' THEN N'busy, free'
        WHEN N'priority' THEN N'high, normal, low'
    END;
    DECLARE @v_shown nvarchar(100) = LEFT(@p_item_value, 100);
    DECLARE @v_problem nvarchar(2048);

    IF @v_choices IS NULL
        SET @v_problem = CONCAT(
            N'captions: ', COALESCE(@p_family, N'null'), N' is not one of kind, category, status, busy, priority');
    ELSE IF COALESCE(LEN(@p_crm_value), 0) NOT BETWEEN 1 AND 40
        SET @v_problem = CONCAT(
            N'captions of ', @p_family, N': the code of the CRM has 1 to 40 characters, as its column has');
    ELSE IF @p_item_value IS NOT NULL AND @p_family = N'category'
    BEGIN
        -- a separator, with which it would come back as several
        IF LEN(@p_item_value) NOT BETWEEN 1 AND 100 OR @p_item_value LIKE N'%[,;]%'
            SET @v_problem = CONCAT(
                N'captions of category: ', @v_shown,
                N' is no category: that has 1 to 100 characters and neither comma nor semicolon');
    END
    -- several at once are in the list too, and nothing at all is in every list
    ELSE IF @p_item_value IS NOT NULL
        AND (@p_item_value = N'' OR @p_item_value LIKE N'%,%'
            OR CHARINDEX(CONCAT(N', ', @p_item_value, N','), CONCAT(N', ', @v_choices, N',')) = 0)
        SET @v_problem = CONCAT(N'captions of ', @p_family, N': ', @v_shown, N' is not one of ', @v_choices);

    IF @v_problem IS NOT NULL
        THROW 51003, @v_problem, 1;
END;

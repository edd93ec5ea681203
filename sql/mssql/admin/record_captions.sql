CREATE OR ALTER PROCEDURE domino_sync.record_captions
    @p_family nvarchar(100),
    @p_before nvarchar(max)
AS
/* Keeps who changed captions just now: a row for each that means something else than before.
   Parameters: @p_family; @p_before, what caption_texts answered before the change, under the same lock of caption_map.
   Writes:     configuration_change. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_after nvarchar(max) = domino_sync.caption_texts(@p_family);

    DECLARE @before table (crm_value nvarchar(100) NOT NULL, item_value nvarchar(100) NOT NULL, [text] nvarchar(400) NOT NULL);
    DECLARE @after table (crm_value nvarchar(100) NOT NULL, item_value nvarchar(100) NOT NULL, [text] nvarchar(400) NOT NULL);

    INSERT INTO @before (crm_value, item_value, [text])
    SELECT j.crm_value, j.item_value, j.[text]
    FROM OPENJSON(@p_before) WITH (
        crm_value nvarchar(100), item_value nvarchar(100), [text] nvarchar(400)
    ) AS j;

    INSERT INTO @after (crm_value, item_value, [text])
    SELECT j.crm_value, j.item_value, j.[text]
    FROM OPENJSON(@v_after) WITH (
        crm_value nvarchar(100), item_value nvarchar(100), [text] nvarchar(400)
    ) AS j;

    -- spelled exactly so, whatever the collation takes for equal
    INSERT INTO domino_sync.configuration_change (kind, name, before, after)
    SELECT N'caption', CONCAT(@p_family, N': ', COALESCE(b.crm_value, a.crm_value)), b.[text], a.[text]
    FROM @before AS b
    FULL JOIN @after AS a
        ON a.crm_value COLLATE Latin1_General_BIN2 = b.crm_value COLLATE Latin1_General_BIN2
       AND a.item_value COLLATE Latin1_General_BIN2 = b.item_value COLLATE Latin1_General_BIN2
    WHERE b.[text] IS NULL
       OR a.[text] IS NULL
       OR a.[text] COLLATE Latin1_General_BIN2 <> b.[text] COLLATE Latin1_General_BIN2
    ORDER BY COALESCE(b.crm_value, a.crm_value), CASE WHEN b.[text] IS NULL THEN 1 ELSE 0 END;
END;

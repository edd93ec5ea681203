CREATE OR ALTER FUNCTION domino_sync.caption_texts(@p_family nvarchar(100))
RETURNS nvarchar(max)
AS
/* What the captions of a family mean now, in words: a JSON list of {crm_value, item_value, text}. */
BEGIN
    RETURN COALESCE((
        SELECT
            c.crm_value,
            c.item_value,
            CONCAT(
                c.item_value,
                CASE
                    WHEN c.to_item = 1 AND c.to_crm = 1 THEN N', both ways'
                    WHEN c.to_item = 1 THEN N', to Notes'
                    ELSE N', to the CRM'
                END) AS [text]
        FROM domino_sync.caption_map AS c
        WHERE c.family = @p_family
        FOR JSON PATH
    ), N'[]');
END;

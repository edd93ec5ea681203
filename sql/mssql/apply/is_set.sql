CREATE OR ALTER FUNCTION domino_sync.is_set(@p_flag nvarchar(20))
RETURNS bit
WITH SCHEMABINDING
AS
/* A flag of the vendor's, whatever its padding and spelling: `Y`, `Y    `, `true`, `1`. */
BEGIN
    RETURN CASE WHEN LOWER(LTRIM(RTRIM(@p_flag))) IN (N'y', N'yes', N'true', N'1') THEN 1 ELSE 0 END;
END;

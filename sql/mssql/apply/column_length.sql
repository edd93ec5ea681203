CREATE OR ALTER FUNCTION domino_sync.column_length(@p_table nvarchar(128), @p_column nvarchar(128))
RETURNS int
AS
/* How many characters a column of the vendor's holds; NULL = any number.  Customers widen columns.
   The catalogue shows a column only to those with a right on its table: grants.sql gives VIEW DEFINITION. */
BEGIN
    RETURN
    (
        SELECT CASE
            WHEN c.max_length = -1 OR t.name IN (N'text', N'ntext') THEN NULL
            WHEN t.name IN (N'nvarchar', N'nchar') THEN c.max_length / 2
            ELSE c.max_length
        END
        FROM sys.columns AS c
        JOIN sys.types AS t ON t.user_type_id = c.system_type_id
        WHERE c.object_id = OBJECT_ID(N'dbo.' + QUOTENAME(@p_table))
          AND c.name = @p_column
    );
END;

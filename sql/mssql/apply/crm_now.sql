CREATE OR ALTER PROCEDURE domino_sync.crm_now
    @p_now datetime OUTPUT
AS
/* The wall-clock time of the CRM server, to the second, for the audit columns of rows we write. A procedure, because a
   function cannot raise; not GETDATE(), because the database server may be in another zone than the CRM server.
   Raises 51003 while setting crm_time_zone is unknown: a guess would move every appointment. */
BEGIN
    SET NOCOUNT ON;

    DECLARE @v_zone nvarchar(128) =
    (
        SELECT z.windows_name
        FROM domino_sync.setting AS s
        JOIN domino_sync.windows_time_zone AS z ON z.iana_name = s.value
        WHERE s.name = N'crm_time_zone'
    );
    DECLARE @v_wall datetime2(3);

    IF @v_zone IS NULL
        THROW 51003, N'setting crm_time_zone is not set: nothing can be written to the CRM. Set it to the IANA id of the CRM server''s zone, for example Europe/Berlin.', 1;

    -- as a time without zone first: what is left is the wall clock there
    SET @v_wall = CONVERT(datetime2(3), SYSUTCDATETIME() AT TIME ZONE N'UTC' AT TIME ZONE @v_zone);
    SET @p_now = DATEADD(millisecond, -DATEPART(millisecond, @v_wall), @v_wall);
END;

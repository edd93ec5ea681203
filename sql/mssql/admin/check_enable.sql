CREATE OR ALTER PROCEDURE domino_sync.check_enable
    @p_crm_user_id int,
    @p_mail_file nvarchar(500),
    @p_direction nvarchar(20),
    @p_past_days int,
    @p_email nvarchar(255) OUTPUT,
    @p_stored_file nvarchar(500) OUTPUT,
    @p_days_back int OUTPUT,
    @p_moved bit OUTPUT
AS
/* Refuses to enable whom, or with what, must not be enabled.
   Parameters: as enable_user.
   Returns:    @p_email, his address; @p_stored_file, the mail file as it is stored; @p_days_back, the days back that count;
               @p_moved, he was enabled with another mail file before.
   Raises:     51002 no such user; 51003 refused, with the reason.
   Locks:      nothing.  Writes: nothing. */
BEGIN
    SET NOCOUNT ON;

    DECLARE @v_name nvarchar(200);
    DECLARE @v_refusal nvarchar(100);
    DECLARE @v_other int;
    DECLARE @v_other_name nvarchar(200);
    DECLARE @v_other_refusal nvarchar(100);
    DECLARE @v_same_address bit = 0;
    DECLARE @v_problem nvarchar(2048);

    SET @p_stored_file = REPLACE(LTRIM(RTRIM(@p_mail_file)), N'\', N'/');
    WHILE LEFT(@p_stored_file, 1) = N'/'
        SET @p_stored_file = SUBSTRING(@p_stored_file, 2, 500);
    SET @p_days_back = COALESCE(
        @p_past_days,
        (SELECT CAST(s.value AS int) FROM domino_sync.setting AS s WHERE s.name = N'window_past_days'),
        14
    );

    SELECT @v_name = u.name, @p_email = u.email, @v_refusal = u.refusal
    FROM domino_sync.crm_user AS u
    WHERE u.crm_user_id = @p_crm_user_id;
    IF @v_name IS NULL
    BEGIN
        SET @v_problem = CONCAT(N'no such user: the CRM has no user ', @p_crm_user_id);
        THROW 51002, @v_problem, 1;
    END;

    IF @v_refusal IS NOT NULL
        SET @v_problem = CONCAT(@v_name, N' (user ', @p_crm_user_id, N') cannot be enabled: ', @v_refusal);
    ELSE IF COALESCE(@p_stored_file, N'') = N''
        SET @v_problem = N'mail_file is empty';
    ELSE IF @p_direction IS NULL OR @p_direction NOT IN (N'both', N'to_domino', N'to_crm')
        SET @v_problem =
            CONCAT(N'direction ', COALESCE(@p_direction, N'null'), N' is not one of both, to_domino, to_crm');
    ELSE IF @p_days_back NOT BETWEEN 0 AND 3650
        SET @v_problem = CONCAT(N'past_days ', @p_days_back, N' is not a number from 0 to 3650');
    IF @v_problem IS NOT NULL
        THROW 51003, @v_problem, 1;

    SELECT TOP (1)
        @v_other = s.crm_user_id,
        @v_other_name = COALESCE(u.name, N'somebody'),
        @v_other_refusal = CASE WHEN u.crm_user_id IS NULL THEN N'removed from the CRM' ELSE u.refusal END,
        @v_same_address = CASE WHEN @p_email IN (LOWER(LTRIM(RTRIM(s.email))), u.email) THEN 1 ELSE 0 END
    FROM domino_sync.sync_user AS s
    LEFT JOIN domino_sync.crm_user AS u ON u.crm_user_id = s.crm_user_id
    WHERE LOWER(s.mail_file) = LOWER(@p_stored_file) AND s.enabled = 1 AND s.crm_user_id <> @p_crm_user_id
    ORDER BY s.crm_user_id;
    IF @v_other IS NOT NULL
    BEGIN
        SET @v_problem = CONCAT(
            N'mail file ', @p_stored_file, N' belongs to ', @v_other_name, N' already (user ', @v_other,
            N', ' + @v_other_refusal, N'): two users cannot share one. Run users disable ', @v_other, N' first',
            CASE
                WHEN @v_same_address = 1
                    AND @v_other_refusal IN (N'deleted in the CRM', N'disabled in the CRM', N'removed from the CRM')
                    THEN CONCAT(N'; user ', @p_crm_user_id, N' then goes on with what user ', @v_other, N' has')
            END
        );
        THROW 51003, @v_problem, 1;
    END;

    SET @p_moved = 0;
    IF EXISTS
    (
        SELECT 1
        FROM domino_sync.sync_user AS s
        WHERE s.crm_user_id = @p_crm_user_id AND LOWER(s.mail_file) <> LOWER(@p_stored_file)
    )
        SET @p_moved = 1;
END;

CREATE OR ALTER PROCEDURE domino_sync_api.preview_enable
    @p_crm_user_id int,
    @p_mail_file nvarchar(500),
    @p_direction nvarchar(20),
    @p_past_days int
AS
/* The mailbox that `enable_user` would leave, refused as there.
   Parameters: as enable_user.
   Returns:    one row; moved - his links are of another mail file, and would be kept apart as mail_file_changed.
   Raises:     51002 no such user; 51003 refused, with the reason.
   Locks:      nothing.  Writes: nothing. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_email nvarchar(255);
    DECLARE @v_mail_file nvarchar(500);
    DECLARE @v_past_days int;
    DECLARE @v_moved bit;

    EXECUTE domino_sync.check_enable
        @p_crm_user_id, @p_mail_file, @p_direction, @p_past_days,
        @v_email OUTPUT, @v_mail_file OUTPUT, @v_past_days OUTPUT, @v_moved OUTPUT;

    SELECT
        @p_crm_user_id AS crm_user_id, @v_email AS email, @v_mail_file AS mail_file, @p_direction AS direction,
        domino_sync.utc_text(DATEADD(day, -@v_past_days, SYSUTCDATETIME())) AS window_start,
        s.database_identity, @p_past_days AS past_days, @v_moved AS moved
    FROM (VALUES (@p_crm_user_id)) AS u (crm_user_id)
    LEFT JOIN domino_sync.sync_user AS s ON s.crm_user_id = u.crm_user_id;
END;

CREATE OR ALTER PROCEDURE domino_sync.enqueue_window
    @p_crm_user_id int,
    @p_enqueued int OUTPUT
AS
/* Puts a delivery in the queue for every live appointment in the window that a user should hold, and for the copies that
   others hold of those and should give up now.
   Parameters: @p_crm_user_id, an enabled user.  Returns: @p_enqueued, his deliveries put in the queue.
   Locks:      delivery.  Needs the transaction of the caller.
   The window is a day too generous: the runner knows the zone exactly and filters.  It has no end towards the CRM: an
   appointment of the year after next is in Notes as soon as one of tomorrow is. */
BEGIN
    SET NOCOUNT ON;

    DECLARE @v_zone nvarchar(128) = COALESCE(
        (
            SELECT z.windows_name
            FROM domino_sync.setting AS s
            JOIN domino_sync.windows_time_zone AS z ON z.iana_name = s.value
            WHERE s.name = N'crm_time_zone'
        ),
        N'UTC'
    );
    DECLARE @v_from datetime;
    DECLARE @v_email nvarchar(255);
    DECLARE @v_deliveries nvarchar(max);
    DECLARE @v_held table (appointment_id int NOT NULL PRIMARY KEY);

    SELECT
        @v_from = CONVERT(
            datetime, CONVERT(datetime2(0), DATEADD(day, -1, s.window_start) AT TIME ZONE N'UTC' AT TIME ZONE @v_zone)
        ),
        @v_email = s.email
    FROM domino_sync.sync_user AS s
    WHERE s.crm_user_id = @p_crm_user_id;

    WITH candidate AS
    (
        SELECT c.Comm_CommunicationId AS id
        FROM dbo.Communication AS c
        WHERE c.Comm_Type = N'Appointment'
          AND c.Comm_Deleted IS NULL
          AND COALESCE(c.Comm_ToDateTime, c.Comm_DateTime) >= @v_from
          AND
          (
              LTRIM(RTRIM(c.Comm_Organizer)) = CONVERT(nvarchar(11), @p_crm_user_id)
              OR LOWER(LTRIM(RTRIM(c.Comm_Organizer))) = @v_email
              OR EXISTS
                 (
                     SELECT 1
                     FROM dbo.Comm_Link AS l
                     WHERE l.CmLi_Comm_CommunicationId = c.Comm_CommunicationId
                       AND l.CmLi_Comm_UserId = @p_crm_user_id
                       AND l.CmLi_Deleted IS NULL
                 )
          )
    )
    INSERT INTO @v_held (appointment_id)
    SELECT h.appointment_id
    FROM candidate AS c
    JOIN domino_sync.appointment_holder AS h ON h.appointment_id = c.id
    WHERE h.crm_user_id = @p_crm_user_id;
    SET @p_enqueued = @@ROWCOUNT;

    SET @v_deliveries =
    (
        SELECT p.appointment_id, p.crm_user_id, N'first_sync' AS reason_code
        FROM
        (
            SELECT h.appointment_id, @p_crm_user_id AS crm_user_id FROM @v_held AS h
            UNION
            SELECT l.appointment_id, l.crm_user_id
            FROM @v_held AS h
            JOIN domino_sync.item_link AS l ON l.appointment_id = h.appointment_id AND l.state <> N'unlinked'
            JOIN domino_sync.sync_user AS s ON s.crm_user_id = l.crm_user_id AND s.enabled = 1
        ) AS p
        ORDER BY p.crm_user_id, p.appointment_id
        FOR JSON PATH
    );
    EXECUTE domino_sync.put_deliveries @v_deliveries;
END;

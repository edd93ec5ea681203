CREATE OR ALTER PROCEDURE domino_sync_api.settle_parked
    @p_runner int,
    @p_crm_user_id int,
    @p_items nvarchar(max)
AS
/* Stores what Domino answered when it was asked for parked entries that no list shows. One that is gone is parked no more.
   One that is there, outside of the window or a To Do that nobody touches, is asked for again after twice the time, at the
   latest after recheck_hours if somebody may wait for it, else after 30 days: whatever was ever parked would be asked for
   at every poll.
   Parameters: @p_runner and @p_crm_user_id, who must hold the mailbox; @p_items, a JSON list of AskedEntry.
   Raises:     51001 lease lost.
   Locks:      sync_user, inbound_parked.  Writes: also activity. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_now datetime2(3) = SYSUTCDATETIME();
    DECLARE @v_recheck_seconds int = 3600 * COALESCE(
        (SELECT CAST(s.value AS int) FROM domino_sync.setting AS s WHERE s.name = N'recheck_hours'), 24
    );
    DECLARE @v_item table (
        domino_uid nvarchar(400) NOT NULL, domino_recurrence_id nvarchar(40) NOT NULL, gone bit NOT NULL,
        PRIMARY KEY (domino_uid, domino_recurrence_id)
    );
    DECLARE @v_gone table (
        domino_uid nvarchar(400) NOT NULL, domino_recurrence_id nvarchar(40) NOT NULL, reason_code nvarchar(60) NOT NULL
    );

    INSERT INTO @v_item (domino_uid, domino_recurrence_id, gone)
    SELECT i.domino_uid, i.domino_recurrence_id, i.gone
    FROM OPENJSON(@p_items) WITH (domino_uid nvarchar(400), domino_recurrence_id nvarchar(40), gone bit) AS i;

    BEGIN TRANSACTION;
    EXECUTE domino_sync.require_mailbox_lease @p_runner, @p_crm_user_id;

    DELETE p
    OUTPUT deleted.domino_uid, deleted.domino_recurrence_id, deleted.reason_code INTO @v_gone
    FROM domino_sync.inbound_parked AS p
    JOIN @v_item AS i ON i.domino_uid = p.domino_uid AND i.domino_recurrence_id = p.domino_recurrence_id
    WHERE p.crm_user_id = @p_crm_user_id
      AND i.gone = 1;

    INSERT INTO domino_sync.activity (
        run_id, runner_id, crm_user_id, appointment_id, domino_uid, direction, action, reason_code, detail
    )
    SELECT
        (SELECT r.run_id FROM domino_sync.current_run(@p_runner) AS r), @p_runner, @p_crm_user_id, l.appointment_id,
        g.domino_uid, N'to_crm', N'forgotten', N'parked_gone', CONCAT(N'it was parked as ', g.reason_code)
    FROM @v_gone AS g
    LEFT JOIN domino_sync.item_link AS l
        ON l.crm_user_id = @p_crm_user_id
        AND l.domino_uid = g.domino_uid
        AND l.domino_recurrence_id = g.domino_recurrence_id;

    UPDATE p
    SET ask_again_at = DATEADD(second, CASE WHEN w.most < w.parked THEN w.most ELSE w.parked END, @v_now)
    FROM domino_sync.inbound_parked AS p
    JOIN @v_item AS i ON i.domino_uid = p.domino_uid AND i.domino_recurrence_id = p.domino_recurrence_id
    CROSS APPLY
    (
        SELECT
            CASE
                WHEN DATEDIFF(second, p.parked_at, @v_now) > 60 THEN DATEDIFF(second, p.parked_at, @v_now)
                ELSE 60
            END AS parked,
            CASE
                WHEN EXISTS
                     (
                         SELECT 1 FROM domino_sync.reason_code AS r
                         WHERE r.code = p.reason_code AND r.severity = N'error'
                     )
                THEN @v_recheck_seconds
                ELSE 30 * 86400
            END AS most
    ) AS w
    WHERE p.crm_user_id = @p_crm_user_id
      AND i.gone = 0;

    COMMIT TRANSACTION;
END;

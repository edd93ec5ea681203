CREATE OR ALTER PROCEDURE domino_sync_api.hold_deletions
    @p_runner int,
    @p_crm_user_id int,
    @p_direction nvarchar(10),
    @p_ids nvarchar(max)
AS
BEGIN
    /*
    The breaker: asked before anything is deleted. More than setting mass_disappearance_count and, of the linked pairs,
    more than mass_disappearance_percent: the deletions are kept as a plan, and an administrator decides (decide_held).
    What he has allowed does not count, as long as the very entry is meant that he saw.
    Parameters: @p_runner, @p_crm_user_id; @p_direction, to_crm: @p_ids, array of the appointments whose entries are gone;
                to_domino: @p_ids is not looked at, the deliveries that are due say what would be deleted in Domino.
    Returns: held, deletions that wait now, 0 when they may go on; linked, pairs of the mailbox.
    Throws 51001 when the runner does not hold the mailbox.
    Locks: the sync_user row, held_plan.  Writes: held_plan, held_item, activity.
    Entries that have ended stay in Domino by setting deleted_past; here an end that the CRM shows is enough.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @now datetime2(3) = SYSUTCDATETIME();
    DECLARE @most int =
        (SELECT CAST(s.value AS int) FROM domino_sync.setting AS s WHERE s.name = N'mass_disappearance_count');
    DECLARE @percent int =
        (SELECT CAST(s.value AS int) FROM domino_sync.setting AS s WHERE s.name = N'mass_disappearance_percent');
    DECLARE @in_crm nvarchar(4000) = (SELECT s.value FROM domino_sync.setting AS s WHERE s.name = N'deleted_in_crm');
    DECLARE @past nvarchar(4000) = (SELECT s.value FROM domino_sync.setting AS s WHERE s.name = N'deleted_past');
    DECLARE @crm_now datetime;
    DECLARE @linked int;
    DECLARE @held int;
    DECLARE @plan bigint;
    DECLARE @mailboxes nvarchar(max) = CONCAT(N'[{"crm_user_id":', @p_crm_user_id, N'}]');
    DECLARE @wanted table (appointment_id int NOT NULL PRIMARY KEY);
    DECLARE @item table (
        appointment_id int NOT NULL PRIMARY KEY, domino_uid nvarchar(400) NOT NULL,
        domino_recurrence_id nvarchar(40) NOT NULL
    );
    DECLARE @made table (plan_id bigint NOT NULL);

    BEGIN TRANSACTION;
    EXECUTE domino_sync.require_mailbox_leases @p_runner = @p_runner, @p_mailboxes = @mailboxes;
    SELECT @linked = COUNT(*)
    FROM domino_sync.item_link AS l
    WHERE l.crm_user_id = @p_crm_user_id AND l.state = N'linked';

    IF @p_direction = N'to_crm'
        INSERT INTO @wanted (appointment_id)
        SELECT DISTINCT CAST(i.[value] AS int) FROM OPENJSON(@p_ids) AS i;
    ELSE
    BEGIN
        EXECUTE domino_sync.crm_now @crm_now OUTPUT;
        INSERT INTO @wanted (appointment_id)
        SELECT d.appointment_id
        FROM domino_sync.delivery AS d
        -- a row that is gone altogether, or marked CRM only, leaves its entry where it is
        INNER JOIN dbo.Communication AS c ON c.Comm_CommunicationId = d.appointment_id
        WHERE d.crm_user_id = @p_crm_user_id
          AND d.parked_at IS NULL
          AND d.next_attempt_at <= @now
          AND domino_sync.is_set(c.Comm_CRMOnly) = 0
          AND (c.Comm_Deleted IS NULL OR @in_crm = N'delete')
          AND (
              c.Comm_Deleted IS NULL
              OR @past = N'delete'
              OR COALESCE(c.Comm_ToDateTime, c.Comm_DateTime) IS NULL
              OR COALESCE(c.Comm_ToDateTime, c.Comm_DateTime) >= @crm_now
          )
          AND NOT EXISTS
              (
                  SELECT 1
                  FROM domino_sync.appointment_holder AS h
                  WHERE h.appointment_id = d.appointment_id AND h.crm_user_id = d.crm_user_id
              );
    END;

    INSERT INTO @item (appointment_id, domino_uid, domino_recurrence_id)
    SELECT l.appointment_id, l.domino_uid, l.domino_recurrence_id
    FROM @wanted AS w
    INNER JOIN domino_sync.item_link AS l ON l.crm_user_id = @p_crm_user_id AND l.appointment_id = w.appointment_id
    WHERE l.state = N'linked'
      AND NOT EXISTS
          (
              SELECT 1
              FROM domino_sync.held_plan AS p
              INNER JOIN domino_sync.held_item AS i ON i.plan_id = p.plan_id
              WHERE p.crm_user_id = @p_crm_user_id
                AND p.direction = @p_direction
                AND p.decision = N'allow'
                AND i.appointment_id = l.appointment_id
                AND i.domino_uid = l.domino_uid
                AND i.domino_recurrence_id = l.domino_recurrence_id
          );
    SET @held = @@ROWCOUNT;

    IF @held <= @most OR @held * 100 <= @linked * @percent
        SET @held = 0;
    ELSE
    BEGIN
        -- the state of now replaces what nobody has decided
        DELETE FROM domino_sync.held_item
        WHERE plan_id IN
        (
            SELECT p.plan_id
            FROM domino_sync.held_plan AS p
            WHERE p.crm_user_id = @p_crm_user_id AND p.direction = @p_direction AND p.decision IS NULL
        );
        DELETE FROM domino_sync.held_plan
        WHERE crm_user_id = @p_crm_user_id AND direction = @p_direction AND decision IS NULL;

        INSERT INTO domino_sync.held_plan (crm_user_id, direction, linked)
        OUTPUT inserted.plan_id INTO @made (plan_id)
        VALUES (@p_crm_user_id, @p_direction, @linked);
        SELECT @plan = m.plan_id FROM @made AS m;

        INSERT INTO domino_sync.held_item (plan_id, appointment_id, domino_uid, domino_recurrence_id)
        SELECT @plan, i.appointment_id, i.domino_uid, i.domino_recurrence_id
        FROM @item AS i;

        INSERT INTO domino_sync.activity (run_id, runner_id, crm_user_id, direction, action, reason_code, detail)
        VALUES (
            (SELECT c.run_id FROM domino_sync.current_run(@p_runner) AS c), @p_runner, @p_crm_user_id, N'admin',
            N'held', CASE @p_direction WHEN N'to_crm' THEN N'mass_disappearance' ELSE N'mass_deletion' END,
            CONCAT(N'plan ', @plan, N': ', @held, N' of ', @linked, N' linked items would be deleted')
        );
    END;
    COMMIT TRANSACTION;

    SELECT @held AS held, @linked AS linked;
END;

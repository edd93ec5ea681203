CREATE OR ALTER PROCEDURE domino_sync_api.hold_deletions
    @p_runner int,
    @p_crm_user_id int,
    @p_direction nvarchar(10),
    @p_ids nvarchar(max),
    @p_reason nvarchar(60)
AS
BEGIN
    /*
    The breaker: asked before anything is deleted. What weigh_deletions holds is kept as a plan, and an administrator decides
    (decide_held). What he has allowed does not count, as long as the very entry is meant that he saw.
    Parameters: @p_runner, @p_crm_user_id; @p_direction, to_crm: @p_ids, array of the appointments whose entries are gone;
                to_domino: @p_ids is not looked at, the deliveries that are due say what would be deleted in Domino;
                @p_reason, code of why they wait however few they are, or null.
    Returns: as weigh_deletions: held, deletions that wait now, 0 when they may go on.
    Throws 51001 when the runner does not hold the mailbox.
    Locks: the sync_user row, held_plan.  Writes: held_plan, held_item, activity.
    Entries that have ended stay in Domino by setting deleted_past; here an end that the CRM shows is enough.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @now datetime2(3) = SYSUTCDATETIME();
    DECLARE @in_crm nvarchar(4000) = (SELECT s.value FROM domino_sync.setting AS s WHERE s.name = N'deleted_in_crm');
    DECLARE @past nvarchar(4000) = (SELECT s.value FROM domino_sync.setting AS s WHERE s.name = N'deleted_past');
    DECLARE @reason nvarchar(60) = COALESCE(
        @p_reason, CASE @p_direction WHEN N'to_crm' THEN N'mass_disappearance' ELSE N'mass_deletion' END
    );
    DECLARE @crm_now datetime;
    DECLARE @held int;
    DECLARE @counted int;
    DECLARE @earlier int;
    DECLARE @linked int;
    DECLARE @plan bigint;
    DECLARE @ids nvarchar(max) = @p_ids;
    DECLARE @mailboxes nvarchar(max) = CONCAT(N'[{"crm_user_id":', @p_crm_user_id, N'}]');
    DECLARE @made table (plan_id bigint NOT NULL);

    BEGIN TRANSACTION;
    EXECUTE domino_sync.require_mailbox_leases @p_runner = @p_runner, @p_mailboxes = @mailboxes;

    IF @p_direction = N'to_domino'
    BEGIN
        EXECUTE domino_sync.crm_now @crm_now OUTPUT;
        -- an array of numbers, which FOR JSON cannot make
        SET @ids = CONCAT(N'[', STUFF((
            SELECT CONCAT(N',', d.appointment_id)
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
                  )
            FOR XML PATH('')
        ), 1, 1, N''), N']');
    END;

    SELECT @held = w.held, @counted = w.counted, @earlier = w.earlier, @linked = w.linked
    FROM domino_sync.weigh_deletions(@p_crm_user_id, @p_direction, @ids, @p_reason) AS w;

    IF @held > 0
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

        INSERT INTO domino_sync.held_plan (crm_user_id, direction, linked, reason_code, earlier)
        OUTPUT inserted.plan_id INTO @made (plan_id)
        VALUES (@p_crm_user_id, @p_direction, @linked, @reason, @earlier);
        SELECT @plan = m.plan_id FROM @made AS m;

        INSERT INTO domino_sync.held_item (plan_id, appointment_id, domino_uid, domino_recurrence_id)
        SELECT @plan, u.appointment_id, u.domino_uid, u.domino_recurrence_id
        FROM domino_sync.unapproved_pairs(@p_crm_user_id, @p_direction, @ids) AS u;

        INSERT INTO domino_sync.activity (run_id, runner_id, crm_user_id, direction, action, reason_code, detail)
        VALUES (
            (SELECT c.run_id FROM domino_sync.current_run(@p_runner) AS c), @p_runner, @p_crm_user_id, N'admin',
            N'held', @reason,
            CONCAT(
                N'plan ', @plan, N': ', @held, N' items would be deleted, a series counted once ', @counted, N' of ',
                @linked, N', ', @earlier, N' of them earlier'
            )
        );
    END;
    COMMIT TRANSACTION;

    SELECT @held AS held, @counted AS counted, @earlier AS earlier, @linked AS linked;
END;

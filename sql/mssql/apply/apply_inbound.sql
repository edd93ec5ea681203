CREATE OR ALTER PROCEDURE domino_sync_api.apply_inbound
    @p_runner int,
    @p_crm_user_id int,
    @p_items nvarchar(max)
AS
/* Writes what came from a user's Domino entries to the CRM, with the links, all or nothing.

   Parameters: @p_runner and @p_crm_user_id, who must hold the mailbox; @p_items, a JSON list of InboundItem.
   Returns:    a row an item: created; updated; stale, the appointment is no longer what the merge was based on; duplicate,
               the Domino entry is linked already. Nothing at all is written for the latter two.
   Raises:     51001 lease lost; 51002 no such user; 51003 refused input, naming item_no and field; 51004 no ids.
   Locks:      sync_user, application lock domino_sync.inbound when one creates or adopts, Communication, Comm_Link,
               item_link, at the end those of put_deliveries (for items to write back).  The twin locks these deliveries
               first; here that would deadlock with a fold, which holds the application lock of the queue before it comes
               to their rows. Whoever holds a delivery waits for no row of the vendor, so last does as well.
   Writes:     also activity, conflict, inbound_parked. Changes are captured with origin `domino:<user>`. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_origin nvarchar(100) = CONCAT(N'domino:', @p_crm_user_id);
    DECLARE @v_now datetime;
    DECLARE @v_matches nvarchar(max);
    DECLARE @v_work nvarchar(max);
    DECLARE @v_people nvarchar(max);
    DECLARE @v_new int;
    DECLARE @v_attendees int;
    DECLARE @v_new_ids nvarchar(max);
    DECLARE @v_link_ids nvarchar(max);
    DECLARE @v_locked int;

    EXECUTE domino_sync.require_mailbox_lease @p_runner, @p_crm_user_id;
    EXECUTE domino_sync.check_inbound @p_crm_user_id, @p_items;
    EXECUTE domino_sync.crm_now @v_now OUTPUT;
    -- reads whole tables of the vendor, so before any of its rows is locked
    SET @v_matches = (
        SELECT m.nth, m.email, m.response, m.crm_user_id, m.person_id, m.persons
        FROM domino_sync.match_attendees(@p_items) AS m
        FOR JSON PATH, INCLUDE_NULL_VALUES
    );

    -- as many ids as could be needed, before the transaction: see next_crm_ids
    SET @v_new =
    (
        SELECT COUNT(*) FROM OPENJSON(@p_items) WITH (appointment_id int) AS i WHERE i.appointment_id IS NULL
    );
    SET @v_attendees =
    (
        SELECT COUNT(*)
        FROM OPENJSON(@p_items) WITH (attendees_add nvarchar(max) AS JSON) AS i
        CROSS APPLY OPENJSON(i.attendees_add) AS a
    );
    SET @v_attendees = @v_attendees + 2 * @v_new;
    EXECUTE domino_sync.next_crm_ids N'Communication', N'Comm_CommunicationId', @v_new, @v_new_ids OUTPUT;
    EXECUTE domino_sync.next_crm_ids N'Comm_Link', N'CmLi_CommLinkId', @v_attendees, @v_link_ids OUTPUT;

    BEGIN TRY
        EXECUTE sys.sp_set_session_context @key = N'domino_sync.origin', @value = @v_origin;
        BEGIN TRANSACTION;
        EXECUTE domino_sync.require_mailbox_lease @p_runner, @p_crm_user_id;

        -- two invitees of one meeting, worked on at the same time, must not both make its appointment, nor both adopt it
        IF @v_new > 0
            OR EXISTS (SELECT 1 FROM OPENJSON(@p_items) WITH (action nvarchar(20)) AS i WHERE i.action = N'adopted')
        BEGIN
            EXECUTE @v_locked = sys.sp_getapplock
                @Resource = N'domino_sync.inbound', @LockMode = N'Exclusive', @LockOwner = N'Transaction',
                @LockTimeout = 10000, @DbPrincipal = N'public';
            IF @v_locked < 0
                THROW 51004, N'busy: another mailbox is creating appointments, try again', 1;
        END;

        -- counting a column that no index holds: the lock is to be on the row, not on a key of some index
        SELECT @v_locked = COUNT(c.Comm_Subject)
        FROM dbo.Communication AS c WITH (UPDLOCK, ROWLOCK)
        WHERE c.Comm_CommunicationId IN
              (
                  SELECT i.appointment_id FROM OPENJSON(@p_items) WITH (appointment_id int) AS i
              );

        SET @v_work =
        (
            SELECT d.nth, d.item_no, d.outcome, d.appointment_id
            FROM domino_sync.decide_inbound(@p_crm_user_id, @p_items) AS d
            FOR JSON PATH, INCLUDE_NULL_VALUES
        );
        SET @v_work =
        (
            SELECT n.nth, n.item_no, n.outcome, n.appointment_id, n.organiser, n.organiser_id
            FROM domino_sync.name_created(@p_crm_user_id, @p_items, @v_work, @v_new_ids) AS n
            FOR JSON PATH, INCLUDE_NULL_VALUES
        );

        EXECUTE domino_sync.insert_appointments @p_crm_user_id, @p_items, @v_work OUTPUT, @v_now, @v_new_ids;
        EXECUTE domino_sync.number_series @p_items, @v_work;
        EXECUTE domino_sync.restore_appointments @p_crm_user_id, @p_items, @v_work, @v_now;
        EXECUTE domino_sync.update_appointments @p_crm_user_id, @p_items, @v_work, @v_now;
        EXECUTE domino_sync.remove_people @p_crm_user_id, @p_items, @v_work, @v_now;

        SET @v_people =
        (
            SELECT p.nth, p.appointment_id, p.crm_user_id, p.email, p.person_id, p.response, p.notify_at
            FROM domino_sync.people_of(@p_crm_user_id, @p_items, @v_work, @v_matches) AS p
            FOR JSON PATH, INCLUDE_NULL_VALUES
        );
        EXECUTE domino_sync.write_people @p_crm_user_id, @v_people, @v_now, @v_link_ids;
        EXECUTE domino_sync.record_inbound @p_runner, @p_crm_user_id, @p_items, @v_work, @v_matches;

        COMMIT TRANSACTION;
        EXECUTE sys.sp_set_session_context @key = N'domino_sync.origin', @value = NULL;
    END TRY
    BEGIN CATCH
        IF XACT_STATE() <> 0
            ROLLBACK TRANSACTION;
        EXECUTE sys.sp_set_session_context @key = N'domino_sync.origin', @value = NULL;
        THROW;
    END CATCH;

    SELECT w.item_no, w.outcome, w.appointment_id
    FROM OPENJSON(@v_work) WITH (item_no int, outcome nvarchar(20), appointment_id int) AS w
    ORDER BY w.item_no;
END;

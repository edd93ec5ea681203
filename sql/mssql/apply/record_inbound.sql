CREATE OR ALTER PROCEDURE domino_sync.record_inbound
    @p_runner int,
    @p_crm_user_id int,
    @p_items nvarchar(max),
    @p_work nvarchar(max),
    @p_matches nvarchar(max)
AS
/* Stores what goes with the items that were written: links, deliveries to write back, conflicts, activity.
   Parameters: @p_runner, @p_crm_user_id; @p_items; @p_work, the decisions; @p_matches, rows of match_attendees. */
BEGIN
    SET NOCOUNT ON;

    DECLARE @v_links nvarchar(max);
    DECLARE @v_write_back nvarchar(max);
    DECLARE @v_written table (
        nth int NOT NULL PRIMARY KEY, appointment_id int NOT NULL, body nvarchar(max) NOT NULL,
        doubt nvarchar(max) NULL
    );
    DECLARE @v_doubt table (place int NOT NULL PRIMARY KEY, nth int NOT NULL, sentence nvarchar(1000) NOT NULL);
    DECLARE @v_place int = 1;

    INSERT INTO @v_written (nth, appointment_id, body)
    SELECT w.nth, w.appointment_id, w.body
    FROM domino_sync.inbound_work(@p_items, @p_work) AS w
    WHERE w.outcome IN (N'created', N'updated');

    SET @v_links =
    (
        SELECT
            w.appointment_id, l.crm_user_id, l.role, l.kind, l.state, l.form, l.domino_uid, l.domino_recurrence_id,
            l.domino_unid, l.incarnation, JSON_QUERY(l.base_item) AS base_item, l.base_hash, l.domino_start,
            l.domino_token, l.domino_digest, l.unlinked_reason
        FROM @v_written AS w
        CROSS APPLY OPENJSON(w.body, '$.link') WITH
        (
            crm_user_id int, role nvarchar(20), kind nvarchar(20), state nvarchar(20), form nvarchar(20),
            domino_uid nvarchar(400), domino_recurrence_id nvarchar(40), domino_unid nvarchar(100), incarnation int,
            base_item nvarchar(max) AS JSON, base_hash nvarchar(200), domino_start nvarchar(40),
            domino_token nvarchar(2000), domino_digest nvarchar(400), unlinked_reason nvarchar(60)
        ) AS l
        FOR JSON PATH, INCLUDE_NULL_VALUES
    );
    EXECUTE domino_sync.store_mailbox_links @p_crm_user_id, @v_links;

    -- a list of bare numbers, which FOR JSON does not make
    SET @v_write_back = REPLACE(REPLACE(REPLACE((
        SELECT w.appointment_id AS id
        FROM @v_written AS w
        CROSS APPLY OPENJSON(w.body) WITH (write_back bit) AS b
        WHERE b.write_back = 1
        ORDER BY w.appointment_id
        FOR JSON PATH
    ), N'{"id":', N''), N'}', N''), N' ', N'');
    IF @v_write_back IS NOT NULL
        EXECUTE domino_sync_api.enqueue_delivery @p_crm_user_id, @v_write_back, N'write_back';

    INSERT INTO domino_sync.conflict (
        appointment_id, crm_user_id, field, base_value, crm_value, domino_value, winner, decided_by
    )
    SELECT
        w.appointment_id, @p_crm_user_id, c.field, domino_sync.json_member(g.[value], N'base_value'),
        domino_sync.json_member(g.[value], N'crm_value'), domino_sync.json_member(g.[value], N'domino_value'), c.winner,
        c.decided_by
    FROM @v_written AS w
    CROSS APPLY OPENJSON(w.body, '$.conflicts') AS g
    CROSS APPLY OPENJSON(g.[value]) WITH (field nvarchar(60), winner nvarchar(10), decided_by nvarchar(128)) AS c;

    -- one line an item: there is no STRING_AGG before SQL Server 2017, and such addresses are rare
    INSERT INTO @v_doubt (place, nth, sentence)
    SELECT
        ROW_NUMBER() OVER (ORDER BY m.nth, m.email), m.nth,
        CONCAT(m.email, N' belongs to ', m.persons, N' persons, taken: ', m.person_id)
    FROM OPENJSON(@p_matches) WITH (nth int, email nvarchar(400), person_id int, persons int) AS m
    WHERE m.persons > 1;
    WHILE EXISTS (SELECT 1 FROM @v_doubt AS d WHERE d.place = @v_place)
    BEGIN
        UPDATE w
        SET doubt = CONCAT(w.doubt + N'; ', d.sentence)
        FROM @v_written AS w
        JOIN @v_doubt AS d ON d.nth = w.nth
        WHERE d.place = @v_place;
        SET @v_place = @v_place + 1;
    END;

    INSERT INTO domino_sync.activity (
        run_id, runner_id, crm_user_id, appointment_id, domino_uid, direction, action, reason_code, detail, changes,
        changed_by, changed_at
    )
    SELECT
        (SELECT r.run_id FROM domino_sync.current_run(@p_runner) AS r), @p_runner, @p_crm_user_id, w.appointment_id,
        b.domino_uid, N'to_crm', b.action, b.reason_code, COALESCE(b.detail + N'; ' + w.doubt, b.detail, w.doubt),
        NULLIF(b.changes, N'[]'),
        (SELECT u.name FROM domino_sync.crm_user AS u WHERE u.crm_user_id = b.changed_by_user),
        CAST(LEFT(b.changed_at, 19) AS datetime2(3))
    FROM @v_written AS w
    CROSS APPLY OPENJSON(w.body) WITH
    (
        action nvarchar(40), reason_code nvarchar(60), detail nvarchar(max),
        domino_uid nvarchar(400) '$.link.domino_uid', changes nvarchar(max) AS JSON, changed_by_user int,
        changed_at nvarchar(30)
    ) AS b
    WHERE b.action <> N'unchanged';
END;

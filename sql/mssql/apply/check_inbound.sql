CREATE OR ALTER PROCEDURE domino_sync.check_inbound
    @p_crm_user_id int,
    @p_items nvarchar(max)
AS
/* Refuses what the CRM could not store, before anything is locked.
   Parameters: @p_crm_user_id, the mailbox; @p_items, a JSON list of InboundItem.
   Raises:     51003 with the item_no and the field of the first problem. */
BEGIN
    SET NOCOUNT ON;

    DECLARE @v_item table (
        nth int NOT NULL PRIMARY KEY, item_no int NULL, is_new bit NOT NULL, crm_user_id int NULL,
        domino_uid nvarchar(max) NULL, fields nvarchar(max) NULL, added nvarchar(max) NULL
    );
    -- json_type: 0 null, 1 text, 3 true or false; no row for a key that is absent
    DECLARE @v_field table (
        nth int NOT NULL, field nvarchar(60) NOT NULL, value nvarchar(max) NULL, json_type int NOT NULL,
        PRIMARY KEY (nth, field)
    );
    DECLARE @v_rule table (
        field nvarchar(60) NOT NULL PRIMARY KEY, kind nvarchar(10) NOT NULL, needed bit NOT NULL, most int NULL
    );
    DECLARE @v_problem table (item_no int NULL, field nvarchar(60) NOT NULL, problem nvarchar(600) NULL);
    DECLARE @v_message nvarchar(2048);

    INSERT INTO @v_item (nth, item_no, is_new, crm_user_id, domino_uid, fields, added)
    SELECT
        CAST(i.[key] AS int), b.item_no, CASE WHEN b.appointment_id IS NULL THEN 1 ELSE 0 END, b.crm_user_id,
        b.domino_uid, b.fields, b.attendees_add
    FROM OPENJSON(@p_items) AS i
    CROSS APPLY OPENJSON(i.[value]) WITH
    (
        item_no int,
        appointment_id int,
        crm_user_id int '$.link.crm_user_id',
        domino_uid nvarchar(max) '$.link.domino_uid',
        fields nvarchar(max) AS JSON,
        attendees_add nvarchar(max) AS JSON
    ) AS b;

    INSERT INTO @v_field (nth, field, value, json_type)
    SELECT i.nth, f.[key], MAX(f.[value]), MAX(CAST(f.[type] AS int))
    FROM @v_item AS i
    CROSS APPLY OPENJSON(i.fields) AS f
    GROUP BY i.nth, f.[key];

    INSERT INTO @v_rule (field, kind, needed, most)
    VALUES
        (N'start_at', N'time', 1, NULL),
        (N'end_at', N'time', 1, NULL),
        (N'notify_at', N'time', 0, NULL),
        (N'all_day', N'flag', 0, NULL),
        (N'private', N'flag', 0, NULL),
        (N'action', N'text', 1, domino_sync.column_length(N'Communication', N'Comm_Action')),
        (N'status', N'text', 1, domino_sync.column_length(N'Communication', N'Comm_Status')),
        (N'priority', N'text', 1, domino_sync.column_length(N'Communication', N'Comm_Priority')),
        (N'subject', N'text', 1, domino_sync.column_length(N'Communication', N'Comm_Subject')),
        (N'location', N'text', 1, domino_sync.column_length(N'Communication', N'Comm_Location')),
        (N'note', N'text', 1, domino_sync.column_length(N'Communication', N'Comm_Note')),
        (N'organiser_email', N'address', 0, domino_sync.column_length(N'Communication', N'Comm_Organizer'));

    -- LEN leaves out blanks at the end; binary, because to a collation of kind _SC one character may take two of a column
    INSERT INTO @v_problem (item_no, field, problem)
    SELECT
        i.item_no,
        N'fields.' + r.field,
        CASE
            WHEN r.needed = 1 AND i.is_new = 1 AND f.value IS NULL THEN N'is missing'
            WHEN f.json_type IS NULL THEN NULL
            WHEN r.kind = N'time' AND f.value IS NULL AND r.needed = 0 THEN NULL
            WHEN r.kind = N'time' AND domino_sync.is_wall_time(f.value) = 0 THEN N'is not a time'
            WHEN r.kind = N'flag' AND f.json_type <> 3 THEN N'is neither true nor false'
            WHEN r.kind = N'text' AND f.json_type <> 1 THEN N'is not a text'
            WHEN r.kind = N'text' AND LEN(CONCAT(f.value, N'|') COLLATE Latin1_General_BIN2) - 1 > r.most
                THEN CONCAT(N'has more than ', r.most, N' characters')
            WHEN r.kind = N'address' AND f.value NOT LIKE N'%_@_%' THEN N'is not an address'
            WHEN r.kind = N'address' AND LEN(f.value) > r.most THEN N'is too long'
        END
    FROM @v_item AS i
    CROSS JOIN @v_rule AS r
    LEFT JOIN @v_field AS f ON f.nth = i.nth AND f.field = r.field

    UNION ALL

    -- texts of this form sort like the times
    SELECT i.item_no, N'fields.end_at', N'is before the start'
    FROM @v_item AS i
    JOIN @v_field AS starts ON starts.nth = i.nth AND starts.field = N'start_at'
    JOIN @v_field AS ends ON ends.nth = i.nth AND ends.field = N'end_at'
    WHERE ends.value < starts.value

    UNION ALL

    SELECT i.item_no, N'fields.type', N'is neither absent nor that of a new Task'
    FROM @v_item AS i
    JOIN @v_field AS f ON f.nth = i.nth AND f.field = N'type'
    WHERE i.is_new = 0 OR f.value IS NULL OR f.value <> N'Task'

    UNION ALL

    SELECT i.item_no, N'link.crm_user_id', N'is another mailbox'
    FROM @v_item AS i
    WHERE i.crm_user_id IS NULL OR i.crm_user_id <> @p_crm_user_id

    UNION ALL

    SELECT i.item_no, N'link.domino_uid', CASE
        WHEN COALESCE(i.domino_uid, N'') = N'' THEN N'is empty'
        WHEN LEN(i.domino_uid) > 400 THEN N'has more than 400 characters'
    END
    FROM @v_item AS i

    UNION ALL

    SELECT i.item_no, N'attendees_add', CASE
        WHEN COALESCE(a.email, N'') NOT LIKE N'%_@_%'
            THEN CONCAT(COALESCE(N'"' + LEFT(a.email, 400) + N'"', N'null'), N' is not an address')
        WHEN LEN(a.email) > domino_sync.column_length(N'Comm_Link', N'cmli_recipient')
            THEN CONCAT(N'"', LEFT(a.email, 400), N'" is too long')
        WHEN a.response IS NULL OR a.response NOT LIKE N'[0-6]'
            THEN CONCAT(N'"', LEFT(a.email, 400), N'" has the unknown response ', COALESCE(a.response, N'null'))
    END
    FROM @v_item AS i
    CROSS APPLY OPENJSON(i.added) AS g
    CROSS APPLY OPENJSON(g.[value]) WITH (email nvarchar(max), response nvarchar(20)) AS a;

    SELECT TOP (1) @v_message = CONCAT(N'refused: item ', p.item_no, N': ', p.field, N' ', p.problem)
    FROM @v_problem AS p
    WHERE p.problem IS NOT NULL
    ORDER BY p.item_no;

    IF @v_message IS NOT NULL
        THROW 51003, @v_message, 1;
END;

CREATE OR ALTER PROCEDURE domino_sync.number_series
    @p_items nvarchar(max),
    @p_work nvarchar(max)
AS
/* Gives the appointments just made of one Notes series one Comm_RecurrenceId, where setting group_series says so.
   Parameters: @p_items; @p_work, the decisions; created ones with their appointment_id.
   The number is the id of the first of them, negated. Sage's own numbers are ids of its recurrence table, whose name and
   columns are not known; counters count upwards from a positive start [inferred], so no pattern ever gets such a number.
   What came in earlier decides: later instances share its number, and where it has none or one of Sage's they get none.
   Needs the lock of apply_inbound on creators: two that number one series at a time would give it two numbers. */
BEGIN
    SET NOCOUNT ON;

    DECLARE @v_created table (appointment_id int NOT NULL PRIMARY KEY, uid nvarchar(400) NOT NULL);
    DECLARE @v_series table (uid nvarchar(400) NOT NULL, number int NOT NULL);

    IF NOT EXISTS (SELECT 1 FROM domino_sync.setting AS s WHERE s.name = N'group_series' AND s.value = N'on')
        RETURN;

    INSERT INTO @v_created (appointment_id, uid)
    SELECT w.appointment_id, b.uid
    FROM domino_sync.inbound_work(@p_items, @p_work) AS w
    CROSS APPLY OPENJSON(w.body) WITH
    (
        uid nvarchar(400) '$.link.domino_uid', recurrence_id nvarchar(40) '$.link.domino_recurrence_id'
    ) AS b
    WHERE w.outcome = N'created'
      AND b.recurrence_id <> N'';

    INSERT INTO @v_series (uid, number)
    SELECT n.uid, n.number
    FROM
    (
        SELECT k.uid, CASE WHEN before.instances = 0 THEN -k.first_id ELSE before.number END AS number
        FROM (SELECT i.uid, MIN(i.appointment_id) AS first_id FROM @v_created AS i GROUP BY i.uid) AS k
        CROSS APPLY
        (
            SELECT
                COUNT(*) AS instances,
                MIN(CASE WHEN c.Comm_RecurrenceId < 0 THEN c.Comm_RecurrenceId END) AS number
            FROM domino_sync.item_link AS l
            JOIN dbo.Communication AS c ON c.Comm_CommunicationId = l.appointment_id
            WHERE l.domino_uid = k.uid
              AND l.domino_recurrence_id <> N''
        ) AS before
    ) AS n
    WHERE n.number IS NOT NULL;

    UPDATE c
    SET Comm_RecurrenceId = s.number
    FROM dbo.Communication AS c
    JOIN @v_created AS i ON i.appointment_id = c.Comm_CommunicationId
    JOIN @v_series AS s ON s.uid = i.uid;
END;

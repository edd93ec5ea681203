CREATE OR ALTER VIEW domino_sync.pair_series
AS
/* What counts as one for the breaker: who deletes a series deletes once, however many rows or entries it has.
   A row a pair, linked or not: crm_user_id, appointment_id, series, a text that its pairs have in common.  Locks: nothing. */
SELECT
    l.crm_user_id,
    l.appointment_id,
    CASE
        WHEN l.domino_recurrence_id <> N'' THEN CONCAT(N'entry ', l.domino_uid)
        -- occurrences are rows that share it; Sage documents nothing else about the number
        WHEN c.Comm_RecurrenceId <> 0 THEN CONCAT(N'series ', c.Comm_RecurrenceId)
        ELSE CONCAT(N'appointment ', l.appointment_id)
    END AS series
FROM domino_sync.item_link AS l
LEFT JOIN dbo.Communication AS c ON c.Comm_CommunicationId = l.appointment_id;

CREATE OR ALTER FUNCTION domino_sync.decide_inbound(@p_crm_user_id int, @p_items nvarchar(max))
RETURNS TABLE
AS
/* Says for each inbound item what becomes of it, given what the locked rows hold now.
   Parameters: @p_crm_user_id, the mailbox; @p_items, a JSON list of InboundItem.
   Returns:    a row an item: nth, its place in the list from 0; outcome: created, updated, stale or duplicate;
               appointment_id, for a duplicate that of the appointment its Domino entry is linked to. */
RETURN
WITH item AS
(
    SELECT
        CAST(i.[key] AS int) AS nth,
        b.item_no, b.appointment_id, b.fingerprint, b.uid, COALESCE(b.recurrence_id, N'') AS recurrence_id,
        CASE WHEN b.action = N'adopted' AND b.role = N'copy' AND b.kind = N'meeting' THEN 1 ELSE 0 END AS invited
    FROM OPENJSON(@p_items) AS i
    CROSS APPLY OPENJSON(i.[value]) WITH
    (
        item_no int,
        appointment_id int,
        fingerprint nvarchar(100),
        uid nvarchar(400) '$.link.domino_uid',
        recurrence_id nvarchar(40) '$.link.domino_recurrence_id',
        action nvarchar(20),
        role nvarchar(20) '$.link.role',
        kind nvarchar(20) '$.link.kind'
    ) AS b
),
numbered AS
(
    SELECT
        i.nth, i.item_no, i.appointment_id, i.fingerprint, i.uid, i.recurrence_id, i.invited,
        ROW_NUMBER() OVER (PARTITION BY i.uid, i.recurrence_id ORDER BY i.nth) AS nth_of_entry,
        ROW_NUMBER() OVER (PARTITION BY i.appointment_id ORDER BY i.nth) AS nth_of_appointment
    FROM item AS i
)
SELECT
    n.nth,
    n.item_no,
    CASE
        WHEN other.appointment_id IS NOT NULL OR n.nth_of_entry > 1 THEN N'duplicate'
        WHEN elsewhere.appointment_id IS NOT NULL THEN N'duplicate'
        WHEN n.appointment_id IS NULL THEN N'created'
        -- the first of two items on one appointment changes it under the second
        WHEN f.fingerprint = n.fingerprint AND n.nth_of_appointment = 1 THEN N'updated'
        ELSE N'stale'
    END AS outcome,
    COALESCE(other.appointment_id, n.appointment_id, elsewhere.appointment_id) AS appointment_id
FROM numbered AS n
LEFT JOIN domino_sync.item_link AS other
    ON other.crm_user_id = @p_crm_user_id
    AND other.domino_uid = n.uid
    AND other.domino_recurrence_id = n.recurrence_id
    AND (n.appointment_id IS NULL OR other.appointment_id <> n.appointment_id)
-- new here, but another invitee's copy of the same meeting has made or found the appointment already
OUTER APPLY
(
    SELECT MIN(l.appointment_id) AS appointment_id
    FROM domino_sync.item_link AS l
    WHERE (n.appointment_id IS NULL OR n.invited = 1)
      AND l.domino_uid = n.uid
      AND l.domino_recurrence_id = n.recurrence_id
      AND l.crm_user_id <> @p_crm_user_id
      AND l.state = N'linked'
) AS elsewhere
OUTER APPLY domino_sync.appointment_fingerprint(n.appointment_id) AS f;

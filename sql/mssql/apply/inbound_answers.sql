CREATE OR ALTER FUNCTION domino_sync.inbound_answers(@p_crm_user_id int, @p_items nvarchar(max))
RETURNS TABLE
AS
/* What the owner of a mailbox has answered, as his copies of other people's meetings show it.
   Parameters: @p_crm_user_id, the mailbox; @p_items, a JSON list of ParkedItem.
   Returns:    a row an item with a `response`: before_response, what the copy showed when it was last looked at, NULL when
               it never was; appointment_id, the live appointment that the meeting is a pair of in another mailbox, the
               organiser's first; NULL when there is none. */
RETURN
SELECT
    i.domino_uid, i.domino_recurrence_id, i.response,
    -- TRY: it may be asked of a payload of another reason before that is left out
    TRY_CAST(JSON_VALUE(p.payload, '$.response') AS int) AS before_response,
    pair.appointment_id
FROM
(
    SELECT
        b.domino_uid, COALESCE(b.domino_recurrence_id, N'') AS domino_recurrence_id, b.response,
        ROW_NUMBER() OVER
        (
            PARTITION BY b.domino_uid, COALESCE(b.domino_recurrence_id, N'')
            ORDER BY CAST(g.[key] AS int)
        ) AS nth_of_entry
    FROM OPENJSON(@p_items) AS g
    CROSS APPLY OPENJSON(g.[value]) WITH
    (
        domino_uid nvarchar(400), domino_recurrence_id nvarchar(40), response int
    ) AS b
    WHERE b.response IS NOT NULL
) AS i
LEFT JOIN domino_sync.inbound_parked AS p
    ON p.crm_user_id = @p_crm_user_id
    AND p.domino_uid = i.domino_uid
    AND p.domino_recurrence_id = i.domino_recurrence_id
    AND p.reason_code = N'invitee_copy'
OUTER APPLY
(
    SELECT TOP (1) l.appointment_id
    FROM domino_sync.item_link AS l
    JOIN dbo.Communication AS c ON c.Comm_CommunicationId = l.appointment_id
    WHERE l.domino_uid = i.domino_uid
      AND l.domino_recurrence_id = i.domino_recurrence_id
      AND l.crm_user_id <> @p_crm_user_id
      AND l.state = N'linked'
      AND c.Comm_Deleted IS NULL
    ORDER BY l.role DESC, l.appointment_id
) AS pair
WHERE i.nth_of_entry = 1;

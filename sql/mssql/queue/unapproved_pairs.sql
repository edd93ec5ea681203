CREATE OR ALTER FUNCTION domino_sync.unapproved_pairs
(
    @p_crm_user_id int, @p_direction nvarchar(10), @p_ids nvarchar(max)
)
RETURNS TABLE
AS
/* Of the appointments that would be deleted on a side those that no administrator has allowed: he is asked about an entry
   once, and one that was made anew since is another one.
   Parameters: @p_crm_user_id, the mailbox; @p_direction: to_domino, to_crm; @p_ids, array of appointment ids.
   Returns:    a row a linked pair: appointment_id, domino_uid, domino_recurrence_id.  Locks: nothing. */
RETURN
SELECT l.appointment_id, l.domino_uid, l.domino_recurrence_id
FROM domino_sync.item_link AS l
WHERE l.crm_user_id = @p_crm_user_id
  AND l.state = N'linked'
  AND l.appointment_id IN (SELECT CAST(i.[value] AS int) FROM OPENJSON(@p_ids) AS i)
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

CREATE OR ALTER FUNCTION domino_sync.earlier_deletions
(
    @p_crm_user_id int, @p_direction nvarchar(10)
)
RETURNS TABLE
AS
/* What the breaker remembers: the deletions of the last mass_disappearance_hours that no administrator has seen. What he
   allowed does not count, nor what was deleted before he last allowed anything here: he was told how many those were.
   Parameters: @p_crm_user_id, the mailbox; @p_direction: to_domino, to_crm, the side on which was deleted.
   Returns:    a row a series, see pair_series.  Locks: nothing. */
RETURN
SELECT DISTINCT s.series
FROM domino_sync.activity AS a
INNER JOIN domino_sync.pair_series AS s ON s.crm_user_id = a.crm_user_id AND s.appointment_id = a.appointment_id
WHERE a.crm_user_id = @p_crm_user_id
  AND a.direction = @p_direction
  AND a.action = N'deleted'
  AND a.happened_at >
      (
          SELECT DATEADD(hour, -CAST(w.value AS int), SYSUTCDATETIME())
          FROM domino_sync.setting AS w
          WHERE w.name = N'mass_disappearance_hours'
      )
  AND NOT EXISTS
      (
          SELECT 1
          FROM domino_sync.held_plan AS p
          WHERE p.crm_user_id = @p_crm_user_id
            AND p.direction = @p_direction
            AND p.decision = N'allow'
            AND p.decided_at >= a.happened_at
      )
  AND NOT EXISTS
      (
          SELECT 1
          FROM domino_sync.held_plan AS p
          INNER JOIN domino_sync.held_item AS i ON i.plan_id = p.plan_id
          WHERE p.crm_user_id = @p_crm_user_id
            AND p.direction = @p_direction
            AND p.decision = N'allow'
            AND i.appointment_id = a.appointment_id
            AND i.domino_uid = a.domino_uid
      );

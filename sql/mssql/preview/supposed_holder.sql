CREATE OR ALTER FUNCTION domino_sync.supposed_holder(
    @p_crm_user_id int, @p_direction nvarchar(20), @p_ids nvarchar(max)
)
RETURNS TABLE
AS
/* Which of these appointments a user would hold, were he enabled with this direction: `appointment_holder` and
   `held_appointments`, which ask whether he is.  Changes with them.
   Parameters: @p_crm_user_id; @p_direction: both, to_domino, to_crm; @p_ids, a JSON list of appointment ids.
   Returns:    a row an appointment that he would hold. */
RETURN
SELECT
    o.appointment_id,
    CASE WHEN o.crm_user_id = @p_crm_user_id THEN N'organiser' ELSE N'copy' END AS role
FROM OPENJSON(@p_ids) AS i
JOIN domino_sync.appointment_organiser AS o ON o.appointment_id = CAST(i.[value] AS int)
WHERE o.eligible = 1
  AND (
      @p_direction = N'to_crm'
      OR o.crm_user_id = @p_crm_user_id
      OR (
          NOT EXISTS (SELECT 1 FROM domino_sync.sending_user AS sending WHERE sending.crm_user_id = o.crm_user_id)
          AND EXISTS
              (
                  SELECT 1
                  FROM domino_sync.appointment_participant AS p
                  WHERE p.appointment_id = o.appointment_id
                    AND p.crm_user_id = @p_crm_user_id
                    AND (p.response IS NULL OR p.response <> 4)
              )
          AND NOT EXISTS
              (
                  SELECT 1
                  FROM domino_sync.item_link AS m
                  WHERE m.appointment_id = o.appointment_id
                    AND (m.role = N'copy' OR m.domino_uid NOT LIKE N'CRM-%')
                    AND m.kind = N'meeting'
                    AND m.state = N'linked'
                    AND m.crm_user_id <> @p_crm_user_id
              )
          AND NOT EXISTS
              (
                  SELECT 1
                  FROM domino_sync.notes_copy AS a
                  WHERE a.appointment_id = o.appointment_id
                    AND a.crm_user_id = @p_crm_user_id
              )
      )
  );

CREATE OR ALTER FUNCTION domino_sync.match_links(@p_people nvarchar(max))
RETURNS TABLE
AS
/* Finds the link each person has on an appointment already: the oldest live one, else the one deleted last.
   Parameters: @p_people, as for write_people.  Returns: the same rows, each with link_id, null when there is none. */
RETURN
SELECT
    p.nth, p.appointment_id, p.crm_user_id, p.email, p.person_id, p.response, p.notify_at,
    COALESCE(own.link_id, external_link.link_id) AS link_id
FROM OPENJSON(@p_people) WITH
(
    nth int,
    appointment_id int,
    crm_user_id int,
    email nvarchar(400),
    person_id int,
    response int,
    notify_at nvarchar(19)
) AS p
OUTER APPLY
(
    SELECT TOP (1) l.CmLi_CommLinkId AS link_id
    FROM dbo.Comm_Link AS l
    WHERE l.CmLi_Comm_CommunicationId = p.appointment_id
      AND l.CmLi_Comm_UserId = p.crm_user_id
    ORDER BY
        CASE WHEN l.CmLi_Deleted IS NULL THEN 0 ELSE 1 END,
        CASE WHEN l.CmLi_Deleted IS NULL THEN l.CmLi_CommLinkId ELSE -l.CmLi_CommLinkId END
) AS own
OUTER APPLY
(
    SELECT TOP (1) l.CmLi_CommLinkId AS link_id
    FROM dbo.Comm_Link AS l
    WHERE p.crm_user_id IS NULL
      AND l.CmLi_Comm_CommunicationId = p.appointment_id
      AND l.CmLi_Comm_UserId IS NULL
      AND domino_sync.is_set(l.CmLi_IsExternalAttendee) = 1
      AND
      (
          LOWER(LTRIM(RTRIM(l.cmli_recipient))) = p.email
          OR
          (
              COALESCE(LTRIM(RTRIM(l.cmli_recipient)), N'') = N''
              AND l.CmLi_ExternalPersonID IN
                  (
                      SELECT a.person_id FROM domino_sync.person_address AS a WHERE a.email = p.email
                  )
          )
      )
    ORDER BY
        CASE WHEN l.CmLi_Deleted IS NULL THEN 0 ELSE 1 END,
        CASE WHEN l.CmLi_Deleted IS NULL THEN l.CmLi_CommLinkId ELSE -l.CmLi_CommLinkId END
) AS external_link;

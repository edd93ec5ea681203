CREATE OR ALTER PROCEDURE domino_sync.remove_people
    @p_crm_user_id int,
    @p_items nvarchar(max),
    @p_work nvarchar(max),
    @p_now datetime
AS
/* Takes the attendees of `attendees_remove` off their appointments. A link that is also about a person or a company
   loses only its attendee: that the appointment concerns that customer is none of Domino's business.
   Parameters: @p_crm_user_id, who writes; @p_items; @p_work, the decisions; @p_now, CRM wall clock.
   The organiser's link (status 6) stays. */
BEGIN
    SET NOCOUNT ON;

    -- kept: the link is also about a customer
    DECLARE @v_link table (link_id int NOT NULL PRIMARY KEY, kept bit NOT NULL);

    INSERT INTO @v_link (link_id, kept)
    SELECT DISTINCT
        k.CmLi_CommLinkId,
        CASE WHEN k.CmLi_Comm_PersonId IS NOT NULL OR k.CmLi_Comm_CompanyId IS NOT NULL THEN 1 ELSE 0 END
    FROM domino_sync.inbound_work(@p_items, @p_work) AS w
    CROSS APPLY OPENJSON(w.body, '$.attendees_remove') AS g
    CROSS APPLY (SELECT LOWER(LTRIM(RTRIM(g.[value]))) AS address) AS gone
    JOIN dbo.Comm_Link AS k ON k.CmLi_Comm_CommunicationId = w.appointment_id
    LEFT JOIN dbo.Users AS u ON u.User_UserId = k.CmLi_Comm_UserId
    WHERE w.outcome = N'updated'
      AND k.CmLi_Deleted IS NULL
      AND (k.cmli_status IS NULL OR k.cmli_status <> 6)
      AND
      (
          (k.CmLi_Comm_UserId IS NOT NULL AND LOWER(LTRIM(RTRIM(u.User_EmailAddress))) = gone.address)
          OR
          (
              k.CmLi_Comm_UserId IS NULL
              AND domino_sync.is_set(k.CmLi_IsExternalAttendee) = 1
              AND
              (
                  LOWER(LTRIM(RTRIM(k.cmli_recipient))) = gone.address
                  OR
                  (
                      COALESCE(LTRIM(RTRIM(k.cmli_recipient)), N'') = N''
                      AND gone.address IN
                          (
                              SELECT a.email
                              FROM domino_sync.person_address AS a
                              WHERE a.person_id = k.CmLi_ExternalPersonID
                          )
                  )
              )
          )
      );

    UPDATE l
    SET CmLi_Deleted = CASE WHEN v.kept = 1 THEN l.CmLi_Deleted ELSE 1 END,
        CmLi_Comm_UserId = CASE WHEN v.kept = 0 THEN l.CmLi_Comm_UserId END,
        cmli_status = CASE WHEN v.kept = 0 THEN l.cmli_status END,
        CmLi_Comm_NotifyTime = CASE WHEN v.kept = 0 THEN l.CmLi_Comm_NotifyTime END,
        CmLi_IsExternalAttendee = CASE WHEN v.kept = 0 THEN l.CmLi_IsExternalAttendee END,
        CmLi_ExternalPersonID = CASE WHEN v.kept = 0 THEN l.CmLi_ExternalPersonID END,
        cmli_recipient = CASE WHEN v.kept = 0 THEN l.cmli_recipient END,
        CmLi_UpdatedBy = @p_crm_user_id,
        CmLi_UpdatedDate = @p_now,
        CmLi_TimeStamp = @p_now
    FROM dbo.Comm_Link AS l
    JOIN @v_link AS v ON v.link_id = l.CmLi_CommLinkId;
END;

CREATE OR ALTER PROCEDURE domino_sync.write_people
    @p_crm_user_id int,
    @p_people nvarchar(max),
    @p_now datetime,
    @p_ids nvarchar(max)
AS
/* Gives appointments their users and external attendees: a live link gets the response, a deleted one comes back,
   otherwise a link is made. The organiser's link (status 6) keeps its status, and nobody gets a second one.
   Parameters: @p_crm_user_id, who writes; @p_people, a JSON list of {nth, appointment_id, crm_user_id, email, person_id,
               response, notify_at}, each person once an appointment, with crm_user_id null for an external one;
               @p_now, CRM wall clock; @p_ids, new ids in plenty, NULL where the insert makes them. */
BEGIN
    SET NOCOUNT ON;

    DECLARE @v_person table (
        nth int NOT NULL PRIMARY KEY, appointment_id int NOT NULL, crm_user_id int NULL, email nvarchar(400) NULL,
        person_id int NULL, response int NULL, notify_at datetime NULL, link_id int NULL
    );

    INSERT INTO @v_person (nth, appointment_id, crm_user_id, email, person_id, response, notify_at, link_id)
    SELECT
        p.nth, p.appointment_id, p.crm_user_id, p.email, p.person_id, p.response, CAST(p.notify_at AS datetime),
        p.link_id
    FROM domino_sync.match_links(@p_people) AS p;

    UPDATE l
    SET cmli_status = p.response,
        CmLi_Deleted = NULL,
        CmLi_UpdatedBy = @p_crm_user_id,
        CmLi_UpdatedDate = @p_now,
        CmLi_TimeStamp = @p_now
    FROM dbo.Comm_Link AS l
    JOIN @v_person AS p ON p.link_id = l.CmLi_CommLinkId
    WHERE l.CmLi_Deleted IS NOT NULL
       OR ((l.cmli_status IS NULL OR l.cmli_status <> 6) AND EXISTS (SELECT l.cmli_status EXCEPT SELECT p.response));

    DELETE FROM @v_person WHERE link_id IS NOT NULL;

    IF NOT EXISTS (SELECT 1 FROM @v_person)
        RETURN;

    IF @p_ids IS NULL
        INSERT INTO dbo.Comm_Link (
            CmLi_Comm_CommunicationId, CmLi_Comm_UserId, cmli_status, CmLi_Comm_NotifyTime, CmLi_IsExternalAttendee,
            cmli_recipient, CmLi_ExternalPersonID, CmLi_CreatedBy, CmLi_CreatedDate, CmLi_UpdatedBy, CmLi_UpdatedDate,
            CmLi_TimeStamp
        )
        SELECT
            p.appointment_id, p.crm_user_id, p.response, p.notify_at, CASE WHEN p.crm_user_id IS NULL THEN N'Y' END,
            CASE WHEN p.crm_user_id IS NULL THEN p.email END, p.person_id, @p_crm_user_id, @p_now, @p_crm_user_id,
            @p_now, @p_now
        FROM @v_person AS p
        ORDER BY p.nth;
    ELSE
        -- too few ids end in a NULL that the column refuses, and so in nothing written
        INSERT INTO dbo.Comm_Link (
            CmLi_CommLinkId, CmLi_Comm_CommunicationId, CmLi_Comm_UserId, cmli_status, CmLi_Comm_NotifyTime,
            CmLi_IsExternalAttendee, cmli_recipient, CmLi_ExternalPersonID, CmLi_CreatedBy, CmLi_CreatedDate,
            CmLi_UpdatedBy, CmLi_UpdatedDate, CmLi_TimeStamp
        )
        SELECT
            CAST(new.[value] AS int), p.appointment_id, p.crm_user_id, p.response, p.notify_at,
            CASE WHEN p.crm_user_id IS NULL THEN N'Y' END, CASE WHEN p.crm_user_id IS NULL THEN p.email END,
            p.person_id, @p_crm_user_id, @p_now, @p_crm_user_id, @p_now, @p_now
        FROM (SELECT v.*, ROW_NUMBER() OVER (ORDER BY v.nth) AS place FROM @v_person AS v) AS p
        LEFT JOIN OPENJSON(@p_ids) AS new ON CAST(new.[key] AS int) = p.place - 1;
END;

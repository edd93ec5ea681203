CREATE OR ALTER FUNCTION domino_sync.appointment_fingerprint(@p_appointment_id int)
RETURNS TABLE
AS
/* Digests every mapped column of an appointment and of its live links. Equal digests: nothing that matters has changed.
   Parameters: @p_appointment_id; apply it to each row.  Returns: a row if the appointment exists, deleted or not.
   Audit columns are left out: a save that changes nothing is no change.
   JSON keeps the texts apart, and null from empty; Comm_Note may be ntext in old databases, hence the cast. */
RETURN
SELECT
    c.Comm_CommunicationId AS appointment_id,
    CONVERT(varchar(64), HASHBYTES('SHA2_256', CONCAT(
        (
            SELECT
                c.Comm_Deleted AS deleted, c.Comm_Type AS type, c.Comm_Action AS action, c.Comm_Status AS status,
                c.Comm_Priority AS priority, CONVERT(nvarchar(23), c.Comm_DateTime, 126) AS start_at,
                CONVERT(nvarchar(23), c.Comm_ToDateTime, 126) AS end_at,
                domino_sync.is_set(c.Comm_IsAllDayEvent) AS all_day, domino_sync.is_set(c.Comm_Private) AS private,
                domino_sync.is_set(c.Comm_CRMOnly) AS crm_only, c.Comm_Subject AS subject,
                c.Comm_Location AS location, CAST(c.Comm_Note AS nvarchar(max)) AS note,
                CONVERT(nvarchar(23), c.Comm_NotifyTime, 126) AS notify_at, c.Comm_RecurrenceId AS recurrence_id,
                LTRIM(RTRIM(c.Comm_Organizer)) AS organiser, c.Comm_CreatedBy AS created_by,
                c.Comm_OpportunityId AS opportunity_id, c.Comm_CaseId AS case_id
            FOR JSON PATH, INCLUDE_NULL_VALUES
        ),
        (
            SELECT
                k.CmLi_CommLinkId AS id, k.CmLi_Comm_UserId AS user_id, k.cmli_status AS response,
                CONVERT(nvarchar(23), k.CmLi_Comm_NotifyTime, 126) AS notify_at,
                domino_sync.is_set(k.CmLi_IsExternalAttendee) AS external_attendee,
                k.CmLi_ExternalPersonID AS person_id, LTRIM(RTRIM(k.cmli_recipient)) AS recipient,
                k.CmLi_Comm_CompanyId AS company_id, k.CmLi_Comm_PersonId AS concerned_person_id
            FROM dbo.Comm_Link AS k
            WHERE k.CmLi_Comm_CommunicationId = c.Comm_CommunicationId
              AND k.CmLi_Deleted IS NULL
            ORDER BY k.CmLi_CommLinkId
            FOR JSON PATH, INCLUDE_NULL_VALUES
        )
    )), 2) AS fingerprint
FROM dbo.Communication AS c
WHERE c.Comm_CommunicationId = @p_appointment_id;

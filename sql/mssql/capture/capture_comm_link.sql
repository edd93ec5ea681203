CREATE OR ALTER TRIGGER dbo.domino_sync_comm_link_capture
ON dbo.Comm_Link
AFTER INSERT, UPDATE, DELETE
AS
/*
Logs appointment and user of every link that a statement made, changed in a mapped column, or removed.
Links to other kinds of communication, and links that name nobody, say nothing about an entry in Notes.
A link moved to another user or appointment logs both ends.
Returns: no rows.  Locks: none beyond the inserted rows.  Writes: change_log, capture_fault_seq on a fault.
The same guarantees as domino_sync_communication_capture.
*/
BEGIN
    IF ROWCOUNT_BIG() = 0
        RETURN;

    -- All four end with the trigger.  A ROWCOUNT of the caller's would cut our insert short; XACT_ABORT is on in a
    -- trigger unless it is set off, and would doom the save with the fault.
    SET NOCOUNT ON;
    SET ROWCOUNT 0;
    SET XACT_ABORT OFF;
    SET LOCK_TIMEOUT 500;

    BEGIN TRY
        INSERT INTO domino_sync.change_log (appointment_id, crm_user_id, operation, origin, captured_at)
        SELECT
            ends.appointment_id, ends.crm_user_id, N'L',
            CAST(SESSION_CONTEXT(N'domino_sync.origin') AS nvarchar(100)), SYSUTCDATETIME()
        FROM inserted AS after
        FULL JOIN deleted AS before ON before.CmLi_CommLinkId = after.CmLi_CommLinkId
        CROSS APPLY (
            VALUES
                (1, after.CmLi_Comm_CommunicationId, after.CmLi_Comm_UserId, after.CmLi_IsExternalAttendee),
                (0, before.CmLi_Comm_CommunicationId, before.CmLi_Comm_UserId, before.CmLi_IsExternalAttendee)
        ) AS ends (is_after, appointment_id, crm_user_id, is_external)
        -- uncommitted rows count: waiting for another save, or for its lock, is worse than a key logged in vain
        INNER JOIN dbo.Communication AS c WITH (READUNCOMMITTED)
            ON c.Comm_CommunicationId = ends.appointment_id
            AND (
                c.Comm_Type = N'Appointment'
                OR (
                    c.Comm_Type = N'Task'
                    AND EXISTS (
                        SELECT 1
                        FROM domino_sync.setting AS s WITH (READUNCOMMITTED)
                        WHERE s.name = N'tasks' AND s.value = N'sync'
                    )
                )
            )
        WHERE (
              ends.crm_user_id IS NOT NULL OR ends.is_external = N'Y'
              -- a customer, named before or after
              OR after.CmLi_Comm_CompanyId IS NOT NULL OR after.CmLi_Comm_PersonId IS NOT NULL
              OR before.CmLi_Comm_CompanyId IS NOT NULL OR before.CmLi_Comm_PersonId IS NOT NULL
          )
          AND (
              ends.is_after = 1
              OR EXISTS (
                  SELECT after.CmLi_Comm_CommunicationId, after.CmLi_Comm_UserId, after.CmLi_IsExternalAttendee
                  EXCEPT
                  SELECT before.CmLi_Comm_CommunicationId, before.CmLi_Comm_UserId, before.CmLi_IsExternalAttendee
              )
          )
          AND EXISTS (
              SELECT
                  after.CmLi_CommLinkId, after.CmLi_Comm_CommunicationId, after.CmLi_Comm_UserId, after.CmLi_Deleted,
                  after.cmli_status, after.CmLi_IsExternalAttendee, after.cmli_recipient,
                  after.CmLi_ExternalPersonID, after.CmLi_Comm_PersonId, after.CmLi_Comm_CompanyId,
                  after.CmLi_Comm_NotifyTime
              EXCEPT
              SELECT
                  before.CmLi_CommLinkId, before.CmLi_Comm_CommunicationId, before.CmLi_Comm_UserId,
                  before.CmLi_Deleted, before.cmli_status, before.CmLi_IsExternalAttendee, before.cmli_recipient,
                  before.CmLi_ExternalPersonID, before.CmLi_Comm_PersonId, before.CmLi_Comm_CompanyId,
                  before.CmLi_Comm_NotifyTime
          );
    END TRY
    BEGIN CATCH
        -- a doomed transaction cannot be saved: its owner is to see what doomed it
        IF XACT_STATE() = -1
            THROW;
        EXECUTE domino_sync.count_capture_fault;
    END CATCH;
END;

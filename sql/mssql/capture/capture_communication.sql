CREATE OR ALTER TRIGGER dbo.domino_sync_communication_capture
ON dbo.Communication
AFTER INSERT, UPDATE, DELETE
AS
/*
Logs the key of every appointment, and with setting tasks of every Task, that a statement made, changed in a mapped column, or removed.
Returns: no rows; the statement is not influenced.
Locks: none beyond the inserted rows; waits half a second at most.  Writes: change_log, capture_fault_seq on a fault.
A fault costs the log rows of one statement, not the save: `capture_state` counts it, `reconcile` repairs it.
What dooms the transaction (a deadlock, a full log, a lost object) cannot be caught: the save fails with that error.
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

    -- ntext in old databases, so not readable here: a save that writes it is logged, changed or not
    DECLARE @note_is_written bit = 0;
    IF UPDATE(Comm_Note)
        SET @note_is_written = 1;

    BEGIN TRY
        INSERT INTO domino_sync.change_log (appointment_id, operation, origin, captured_at)
        SELECT
            COALESCE(after.Comm_CommunicationId, before.Comm_CommunicationId),
            CASE
                WHEN before.Comm_CommunicationId IS NULL THEN N'I'
                WHEN after.Comm_CommunicationId IS NULL THEN N'D'
                ELSE N'U'
            END,
            CAST(SESSION_CONTEXT(N'domino_sync.origin') AS nvarchar(100)),
            SYSUTCDATETIME()
        FROM inserted AS after
        FULL JOIN deleted AS before ON before.Comm_CommunicationId = after.Comm_CommunicationId
        WHERE (
              after.Comm_Type = N'Appointment'
              OR before.Comm_Type = N'Appointment'
              OR (
                  (after.Comm_Type = N'Task' OR before.Comm_Type = N'Task')
                  -- nobody's save waits for an administrator who has the setting in hand
                  AND EXISTS (
                      SELECT 1
                      FROM domino_sync.setting AS s WITH (READUNCOMMITTED)
                      WHERE s.name = N'tasks' AND s.value = N'sync'
                  )
              )
          )
          AND (
              @note_is_written = 1
              -- binary, because a subject that changes in nothing but its case is a change
              OR EXISTS (
                  SELECT
                      after.Comm_CommunicationId, after.Comm_Type, after.Comm_DateTime, after.Comm_ToDateTime,
                      after.Comm_Subject COLLATE Latin1_General_BIN2, after.Comm_Location COLLATE Latin1_General_BIN2,
                      after.Comm_Deleted, after.Comm_Status, after.Comm_Action, after.Comm_Priority,
                      after.Comm_IsAllDayEvent, after.Comm_Private, after.Comm_NotifyTime, after.Comm_Organizer,
                      after.Comm_CreatedBy, after.Comm_CRMOnly, after.Comm_RecurrenceId, after.Comm_OpportunityId,
                      after.Comm_CaseId
                  EXCEPT
                  SELECT
                      before.Comm_CommunicationId, before.Comm_Type, before.Comm_DateTime, before.Comm_ToDateTime,
                      before.Comm_Subject COLLATE Latin1_General_BIN2, before.Comm_Location COLLATE Latin1_General_BIN2,
                      before.Comm_Deleted, before.Comm_Status, before.Comm_Action, before.Comm_Priority,
                      before.Comm_IsAllDayEvent, before.Comm_Private, before.Comm_NotifyTime, before.Comm_Organizer,
                      before.Comm_CreatedBy, before.Comm_CRMOnly, before.Comm_RecurrenceId, before.Comm_OpportunityId,
                      before.Comm_CaseId
              )
          );
    END TRY
    BEGIN CATCH
        -- a doomed transaction cannot be saved: its owner is to see what doomed it
        IF XACT_STATE() = -1
            THROW;
        EXECUTE domino_sync.count_capture_fault;
    END CATCH;
END;

CREATE OR ALTER PROCEDURE domino_sync_api.capture_state
AS
/* Whether changes in the CRM are seen: CaptureState of src/crm/contract.ts. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    SELECT c.state FROM domino_sync.capture_state_json() AS c;
END;

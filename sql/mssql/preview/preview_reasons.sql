CREATE OR ALTER PROCEDURE domino_sync_api.preview_reasons
AS
/* The reason codes with their texts.
   Returns: a row a code; severity: info, skip, error.  Locks: nothing.  Writes: nothing. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    SELECT r.code, r.severity, r.meaning, r.remedy
    FROM domino_sync.reason_code AS r
    ORDER BY r.code;
END;

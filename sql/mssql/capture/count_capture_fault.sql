CREATE OR ALTER PROCEDURE domino_sync.count_capture_fault
AS
BEGIN
    /*
    Counts a fault of a capture trigger.  A sequence, because it keeps the count although the save may still be
    rolled back.  Unlike its twin it tells the server's log nothing: that takes a right the CRM's login has not.
    Returns: nothing.  Locks: none.  Writes: capture_fault_seq.
    */
    SET NOCOUNT ON;

    DECLARE @fault bigint = NEXT VALUE FOR domino_sync.capture_fault_seq;
END;

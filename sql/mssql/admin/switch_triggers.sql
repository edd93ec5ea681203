CREATE OR ALTER PROCEDURE domino_sync.switch_triggers
    @p_on bit
WITH EXECUTE AS OWNER
AS
/* Enables or disables our triggers on the vendor's tables, and no others.
   Parameters: @p_on.
   Locks: each table in mode SCH-M until the transaction ends; everything of the CRM on it waits for that.
   Raises: 1222 the tables are in use, try again.
   Raises 15517 while the database has an owner that its server does not know: ALTER AUTHORIZATION ON DATABASE mends it.
   The one procedure that runs as its owner, and no farther than this database. To switch a trigger takes ALTER on the
   table, which ownership chaining does not carry; granted to the administrator it would let him drop columns of the
   vendor's. A switch inside the triggers would not do: Sage wants them disabled during an upgrade, and a trigger that
   names a column which is gone fails every save, switched off or not. No caller's text is executed here. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;
    -- whoever has a long transaction open on these tables must not make every save of the CRM queue up behind us
    SET LOCK_TIMEOUT 5000;

    IF @p_on = 1
    BEGIN
        ALTER TABLE dbo.Communication ENABLE TRIGGER domino_sync_communication_capture;
        ALTER TABLE dbo.Comm_Link ENABLE TRIGGER domino_sync_comm_link_capture;
    END
    ELSE
    BEGIN
        IF EXISTS
        (
            SELECT 1 FROM domino_sync.capture_trigger AS t
            WHERE t.table_name = N'communication' AND t.state = N'enabled'
        )
            ALTER TABLE dbo.Communication DISABLE TRIGGER domino_sync_communication_capture;
        IF EXISTS
        (
            SELECT 1 FROM domino_sync.capture_trigger AS t
            WHERE t.table_name = N'comm_link' AND t.state = N'enabled'
        )
            ALTER TABLE dbo.Comm_Link DISABLE TRIGGER domino_sync_comm_link_capture;
    END;
END;

CREATE OR ALTER PROCEDURE domino_sync.require_mailbox_leases
    @p_runner int,
    @p_mailboxes nvarchar(max)
AS
BEGIN
    /*
    Holds the mailboxes for the rest of the transaction, so that nobody else can lease them before it ends.
    A lease that ran out but that nobody took since still counts: no one else works on the mailbox.
    Parameters: @p_runner; @p_mailboxes - array of {crm_user_id}, repeats allowed; null: none.
    Returns: nothing.  Throws 51001 when the runner does not hold all of them.  Needs the transaction of the caller.
    Locks: the sync_user rows, for update (leasing skips them, renewing waits, reading goes on).  Writes: nothing.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @mailbox table (crm_user_id int NOT NULL PRIMARY KEY);
    DECLARE @held table (crm_user_id int NOT NULL PRIMARY KEY);

    INSERT INTO @mailbox (crm_user_id)
    SELECT DISTINCT m.crm_user_id
    FROM OPENJSON(@p_mailboxes) WITH (crm_user_id int) AS m;

    INSERT INTO @held (crm_user_id)
    SELECT u.crm_user_id
    FROM @mailbox AS m
    INNER JOIN domino_sync.sync_user AS u WITH (UPDLOCK, ROWLOCK) ON u.crm_user_id = m.crm_user_id
    WHERE u.leased_by = @p_runner
    -- by key, whatever the size: a scan would lock the mailboxes of others
    OPTION (LOOP JOIN, FORCE ORDER);

    IF EXISTS (SELECT m.crm_user_id FROM @mailbox AS m EXCEPT SELECT h.crm_user_id FROM @held AS h)
    BEGIN
        -- FOR XML is the list-maker of SQL Server 2016; ids need no escaping
        DECLARE @message nvarchar(2048) = CONCAT(
            N'lease lost: runner ', @p_runner, N' does not hold the mailboxes of the CRM users {',
            STUFF(
                (SELECT N',' + CONVERT(nvarchar(11), m.crm_user_id)
                 FROM @mailbox AS m
                 WHERE m.crm_user_id NOT IN (SELECT h.crm_user_id FROM @held AS h)
                 ORDER BY m.crm_user_id
                 FOR XML PATH('')), 1, 1, N''),
            N'}');
        THROW 51001, @message, 1;
    END;
END;

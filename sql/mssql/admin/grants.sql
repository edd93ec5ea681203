-- The roles of the product. Applied whenever an object was made anew, in the same transaction.
--
-- Whatever is not listed here is for nobody: a procedure goes to the administrator, and to the runner only by name.
-- Ownership chaining carries every call to the tables behind it; no role has a right on data of a vendor table.

-- Rights that somebody gave by hand, or an earlier version had, go first. FOR XML makes the list; names are quoted.
DECLARE @revoke nvarchar(max) = (
    SELECT CONCAT(
        N'REVOKE ', p.permission_name COLLATE DATABASE_DEFAULT,
        CASE p.class
            WHEN 3 THEN CONCAT(N' ON SCHEMA::', QUOTENAME(SCHEMA_NAME(p.major_id)))
            ELSE CONCAT(
                N' ON OBJECT::', QUOTENAME(OBJECT_SCHEMA_NAME(p.major_id)), N'.', QUOTENAME(OBJECT_NAME(p.major_id)))
        END,
        N' FROM ', QUOTENAME(g.name), N' CASCADE; ')
    FROM sys.database_permissions AS p
    INNER JOIN sys.database_principals AS g ON g.principal_id = p.grantee_principal_id
    WHERE g.name IN (N'public', N'domino_sync_runner', N'domino_sync_reader', N'domino_sync_admin')
      AND (
          (p.class = 3
           AND SCHEMA_NAME(p.major_id) IN (N'domino_sync', N'domino_sync_api', N'domino_sync_report'))
          OR (p.class = 1
              AND OBJECT_SCHEMA_NAME(p.major_id) IN (N'domino_sync', N'domino_sync_api', N'domino_sync_report'))
      )
    FOR XML PATH('')
);
IF @revoke IS NOT NULL
    EXECUTE sys.sp_executesql @revoke;

GRANT EXECUTE ON SCHEMA::domino_sync_api TO domino_sync_admin;
GRANT SELECT ON SCHEMA::domino_sync_report TO domino_sync_admin;
GRANT SELECT ON SCHEMA::domino_sync_report TO domino_sync_reader;

GRANT EXECUTE ON OBJECT::domino_sync_api.register_runner TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.read_settings TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.start_run TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.finish_run TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.look_for_work TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.fold_changes TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.lease_mailboxes TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.renew_mailbox TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.release_mailbox TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.note_conflicts TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.report_server TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.lease_outbound TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.read_appointments TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.begin_create TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.complete_outbound TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.fail_outbound TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.enqueue_delivery TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.list_known TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.read_links TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.apply_inbound TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.apply_missing TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.park_inbound TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.settle_parked TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.save_links TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.list_unlinked TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.report_first_sync TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.reconcile_chunk TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.finish_reconcile TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.watch_capture TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.watch_restore TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.hold_deletions TO domino_sync_runner;
-- reading procedures of the administrator
GRANT EXECUTE ON OBJECT::domino_sync_api.capture_state TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.sync_status TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.explain_item TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.find_by_uid TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.list_users TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.task_dates TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.preview_mailboxes TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.preview_deliveries TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.preview_inbound TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.preview_missing TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.preview_enable TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.preview_window TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.preview_reasons TO domino_sync_runner;
GRANT EXECUTE ON OBJECT::domino_sync_api.preview_deletions TO domino_sync_runner;

-- Catalog views show a caller only what he has some right on, ownership chaining or not. To see the fault counter, the
-- state of our triggers and the columns and id scheme of the vendor's tables takes this: definitions, never data.
GRANT VIEW DEFINITION ON SCHEMA::domino_sync TO domino_sync_runner;
GRANT VIEW DEFINITION ON SCHEMA::domino_sync TO domino_sync_reader;
GRANT VIEW DEFINITION ON SCHEMA::domino_sync TO domino_sync_admin;
GRANT VIEW DEFINITION ON OBJECT::dbo.Communication TO domino_sync_runner;
GRANT VIEW DEFINITION ON OBJECT::dbo.Communication TO domino_sync_reader;
GRANT VIEW DEFINITION ON OBJECT::dbo.Communication TO domino_sync_admin;
GRANT VIEW DEFINITION ON OBJECT::dbo.Comm_Link TO domino_sync_runner;
GRANT VIEW DEFINITION ON OBJECT::dbo.Comm_Link TO domino_sync_reader;
GRANT VIEW DEFINITION ON OBJECT::dbo.Comm_Link TO domino_sync_admin;
-- regarding_of asks whether these are there, and OBJECT_ID() too answers only who has some right on them
DECLARE @names nvarchar(max) = (
    SELECT CONCAT(
        N'GRANT VIEW DEFINITION ON OBJECT::dbo.', QUOTENAME(t.name), N' TO domino_sync_runner, domino_sync_admin; ')
    FROM (VALUES (N'Company'), (N'Opportunity'), (N'Cases')) AS t (name)
    WHERE OBJECT_ID(N'dbo.' + t.name) IS NOT NULL
    FOR XML PATH('')
);
IF @names IS NOT NULL
    EXECUTE sys.sp_executesql @names;
GO
-- Databases with the old id scheme: the vendor's procedure works by dynamic SQL, which ends the chain, so who calls ours
-- needs rights on the tables of ids behind it. They hold counters, no data of the CRM.
IF OBJECT_ID(N'dbo.eware_get_identity_id') IS NOT NULL
BEGIN
    GRANT EXECUTE ON OBJECT::dbo.eware_get_identity_id TO domino_sync_runner;
    GRANT VIEW DEFINITION ON OBJECT::dbo.eware_get_identity_id TO domino_sync_runner;
    -- resolve_conflicts may put an attendee back
    GRANT EXECUTE ON OBJECT::dbo.eware_get_identity_id TO domino_sync_admin;
    GRANT VIEW DEFINITION ON OBJECT::dbo.eware_get_identity_id TO domino_sync_admin;

    -- whichever of them this version of Sage CRM has
    DECLARE @grant nvarchar(max) = (
        SELECT CONCAT(N'GRANT ', r.permission, N' ON OBJECT::dbo.', QUOTENAME(t.name), N' TO domino_sync_runner, domino_sync_admin; ')
        FROM (VALUES (N'SQL_Identity'), (N'Rep_Ranges'), (N'Locks')) AS t (name)
        CROSS JOIN (VALUES (N'SELECT'), (N'INSERT'), (N'UPDATE'), (N'DELETE')) AS r (permission)
        WHERE OBJECT_ID(N'dbo.' + t.name, N'U') IS NOT NULL
        FOR XML PATH('')
    );
    IF @grant IS NOT NULL
        EXECUTE sys.sp_executesql @grant;
END;

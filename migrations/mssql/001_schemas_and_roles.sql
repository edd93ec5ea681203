-- The access boundary: private tables, callable procedures, readable views. Vendor tables get triggers, nothing else.
-- `domino_sync` itself is made by `deploy`, because the table of applied migrations lives in it.
-- All three belong to dbo, as Sage's tables do: only then does ownership chaining let a procedure or trigger of ours
-- reach the tables behind it for a caller who has no right on them.

CREATE SCHEMA domino_sync_api AUTHORIZATION dbo;
GO
CREATE SCHEMA domino_sync_report AUTHORIZATION dbo;
GO
EXECUTE sys.sp_addextendedproperty
    @name = N'MS_Description', @value = N'crm-domino-sync: private tables',
    @level0type = N'SCHEMA', @level0name = N'domino_sync';
EXECUTE sys.sp_addextendedproperty
    @name = N'MS_Description', @value = N'crm-domino-sync: procedures for the runner and the administrator',
    @level0type = N'SCHEMA', @level0name = N'domino_sync_api';
EXECUTE sys.sp_addextendedproperty
    @name = N'MS_Description', @value = N'crm-domino-sync: views for reporting',
    @level0type = N'SCHEMA', @level0name = N'domino_sync_report';
GO
-- Roles belong to the database: those of an earlier installation, with their members, are kept.
IF DATABASE_PRINCIPAL_ID(N'domino_sync_runner') IS NULL
    CREATE ROLE domino_sync_runner AUTHORIZATION dbo;
IF DATABASE_PRINCIPAL_ID(N'domino_sync_reader') IS NULL
    CREATE ROLE domino_sync_reader AUTHORIZATION dbo;
IF DATABASE_PRINCIPAL_ID(N'domino_sync_admin') IS NULL
    CREATE ROLE domino_sync_admin AUTHORIZATION dbo;

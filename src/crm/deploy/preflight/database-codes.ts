/** Findings about the server and the database. */
import type { CodeText } from './code-text.ts';

export const DATABASE_CODES = {
  'Server and database': {
    server_version: {
      severity: 'error',
      engine: 'both',
      means: 'The server is too old.',
      why: 'The procedures use what SQL Server has since 2016 SP1 and PostgreSQL since 14.',
      remedy: 'Move the CRM database to a newer server, with the consent of the maker of the CRM.',
    },
    server_service: {
      severity: 'error',
      engine: 'mssql',
      means: 'It is Azure SQL Database, Azure Synapse or a database in Fabric.',
      why:
        'They have no sys.database_recovery_status, by which a runner knows that the database was restored; ' +
        'and nothing was ever tried there. Their version number, 12.0, says nothing.',
      remedy:
        'Use a SQL Server. Azure SQL Managed Instance has what is needed by its documentation, untried.',
    },
    server_edition: {
      severity: 'warning',
      engine: 'mssql',
      means: 'It is an edition that this program was not made for, or one with limits.',
      why: 'Express ends at 10 GB a database. Azure SQL Managed Instance and Azure SQL Edge have settings of their own, and nothing was tried there.',
      remedy:
        'Express: watch the size of the database, and run "purge" on a schedule. Azure: try it on a copy first.',
    },
    compatibility_level: {
      severity: 'error',
      engine: 'mssql',
      means: 'The compatibility level of the database is below 130.',
      why: 'OPENJSON, by which every list reaches the procedures, is not known below it.',
      remedy:
        'Ask the maker of the CRM, then ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = 130 or higher.',
    },
    database_state: {
      severity: 'error',
      engine: 'both',
      means: 'The database cannot be written to.',
      why: 'It is read-only, a standby, or open to a single user.',
      remedy: 'Connect to the primary server, or make the database writable.',
    },
    database_owner: {
      severity: 'warning',
      engine: 'mssql',
      means:
        'The owner of the database is a login that does not exist, or not the one the database knows as dbo.',
      why: 'Happens after a restore from another server. A procedure WITH EXECUTE AS OWNER, as the one behind "capture disable", fails then (error 15517).',
      remedy: 'ALTER AUTHORIZATION ON DATABASE::… TO [sa], or to the login that should own it.',
    },
    collation_mixed: {
      severity: 'error',
      engine: 'mssql',
      means: 'Text columns of the CRM have another collation than the database.',
      why: 'Our tables take the collation of the database; comparing them with such a column fails (error 468).',
      remedy:
        'Give the columns the collation of the database, or the database theirs, with the maker of the CRM.',
    },
    collation: {
      severity: 'info',
      engine: 'mssql',
      means: 'The collation of the database.',
      why: 'Where it tells cases apart, names of columns have to be spelled as Sage spells them; e-mail addresses are compared in lower case either way.',
      remedy: '',
    },
    encoding: {
      severity: 'warning',
      engine: 'postgres',
      means: 'The database is not encoded in UTF-8.',
      why: 'Subjects, names and texts from Notes hold characters that it cannot store; such items are parked.',
      remedy: 'Move the CRM to a database with encoding UTF8.',
    },
    row_versioning: {
      severity: 'info',
      engine: 'mssql',
      means: 'READ_COMMITTED_SNAPSHOT is off.',
      why: 'Readers and writers of the CRM wait for each other, ours too: a long save delays a cycle, and reading appointments may delay a save for a moment.',
      remedy: 'Nothing has to be done. Switching it on is for the DBA and the maker of the CRM to decide.',
    },
    recovery_model: {
      severity: 'info',
      engine: 'mssql',
      means: 'The recovery model of the database.',
      why: 'With SIMPLE it can only be restored to its last full or differential back-up. The runner notices a restore and compares everything anew.',
      remedy: '',
    },
    long_transaction: {
      severity: 'warning',
      engine: 'both',
      means: 'A transaction has been open for more than five minutes.',
      why: 'If it holds a lock on one of the tables that get triggers, deploy waits, gives up after a minute and changes nothing; and it keeps the log from being cleaned.',
      remedy: 'Find out what the session does, and deploy when it has ended.',
    },
    ddl_trigger: {
      severity: 'info',
      engine: 'both',
      means: 'A DDL trigger or event trigger is enabled.',
      why: 'It sees, and may refuse, what deploy creates.',
      remedy: 'Look whether it refuses; if it does, switch it off while you deploy.',
    },
    deploy_rights: {
      severity: 'error',
      engine: 'both',
      acceptable: true,
      means: 'The login may not do what deploy has to do.',
      why: 'It creates schemas, roles, tables and procedures, and triggers on two tables of the CRM.',
      remedy:
        'Deploy with a login that owns the database (SQL Server: db_owner; PostgreSQL: owner of database and tables, with CREATEROLE).',
    },
    name_taken: {
      severity: 'error',
      engine: 'both',
      means: 'A schema or an object has a name of ours and is not ours.',
      why: 'Deploy would mix with it or replace it.',
      remedy: 'Rename or drop it, if it is left over from a trial.',
    },
    time_zone: {
      severity: 'warning',
      engine: 'both',
      means: 'The setting crm_time_zone does not fit the server, or the times in the CRM.',
      why: 'CRM times carry no zone. With a wrong one every appointment is off by hours in Notes.',
      remedy: 'Find out in which zone the CRM server runs: settings set crm_time_zone AREA/CITY.',
    },
    time_zone_invalid: {
      severity: 'error',
      engine: 'both',
      acceptable: true,
      means: 'The setting crm_time_zone is no time zone that server and program know.',
      why: 'Nothing is synchronised until it is one.',
      remedy: 'settings set crm_time_zone AREA/CITY, an IANA id such as Europe/Berlin.',
    },
  },
} as const satisfies Record<string, Record<string, CodeText>>;

/** Every finding of the preflight: how bad, why it matters, what to do. docs/preflight.md is made from this. */

export type Severity = 'error' | 'warning' | 'info' | 'ok';

interface CodeText {
  severity: Exclude<Severity, 'ok'>;
  /** Where it can be met. */
  engine: 'both' | 'mssql' | 'postgres';
  /** `deploy --accept` may go on in spite of it. Only for errors. */
  acceptable?: true;
  means: string;
  why: string;
  remedy: string;
}

const GROUPS = {
  'Server and database': {
    server_version: {
      severity: 'error',
      engine: 'both',
      means: 'The server is too old.',
      why: 'The procedures use what SQL Server has since 2016 SP1 and PostgreSQL since 14.',
      remedy: 'Move the CRM database to a newer server, with the consent of the maker of the CRM.',
    },
    server_edition: {
      severity: 'warning',
      engine: 'mssql',
      means: 'It is an edition that this program was not made for, or one with limits.',
      why: 'Express ends at 10 GB a database; the cloud editions have limits and settings of their own, and were never tried.',
      remedy:
        'Express: watch the size of the database, and run "purge" on a schedule. Cloud: try it on a copy first.',
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
  'Tables of the CRM': {
    vendor_column_missing: {
      severity: 'error',
      engine: 'both',
      means: 'A table or column that the triggers and procedures use is missing.',
      why: 'A trigger that names a missing column makes every save in the CRM fail.',
      remedy:
        'Check that CRM_DATABASE_URL names the CRM database, and that its Sage CRM version has the column.',
    },
    vendor_column_spelling: {
      severity: 'error',
      engine: 'mssql',
      means:
        'In a case-sensitive database, a table or column is spelled otherwise than in the triggers and procedures.',
      why: 'SQL Server does not find it under the other spelling.',
      remedy: 'Please report the spelling of this Sage CRM version.',
    },
    vendor_column_type: {
      severity: 'error',
      engine: 'both',
      means: 'A column has a type that the procedures cannot work with.',
      why: 'Times have to be date and time without zone, ids whole numbers of 32 bits, texts text.',
      remedy: 'Find out who changed the column, and why.',
    },
    vendor_column_length: {
      severity: 'warning',
      engine: 'both',
      means: 'A column holds less than Sage CRM’s own, or loses characters or seconds.',
      why: 'Longer texts are cut, with a reason code; a non-Unicode column turns foreign characters into question marks.',
      remedy: 'Give the column the type that Sage CRM has, if nothing else depends on the shorter one.',
    },
    vendor_column_required: {
      severity: 'error',
      engine: 'both',
      acceptable: true,
      means: 'A column that we do not fill must not be empty and has no default.',
      why: 'No appointment that was made in Notes can be created in the CRM.',
      remedy: 'Give the column a default, or accept it if all users synchronise to Domino only.',
    },
    ntext_column: {
      severity: 'info',
      engine: 'mssql',
      means: 'Comm_Note is ntext, as in old installations.',
      why: 'A trigger cannot read it: a save that writes the note counts as a change even if the text is the same.',
      remedy: '',
    },
    id_scheme: {
      severity: 'error',
      engine: 'both',
      means: 'How the CRM makes ids for a table: by the column itself, or by eware_get_identity_id.',
      why: 'Without either, no appointment can be created in the CRM.',
      remedy: 'Check that CRM_DATABASE_URL names the CRM database.',
    },
    table_kind: {
      severity: 'error',
      engine: 'both',
      means:
        'What should be an ordinary table is a view, a foreign, external, partitioned, inherited or memory-optimised table, or a history table.',
      why: 'The triggers cannot stand on it, or do not see every change.',
      remedy: 'Connect to the database that holds the table itself.',
    },
    table_tracked: {
      severity: 'info',
      engine: 'both',
      means:
        'Change tracking, change data capture, a publication or a history table follows a table of the CRM.',
      why: 'It sees our writes as it sees those of the CRM’s users.',
      remedy: 'Tell whoever reads it.',
    },
    table_replicated: {
      severity: 'warning',
      engine: 'both',
      means: 'Rows of a table arrive by replication.',
      why: 'On PostgreSQL the triggers do not fire for them; on SQL Server merge replication adds triggers and columns of its own.',
      remedy: 'Deploy where the CRM’s users save, not on a copy.',
    },
    row_security: {
      severity: 'warning',
      engine: 'both',
      means: 'Row-level security is on for a table of the CRM.',
      why: 'The procedures may not see every appointment, and an appointment they do not see looks deleted.',
      remedy: 'Exempt the owner of the schema domino_sync from the policy.',
    },
  },
  'Triggers and rules': {
    foreign_trigger: {
      severity: 'info',
      engine: 'both',
      means: 'A trigger of somebody else stands on a table that gets ours.',
      why: 'Ours logs keys only and reads no other table, so the order does not matter to it. What the other one writes to the same table is seen as well.',
      remedy: '',
    },
    instead_of_trigger: {
      severity: 'warning',
      engine: 'mssql',
      means: 'An INSTEAD OF trigger stands on a table that gets ours.',
      why: 'What it does not write itself never reaches the table, and ours does not see it; our own writes go through it too.',
      remedy: 'Look whether it writes every column that it is given.',
    },
    rewrite_rule: {
      severity: 'warning',
      engine: 'postgres',
      means: 'A rule rewrites writes to a table of the CRM.',
      why: 'With INSTEAD the table is not written at all, and no trigger fires.',
      remedy: 'Look what the rule does; make a trigger of it.',
    },
    nested_triggers: {
      severity: 'warning',
      engine: 'mssql',
      means: 'The server option "nested triggers" is off.',
      why: 'Changes that another trigger makes to appointments fire no trigger, so they are not seen.',
      remedy: 'If such triggers exist: EXECUTE sp_configure N’nested triggers’, 1; RECONFIGURE.',
    },
    recursive_triggers: {
      severity: 'info',
      engine: 'mssql',
      means: 'RECURSIVE_TRIGGERS is on in this database.',
      why: 'Ours write nothing that would fire them again; those of others may.',
      remedy: '',
    },
    session_replication_role: {
      severity: 'error',
      engine: 'postgres',
      means: 'session_replication_role is not "origin" for the server, the database or a login.',
      why: 'With "replica" ordinary triggers do not fire: changes of that login are not seen.',
      remedy: 'ALTER DATABASE or ROLE … RESET session_replication_role.',
    },
  },
  'Procedures, functions and views of the CRM database': {
    module_output: {
      severity: 'error',
      engine: 'mssql',
      acceptable: true,
      means: 'A module writes to a table that gets triggers, with OUTPUT and no INTO.',
      why: 'SQL Server refuses that as soon as the table has an enabled trigger (error 334): the module stops working.',
      remedy: 'Have it changed to OUTPUT … INTO @table, or accept it if the module is no longer used.',
    },
    module_identity: {
      severity: 'info',
      engine: 'both',
      means: 'A module reads @@IDENTITY, or lastval().',
      why: 'Triggers that fill an identity column or use a sequence change it. Ours do not: the value stays that of the caller.',
      remedy: 'SCOPE_IDENTITY(), or currval() with the name of the sequence, is safe from every trigger.',
    },
    module_dynamic: {
      severity: 'warning',
      engine: 'mssql',
      means: 'A module executes text that looks like OUTPUT on such a table, or like @@IDENTITY.',
      why: 'What the text is when it is executed cannot be told from outside.',
      remedy: 'Read the lines that are named.',
    },
    module_unreadable: {
      severity: 'warning',
      engine: 'mssql',
      means: 'The text of a module cannot be read: it is encrypted.',
      why: 'It may use OUTPUT without INTO on the tables that get triggers.',
      remedy: 'Ask whoever made it.',
    },
  },
  'The preflight itself': {
    not_checked: {
      severity: 'warning',
      engine: 'both',
      means: 'Something could not be looked at.',
      why: 'The login lacks a right, or this server does not have what is asked.',
      remedy: 'Run it with the login of the DBA, or look by hand.',
    },
  },
} as const satisfies Record<string, Record<string, CodeText>>;

type Groups = typeof GROUPS;
type KeysOfEach<T> = T extends unknown ? keyof T : never;
export type PreflightCode = KeysOfEach<Groups[keyof Groups]>;

export const CODE_GROUPS: readonly {
  title: string;
  codes: readonly (CodeText & { code: PreflightCode })[];
}[] = Object.entries(GROUPS).map(([title, codes]) => ({
  title,
  codes: Object.entries<CodeText>(codes).map(([code, text]) => ({ code: code as PreflightCode, ...text })),
}));

const BY_CODE = new Map(CODE_GROUPS.flatMap(({ codes }) => codes.map((code) => [code.code, code])));

export const codeText = (code: PreflightCode): CodeText => BY_CODE.get(code)!;

export const ACCEPTABLE: readonly PreflightCode[] = [...BY_CODE.values()]
  .filter(({ acceptable }) => acceptable === true)
  .map(({ code }) => code);

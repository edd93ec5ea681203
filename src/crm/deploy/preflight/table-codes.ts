/** Findings about the CRM's tables, their triggers, and the modules of the database. */
import type { CodeText } from './code-text.ts';

export const TABLE_CODES = {
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
      why: 'On PostgreSQL the triggers do not fire for them; on SQL Server they do, and merge replication adds triggers and columns of its own.',
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

/** The tables and columns of Sage CRM that our triggers, views and procedures read or write (`docs/contract.md`). */

export const VENDOR_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  communication: [
    'comm_communicationid',
    'comm_type',
    'comm_action',
    'comm_status',
    'comm_priority',
    'comm_datetime',
    'comm_todatetime',
    'comm_private',
    'comm_note',
    'comm_createdby',
    'comm_createddate',
    'comm_updatedby',
    'comm_updateddate',
    'comm_timestamp',
    'comm_deleted',
    'comm_notifytime',
    'comm_taskreminder',
    'comm_channelid',
    'comm_secterr',
    'comm_opportunityid',
    'comm_caseid',
    'comm_recurrenceid',
    'comm_crmonly',
    'comm_organizer',
    'comm_isalldayevent',
    'comm_subject',
    'comm_location',
  ],
  comm_link: [
    'cmli_commlinkid',
    'cmli_comm_communicationid',
    'cmli_comm_userid',
    'cmli_comm_personid',
    'cmli_comm_companyid',
    'cmli_comm_notifytime',
    'cmli_createdby',
    'cmli_createddate',
    'cmli_updatedby',
    'cmli_updateddate',
    'cmli_timestamp',
    'cmli_deleted',
    'cmli_isexternalattendee',
    'cmli_externalpersonid',
    'cmli_recipient',
    'cmli_status',
  ],
  users: [
    'user_userid',
    'user_logon',
    'user_firstname',
    'user_lastname',
    'user_emailaddress',
    'user_primarychannelid',
    'user_primaryterritory',
    'user_disabled',
    'user_resource',
    'user_istemplate',
    'user_deleted',
  ],
  person: ['pers_personid', 'pers_firstname', 'pers_lastname', 'pers_deleted'],
  email: ['emai_emailid', 'emai_emailaddress', 'emai_deleted'],
  emaillink: ['elink_entityid', 'elink_recordid', 'elink_emailid', 'elink_deleted'],
  custom_tables: ['bord_tableid', 'bord_name', 'bord_deleted'],
};

/**
 * What is read where it is there: the names of what an appointment is regarding. The spelling of these tables is taken from
 * common knowledge of Sage CRM and not verified, and a CRM without the sales or service module may lack them.
 */
export const OPTIONAL_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  company: ['comp_companyid', 'comp_name'],
  opportunity: ['oppo_opportunityid', 'oppo_description'],
  cases: ['case_caseid', 'case_referenceid', 'case_description'],
};

/** The roles of DESIGN §11; migration 001 makes them. */
export const ROLES = ['domino_sync_runner', 'domino_sync_reader', 'domino_sync_admin'] as const;

/** The triggers that must exist and be enabled on schema `public`, by table. */
export const TRIGGERS: readonly { table: string; trigger: string }[] = ['communication', 'comm_link'].flatMap(
  (table) =>
    ['insert', 'update', 'delete'].map((event) => ({ table, trigger: `domino_sync_${table}_${event}` })),
);

-- A Sage CRM database in its vendor's own tables and columns, as far as calendars need them. Unquoted names fold to
-- lower case, as any port of Sage's schema to PostgreSQL would have them; types follow SQL Server's: nchar(n) is
-- char(n), blank-padded; datetime is timestamp(3), wall-clock time of the CRM server; tinyint is smallint.
-- As in Sage: no foreign keys, live rows have xxxx_Deleted NULL.

create table Communication (
    Comm_CommunicationId integer not null constraint communication_pkey primary key,
    Comm_OpportunityId integer null,
    Comm_CaseId integer null,
    Comm_ChannelId integer null,
    Comm_Type varchar(40) null,
    Comm_Action varchar(40) null,
    Comm_Status varchar(40) null,
    Comm_Priority varchar(40) null,
    Comm_DateTime timestamp(3) null,
    Comm_ToDateTime timestamp(3) null,
    Comm_Private char(1) null,
    Comm_OutCome varchar(40) null,
    Comm_Note text null,
    Comm_Email text null,
    Comm_CreatedBy integer null,
    Comm_CreatedDate timestamp(3) null,
    Comm_UpdatedBy integer null,
    Comm_UpdatedDate timestamp(3) null,
    Comm_TimeStamp timestamp(3) null,
    Comm_Deleted smallint null,
    Comm_DocDir varchar(255) null,
    Comm_DocName varchar(255) null,
    Comm_TargetListId integer null,
    Comm_NotifyTime timestamp(3) null,
    Comm_NotifyDelta integer null,
    Comm_Description text null,
    Comm_SMSMessageSent char(5) null,
    Comm_SMSNotification char(5) null,
    Comm_WaveItemId integer null,
    Comm_RecurrenceId integer null,
    Comm_LeadID integer null,
    Comm_SolutionId integer null,
    Comm_SecTerr integer null,
    Comm_WorkflowId integer null,
    comm_messageid integer null,
    Comm_From text null,
    Comm_TO text null,
    Comm_CC text null,
    Comm_BCC text null,
    Comm_ReplyTo text null,
    Comm_IsReplyToMsgId integer null,
    Comm_IsHtml char(1) null,
    Comm_HasAttachments char(1) null,
    Comm_EmailLinksCreated char(1) null,
    Comm_OrderId integer null,
    Comm_QuoteId integer null,
    comm_completedtime timestamp(3) null,
    comm_percentcomplete integer null,
    comm_taskreminder char(1) null,
    Comm_CRMOnly char(1) null,
    Comm_OriginalDateTime timestamp(3) null,
    Comm_OriginalToDateTime timestamp(3) null,
    Comm_Exception char(1) null,
    -- a user id as text, or the address of an organiser who is no CRM user
    Comm_Organizer varchar(384) null,
    Comm_OutlookID varchar(30) null,
    Comm_MeetingID varchar(500) null,
    Comm_IsAllDayEvent char(1) null,
    Comm_Subject varchar(255) null,
    Comm_Location varchar(255) null,
    Comm_IsStub char(2) null
);

create table Comm_Link (
    CmLi_CommLinkId integer not null constraint comm_link_pkey primary key,
    CmLi_Comm_UserId integer null,
    CmLi_Comm_CommunicationId integer not null,
    CmLi_Comm_PersonId integer null,
    CmLi_Comm_CompanyId integer null,
    CmLi_Comm_NotifyTime timestamp(3) null,
    CmLi_CreatedBy integer null,
    CmLi_CreatedDate timestamp(3) null,
    CmLi_UpdatedBy integer null,
    CmLi_UpdatedDate timestamp(3) null,
    CmLi_TimeStamp timestamp(3) null,
    CmLi_Deleted smallint null,
    CmLi_Comm_InitialWave char(1) null,
    CmLi_Comm_WaveResponse varchar(40) null,
    Cmli_SMSMessageSent char(2) null,
    Cmli_MassEmailSent char(1) null,
    CmLi_Comm_LeadID integer null,
    CmLi_Comm_AccountId integer null,
    CmLi_Comm_QuoteId integer null,
    CmLi_Comm_OrderId integer null,
    CmLi_EntityId integer null,
    CmLi_RecordId integer null,
    CmLi_IsExternalAttendee char(1) null,
    CmLi_ExternalPersonID integer null,
    cmli_recipient varchar(255) null,
    -- 0 none, 2 tentative, 3 accepted, 4 declined, 6 organiser
    cmli_status integer null,
    cmli_reminder char(1) null
);

create index comm_link_communication_idx on Comm_Link (CmLi_Comm_CommunicationId);
create index comm_link_user_idx on Comm_Link (CmLi_Comm_UserId);

create table Users (
    User_UserId integer not null constraint users_pkey primary key,
    User_PrimaryChannelId integer null,
    User_Logon varchar(50) null,
    User_LastName varchar(35) null,
    User_FirstName varchar(20) null,
    User_Language char(5) null,
    User_EmailAddress varchar(255) null,
    user_MobileEmail varchar(50) null,
    User_PrimaryTerritory integer null,
    User_SecurityProfile integer null,
    User_Disabled varchar(5) null,
    User_Resource varchar(5) null,
    User_IsTemplate char(1) null,
    User_WebServiceEnabled varchar(5) null,
    user_licencetype varchar(40) null,
    User_ExchangeSync varchar(40) null,
    User_CreatedBy integer null,
    User_CreatedDate timestamp(3) null,
    User_UpdatedBy integer null,
    User_UpdatedDate timestamp(3) null,
    User_TimeStamp timestamp(3) null,
    -- integer here, tinyint everywhere else
    User_Deleted integer null
);

create table Company (
    Comp_CompanyId integer not null constraint company_pkey primary key,
    Comp_PrimaryPersonId integer null,
    Comp_PrimaryUserId integer null,
    Comp_Name varchar(60) null,
    Comp_Type varchar(40) null,
    Comp_Status varchar(40) null,
    Comp_WebSite varchar(100) null,
    Comp_CreatedBy integer null,
    Comp_CreatedDate timestamp(3) null,
    Comp_UpdatedBy integer null,
    Comp_UpdatedDate timestamp(3) null,
    Comp_TimeStamp timestamp(3) null,
    Comp_Deleted smallint null,
    Comp_SecTerr integer null,
    Comp_ChannelId integer null
);

create table Person (
    Pers_PersonId integer not null constraint person_pkey primary key,
    Pers_CompanyId integer null,
    Pers_PrimaryUserId integer null,
    Pers_FirstName varchar(35) null,
    Pers_LastName varchar(40) null,
    Pers_Title varchar(40) null,
    Pers_CreatedBy integer null,
    Pers_CreatedDate timestamp(3) null,
    Pers_UpdatedBy integer null,
    Pers_UpdatedDate timestamp(3) null,
    Pers_TimeStamp timestamp(3) null,
    Pers_Deleted smallint null,
    pers_SecTerr integer null,
    Pers_ChannelID integer null
);

create index person_company_idx on Person (Pers_CompanyId);

-- Addresses are rows of their own, linked to persons, companies and others.
create table Email (
    Emai_EmailId integer not null constraint email_pkey primary key,
    Emai_EmailAddress varchar(255) null,
    Emai_CreatedBy integer null,
    Emai_CreatedDate timestamp(3) null,
    Emai_UpdatedBy integer null,
    Emai_UpdatedDate timestamp(3) null,
    Emai_TimeStamp timestamp(3) null,
    Emai_Deleted smallint null
);

create index email_address_idx on Email (Emai_EmailAddress);

create table EmailLink (
    ELink_LinkID integer not null constraint emaillink_pkey primary key,
    -- Custom_Tables.Bord_TableId of what ELink_RecordID is an id of
    ELink_EntityID integer null,
    ELink_RecordID integer null,
    ELink_Type varchar(40) null,
    ELink_EmailId integer null,
    ELink_CreatedBy integer null,
    ELink_CreatedDate timestamp(3) null,
    ELink_UpdatedBy integer null,
    ELink_UpdatedDate timestamp(3) null,
    ELink_TimeStamp timestamp(3) null,
    ELink_Deleted smallint null
);

create index emaillink_record_idx on EmailLink (ELink_EntityID, ELink_RecordID);
create index emaillink_email_idx on EmailLink (ELink_EmailId);

create table Opportunity (
    Oppo_OpportunityId integer not null constraint opportunity_pkey primary key,
    Oppo_PrimaryCompanyId integer null,
    Oppo_AssignedUserId integer null,
    Oppo_Description varchar(50) null,
    Oppo_Status varchar(40) null,
    Oppo_CreatedBy integer null,
    Oppo_CreatedDate timestamp(3) null,
    Oppo_Deleted smallint null
);

create table Cases (
    Case_CaseId integer not null constraint cases_pkey primary key,
    Case_PrimaryCompanyId integer null,
    Case_AssignedUserId integer null,
    Case_Description varchar(60) null,
    Case_Status varchar(40) null,
    Case_CreatedBy integer null,
    Case_CreatedDate timestamp(3) null,
    Case_Deleted smallint null
);

create table Custom_Tables (
    Bord_TableId integer not null constraint custom_tables_pkey primary key,
    Bord_Name varchar(40) null,
    Bord_Prefix varchar(10) null,
    Bord_IdField varchar(64) null,
    Bord_Deleted smallint null
);

create table Custom_Captions (
    Capt_CaptionId integer not null constraint custom_captions_pkey primary key,
    Capt_FamilyType varchar(40) null,
    Capt_Family varchar(40) null,
    Capt_Code varchar(40) null,
    Capt_Order integer null,
    Capt_US varchar(255) null,
    Capt_UK varchar(255) null,
    Capt_FR varchar(255) null,
    Capt_DE varchar(255) null,
    Capt_Deleted smallint null
);

create index custom_captions_family_idx on Custom_Captions (Capt_Family, Capt_Code);

-- Only Person = 13 is known of a stock system; the others are numbers as an installation might have them.
insert into Custom_Tables (Bord_TableId, Bord_Name, Bord_Prefix, Bord_IdField) values
    (3, 'Cases', 'Case', 'Case_CaseId'),
    (5, 'Company', 'Comp', 'Comp_CompanyId'),
    (6, 'Communication', 'Comm', 'Comm_CommunicationId'),
    (7, 'Comm_Link', 'CmLi', 'CmLi_CommLinkId'),
    (10, 'Opportunity', 'Oppo', 'Oppo_OpportunityId'),
    (13, 'Person', 'Pers', 'Pers_PersonId'),
    (17, 'Users', 'User', 'User_UserId'),
    (35, 'Email', 'Emai', 'Emai_EmailId'),
    (36, 'EmailLink', 'ELink', 'ELink_LinkID');

insert into Custom_Captions
    (Capt_CaptionId, Capt_FamilyType, Capt_Family, Capt_Code, Capt_Order, Capt_US, Capt_UK, Capt_FR, Capt_DE)
select row_number() over (), 'Choices', family, code, capt_order, us, us, fr, de
from (values
    ('Comm_Type', 'Appointment', 1, 'Appointment', 'Rendez-vous', 'Termin'),
    ('Comm_Type', 'Task', 2, 'Task', 'Tâche', 'Aufgabe'),
    ('Comm_Action', 'Meeting', 1, 'Meeting', 'Réunion', 'Besprechung'),
    ('Comm_Action', 'Demo', 2, 'Demo', 'Démonstration', 'Vorführung'),
    ('Comm_Action', 'PhoneOut', 3, 'Phone Out', 'Appel sortant', 'Anruf ausgehend'),
    ('Comm_Action', 'PhoneIn', 4, 'Phone In', 'Appel entrant', 'Anruf eingehend'),
    ('Comm_Action', 'EmailOut', 5, 'E-mail Out', 'E-mail sortant', 'E-Mail ausgehend'),
    ('Comm_Action', 'EmailIn', 6, 'E-mail In', 'E-mail entrant', 'E-Mail eingehend'),
    ('Comm_Action', 'LetterOut', 7, 'Letter Out', 'Lettre sortante', 'Brief ausgehend'),
    ('Comm_Action', 'LetterIn', 8, 'Letter In', 'Lettre entrante', 'Brief eingehend'),
    ('Comm_Action', 'ToDo', 9, 'To Do', 'À faire', 'Zu erledigen'),
    ('Comm_Action', 'Vacation', 10, 'Vacation', 'Congés', 'Urlaub'),
    ('Comm_Status', 'Pending', 1, 'Pending', 'En attente', 'Anstehend'),
    ('Comm_Status', 'In Progress', 2, 'In Progress', 'En cours', 'In Bearbeitung'),
    ('Comm_Status', 'Complete', 3, 'Complete', 'Terminé', 'Erledigt'),
    ('Comm_Status', 'Cancelled', 4, 'Cancelled', 'Annulé', 'Abgesagt'),
    ('Comm_Priority', 'Low', 1, 'Low', 'Basse', 'Niedrig'),
    ('Comm_Priority', 'Normal', 2, 'Normal', 'Normale', 'Normal'),
    ('Comm_Priority', 'High', 3, 'High', 'Haute', 'Hoch')
) as caption (family, code, capt_order, us, fr, de);

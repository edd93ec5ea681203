-- A Sage CRM database in its vendor's own tables and columns, as far as calendars need them: the twin of
-- ../vendor-schema.sql, with the types that Sage has on SQL Server. The id columns, and Comm_Note, are added by
-- vendor-ids-*.sql: SQL Server can make a column an identity only at its birth, and old databases have ntext.

CREATE TABLE dbo.Communication (
    Comm_OpportunityId int NULL,
    Comm_CaseId int NULL,
    Comm_ChannelId int NULL,
    Comm_Type nvarchar(40) NULL,
    Comm_Action nvarchar(40) NULL,
    Comm_Status nvarchar(40) NULL,
    Comm_Priority nvarchar(40) NULL,
    Comm_DateTime datetime NULL,
    Comm_ToDateTime datetime NULL,
    Comm_Private nchar(1) NULL,
    Comm_OutCome nvarchar(40) NULL,
    Comm_Email nvarchar(max) NULL,
    Comm_CreatedBy int NULL,
    Comm_CreatedDate datetime NULL,
    Comm_UpdatedBy int NULL,
    Comm_UpdatedDate datetime NULL,
    Comm_TimeStamp datetime NULL,
    Comm_Deleted tinyint NULL,
    Comm_DocDir nvarchar(255) NULL,
    Comm_DocName nvarchar(255) NULL,
    Comm_TargetListId int NULL,
    Comm_NotifyTime datetime NULL,
    Comm_NotifyDelta int NULL,
    Comm_Description nvarchar(max) NULL,
    Comm_SMSMessageSent nchar(5) NULL,
    Comm_SMSNotification nchar(5) NULL,
    Comm_WaveItemId int NULL,
    Comm_RecurrenceId int NULL,
    Comm_LeadID int NULL,
    Comm_SolutionId int NULL,
    Comm_SecTerr int NULL,
    Comm_WorkflowId int NULL,
    comm_messageid int NULL,
    Comm_From nvarchar(max) NULL,
    Comm_TO nvarchar(max) NULL,
    Comm_CC nvarchar(max) NULL,
    Comm_BCC nvarchar(max) NULL,
    Comm_ReplyTo nvarchar(max) NULL,
    Comm_IsReplyToMsgId int NULL,
    Comm_IsHtml nchar(1) NULL,
    Comm_HasAttachments nchar(1) NULL,
    Comm_EmailLinksCreated nchar(1) NULL,
    Comm_OrderId int NULL,
    Comm_QuoteId int NULL,
    comm_completedtime datetime NULL,
    comm_percentcomplete int NULL,
    comm_taskreminder nchar(1) NULL,
    Comm_CRMOnly nchar(1) NULL,
    Comm_OriginalDateTime datetime NULL,
    Comm_OriginalToDateTime datetime NULL,
    Comm_Exception nchar(1) NULL,
    -- a user id as text, or the address of an organiser who is no CRM user
    Comm_Organizer nvarchar(384) NULL,
    Comm_OutlookID nvarchar(30) NULL,
    Comm_MeetingID nvarchar(500) NULL,
    Comm_IsAllDayEvent nchar(1) NULL,
    Comm_Subject nvarchar(255) NULL,
    Comm_Location nvarchar(255) NULL,
    Comm_IsStub nchar(2) NULL
);

CREATE TABLE dbo.Comm_Link (
    CmLi_Comm_UserId int NULL,
    CmLi_Comm_CommunicationId int NOT NULL,
    CmLi_Comm_PersonId int NULL,
    CmLi_Comm_CompanyId int NULL,
    CmLi_Comm_NotifyTime datetime NULL,
    CmLi_CreatedBy int NULL,
    CmLi_CreatedDate datetime NULL,
    CmLi_UpdatedBy int NULL,
    CmLi_UpdatedDate datetime NULL,
    CmLi_TimeStamp datetime NULL,
    CmLi_Deleted tinyint NULL,
    CmLi_Comm_InitialWave nchar(1) NULL,
    CmLi_Comm_WaveResponse nvarchar(40) NULL,
    Cmli_SMSMessageSent nchar(2) NULL,
    Cmli_MassEmailSent nchar(1) NULL,
    CmLi_Comm_LeadID int NULL,
    CmLi_Comm_AccountId int NULL,
    CmLi_Comm_QuoteId int NULL,
    CmLi_Comm_OrderId int NULL,
    CmLi_EntityId int NULL,
    CmLi_RecordId int NULL,
    CmLi_IsExternalAttendee nchar(1) NULL,
    CmLi_ExternalPersonID int NULL,
    cmli_recipient nvarchar(255) NULL,
    -- 0 none, 2 tentative, 3 accepted, 4 declined, 6 organiser
    cmli_status int NULL,
    cmli_reminder nchar(1) NULL
);

CREATE INDEX comm_link_communication_idx ON dbo.Comm_Link (CmLi_Comm_CommunicationId);
CREATE INDEX comm_link_user_idx ON dbo.Comm_Link (CmLi_Comm_UserId);

CREATE TABLE dbo.Users (
    User_PrimaryChannelId int NULL,
    User_Logon nvarchar(50) NULL,
    User_LastName nvarchar(35) NULL,
    User_FirstName nvarchar(20) NULL,
    User_Language nchar(5) NULL,
    User_EmailAddress nvarchar(255) NULL,
    user_MobileEmail nvarchar(50) NULL,
    User_PrimaryTerritory int NULL,
    User_SecurityProfile int NULL,
    User_Disabled nvarchar(5) NULL,
    User_Resource nvarchar(5) NULL,
    User_IsTemplate nchar(1) NULL,
    User_WebServiceEnabled nvarchar(5) NULL,
    user_licencetype nvarchar(40) NULL,
    User_ExchangeSync nvarchar(40) NULL,
    User_CreatedBy int NULL,
    User_CreatedDate datetime NULL,
    User_UpdatedBy int NULL,
    User_UpdatedDate datetime NULL,
    User_TimeStamp datetime NULL,
    -- int here, tinyint everywhere else
    User_Deleted int NULL
);

CREATE TABLE dbo.Company (
    Comp_PrimaryPersonId int NULL,
    Comp_PrimaryUserId int NULL,
    Comp_Name nvarchar(60) NULL,
    Comp_Type nvarchar(40) NULL,
    Comp_Status nvarchar(40) NULL,
    Comp_WebSite nvarchar(100) NULL,
    Comp_CreatedBy int NULL,
    Comp_CreatedDate datetime NULL,
    Comp_UpdatedBy int NULL,
    Comp_UpdatedDate datetime NULL,
    Comp_TimeStamp datetime NULL,
    Comp_Deleted tinyint NULL,
    Comp_SecTerr int NULL,
    Comp_ChannelId int NULL
);

CREATE TABLE dbo.Person (
    Pers_CompanyId int NULL,
    Pers_PrimaryUserId int NULL,
    Pers_FirstName nvarchar(35) NULL,
    Pers_LastName nvarchar(40) NULL,
    Pers_Title nvarchar(40) NULL,
    Pers_CreatedBy int NULL,
    Pers_CreatedDate datetime NULL,
    Pers_UpdatedBy int NULL,
    Pers_UpdatedDate datetime NULL,
    Pers_TimeStamp datetime NULL,
    Pers_Deleted tinyint NULL,
    pers_SecTerr int NULL,
    Pers_ChannelID int NULL
);

CREATE INDEX person_company_idx ON dbo.Person (Pers_CompanyId);

-- Addresses are rows of their own, linked to persons, companies and others.
CREATE TABLE dbo.Email (
    Emai_EmailAddress nvarchar(255) NULL,
    Emai_CreatedBy int NULL,
    Emai_CreatedDate datetime NULL,
    Emai_UpdatedBy int NULL,
    Emai_UpdatedDate datetime NULL,
    Emai_TimeStamp datetime NULL,
    Emai_Deleted tinyint NULL
);

CREATE INDEX email_address_idx ON dbo.Email (Emai_EmailAddress);

CREATE TABLE dbo.EmailLink (
    -- Custom_Tables.Bord_TableId of what ELink_RecordID is an id of
    ELink_EntityID int NULL,
    ELink_RecordID int NULL,
    ELink_Type nvarchar(40) NULL,
    ELink_EmailId int NULL,
    ELink_CreatedBy int NULL,
    ELink_CreatedDate datetime NULL,
    ELink_UpdatedBy int NULL,
    ELink_UpdatedDate datetime NULL,
    ELink_TimeStamp datetime NULL,
    ELink_Deleted tinyint NULL
);

CREATE INDEX emaillink_record_idx ON dbo.EmailLink (ELink_EntityID, ELink_RecordID);
CREATE INDEX emaillink_email_idx ON dbo.EmailLink (ELink_EmailId);

CREATE TABLE dbo.Opportunity (
    Oppo_PrimaryCompanyId int NULL,
    Oppo_AssignedUserId int NULL,
    Oppo_Description nvarchar(50) NULL,
    Oppo_Status nvarchar(40) NULL,
    Oppo_CreatedBy int NULL,
    Oppo_CreatedDate datetime NULL,
    Oppo_Deleted tinyint NULL
);

CREATE TABLE dbo.Cases (
    Case_PrimaryCompanyId int NULL,
    Case_AssignedUserId int NULL,
    Case_Description nvarchar(60) NULL,
    Case_Status nvarchar(40) NULL,
    Case_CreatedBy int NULL,
    Case_CreatedDate datetime NULL,
    Case_Deleted tinyint NULL
);

CREATE TABLE dbo.Custom_Tables (
    Bord_TableId int NOT NULL CONSTRAINT custom_tables_pkey PRIMARY KEY,
    Bord_Name nvarchar(40) NULL,
    Bord_Prefix nvarchar(10) NULL,
    Bord_IdField nvarchar(64) NULL,
    Bord_Deleted tinyint NULL
);

CREATE TABLE dbo.Custom_Captions (
    Capt_CaptionId int NOT NULL CONSTRAINT custom_captions_pkey PRIMARY KEY,
    Capt_FamilyType nvarchar(40) NULL,
    Capt_Family nvarchar(40) NULL,
    Capt_Code nvarchar(40) NULL,
    Capt_Order int NULL,
    Capt_US nvarchar(255) NULL,
    Capt_UK nvarchar(255) NULL,
    Capt_FR nvarchar(255) NULL,
    Capt_DE nvarchar(255) NULL,
    Capt_Deleted tinyint NULL
);

CREATE INDEX custom_captions_family_idx ON dbo.Custom_Captions (Capt_Family, Capt_Code);

-- Only Person = 13 is known of a stock system; the others are numbers as an installation might have them.
INSERT INTO dbo.Custom_Tables (Bord_TableId, Bord_Name, Bord_Prefix, Bord_IdField) VALUES
    (3, N'Cases', N'Case', N'Case_CaseId'),
    (5, N'Company', N'Comp', N'Comp_CompanyId'),
    (6, N'Communication', N'Comm', N'Comm_CommunicationId'),
    (7, N'Comm_Link', N'CmLi', N'CmLi_CommLinkId'),
    (10, N'Opportunity', N'Oppo', N'Oppo_OpportunityId'),
    (13, N'Person', N'Pers', N'Pers_PersonId'),
    (17, N'Users', N'User', N'User_UserId'),
    (35, N'Email', N'Emai', N'Emai_EmailId'),
    (36, N'EmailLink', N'ELink', N'ELink_LinkID');

INSERT INTO dbo.Custom_Captions
    (Capt_CaptionId, Capt_FamilyType, Capt_Family, Capt_Code, Capt_Order, Capt_US, Capt_UK, Capt_FR, Capt_DE)
SELECT
    ROW_NUMBER() OVER (ORDER BY caption.family, caption.capt_order), N'Choices', caption.family, caption.code,
    caption.capt_order, caption.us, caption.us, caption.fr, caption.de
FROM (VALUES
    (N'Comm_Type', N'Appointment', 1, N'Appointment', N'Rendez-vous', N'Termin'),
    (N'Comm_Type', N'Task', 2, N'Task', N'Tâche', N'Aufgabe'),
    (N'Comm_Action', N'Meeting', 1, N'Meeting', N'Réunion', N'Besprechung'),
    (N'Comm_Action', N'Demo', 2, N'Demo', N'Démonstration', N'Vorführung'),
    (N'Comm_Action', N'PhoneOut', 3, N'Phone Out', N'Appel sortant', N'Anruf ausgehend'),
    (N'Comm_Action', N'PhoneIn', 4, N'Phone In', N'Appel entrant', N'Anruf eingehend'),
    (N'Comm_Action', N'EmailOut', 5, N'E-mail Out', N'E-mail sortant', N'E-Mail ausgehend'),
    (N'Comm_Action', N'EmailIn', 6, N'E-mail In', N'E-mail entrant', N'E-Mail eingehend'),
    (N'Comm_Action', N'LetterOut', 7, N'Letter Out', N'Lettre sortante', N'Brief ausgehend'),
    (N'Comm_Action', N'LetterIn', 8, N'Letter In', N'Lettre entrante', N'Brief eingehend'),
    (N'Comm_Action', N'ToDo', 9, N'To Do', N'À faire', N'Zu erledigen'),
    (N'Comm_Action', N'Vacation', 10, N'Vacation', N'Congés', N'Urlaub'),
    (N'Comm_Status', N'Pending', 1, N'Pending', N'En attente', N'Anstehend'),
    (N'Comm_Status', N'In Progress', 2, N'In Progress', N'En cours', N'In Bearbeitung'),
    (N'Comm_Status', N'Complete', 3, N'Complete', N'Terminé', N'Erledigt'),
    (N'Comm_Status', N'Cancelled', 4, N'Cancelled', N'Annulé', N'Abgesagt'),
    (N'Comm_Priority', N'Low', 1, N'Low', N'Basse', N'Niedrig'),
    (N'Comm_Priority', N'Normal', 2, N'Normal', N'Normale', N'Normal'),
    (N'Comm_Priority', N'High', 3, N'High', N'Haute', N'Hoch')
) AS caption (family, code, capt_order, us, fr, de);

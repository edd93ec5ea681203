-- Id scheme of databases installed fresh since Sage CRM 7.2: identity columns.

ALTER TABLE dbo.Communication ADD Comm_CommunicationId int IDENTITY (1, 1) NOT NULL CONSTRAINT communication_pkey PRIMARY KEY;
ALTER TABLE dbo.Comm_Link ADD CmLi_CommLinkId int IDENTITY (1, 1) NOT NULL CONSTRAINT comm_link_pkey PRIMARY KEY;
ALTER TABLE dbo.Users ADD User_UserId int IDENTITY (1, 1) NOT NULL CONSTRAINT users_pkey PRIMARY KEY;
ALTER TABLE dbo.Company ADD Comp_CompanyId int IDENTITY (1, 1) NOT NULL CONSTRAINT company_pkey PRIMARY KEY;
ALTER TABLE dbo.Person ADD Pers_PersonId int IDENTITY (1, 1) NOT NULL CONSTRAINT person_pkey PRIMARY KEY;
ALTER TABLE dbo.Email ADD Emai_EmailId int IDENTITY (1, 1) NOT NULL CONSTRAINT email_pkey PRIMARY KEY;
ALTER TABLE dbo.EmailLink ADD ELink_LinkID int IDENTITY (1, 1) NOT NULL CONSTRAINT emaillink_pkey PRIMARY KEY;
ALTER TABLE dbo.Opportunity ADD Oppo_OpportunityId int IDENTITY (1, 1) NOT NULL CONSTRAINT opportunity_pkey PRIMARY KEY;
ALTER TABLE dbo.Cases ADD Case_CaseId int IDENTITY (1, 1) NOT NULL CONSTRAINT cases_pkey PRIMARY KEY;

ALTER TABLE dbo.Communication ADD Comm_Note nvarchar(max) NULL;

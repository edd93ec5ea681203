-- Id scheme of older databases and those upgraded from them: plain columns, ids handed out by a procedure that keeps
-- the next one in a table. Whoever inserts with an id of his own makes the next insert of Sage fail with a duplicate key.

ALTER TABLE dbo.Communication ADD Comm_CommunicationId int NOT NULL CONSTRAINT communication_pkey PRIMARY KEY;
ALTER TABLE dbo.Comm_Link ADD CmLi_CommLinkId int NOT NULL CONSTRAINT comm_link_pkey PRIMARY KEY;
ALTER TABLE dbo.Users ADD User_UserId int NOT NULL CONSTRAINT users_pkey PRIMARY KEY;
ALTER TABLE dbo.Company ADD Comp_CompanyId int NOT NULL CONSTRAINT company_pkey PRIMARY KEY;
ALTER TABLE dbo.Person ADD Pers_PersonId int NOT NULL CONSTRAINT person_pkey PRIMARY KEY;
ALTER TABLE dbo.Email ADD Emai_EmailId int NOT NULL CONSTRAINT email_pkey PRIMARY KEY;
ALTER TABLE dbo.EmailLink ADD ELink_LinkID int NOT NULL CONSTRAINT emaillink_pkey PRIMARY KEY;
ALTER TABLE dbo.Opportunity ADD Oppo_OpportunityId int NOT NULL CONSTRAINT opportunity_pkey PRIMARY KEY;
ALTER TABLE dbo.Cases ADD Case_CaseId int NOT NULL CONSTRAINT cases_pkey PRIMARY KEY;

-- such databases may have kept the type that a trigger cannot read
ALTER TABLE dbo.Communication ADD Comm_Note ntext NULL;

CREATE TABLE dbo.SQL_Identity (
    Id_TableId int NOT NULL CONSTRAINT sql_identity_pkey PRIMARY KEY,
    Id_NextId int NOT NULL
);

INSERT INTO dbo.SQL_Identity (Id_TableId, Id_NextId)
SELECT t.Bord_TableId, 1 FROM dbo.Custom_Tables AS t;
GO
CREATE PROCEDURE dbo.eware_get_identity_id
    @table_name nvarchar(128)
AS
/* As far as is known of the original: a transaction of its own, dynamic SQL, the id as the return value. Unlike the
   original, which would only misbehave, it refuses to be called inside a transaction. */
BEGIN
    SET NOCOUNT ON;

    DECLARE @table_id int =
    (
        SELECT t.Bord_TableId FROM dbo.Custom_Tables AS t WHERE t.Bord_Name = @table_name AND t.Bord_Deleted IS NULL
    );
    DECLARE @id int;

    IF @@TRANCOUNT > 0
    BEGIN
        RAISERROR (N'eware_get_identity_id: called inside a transaction', 16, 1);
        RETURN 0;
    END;
    IF @table_id IS NULL
    BEGIN
        RAISERROR (N'eware_get_identity_id: no table %s', 16, 1, @table_name);
        RETURN 0;
    END;

    BEGIN TRANSACTION;
    EXECUTE sys.sp_executesql
        N'UPDATE dbo.SQL_Identity SET Id_NextId = Id_NextId + 1 WHERE Id_TableId = @table_id;
          SELECT @id = Id_NextId - 1 FROM dbo.SQL_Identity WHERE Id_TableId = @table_id;',
        N'@table_id int, @id int OUTPUT', @table_id = @table_id, @id = @id OUTPUT;
    COMMIT TRANSACTION;
    RETURN @id;
END;

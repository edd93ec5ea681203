-- What `deploy` applied of the re-creatable objects, so that only changed ones are applied again and drift is seen.

CREATE TABLE domino_sync.deployed_object (
    -- of the file, below sql/mssql
    path nvarchar(200) NOT NULL CONSTRAINT deployed_object_pkey PRIMARY KEY,
    -- what it made: [{"kind": "view", "schema": …, "name": …, "table": null}]
    objects nvarchar(max) NOT NULL,
    -- of the file
    checksum nvarchar(64) NOT NULL,
    -- of the definition as the database showed it afterwards; null for a script that makes no object
    definition_digest nvarchar(64) NULL,
    applied_at datetime2(3) NOT NULL CONSTRAINT deployed_object_applied_at_default DEFAULT SYSUTCDATETIME(),
    applied_by nvarchar(128) NOT NULL CONSTRAINT deployed_object_applied_by_default DEFAULT ORIGINAL_LOGIN()
);

/**
 * The fixed SQL of a deployment to SQL Server. It reads what is wanted from temporary tables: `#domino_sync_migration`,
 * `#domino_sync_column`, `#domino_sync_file` and `#domino_sync_need`, which the plan fills. Their texts have the collation
 * of the database, as the names they are compared with.
 */
import { DEFINITION_DIGEST, GRANTS_DIGEST_SQL } from '../mssql-object-state.ts';
import { LACKING_SERVICES, MANAGED_INSTANCE, OLDEST, OLDEST_COMPATIBILITY } from '../mssql-server.ts';
import { GRANTS_PATH } from '../sql-objects.ts';
import { OTHER_DEPLOYMENT_SECONDS } from './plan.ts';

/** In a batch of its own: QUOTED_IDENTIFIER holds from the next. Two of them are stored with each procedure and trigger. */
export const sessionSql = (timeoutSeconds: number): string => `
SET NOCOUNT, XACT_ABORT ON;
SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
SET NUMERIC_ROUNDABORT, IMPLICIT_TRANSACTIONS OFF;
SET LOCK_TIMEOUT ${Math.round(timeoutSeconds * 1000)};`;

/**
 * One deployment at a time; held until the session ends. Whoever holds it is alive, or the server would have freed it, so
 * it is waited for longer than for a table.
 */
export const LOCK_SQL = `
DECLARE @result int;
EXECUTE @result = sys.sp_getapplock @Resource = N'domino_sync.deploy', @LockMode = N'Exclusive',
    @LockOwner = N'Session', @LockTimeout = ${OTHER_DEPLOYMENT_SECONDS * 1000}, @DbPrincipal = N'public';
IF @result < 0
    THROW 51004, N'another deployment holds this database: try again when it has ended', 127;`;

const TEMPORARY: Readonly<Record<string, string>> = {
  migration: `id int NOT NULL PRIMARY KEY, file_name nvarchar(120) COLLATE DATABASE_DEFAULT NOT NULL,
    hash varchar(40) COLLATE DATABASE_DEFAULT NOT NULL`,
  column: `table_name nvarchar(128) COLLATE DATABASE_DEFAULT NOT NULL,
    column_name nvarchar(128) COLLATE DATABASE_DEFAULT NOT NULL`,
  file: `position int NOT NULL, path nvarchar(200) COLLATE DATABASE_DEFAULT NOT NULL PRIMARY KEY,
    checksum nvarchar(64) COLLATE DATABASE_DEFAULT NOT NULL, objects nvarchar(1000) COLLATE DATABASE_DEFAULT NOT NULL,
    schema_name nvarchar(128) COLLATE DATABASE_DEFAULT NULL, object_name nvarchar(128) COLLATE DATABASE_DEFAULT NULL,
    -- as sys.objects tells it
    type char(2) COLLATE DATABASE_DEFAULT NULL,
    pending bit NOT NULL DEFAULT (0)`,
  need: `path nvarchar(200) COLLATE DATABASE_DEFAULT NOT NULL, needs nvarchar(200) COLLATE DATABASE_DEFAULT NOT NULL`,
  // of an earlier version; without an object when the file made none
  stale: `path nvarchar(200) COLLATE DATABASE_DEFAULT NOT NULL, schema_name nvarchar(128) COLLATE DATABASE_DEFAULT NULL,
    object_name nvarchar(128) COLLATE DATABASE_DEFAULT NULL`,
  // triggers of ours that an administrator switched off
  disabled: 'statement nvarchar(1000) COLLATE DATABASE_DEFAULT NOT NULL PRIMARY KEY',
};

export const dropTemporarySql = (): string =>
  Object.keys(TEMPORARY)
    .map(
      (name) =>
        `IF OBJECT_ID(N'tempdb..#domino_sync_${name}') IS NOT NULL\n    DROP TABLE #domino_sync_${name};`,
    )
    .join('\n');

export const createTemporarySql = (): string =>
  Object.entries(TEMPORARY)
    .map(([name, columns]) => `CREATE TABLE #domino_sync_${name} (\n    ${columns}\n);`)
    .join('\n');

const versionNumber = (parts: readonly (string | number)[]): string =>
  `${parts[0]} * CONVERT(bigint, 10000000) + ${parts[1]} * 100000 + ${parts[2]}`;

export const REFUSE_SQL = `
DECLARE @version nvarchar(40) = CONVERT(nvarchar(40), SERVERPROPERTY(N'ProductVersion'));
DECLARE @engine int = CONVERT(int, SERVERPROPERTY(N'EngineEdition'));
DECLARE @level int = (
    SELECT CONVERT(int, d.compatibility_level) FROM sys.databases AS d WHERE d.name = DB_NAME()
);
DECLARE @before nvarchar(400), @after nvarchar(400), @found nvarchar(max), @item nvarchar(260), @message nvarchar(2048);
DECLARE @list table (item nvarchar(260) NOT NULL PRIMARY KEY);

IF @engine IN (${Object.keys(LACKING_SERVICES).join(', ')})
    SELECT @before = N'this service (engine edition ', @found = CONCAT(@engine, N')'), @after =
        N' lacks sys.database_recovery_status, and nothing was tried there: a SQL Server is needed';
ELSE IF @engine <> ${MANAGED_INSTANCE}
    AND ${versionNumber([4, 3, 2].map((part) => `CONVERT(int, PARSENAME(@version, ${part}))`))} < ${versionNumber(OLDEST)}
    SELECT @before = CONCAT(N'SQL Server ', @version), @after =
        N' is too old: 2016 SP1 (${OLDEST.join('.')}) or later is needed. Upgrade the server first';
ELSE IF @level < ${OLDEST_COMPATIBILITY}
    SELECT @before = CONCAT(N'the compatibility level of this database is ', @level), @after =
        N': ${OLDEST_COMPATIBILITY} or higher is needed. ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = ${OLDEST_COMPATIBILITY}; '
        + N'ask the maker of the CRM first';
ELSE
BEGIN
    INSERT INTO @list (item)
    SELECT DISTINCT
        CASE WHEN t.table_name IS NULL THEN w.table_name ELSE CONCAT(w.table_name, N'.', w.column_name) END
    FROM #domino_sync_column AS w
    LEFT JOIN (
        SELECT DISTINCT LOWER(c.TABLE_NAME) AS table_name
        FROM INFORMATION_SCHEMA.COLUMNS AS c WHERE c.TABLE_SCHEMA = N'dbo'
    ) AS t ON t.table_name = w.table_name
    WHERE NOT EXISTS (
        SELECT 1 FROM INFORMATION_SCHEMA.COLUMNS AS c
        WHERE c.TABLE_SCHEMA = N'dbo' AND LOWER(c.TABLE_NAME) = w.table_name
          AND LOWER(c.COLUMN_NAME) = w.column_name
    );
    SELECT @before = N'this is not a Sage CRM database as expected: schema dbo lacks ', @after =
        N'. Check that the connection (CRM_DATABASE_URL) names the CRM database, and that its Sage CRM version has '
        + N'these columns';

    IF NOT EXISTS (SELECT 1 FROM @list AS l) AND OBJECT_ID(N'domino_sync.migrations', N'U') IS NOT NULL
    BEGIN
        INSERT INTO @list (item)
        SELECT w.file_name
        FROM #domino_sync_migration AS w
        INNER JOIN domino_sync.migrations AS m ON m.id = w.id
        WHERE m.hash <> w.hash;
        SELECT @before = N'migrations were edited after they had been applied: ', @after =
            N'. Restore the released files, or use the version that was deployed or a later one';

        IF NOT EXISTS (SELECT 1 FROM @list AS l)
        BEGIN
            INSERT INTO @list (item)
            SELECT m.name
            FROM domino_sync.migrations AS m
            WHERE NOT EXISTS (SELECT 1 FROM #domino_sync_migration AS w WHERE w.id = m.id);
            SELECT @before = N'a newer version was deployed in this database: it has migrations unknown to this one: ',
                @after = N'. Use that version, or a later one';
        END;
    END;

    IF NOT EXISTS (SELECT 1 FROM @list AS l)
        SET @before = NULL;
    WHILE EXISTS (SELECT 1 FROM @list AS l)
    BEGIN
        SELECT TOP (1) @item = l.item FROM @list AS l ORDER BY l.item;
        SET @found = CONCAT(@found + N', ', @item);
        DELETE FROM @list WHERE item = @item;
    END;
END;

IF @before IS NOT NULL
BEGIN
    SET @message = CONCAT(@before, LEFT(@found, 1200), @after, N'; nothing was changed');
    THROW 51003, @message, 127;
END;`;

/** CREATE SCHEMA must stand alone in its batch. */
export const SCHEMA_SQL = `
IF SCHEMA_ID(N'domino_sync') IS NULL
    EXECUTE (N'CREATE SCHEMA domino_sync AUTHORIZATION dbo;');
IF OBJECT_ID(N'domino_sync.migrations', N'U') IS NULL
    CREATE TABLE domino_sync.migrations (
        id int NOT NULL CONSTRAINT migrations_pkey PRIMARY KEY,
        name varchar(100) NOT NULL CONSTRAINT migrations_name_key UNIQUE,
        hash varchar(40) NOT NULL,
        executed_at datetime2(3) NOT NULL CONSTRAINT migrations_executed_at_default DEFAULT (sysutcdatetime())
    );`;

/** Every object of sys.objects with the digest of its definition. */
const NOW = `(
    SELECT s.name AS schema_name, o.name AS object_name,
         ${DEFINITION_DIGEST} AS definition_digest
    FROM sys.objects AS o
    INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
    LEFT JOIN sys.sql_modules AS m ON m.object_id = o.object_id
) AS now ON now.schema_name = w.schema_name AND now.object_name = w.object_name`;

const GRANTS_NOW = GRANTS_DIGEST_SQL.trim().replaceAll('\n', '\n        ');

/** Which files are due: new, changed, or their object is gone or altered in the database, or built on such. */
export const COMPARE_SQL = `
DELETE FROM #domino_sync_stale;
DELETE FROM #domino_sync_disabled;

INSERT INTO #domino_sync_stale (path, schema_name, object_name)
SELECT d.path, j.[schema], j.name
FROM domino_sync.deployed_object AS d
OUTER APPLY OPENJSON(d.objects) WITH ([schema] nvarchar(128), name nvarchar(128)) AS j
WHERE NOT EXISTS (SELECT 1 FROM #domino_sync_file AS w WHERE w.path = d.path);

UPDATE w
SET pending = CASE
    WHEN d.path IS NULL OR d.checksum <> w.checksum THEN 1
    WHEN w.type IS NOT NULL AND ISNULL(now.definition_digest, N'') <> ISNULL(d.definition_digest, N'-') THEN 1
    ELSE 0
END
FROM #domino_sync_file AS w
LEFT JOIN domino_sync.deployed_object AS d ON d.path = w.path
LEFT JOIN ${NOW};

-- SQL Server keeps the columns of a view as they were when it was made
DECLARE @more int = 1;
WHILE @more > 0
BEGIN
    UPDATE #domino_sync_file
    SET pending = 1
    WHERE pending = 0 AND path IN (
        SELECT n.path FROM #domino_sync_need AS n
        INNER JOIN #domino_sync_file AS f ON f.path = n.needs
        WHERE f.pending = 1
    );
    SET @more = @@ROWCOUNT;
END;

-- an object made anew has lost its grants
UPDATE #domino_sync_file
SET pending = 1
WHERE path = N'${GRANTS_PATH}'
  AND (EXISTS (SELECT 1 FROM #domino_sync_file AS f WHERE f.pending = 1)
       OR EXISTS (SELECT 1 FROM #domino_sync_stale AS s)
       OR ISNULL((
           SELECT d.definition_digest FROM domino_sync.deployed_object AS d WHERE d.path = N'${GRANTS_PATH}'
       ), N'-') <> (
        ${GRANTS_NOW}
       ));

-- ALTER enables
INSERT INTO #domino_sync_disabled (statement)
SELECT CONCAT(
    N'DISABLE TRIGGER ', QUOTENAME(s.name), N'.', QUOTENAME(t.name), N' ON ', QUOTENAME(s.name), N'.', QUOTENAME(p.name),
    N';')
FROM sys.triggers AS t
INNER JOIN sys.objects AS p ON p.object_id = t.parent_id
INNER JOIN sys.schemas AS s ON s.schema_id = p.schema_id
WHERE t.is_disabled = 1 AND t.name LIKE N'domino[_]sync[_]%';`;

/**
 * Drops what earlier versions left, functions that are due (what is bound to a function by SCHEMABINDING keeps it from being
 * altered; it is due as well) and what becomes of another kind.
 */
export const DROP_SQL = `
DECLARE @statement nvarchar(1000), @message nvarchar(2048);

-- SQL Server would drop ours and let theirs fail later
IF EXISTS (SELECT 1 FROM #domino_sync_stale AS s WHERE s.object_name IS NOT NULL)
    SELECT TOP (1) @message = CONCAT(
        N'removing objects of an earlier version: other objects depend on it: ', OBJECT_SCHEMA_NAME(d.referencing_id), N'.',
        OBJECT_NAME(d.referencing_id), N' uses ', s.schema_name, N'.', s.object_name,
        N'. Drop what depends on it first; nothing was changed')
    FROM sys.sql_expression_dependencies AS d
    INNER JOIN #domino_sync_stale AS s
        ON s.schema_name = d.referenced_schema_name AND s.object_name = d.referenced_entity_name
    WHERE OBJECT_SCHEMA_NAME(d.referencing_id) NOT LIKE N'domino[_]sync%'
      AND OBJECT_NAME(d.referencing_id) NOT LIKE N'domino[_]sync%'
      AND NOT EXISTS (
          SELECT 1 FROM #domino_sync_file AS f
          WHERE f.schema_name = s.schema_name AND f.object_name = s.object_name);
IF @message IS NOT NULL
    THROW 51003, @message, 127;

WHILE 1 = 1
BEGIN
    SET @statement = NULL;
    SELECT TOP (1) @statement = CONCAT(
        N'DROP ',
        CASE o.type WHEN 'P' THEN N'PROCEDURE' WHEN 'V' THEN N'VIEW' WHEN 'TR' THEN N'TRIGGER' ELSE N'FUNCTION' END,
        N' ', QUOTENAME(s.name), N'.', QUOTENAME(o.name), N';')
    FROM sys.objects AS o
    INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
    LEFT JOIN #domino_sync_file AS w ON w.schema_name = s.name AND w.object_name = o.name
    LEFT JOIN #domino_sync_stale AS e ON e.schema_name = s.name AND e.object_name = o.name
    WHERE o.type IN ('P', 'V', 'TR', 'FN', 'IF', 'TF')
      AND ((w.path IS NULL AND e.path IS NOT NULL)
           OR (w.pending = 1
               AND (o.type IN ('FN', 'IF', 'TF') OR o.type COLLATE DATABASE_DEFAULT <> w.type)))
    ORDER BY CASE WHEN w.path IS NULL THEN 0 ELSE 1 END, w.position DESC;
    IF @statement IS NULL
        BREAK;
    EXECUTE (@statement);
END;`;

export const KEEP_DISABLED_SQL = `
DECLARE @statement nvarchar(1000);
WHILE EXISTS (SELECT 1 FROM #domino_sync_disabled AS d)
BEGIN
    SELECT TOP (1) @statement = d.statement FROM #domino_sync_disabled AS d ORDER BY d.statement;
    EXECUTE (@statement);
    DELETE FROM #domino_sync_disabled WHERE statement = @statement;
END;`;

export const NOTE_SQL = `
DECLARE @message nvarchar(2048) = (
    SELECT TOP (1) CONCAT(N'the object of ', w.path, N' was not made. See the errors before this one; nothing was changed')
    FROM #domino_sync_file AS w
    WHERE w.type IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM sys.objects AS o
        INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
        WHERE s.name = w.schema_name AND o.name = w.object_name)
    ORDER BY w.position
);
IF @message IS NOT NULL
    THROW 51003, @message, 127;

DELETE FROM domino_sync.deployed_object
WHERE path IN (SELECT w.path FROM #domino_sync_file AS w WHERE w.pending = 1)
   OR path IN (SELECT s.path FROM #domino_sync_stale AS s);

INSERT INTO domino_sync.deployed_object (path, objects, checksum, definition_digest)
SELECT w.path, w.objects, w.checksum,
    CASE
        WHEN w.path = N'${GRANTS_PATH}' THEN (
        ${GRANTS_NOW}
        )
        WHEN w.type IS NOT NULL THEN now.definition_digest
    END
FROM #domino_sync_file AS w
LEFT JOIN ${NOW}
WHERE w.pending = 1;`;

/** The script that removes every trace from a SQL Server database, for SSMS and sqlcmd. It only shows what it would do until asked. */
import { VERSION } from '../../../version.ts';
import { ROLES } from '../vendor-columns.ts';
import { OWN_SCHEMAS, ownObjects, type OwnObject } from './inventory.ts';
import { LOCK_SQL, sessionSql } from './mssql-steps.ts';
import { always, literal, whole, type PlanPart } from './plan.ts';
import { banner } from './script-text.ts';
import { sqlcmdEnd, sqlcmdParts, sqlcmdScript } from './sqlcmd-script.ts';

const text = (value: string): string => literal(value, 'N');
const list = (values: readonly string[]): string => values.map(text).join(', ');
const SCHEMAS = list(OWN_SCHEMAS);

const CONFIRM = `IF OBJECT_ID(N'tempdb..#domino_sync_confirm') IS NOT NULL
    DROP TABLE #domino_sync_confirm;
CREATE TABLE #domino_sync_confirm (database_name nvarchar(128) COLLATE DATABASE_DEFAULT NOT NULL);
-- To remove, write the name of the database between the quotes. As it stands the script only shows what it would remove.
INSERT INTO #domino_sync_confirm (database_name) VALUES (N'');`;

const ownSql = (objects: readonly OwnObject[]): string => `
IF OBJECT_ID(N'tempdb..#domino_sync_own') IS NOT NULL
    DROP TABLE #domino_sync_own;
CREATE TABLE #domino_sync_own (
    kind nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL, schema_name nvarchar(128) COLLATE DATABASE_DEFAULT NOT NULL,
    name nvarchar(128) COLLATE DATABASE_DEFAULT NOT NULL
);
INSERT INTO #domino_sync_own (kind, schema_name, name)
VALUES
${objects.map(({ kind, schema, name }) => `    (${list([kind, schema, name])})`).join(',\n')};`;

const REFUSE_SQL = `
DECLARE @before nvarchar(400), @after nvarchar(400), @found nvarchar(max), @item nvarchar(520), @message nvarchar(2048);
DECLARE @list table (item nvarchar(520) NOT NULL);

INSERT INTO @list (item)
SELECT CONCAT(s.name, N'.', o.name)
FROM sys.objects AS o
INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
WHERE s.name IN (${SCHEMAS}) AND o.parent_object_id = 0
  AND NOT EXISTS (SELECT 1 FROM #domino_sync_own AS w WHERE w.schema_name = s.name AND w.name = o.name);
SELECT @before = N'in the schemas of crm-domino-sync there is what version ${VERSION} does not make: ', @after =
    N'. Use the script of the version that was deployed last, or move away what is yours';

IF NOT EXISTS (SELECT 1 FROM @list AS l)
BEGIN
    INSERT INTO @list (item)
    SELECT DISTINCT CONCAT(OBJECT_SCHEMA_NAME(d.referencing_id), N'.', OBJECT_NAME(d.referencing_id))
    FROM sys.sql_expression_dependencies AS d
    WHERE d.referenced_schema_name IN (${SCHEMAS})
      AND OBJECT_SCHEMA_NAME(d.referencing_id) NOT IN (${SCHEMAS})
      AND NOT EXISTS (
          SELECT 1 FROM #domino_sync_own AS w
          WHERE w.kind = N'trigger' AND w.name = OBJECT_NAME(d.referencing_id))
    UNION
    SELECT CONCAT(OBJECT_SCHEMA_NAME(k.parent_object_id), N'.', OBJECT_NAME(k.parent_object_id))
    FROM sys.foreign_keys AS k
    WHERE OBJECT_SCHEMA_NAME(k.referenced_object_id) IN (${SCHEMAS})
      AND OBJECT_SCHEMA_NAME(k.parent_object_id) NOT IN (${SCHEMAS});
    SELECT @before = N'other objects of this database use those of crm-domino-sync: ', @after =
        N'. Drop or change them first';
END;

IF NOT EXISTS (SELECT 1 FROM @list AS l) AND OBJECT_ID(N'domino_sync.live_runner', N'V') IS NOT NULL
BEGIN
    INSERT INTO @list (item)
    SELECT CONVERT(nvarchar(11), l.runner_id) FROM domino_sync.live_runner AS l;
    SELECT @before = N'runners are at work: ', @after = N' (table domino_sync.runner says where). Stop them first';
END;

WHILE EXISTS (SELECT 1 FROM @list AS l)
BEGIN
    SELECT TOP (1) @item = l.item FROM @list AS l ORDER BY l.item;
    SET @found = CONCAT(@found + N', ', @item);
    DELETE FROM @list WHERE item = @item;
END;
IF @found IS NOT NULL
BEGIN
    SET @message = CONCAT(@before, LEFT(@found, 1200), @after, N'; nothing was removed');
    THROW 51003, @message, 127;
END;`;

/** What is there now; the rows of a table are lost with it. */
const SHOW_SQL = `
SELECT w.kind, CONCAT(w.schema_name, N'.', w.name) AS name,
    CASE WHEN w.kind = N'table' THEN (
        SELECT SUM(p.rows) FROM sys.partitions AS p WHERE p.object_id = o.object_id AND p.index_id IN (0, 1)
    ) END AS [rows]
FROM #domino_sync_own AS w
INNER JOIN sys.schemas AS s ON s.name = w.schema_name
INNER JOIN sys.objects AS o ON o.schema_id = s.schema_id AND o.name = w.name
UNION ALL
SELECT N'schema', s.name, NULL FROM sys.schemas AS s WHERE s.name IN (${SCHEMAS})
UNION ALL
SELECT N'role', r.name, NULL FROM sys.database_principals AS r WHERE r.name IN (${list(ROLES)})
UNION ALL
SELECT CONCAT(N'member of ', r.name), u.name, NULL
FROM sys.database_role_members AS m
INNER JOIN sys.database_principals AS r ON r.principal_id = m.role_principal_id
INNER JOIN sys.database_principals AS u ON u.principal_id = m.member_principal_id
WHERE r.name IN (${list(ROLES)});`;

const ASKED_SQL = `
DECLARE @name nvarchar(128) = (SELECT TOP (1) c.database_name FROM #domino_sync_confirm AS c), @message nvarchar(2048);
IF @name = N''
    PRINT N'Nothing is removed: to remove all of it, write the name of the database at the top of this script.';
ELSE IF @name <> DB_NAME()
BEGIN
    SET @message = CONCAT(
        N'the script names database ', @name, N', but this is ', DB_NAME(), N'; nothing was removed');
    THROW 51003, @message, 127;
END;`;

const dropOf = ({ kind, schema, name }: OwnObject): string =>
  `DROP ${kind.toUpperCase()} IF EXISTS ${schema}.${name};`;

/** Roles belong to the database; who was a member loses nothing else by it. */
const dropRole = (role: string): string => `
SET @member = NULL;
WHILE EXISTS (
    SELECT 1 FROM sys.database_role_members AS m
    INNER JOIN sys.database_principals AS r ON r.principal_id = m.role_principal_id
    WHERE r.name = ${text(role)}
)
BEGIN
    SELECT TOP (1) @member = u.name
    FROM sys.database_role_members AS m
    INNER JOIN sys.database_principals AS r ON r.principal_id = m.role_principal_id
    INNER JOIN sys.database_principals AS u ON u.principal_id = m.member_principal_id
    WHERE r.name = ${text(role)}
    ORDER BY u.name;
    PRINT CONCAT(N'member of ${role} until now: ', @member);
    SET @statement = CONCAT(N'ALTER ROLE ${role} DROP MEMBER ', QUOTENAME(@member), N';');
    EXECUTE (@statement);
END;
DROP ROLE IF EXISTS ${role};`;

const removeSql = (objects: readonly OwnObject[]): string =>
  [...objects.map(dropOf), ...OWN_SCHEMAS.map((schema) => `DROP SCHEMA IF EXISTS ${schema};`)].join('\n');

const HEAD = banner([
  `crm-domino-sync ${VERSION}: removal from a SQL Server database, for SSMS and sqlcmd`,
  '',
  'As it stands it only shows what it would remove. To remove, write the name of the database into the line below that says',
  'so, and run it in that database as a member of db_owner. In SSMS: choose the database, then Execute. Or:',
  '',
  '    sqlcmd -S SERVER -d CRM -E -b -f 65001 -i undeploy.sql',
  '',
  "Stop all runners before. It removes the triggers on Sage CRM's tables, our schemas with everything in them, and our roles:",
  'links, settings and history are gone for good, so keep a back-up. Rows of Sage CRM and entries in Notes stay as they are.',
  'Everything in one transaction.',
  'It refuses while a runner is at work, when objects of others use ours, and when our schemas hold what is not ours.',
]);

/** The same for the same version of the product. */
export const sqlcmdUndeployScript = async (): Promise<string> => {
  const objects = await ownObjects('mssql');
  const parts: PlanPart[] = [
    {
      title: 'settings of this session, and what is ours',
      pending: null,
      transaction: false,
      steps: [always('prepare', 'session', sessionSql(60), LOCK_SQL, ownSql(objects))],
    },
    whole('what must not be removed is refused', always('refuse', 'refuse', REFUSE_SQL)),
    whole('what is there', always('prepare', 'show', SHOW_SQL)),
    whole('asked to remove?', always('refuse', 'asked', ASKED_SQL)),
    {
      ...whole(
        'removal',
        always('prepare', 'remove', removeSql(objects)),
        always(
          'prepare',
          'roles',
          `DECLARE @member nvarchar(128), @statement nvarchar(400);${ROLES.map(dropRole).join('')}`,
        ),
        always('note', 'say', `PRINT N'Every trace of crm-domino-sync is removed.';`),
      ),
      pending: 'EXISTS (SELECT 1 FROM #domino_sync_confirm AS c WHERE c.database_name = DB_NAME())',
    },
  ];
  return sqlcmdScript(HEAD, [
    CONFIRM,
    ...sqlcmdParts(parts),
    sqlcmdEnd(parts.length, 'crm-domino-sync: the script has ended without an error.'),
  ]);
};

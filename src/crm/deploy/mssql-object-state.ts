/** What a SQL Server database holds of our re-creatable objects, beside what `deploy` noted of them. */
import type { MssqlSession } from '../mssql/connect.ts';
import type { DeployedObject } from './object-state.ts';
import type { SqlFile, SqlObject } from './sql-objects.ts';

export interface FoundObject {
  schema: string;
  name: string;
  /** As sys.objects tells it: P, V, TR, FN, IF, TF. */
  type: string;
  /** Of a trigger. */
  table: string | null;
  disabled: boolean;
  definition_digest: string;
}

/**
 * Of a module of sys.sql_modules, alias m; of what was encrypted it is that of nothing. Line ends and blanks around do not
 * count: SSMS, sqlcmd and the driver each send a batch with others.
 */
export const DEFINITION_DIGEST = `CONVERT(char(64), HASHBYTES(N'SHA2_256',
             LTRIM(RTRIM(REPLACE(REPLACE(ISNULL(m.definition, N''), NCHAR(13), N''), NCHAR(10), N' ')))), 2)`;

const nameOf = ({ schema, name }: { schema: string; name: string }): string =>
  `${schema}.${name}`.toLowerCase();

/** By lower-case `schema.name`. */
export const readFound = async (session: MssqlSession): Promise<Map<string, FoundObject>> => {
  const rows = await session.query<FoundObject>(
    `SELECT s.name AS [schema], o.name AS name, RTRIM(o.type) AS type, p.name AS [table],
         CONVERT(bit, ISNULL(t.is_disabled, 0)) AS disabled, 
         ${DEFINITION_DIGEST} AS definition_digest
     FROM sys.objects AS o
     INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id
     LEFT JOIN sys.sql_modules AS m ON m.object_id = o.object_id
     LEFT JOIN sys.triggers AS t ON t.object_id = o.object_id
     LEFT JOIN sys.objects AS p ON p.object_id = t.parent_id
     WHERE o.type IN (N'P', N'V', N'TR', N'FN', N'IF', N'TF')
       AND (s.name LIKE N'domino[_]sync%' OR o.name LIKE N'domino[_]sync%');`,
  );
  return new Map(rows.map((row) => [nameOf(row), row]));
};

export const foundOf = (
  found: ReadonlyMap<string, FoundObject>,
  object: SqlObject,
): FoundObject | undefined => found.get(nameOf(object));

/** Digest of each file's object as the database shows it, by path; null when it is missing. */
export const definitionDigests = (
  files: readonly Pick<SqlFile, 'path' | 'objects'>[],
  found: ReadonlyMap<string, FoundObject>,
): Map<string, string | null> =>
  new Map(
    files.map(({ path, objects: [object] }) => [
      path,
      object === undefined ? null : (foundOf(found, object)?.definition_digest ?? null),
    ]),
  );

export const readDeployed = async (session: MssqlSession): Promise<Map<string, DeployedObject>> => {
  const rows = await session.query<Omit<DeployedObject, 'objects'> & { objects: string }>(
    'SELECT d.path, d.objects, d.checksum, d.definition_digest FROM domino_sync.deployed_object AS d;',
  );
  return new Map(rows.map((row) => [row.path, { ...row, objects: JSON.parse(row.objects) as SqlObject[] }]));
};

/** What our roles and everybody may do with our schemas and what is in them. One column: grants_digest. */
export const GRANTS_DIGEST_SQL = `
SELECT CONVERT(char(64), HASHBYTES(N'SHA2_256', CONVERT(nvarchar(max), ISNULL((
    SELECT CONCAT(
        s.name, N'.', o.name, N' ', r.name, N' ', p.state_desc COLLATE DATABASE_DEFAULT, N' ',
        p.permission_name COLLATE DATABASE_DEFAULT) AS line
    FROM sys.database_permissions AS p
    INNER JOIN sys.database_principals AS r ON r.principal_id = p.grantee_principal_id
    LEFT JOIN sys.objects AS o ON p.class = 1 AND o.object_id = p.major_id
    INNER JOIN sys.schemas AS s
        ON s.schema_id = CASE p.class WHEN 1 THEN o.schema_id WHEN 3 THEN p.major_id END
    WHERE s.name LIKE N'domino[_]sync%' AND (r.name = N'public' OR r.name LIKE N'domino[_]sync[_]%')
    ORDER BY 1
    FOR JSON PATH
), N''))), 2) AS grants_digest`;

export const readGrantsDigest = async (session: MssqlSession): Promise<string> => {
  const [row] = await session.query<{ grants_digest: string }>(`${GRANTS_DIGEST_SQL};`);
  return row?.grants_digest ?? '';
};

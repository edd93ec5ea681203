/** Probes of the text of the CRM database's own procedures, functions, triggers and views, and of the jobs that use it. */
import type { MssqlSession } from '../../mssql/connect.ts';
import { first, type MssqlProbe } from './mssql-server.ts';
import { fine, listed, row, type PreflightRow } from './row.ts';
import { namesTarget, scanTsql, type ScanOptions, type Target } from './scan-tsql.ts';

interface Module {
  schema: string;
  name: string;
  type: string;
  definition: string | null;
  quoted: boolean;
}

const BASE: readonly Target[] = ['Communication', 'Comm_Link'].map((name) => ({
  schema: 'dbo',
  name,
  table: `dbo.${name}`,
}));

/** Whatever the collation of the database: a Turkish one has other capitals. */
const ANY_CASE = 'COLLATE Latin1_General_CI_AS';

const NOT_OURS = `COALESCE(o.is_ms_shipped, 0) = 0 AND COALESCE(s.name, N'') NOT LIKE N'domino[_]sync%'
  AND COALESCE(o.name, N'') NOT LIKE N'domino[_]sync%'`;

const readModules = (session: MssqlSession, condition: string): Promise<Module[]> =>
  session.query<Module>(
    // a DDL trigger has a text, but is no object of a schema
    `SELECT COALESCE(s.name, N'') AS [schema], COALESCE(o.name, t.name, N'?') AS name, COALESCE(RTRIM(o.type), N'TR') AS type,
         m.definition AS definition, CONVERT(bit, m.uses_quoted_identifier) AS quoted
     FROM sys.sql_modules AS m
     LEFT JOIN sys.objects AS o ON o.object_id = m.object_id
     LEFT JOIN sys.schemas AS s ON s.schema_id = o.schema_id
     LEFT JOIN sys.triggers AS t ON t.object_id = m.object_id
     WHERE ${NOT_OURS} AND (${condition})
     ORDER BY 1, 2;`,
  );

const like = (text: string): string => `m.definition ${ANY_CASE} LIKE N'%${text}%'`;

const namesOf = ({ schema, name }: { schema: string; name: string }): string =>
  schema === '' ? name : `${schema}.${name}`;

/** With the views that lead to the two tables, directly or by other views. */
export const withViews = (
  base: readonly Target[],
  views: readonly { schema: string; name: string; definition: string | null; quoted: boolean }[],
  database: string,
): Target[] => {
  const targets = [...base];
  let rest = views
    .filter(({ definition }) => definition !== null)
    .map((view) => ({ ...view, text: (view.definition ?? '').toLowerCase() }));
  for (;;) {
    const names = targets.map(({ name }) => name.toLowerCase());
    const reached = rest.flatMap((view) => {
      // to look for the name first saves taking thousands of views apart
      if (!names.some((name) => view.text.includes(name))) return [];
      const options: ScanOptions = { targets, database, quotedIdentifier: view.quoted };
      const target = namesTarget(view.definition ?? '', options);
      const over = target?.table.replace(/ \(.*/, '') ?? '';
      return target === undefined ? [] : [{ view, table: `${over} (through ${namesOf(view)})` }];
    });
    if (reached.length === 0) return targets;
    targets.push(...reached.map(({ view: { schema, name }, table }) => ({ schema, name, table })));
    const done = new Set(reached.map(({ view }) => view));
    rest = rest.filter((view) => !done.has(view));
  }
};

/** A synonym's base as SQL Server keeps it: [db].[schema].[name] with what is left out left out. */
const synonymsOf = async (session: MssqlSession, database: string): Promise<Target[]> => {
  const rows = await session.query<{ schema: string; name: string; base: string }>(
    `SELECT s.name AS [schema], o.name AS name, o.base_object_name AS base
     FROM sys.synonyms AS o INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id;`,
  );
  return rows.flatMap(({ schema, name, base }) => {
    const target = namesTarget(base, { targets: BASE, database });
    return target === undefined
      ? []
      : [{ schema, name, table: `${target.table} (through synonym ${schema}.${name})` }];
  });
};

const lines = (numbers: readonly number[]): string =>
  `${numbers.length === 1 ? 'line' : 'lines'} ${listed([...new Set(numbers)].map(String))}`;

/** The findings of one text. */
export const moduleRows = (object: string, text: string, options: ScanOptions): PreflightRow[] => {
  const { identity, output, dynamic } = scanTsql(text, options);
  const tables = [...new Set(output.map(({ verb, table }) => `${verb} on ${table}`))];
  return [
    ...tables.map((what) =>
      row(
        'module_output',
        object,
        `OUTPUT without INTO in ${what} (${lines(
          output.filter(({ verb, table }) => `${verb} on ${table}` === what).map(({ line }) => line),
        )}).`,
      ),
    ),
    ...(identity.length > 0
      ? [row('module_identity', object, `It reads @@IDENTITY (${lines(identity)}).`)]
      : []),
    ...(dynamic.length > 0
      ? [
          row(
            'module_dynamic',
            object,
            `It executes text that looks like one of the two (${lines(dynamic)}).`,
          ),
        ]
      : []),
  ];
};

const modules: MssqlProbe = {
  name: 'text of procedures, functions, triggers and views',
  run: async (session, { forDeploy }) => {
    const { database, sees } = await first<{ database: string; sees: number | null }>(
      session,
      `SELECT DB_NAME() AS [database],
           HAS_PERMS_BY_NAME(DB_NAME(), N'DATABASE', N'VIEW DEFINITION') AS sees;`,
    );
    if (sees !== 1)
      return [
        row(
          'not_checked',
          'text of procedures, functions, triggers and views',
          'This login lacks VIEW DEFINITION on the database, so their text is hidden from it.',
          forDeploy ? 'warning' : 'info',
        ),
      ];
    const suspects = await readModules(session, `${like('@@identity')} OR ${like('output')}`);
    const usesOutput = suspects.some(({ definition }) => /output/i.test(definition ?? ''));
    const synonyms = usesOutput
      ? await attempt(() => synonymsOf(session, database))
      : { found: [], rows: [] };
    const views = usesOutput ? await readModules(session, `o.type = 'V'`) : [];
    const targets = withViews([...BASE, ...synonyms.found], views, database);
    const found = suspects.flatMap((module) =>
      moduleRows(namesOf(module), module.definition ?? '', {
        targets,
        database,
        quotedIdentifier: module.quoted,
      }),
    );
    return found.length === 0
      ? [
          ...synonyms.rows,
          fine(
            'module_output',
            database,
            'No module uses OUTPUT without INTO on these tables, or @@IDENTITY.',
          ),
        ]
      : [...synonyms.rows, ...found];
  },
};

/** Synonyms are seldom; not to see them is no reason to scan nothing. */
const attempt = async (read: () => Promise<Target[]>): Promise<{ found: Target[]; rows: PreflightRow[] }> => {
  try {
    return { found: await read(), rows: [] };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { found: [], rows: [row('not_checked', 'synonyms of the tables', why)] };
  }
};

const unreadable: MssqlProbe = {
  name: 'encrypted modules',
  run: async (session) => {
    const hidden = await readModules(session, 'm.definition IS NULL');
    return hidden.length === 0
      ? []
      : [row('module_unreadable', 'database', `It holds ${listed(hidden.map(namesOf))}.`)];
  },
};

const jobs: MssqlProbe = {
  name: 'jobs of SQL Server Agent',
  run: async (session) => {
    const { database } = await first<{ database: string }>(session, 'SELECT DB_NAME() AS [database];');
    const steps = await session.query<{ job: string; step: number; command: string }>(
      `SELECT j.name AS job, CONVERT(int, p.step_id) AS step, p.command AS command
       FROM msdb.dbo.sysjobsteps AS p INNER JOIN msdb.dbo.sysjobs AS j ON j.job_id = p.job_id
       WHERE p.subsystem = N'TSQL' AND p.database_name = DB_NAME()
       ORDER BY j.name, p.step_id;`,
    );
    return steps.flatMap(({ job, step, command }) =>
      moduleRows(`job ${job}, step ${step}`, command, { targets: BASE, database }),
    );
  },
};

export const mssqlModuleProbes: readonly MssqlProbe[] = [modules, unreadable, jobs];

/**
 * SQL Server behind the few sentences of PostgreSQL that the sandbox's acting users and its looks are written in, so that
 * the same exercise plays on both engines. What it does not know it passes on, and SQL Server refuses it.
 */
import type pg from 'pg';
import type { Parameter } from '../../src/crm/calls.ts';
import { connect, type MssqlSession } from '../../src/crm/mssql/connect.ts';

const parameter = (value: unknown): Parameter => {
  if (Array.isArray(value)) return JSON.stringify(value);
  if (value instanceof Date) return value.toISOString().slice(0, 23);
  return value as Parameter;
};

/** The key that `insert … returning` asks for goes into OUTPUT … INTO: the tables have triggers. */
const returning = (text: string): string => {
  const found = /^([^]*?)(\s+(?:values|select)\b[^]*?)\s+returning \w+ as id$/.exec(text);
  if (found === null) return text;
  const into = / into (\w+)/.exec(text)?.[1] ?? '';
  const key = KEYS[into];
  if (key === undefined) throw new Error(`no key of ${into} is known`);
  return `declare @made table (id int); ${found[1]} output inserted.${key} into @made${found[2]};
    select id from @made;`;
};

const KEYS: Readonly<Record<string, string>> = {
  users: 'User_UserId',
  communication: 'Comm_CommunicationId',
  person: 'Pers_PersonId',
  email: 'Emai_EmailId',
  comm_link: 'CmLi_CommLinkId',
};

/** Sage stamps its rows by the clock of its own server. */
const wallClock = (zone: string): string =>
  new Date().toLocaleString('sv-SE', { timeZone: zone }).replace(' ', 'T');

/** PostgreSQL's text as T-SQL. */
const translated = (text: string): string =>
  returning(text.trim())
    .replace(
      /'(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d))?'/g,
      (_, day: string, time = '00:00') => `'${day}T${time}:00'`,
    )
    .replace(/to_char\((\w+), 'YYYY-MM-DD"T"HH24:MI:SS'\)/g, 'convert(nvarchar(19), $1, 126)')
    .replace(
      /(?:\(now\(\) at time zone '([^']+)'\)::timestamp\(3\)|now\(\) at time zone '([^']+)')/g,
      (_, cast?: string, bare?: string) => `'${wallClock(cast ?? bare ?? '')}'`,
    )
    .replace(/(\w+) - make_interval\(mins => (\w+)\)/g, 'dateadd(minute, -$2, $1)')
    .replace(/and (\w+) is distinct from (dateadd\([^)]*\))/g, 'and exists (select $1 except select $2)')
    .replace(/(\w+) - interval '(\d+) (hour|day)s?'/g, 'dateadd($3, -$2, $1)')
    .replace(/= any\(\$(\d+)\)/g, 'in (select j.[value] from openjson(@p$1) as j)')
    .replace(/\bnow\(\) - interval '(\d+) (hour|day)s?'/g, 'dateadd($2, -$1, now())')
    .replace(/\bnow\(\)/g, 'sysutcdatetime()')
    .replace(/ limit (\d+)$/, ' offset 0 rows fetch next $1 rows only')
    .replace(/\bwhere enabled$/g, 'where enabled = 1')
    .replace(/::\w+/g, '')
    .replace(/\bas (out|back|external)\b/g, 'as [$1]')
    .replace(/\b(out|back)\./g, '[$1].')
    .replace(/\$(\d+)/g, '@p$1')
    .replace(/^begin$/, 'begin transaction')
    .replace(/^(commit|rollback)$/, '$1 transaction');

const LIKE_POSTGRES: ReadonlyMap<string, string> = new Map([
  [
    // a list of rows made by one statement, and their ids
    'with made as (',
    `declare @made table (id int);
     insert into dbo.Communication (Comm_Type, Comm_Action, Comm_Status, Comm_Subject, Comm_DateTime, Comm_ToDateTime,
         Comm_Organizer)
     output inserted.Comm_CommunicationId into @made
     select N'Appointment', N'Meeting', N'Pending', concat(N'S7 import ', n.[key] + 1), @p1, @p1, @p2
     from openjson(concat(N'[0', replicate(N',0', 19), N']')) as n;
     insert into dbo.Comm_Link (CmLi_Comm_CommunicationId, CmLi_Comm_UserId, CmLi_Status)
     select id, @p2, 6 from @made;
     select id from @made;`,
  ],
]);

const tsqlOf = (text: string): string => {
  for (const [start, tsql] of LIKE_POSTGRES) if (text.trimStart().startsWith(start)) return tsql;
  return translated(text);
};

const queryOn =
  (session: MssqlSession) =>
  async (text: string, values: readonly unknown[] = []): Promise<{ rows: object[]; rowCount: number }> => {
    const tsql = tsqlOf(text);
    const changes = /^(update|delete)\b/.test(tsql);
    const rows = await session.query<{ changed?: number }>(
      changes ? `${tsql}; select @@rowcount as changed;` : `${tsql};`,
      Object.fromEntries(values.map((value, i) => [`p${i + 1}`, parameter(value)])),
    );
    if (changes) return { rows: [], rowCount: rows[0]?.changed ?? 0 };
    // SQL Server names a column as the table does
    const lower = rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value as unknown])),
    );
    return { rows: lower, rowCount: rows.length };
  };

/** As much of `pg.Pool` as the exercise uses; its clients are sessions of their own. `end` closes them. */
export const mssqlPool = (url: string): pg.Pool => {
  const sessions: MssqlSession[] = [];
  const open = async (): Promise<MssqlSession> => {
    const session = await connect(url, 'Sage CRM', 'test', 120_000);
    sessions.push(session);
    return session;
  };
  let shared: Promise<MssqlSession> | null = null;
  const idle: MssqlSession[] = [];
  const pool = {
    on: () => undefined,
    query: async (text: string, values?: unknown[]) => queryOn(await (shared ??= open()))(text, values),
    connect: async () => {
      const session = idle.pop() ?? (await open());
      return { query: queryOn(session), release: () => void idle.push(session) };
    },
    end: async () => {
      for (const session of sessions.splice(0)) await session.close();
    },
  };
  return pool as unknown as pg.Pool;
};

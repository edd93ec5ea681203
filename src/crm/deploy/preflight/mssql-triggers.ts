/** The triggers of others on the tables that get ours, on SQL Server. */
import type { MssqlSession } from '../../mssql/connect.ts';
import type { MssqlProbe } from './mssql-server.ts';
import { WITH_TRIGGERS } from './mssql-tables.ts';
import { fine, row } from './row.ts';

interface TriggerRow {
  table: string;
  name: string;
  disabled: boolean;
  instead_of: boolean;
  not_for_replication: boolean;
  event: string | null;
  is_first: boolean | null;
  is_last: boolean | null;
}

/** Without its events, which a view of their own tells. */
const readTriggers = async (session: MssqlSession): Promise<TriggerRow[]> => {
  const from = `FROM sys.triggers AS t
     INNER JOIN sys.objects AS o ON o.object_id = t.parent_id
     INNER JOIN sys.schemas AS s ON s.schema_id = o.schema_id`;
  const where = `WHERE ${WITH_TRIGGERS} AND t.name NOT LIKE N'domino[_]sync[_]%'`;
  return session.query<TriggerRow>(
    `SELECT o.name AS [table], t.name, CONVERT(bit, t.is_disabled) AS disabled,
         CONVERT(bit, t.is_instead_of_trigger) AS instead_of,
         CONVERT(bit, t.is_not_for_replication) AS not_for_replication,
         CONVERT(nvarchar(60), e.type_desc) AS event, CONVERT(bit, e.is_first) AS is_first,
         CONVERT(bit, e.is_last) AS is_last
     ${from}
     LEFT JOIN sys.trigger_events AS e ON e.object_id = t.object_id
     ${where}
     ORDER BY o.name, t.name, e.type;`,
  );
};

const describe = (rows: readonly TriggerRow[]): string => {
  const [any] = rows;
  const events = rows.flatMap(({ event, is_first: isFirst, is_last: isLast }) =>
    event === null ? [] : [`${event}${isFirst === true ? ' (first)' : isLast === true ? ' (last)' : ''}`],
  );
  return [
    any?.instead_of === true ? 'INSTEAD OF' : 'AFTER',
    ` ${events.join(', ')}`,
    any?.disabled === true ? '; disabled' : '',
    any?.not_for_replication === true ? '; not for replication' : '',
    '.',
  ].join('');
};

export const triggersOfOthers: MssqlProbe = {
  name: 'triggers',
  run: async (session) => {
    const found = await readTriggers(session);
    const names = [...new Set(found.map(({ table, name }) => `${table}: ${name}`))];
    if (names.length === 0) return [fine('foreign_trigger', 'dbo', 'No triggers but ours.')];
    return names.map((object) => {
      const rows = found.filter(({ table, name }) => `${table}: ${name}` === object);
      const insteadOf = rows.some(({ instead_of: is, disabled }) => is && !disabled);
      return row(insteadOf ? 'instead_of_trigger' : 'foreign_trigger', `dbo.${object}`, describe(rows));
    });
  },
};

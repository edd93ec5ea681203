/** Writes rows into Sage's tables as an import does: by SQL, thousands at a time. */
import type { World } from '../../src/sandbox/exercise/world.ts';
import type { CommunicationRow, LinkRow, Row } from './spoil-rows.ts';

const TYPES: Readonly<Record<keyof CommunicationRow, string>> = {
  comm_type: 'text',
  comm_action: 'text',
  comm_status: 'text',
  comm_priority: 'text',
  comm_datetime: 'timestamp',
  comm_todatetime: 'timestamp',
  comm_private: 'text',
  comm_note: 'text',
  comm_createdby: 'integer',
  comm_updateddate: 'timestamp',
  comm_updatedby: 'integer',
  comm_deleted: 'integer',
  comm_notifytime: 'timestamp',
  comm_recurrenceid: 'integer',
  comm_crmonly: 'text',
  comm_organizer: 'text',
  comm_isalldayevent: 'text',
  comm_subject: 'text',
  comm_location: 'text',
};
const LINK_TYPES: Readonly<Record<keyof LinkRow, string>> = {
  cmli_comm_userid: 'integer',
  cmli_comm_notifytime: 'timestamp',
  cmli_deleted: 'integer',
  cmli_isexternalattendee: 'text',
  cmli_externalpersonid: 'integer',
  cmli_recipient: 'text',
  cmli_status: 'integer',
};

/** `$1 … $n` as the columns of a table; each parameter is the list of a column's values as text. */
const asTable = (types: Readonly<Record<string, string>>, first: number): string =>
  Object.values(types)
    .map((_type, i) => `$${first + i}::text[]`)
    .join(', ');
const casts = (types: Readonly<Record<string, string>>): string =>
  Object.entries(types)
    .map(([name, type]) => `r.${name}::${type}`)
    .join(', ');
const lists = <R extends object>(types: Readonly<Record<keyof R & string, string>>, rows: readonly R[]) =>
  Object.keys(types).map((name) =>
    rows.map((row) => {
      const value = (row as Record<string, string | number | null>)[name]!;
      return value === null ? null : String(value);
    }),
  );

/** In one transaction; answers the ids, in order. */
export async function insertRows({ sage }: World, rows: readonly Row[]): Promise<number[]> {
  const client = await sage.connect();
  try {
    await client.query('begin');
    const { rows: made } = await client.query<{ id: number }>(
      `insert into communication (${Object.keys(TYPES).join(', ')})
       select ${casts(TYPES)} from unnest(${asTable(TYPES, 1)}) with ordinality
           as r (${Object.keys(TYPES).join(', ')}, no)
       order by no returning comm_communicationid as id`,
      lists(
        TYPES,
        rows.map(({ columns }) => columns),
      ),
    );
    const ids = made.map(({ id }) => id);
    const links = rows.flatMap(({ links: some }, i) => some.map((link) => ({ id: ids[i]!, link })));
    await client.query(
      `insert into comm_link (cmli_comm_communicationid, ${Object.keys(LINK_TYPES).join(', ')})
       select r.id::integer, ${casts(LINK_TYPES)} from unnest($1::text[], ${asTable(LINK_TYPES, 2)}) with ordinality
           as r (id, ${Object.keys(LINK_TYPES).join(', ')}, no)
       order by no`,
      [
        links.map(({ id }) => `${id}`),
        ...lists(
          LINK_TYPES,
          links.map(({ link }) => link),
        ),
      ],
    );
    await client.query('commit');
    return ids;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

/** The mapped columns of some rows are overwritten with those of others. */
export async function overwriteRows(
  { sage }: World,
  ids: readonly number[],
  rows: readonly Row[],
): Promise<void> {
  const names = Object.keys(TYPES);
  await sage.query(
    `update communication as c set ${names.map((name) => `${name} = r.${name}::${TYPES[name as keyof CommunicationRow]}`).join(', ')}
     from unnest($1::integer[], ${asTable(TYPES, 2)}) as r (id, ${names.join(', ')})
     where c.comm_communicationid = r.id`,
    [
      ids,
      ...lists(
        TYPES,
        rows.map(({ columns }) => columns),
      ),
    ],
  );
}

/** Fills an empty Sage CRM database with a company at work: the same for the same seed and the same `now`. */
import type pg from 'pg';
import { createRandom } from './random.ts';
import { makeCommunications } from './sample-communications.ts';
import { makePeople, type Row, type SampleUser } from './sample-people.ts';
import type { IdScheme } from './vendor-schema.ts';
import { wallNow } from './wall-time.ts';

export type { SampleUser } from './sample-people.ts';

export interface SampleOptions {
  seed: number;
  /** The sample lies around this instant: some 18 months before it, six after. */
  now: Date;
  ids: IdScheme;
  users: number;
  /** How many of them are meant to be enabled for synchronisation. */
  enabled: number;
  communications: number;
  /** IANA id of the CRM server's zone, in which all its times are. Default Europe/Berlin. */
  timeZone?: string;
}

/** Rows a statement: large enough to be fast, small enough for the memory of both sides. */
const CHUNK = 2_000;

const KEYS: Readonly<Record<string, string>> = {
  users: 'user_userid',
  company: 'comp_companyid',
  person: 'pers_personid',
  email: 'emai_emailid',
  emaillink: 'elink_linkid',
  communication: 'comm_communicationid',
  comm_link: 'cmli_commlinkid',
};

const insertRows = async (client: pg.PoolClient, table: string, rows: readonly Row[]): Promise<void> => {
  for (let from = 0; from < rows.length; from += CHUNK) {
    await client.query(`insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1)`, [
      JSON.stringify(rows.slice(from, from + CHUNK)),
    ]);
  }
};

/** Sage goes on with the ids after ours. */
const advanceIds = async (client: pg.PoolClient, table: string, ids: IdScheme): Promise<void> => {
  const key = KEYS[table] as string;
  if (ids === 'identity') {
    await client.query(
      `select setval(pg_get_serial_sequence('${table}', '${key}'), max(${key})) from ${table}`,
    );
    return;
  }
  await client.query(
    `update sql_identity set id_nextid = (select max(${key}) + 1 from ${table})
     from custom_tables where bord_tableid = id_tableid and lower(bord_name) = '${table}'`,
  );
};

const readEntities = async (client: pg.PoolClient): Promise<{ person: number; company: number }> => {
  const { rows } = await client.query<{ name: string; id: number }>(
    `select lower(bord_name) as name, bord_tableid as id from custom_tables where bord_name in ('Person', 'Company')`,
  );
  const idOf = (name: string): number => {
    const found = rows.find((row) => row.name === name);
    if (found === undefined) throw new Error(`Custom_Tables has no ${name}: install the vendor schema first`);
    return found.id;
  };
  return { person: idOf('person'), company: idOf('company') };
};

/**
 * Into a database that `installVendorSchema` has prepared with the same id scheme and that is empty otherwise; one
 * transaction. Answers the users to enable. Throws RangeError when `users` or `communications` are too few
 * for `enabled`.
 */
export const installSampleCrm = async (pool: pg.Pool, options: SampleOptions): Promise<SampleUser[]> => {
  const { timeZone = 'Europe/Berlin' } = options;
  const random = createRandom(options.seed);
  const now = wallNow(options.now, timeZone);
  const client = await pool.connect();
  try {
    await client.query('begin');
    const counts = {
      users: options.users,
      enabled: options.enabled,
      companies: Math.max(1, options.users * 2),
      persons: Math.max(2, options.users * 6),
    };
    const people = makePeople(random, counts, now, await readEntities(client));
    const plan = { total: options.communications, now, timeZone };
    const tables: Record<string, Row[]> = { ...people.rows, ...makeCommunications(random, people, plan) };
    for (const [table, rows] of Object.entries(tables)) {
      await insertRows(client, table, rows);
      await advanceIds(client, table, options.ids);
    }
    await client.query('commit');
    return people.enabled;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
};

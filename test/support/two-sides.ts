/** Both sides for end-to-end tests: a deployed test database with a small company, and the stand-in with its mail files. */
import { connectDas, type DasOptions } from '../../src/domino/das/connect.ts';
import { openCrmDatabase } from '../../src/crm/open.ts';
import { enableAll } from '../../src/sandbox/enable.ts';
import { createWorld, type World } from '../../src/sandbox/exercise/world.ts';
import { startDominoStandIn, type StandInOptions } from '../../src/sandbox/domino-stand-in/index.ts';
import type { BothSides } from '../../src/sandbox/sandbox.ts';
import type { SampleUser } from '../../src/sandbox/crm/sample-data.ts';
import type { Log } from '../../src/log.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { createMssqlDatabase, type MssqlTestDatabase } from './mssql-database.ts';
import { mssqlPool } from './mssql-pool.ts';

export interface TwoSides {
  world: World;
  sides: BothSides;
  database: CrmSide;
  close(): Promise<void>;
}

type CrmSide = Pick<TestDatabase, 'url' | 'admin' | 'sageUrl' | 'createLogin' | 'drop'> &
  Partial<Pick<MssqlTestDatabase, 'check'>>;

/** Those that `npm run test:mssql` and `npm test` play the end-to-end tests on. */
export const ENGINES: readonly ('postgres' | 'mssql')[] = [
  ...(process.env['npm_lifecycle_event'] === 'test:mssql' ? [] : (['postgres'] as const)),
  ...(process.env['MSSQL_TEST_URL'] === undefined ? [] : (['mssql'] as const)),
];

export interface TwoSidesOptions {
  /** Default `postgres`. */
  engine?: 'postgres' | 'mssql';
  /** Users to make and enable; default 3. One more is made who is not enabled. */
  users?: number;
  timeZone?: string;
  standIn?: Partial<Pick<StandInOptions, 'auth' | 'knobs' | 'zone' | 'clock'>>;
  das?: Partial<DasOptions>;
  /** Set before anybody is enabled. */
  settings?: Record<string, string>;
  log?: Log;
}

const NAMES = ['Anna Adler', 'Bert Braun', 'Cora Conti', 'Dirk Dahl', 'Eva Ebert', 'Finn Falk'];

export async function openTwoSides(options: TwoSidesOptions = {}): Promise<TwoSides> {
  const { timeZone = 'Europe/Berlin' } = options;
  const database: CrmSide = options.engine === 'mssql' ? await mssqlSide() : await createTestDatabase();
  const closing: (() => Promise<unknown>)[] = [() => database.drop()];
  const close = async () => {
    for (const one of closing.splice(0).reverse()) await one();
  };
  try {
    const people = await addUsers(database, (options.users ?? 3) + 1);
    const outsider = people.pop()!;
    const technicalUser = { name: 'CRM Sync/Acme', password: 'secret-of-domino' };
    const standIn = await startDominoStandIn({
      auth: 'basic',
      ...options.standIn,
      technicalUser,
      users: people.map(({ notesName, name, email, mailFile }) => ({
        notesName,
        displayName: name,
        email,
        mailFile,
      })),
    });
    closing.push(() => standIn.stop());
    const dominoAccess = { url: standIn.url, user: technicalUser.name, password: technicalUser.password };
    const domino = connectDas({ ...dominoAccess, todoSweepSeconds: 0, ...options.das });
    closing.push(() => domino.close());
    const crmUrl = await database.createLogin(
      'domino_sync_runner',
      'domino_sync_admin',
      'domino_sync_reader',
    );
    const openCrm = () => openCrmDatabase(crmUrl);
    const crm = await openCrm();
    closing.push(() => crm.close());
    await crm.registerRunner({ host: 'test', process_id: process.pid, version: 'test' });
    await crm.changeSetting('crm_time_zone', timeZone);
    for (const [name, value] of Object.entries(options.settings ?? {})) await crm.changeSetting(name, value);
    const sides: BothSides = {
      vendor: database.admin,
      sageUrl: database.sageUrl,
      ...(database.check === undefined
        ? {}
        : { openSage: () => mssqlPool(database.sageUrl), checkDeployed: database.check }),
      crm,
      openCrm,
      crmUrl,
      adminUrl: database.url,
      domino,
      standIn,
      dominoAccess,
      users: people,
      timeZone,
    };
    await enableAll(sides);
    const world = createWorld(sides, outsider, options.log);
    closing.push(() => world.close());
    return { world, sides, database, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function mssqlSide(): Promise<CrmSide> {
  const database = await createMssqlDatabase();
  const admin = mssqlPool(database.url);
  return {
    ...database,
    admin,
    drop: async () => {
      await admin.end();
      await database.drop();
    },
  };
}

async function addUsers(database: CrmSide, count: number): Promise<SampleUser[]> {
  const users: SampleUser[] = [];
  for (let i = 0; i < count; i += 1) {
    const name = NAMES[i % NAMES.length]!;
    const [first, last] = name.split(' ') as [string, string];
    const logon = `${first}${i}`.toLowerCase();
    const email = `${logon}@acme.example`;
    const { rows } = await database.admin.query<{ id: number }>(
      `insert into users (user_logon, user_firstname, user_lastname, user_emailaddress)
       values ($1, $2, $3, $4) returning user_userid as id`,
      [logon, first, last, email],
    );
    users.push({
      userId: rows[0]!.id,
      logon,
      email,
      name,
      notesName: `CN=${name} ${i}/O=Acme`,
      mailFile: `mail/${logon}.nsf`,
    });
  }
  return users;
}

/**
 * The sandbox: a real PostgreSQL with a sample Sage CRM, everything deployed into it, and a Domino stand-in with mail
 * files. What it needs it makes; a second start finds it as it was left.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import type { CrmDatabase } from '../crm/contract.ts';
import type { Finding } from '../crm/deploy/findings.ts';
import { deployTo, openCrmDatabase } from '../crm/open.ts';
import { connectDas } from '../domino/das/connect.ts';
import type { DominoServer } from '../domino/port.ts';
import { errorText } from '../errors.ts';
import { VERSION } from '../version.ts';
import { closeAll } from './close-all.ts';
import { installSampleCrm, type SampleUser } from './crm/sample-data.ts';
import { grantSageLogin, installVendorSchema, SAGE_LOGIN } from './crm/vendor-schema.ts';
import { startDominoStandIn, type DominoStandIn } from './domino-stand-in/index.ts';
import { removeEmbeddedPostgres, startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.ts';
import { fillMailFiles } from './mail-files.ts';

export interface SandboxOptions {
  /** Holds the database cluster and the mail files. */
  directory: string;
  /** Forget what the last start left. */
  fresh: boolean;
  size: { users: number; enabled: number; communications: number };
  /** IANA zone of the CRM server. */
  timeZone?: string;
  /** Notes users have calendars of their own before they are enabled. */
  notesEntries: boolean;
  /** One line for each step. */
  progress: (line: string) => void;
}

/** Both sides, ready to be written to and looked at. */
export interface BothSides {
  /** The CRM database with all rights: for looks at both sides and for what a DBA does. */
  vendor: pg.Pool;
  /** Address for Sage's own login, which has rights on the vendor's tables only. */
  sageUrl: string;
  /** Opens sessions of that login where they are not PostgreSQL's. */
  openSage?: () => pg.Pool;
  /** The CRM through our procedures, with the rights of the runner and the administrator. */
  crm: CrmDatabase;
  /** Opens another connection with the same rights, for another runner. */
  openCrm(): Promise<CrmDatabase>;
  crmUrl: string;
  /** The login of the DBA: deploys. */
  adminUrl: string;
  /** As `deploy --check`, where the server of a test needs another way. */
  checkDeployed?: () => Promise<Finding[]>;
  domino: DominoServer;
  standIn: DominoStandIn;
  dominoAccess: { url: string; user: string; password: string };
  /** The users meant to be enabled. */
  users: SampleUser[];
  timeZone: string;
}

export interface Sandbox extends BothSides {
  firstStart: boolean;
  stop(): Promise<void>;
}

const DATABASE = 'sage_crm';
const RUNNER_LOGIN = 'crm_domino_sync';
const TECHNICAL_USER = 'CRM Sync/Acme';
const SEED = 4711;

const stateSchema = z.object({
  version: z.string(),
  size: z.string(),
  technicalPassword: z.string(),
  sagePassword: z.string(),
  runnerPassword: z.string(),
  users: z.array(
    z.object({
      userId: z.number(),
      logon: z.string(),
      email: z.string(),
      name: z.string(),
      notesName: z.string(),
      mailFile: z.string(),
    }),
  ),
});
type State = z.infer<typeof stateSchema>;

export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { directory, progress, timeZone = 'Europe/Berlin' } = options;
  const dataDir = join(directory, 'postgres');
  const stateFile = join(directory, 'sandbox.json');
  const mailFiles = join(directory, 'mail-files.json');
  let state = options.fresh ? null : readState(stateFile, options.size);
  if (state === null) {
    await removeEmbeddedPostgres(dataDir);
    rmSync(mailFiles, { force: true });
    rmSync(stateFile, { force: true });
  }

  progress('PostgreSQL: starting the embedded server');
  const postgres = await startEmbeddedPostgres({ dataDir });
  const opened: (() => Promise<unknown>)[] = [() => postgres.stop()];
  const stop = () => closeAll(opened.splice(0));
  try {
    const firstStart = state === null;
    state ??= await makeCrm(postgres, options, timeZone);
    const vendor = new pg.Pool({ connectionString: postgres.adminUrl(DATABASE), max: 4 });
    vendor.on('error', () => undefined); // an idle session that ends with the server; queries report their own errors
    opened.push(() => vendor.end());

    const done = await deployTo(postgres.adminUrl(DATABASE));
    if (done.migrations.length + done.applied.length > 0) {
      progress(
        `Deploy: ${done.migrations.length} migrations, ${done.applied.length} procedures, views and triggers`,
      );
    }
    const crmUrl = await makeLogin(vendor, postgres, state.runnerPassword);

    const standIn = await startDominoStandIn({
      seed: SEED,
      auth: 'basic',
      users: state.users.map((user) => ({
        notesName: user.notesName,
        displayName: user.name,
        email: user.email,
        mailFile: user.mailFile,
      })),
      technicalUser: { name: TECHNICAL_USER, password: state.technicalPassword },
      zone: 'W. Europe Standard Time',
    });
    opened.push(() => standIn.stop());
    if (existsSync(mailFiles)) await standIn.load(mailFiles);
    else if (options.notesEntries) fillMailFiles(standIn, state.users, new Date());
    progress(`Domino stand-in: ${state.users.length} mail files at ${standIn.url}`);
    const keeper = keepSaved(standIn, mailFiles, progress);
    opened.push(() => keeper.end());

    const dominoAccess = { url: standIn.url, user: TECHNICAL_USER, password: state.technicalPassword };
    const domino = connectDas({ ...dominoAccess, parallel: 8, todoSweepSeconds: 0 });
    opened.push(() => domino.close());
    const openCrm = () => openCrmDatabase(crmUrl);
    const crm = await openCrm();
    opened.push(() => crm.close());
    if (firstStart) {
      await crm.changeSetting('crm_time_zone', timeZone);
      await crm.changeSetting('poll_seconds', '2');
      await standIn.save(mailFiles);
      writeFileSync(stateFile, JSON.stringify(state), { mode: 0o600 });
    }
    return {
      vendor,
      sageUrl: urlFor(postgres, SAGE_LOGIN, state.sagePassword),
      crm,
      openCrm,
      crmUrl,
      adminUrl: postgres.adminUrl(DATABASE),
      domino,
      standIn,
      dominoAccess,
      users: state.users,
      timeZone,
      firstStart,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function makeCrm(
  postgres: EmbeddedPostgres,
  options: SandboxOptions,
  timeZone: string,
): Promise<State> {
  const server = new pg.Client({ connectionString: postgres.url });
  await server.connect();
  try {
    await server.query(`create database ${DATABASE}`);
  } finally {
    await server.end();
  }
  const pool = new pg.Pool({ connectionString: postgres.adminUrl(DATABASE), max: 2 });
  try {
    const sagePassword = randomBytes(12).toString('hex');
    await installVendorSchema(pool, 'identity');
    await grantSageLogin(pool, 'identity', sagePassword);
    const users = await installSampleCrm(pool, {
      seed: SEED,
      now: new Date(),
      ids: 'identity',
      timeZone,
      ...options.size,
    });
    options.progress(
      `Sample CRM: ${options.size.users} users, ${options.size.communications} communications over two years`,
    );
    return {
      version: VERSION,
      size: JSON.stringify(options.size),
      technicalPassword: randomBytes(12).toString('hex'),
      sagePassword,
      runnerPassword: randomBytes(12).toString('hex'),
      users,
    };
  } finally {
    await pool.end();
  }
}

/** The login of the runner: the rights of our roles and none on vendor tables, as a DBA would set it up. */
async function makeLogin(vendor: pg.Pool, postgres: EmbeddedPostgres, password: string): Promise<string> {
  const login = RUNNER_LOGIN;
  await vendor.query(`
    do $$ begin
      if not exists (select from pg_roles where rolname = '${login}') then create role ${login} login; end if;
    end $$;
    alter role ${login} password '${password}';
    grant domino_sync_runner, domino_sync_admin, domino_sync_reader to ${login};
  `);
  return urlFor(postgres, login, password);
}

function urlFor(postgres: EmbeddedPostgres, login: string, password: string): string {
  const url = new URL(postgres.adminUrl(DATABASE));
  url.username = login;
  url.password = password;
  return url.href;
}

function readState(file: string, size: SandboxOptions['size']): State | null {
  if (!existsSync(file)) return null;
  const parsed = stateSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success || parsed.data.version !== VERSION) return null;
  return parsed.data.size === JSON.stringify(size) ? parsed.data : null;
}

/** Saves the mail files each second and at the end, so that a kill loses no more than the database would like. */
function keepSaved(
  standIn: DominoStandIn,
  file: string,
  tell: (line: string) => void,
): { end: () => Promise<void> } {
  let saving: Promise<void> = Promise.resolve();
  let told = '';
  const save = async (): Promise<void> => {
    try {
      await standIn.save(file);
      told = '';
    } catch (error) {
      // Told once: there may be room again at the next attempt.
      const line = `Domino stand-in: the mail files cannot be saved: ${errorText(error)}`;
      if (line !== told) tell(line);
      told = line;
    }
  };
  const timer = setInterval(() => {
    saving = saving.then(save);
  }, 1000);
  return {
    end: async () => {
      clearInterval(timer);
      await saving;
      await save();
    },
  };
}

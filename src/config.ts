/**
 * The one validated configuration: file `crm-domino-sync.config.json`, overlaid by the environment (which is where
 * secrets belong). What concerns the synchronisation itself is in the database (`setting`), not here.
 */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { EXIT, UserError, errorText } from './errors.ts';
import { isTimeZone } from './item/time-zone.ts';

export const CONFIG_FILE = 'crm-domino-sync.config.json';

const databaseUrl = z
  .string()
  .regex(/^(postgres|postgresql|mssql):\/\//, 'must start with postgres:// or mssql://');

const configSchema = z.strictObject({
  /** CRM database. Environment: CRM_DATABASE_URL. */
  crmDatabaseUrl: databaseUrl.optional(),
  domino: z
    .strictObject({
      /** Environment: DOMINO_URL. */
      url: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' }).optional(),
      /** Environment: DOMINO_USER. */
      user: z.string().min(1).optional(),
      /** Environment: DOMINO_PASSWORD (better there than in a file). */
      password: z.string().min(1).optional(),
      /** `auto` tries Basic and falls back to the login form. */
      auth: z.enum(['auto', 'basic', 'form']).default('auto'),
      /** How the server counts the last day of an all-day entry; `auto` learns it from its answers. */
      allDayEnd: z.enum(['auto', 'inclusive', 'exclusive']).default('auto'),
      /** IANA zone of Notes' users: of times that come without any, and of the days of an all-day To Do. */
      timeZone: z.string().refine(isTimeZone, 'must be an IANA zone such as Europe/Berlin').default('UTC'),
      /** Requests in flight at a time. */
      parallel: z.number().int().min(1).max(32).default(4),
      /** Seconds until an answer counts as lost. */
      timeoutSeconds: z.number().int().min(1).max(600).default(60),
      /** PEM file, for a server whose certificate no public authority has signed. */
      certificateAuthorityFile: z.string().min(1).optional(),
      /** Sends PUT, PATCH and DELETE as POST with X-HTTP-Method-Override, for sites that forbid them. */
      methodOverride: z.boolean().default(false),
    })
    .prefault({}),
  runner: z
    .strictObject({
      /** Mailboxes worked on at a time. */
      mailboxes: z.number().int().min(1).max(64).default(8),
      /** node-schedule rule (cron with optional seconds) for the cadence of `run`. */
      schedule: z.string().default('*/5 * * * * *'),
    })
    .prefault({}),
  log: z
    .strictObject({
      /** Environment: LOG_LEVEL. */
      level: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
    })
    .prefault({}),
});

export type Config = z.infer<typeof configSchema>;

const ENVIRONMENT: Record<string, readonly string[]> = {
  CRM_DATABASE_URL: ['crmDatabaseUrl'],
  DOMINO_URL: ['domino', 'url'],
  DOMINO_USER: ['domino', 'user'],
  DOMINO_PASSWORD: ['domino', 'password'],
  LOG_LEVEL: ['log', 'level'],
};

/** Reads and validates the configuration. Throws UserError that names the key and the remedy, never a value. */
export function loadConfig(options: { file?: string; env?: NodeJS.ProcessEnv; cwd?: string } = {}): Config {
  const file = resolve(options.cwd ?? process.cwd(), options.file ?? CONFIG_FILE);
  const raw = readConfigFile(file, options.file !== undefined);
  overlayEnvironment(raw, options.env ?? process.env);
  const parsed = configSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  if (issue.code === 'unrecognized_keys') {
    const key = [...issue.path, issue.keys[0]].join('.');
    throw new UserError(
      `unknown configuration key "${key}" in ${file}`,
      `Remove it, or use one of: ${knownKeys(issue.path).join(', ')}.`,
    );
  }
  const key = issue.path.join('.');
  const variable = Object.entries(ENVIRONMENT).find(([, path]) => path.join('.') === key)?.[0];
  throw new UserError(
    `configuration key "${key}" is wrong: ${issue.message}`,
    `Correct it in ${file}${variable ? ` or in the environment variable ${variable}` : ''}.`,
  );
}

/** The CRM database address, or a UserError that says where to put it. */
export function requireDatabase(config: Config): string {
  if (config.crmDatabaseUrl) return config.crmDatabaseUrl;
  throw new UserError(
    'no CRM database is configured',
    `Set CRM_DATABASE_URL (postgres://user:password@host/database) or "crmDatabaseUrl" in ${CONFIG_FILE}.`,
  );
}

export interface DominoAccess {
  url: string;
  user: string;
  password: string;
}

export function requireDomino(config: Config): DominoAccess {
  const { url, user, password } = config.domino;
  if (url && user && password) return { url, user, password };
  const missing = [!url && 'DOMINO_URL', !user && 'DOMINO_USER', !password && 'DOMINO_PASSWORD'].filter(
    Boolean,
  );
  throw new UserError(
    `the Domino server is not configured: ${missing.join(', ')} missing`,
    `Set the environment, or "domino": { "url", "user" } in ${CONFIG_FILE} and the password in DOMINO_PASSWORD.`,
    EXIT.usage,
  );
}

function readConfigFile(file: string, named: boolean): Record<string, unknown> {
  if (!existsSync(file)) {
    if (!named) return {};
    throw new UserError(
      `the configuration file ${file} does not exist`,
      'Correct --config, or leave it out.',
    );
  }
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return structuredClone(value) as Record<string, unknown>;
    }
    throw new Error('the top level is not an object');
  } catch (error) {
    throw new UserError(`${file} is not valid JSON: ${errorText(error)}`, 'Correct the file.', EXIT.usage, {
      cause: error,
    });
  }
}

function overlayEnvironment(target: Record<string, unknown>, env: NodeJS.ProcessEnv): void {
  for (const [variable, path] of Object.entries(ENVIRONMENT)) {
    const value = env[variable];
    if (value === undefined || value === '') continue;
    let object = target;
    for (const key of path.slice(0, -1)) {
      const inner = (object[key] ??= {});
      if (typeof inner !== 'object') return;
      object = inner as Record<string, unknown>;
    }
    object[path[path.length - 1]!] = value;
  }
}

function knownKeys(path: readonly PropertyKey[]): string[] {
  const section = path[0] as keyof typeof configSchema.shape | undefined;
  if (section === undefined) return Object.keys(configSchema.shape);
  const inner = configSchema.shape[section];
  const schema = inner instanceof z.ZodPrefault ? inner.unwrap() : inner;
  return schema instanceof z.ZodObject ? Object.keys(schema.shape).map((key) => `${section}.${key}`) : [];
}

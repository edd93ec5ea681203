/** `mssql://user:password@host:port/database?option=value`, the address of a CRM database on SQL Server. */
import { z } from 'zod';
import { CrmError } from '../contract.ts';

export interface MssqlAddress {
  host: string;
  /** Undefined for a named instance: the SQL Server Browser tells its port. */
  port: number | undefined;
  instance: string | undefined;
  database: string;
  user: string;
  password: string;
  /** Windows domain: the login is a Windows account and signs in by NTLM. */
  domain: string | undefined;
  encrypt: boolean;
  /** Accepts a certificate that nobody has signed. */
  trustServerCertificate: boolean;
}

const DEFAULT_PORT = 1433;

const onOff = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .optional();

const optionsSchema = z.strictObject({
  encrypt: onOff,
  trustServerCertificate: onOff,
  instance: z.string().min(1).optional(),
  domain: z.string().min(1).optional(),
});

const refused = (what: string): CrmError =>
  new CrmError('crm_refused', `the address of the CRM database ${what}`, { transient: false });

/** Encryption is on unless it is switched off. Throws CrmError that never repeats the password. */
export const parseAddress = (url: string): MssqlAddress => {
  if (!URL.canParse(url) || !url.startsWith('mssql://'))
    throw refused(
      'is no valid mssql:// address (characters such as @ / # in a password are written %40 %2F %23)',
    );
  const { hostname, port, pathname, username, password, searchParams } = new URL(url);
  const options = optionsSchema.safeParse(Object.fromEntries(searchParams));
  if (!options.success) {
    const [issue] = options.error.issues;
    const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path[0];
    throw refused(`has a wrong option "${String(name)}": known are ${knownOptions}`);
  }
  const database = decodeURIComponent(pathname.slice(1));
  if (hostname === '') throw refused('names no host');
  if (database === '') throw refused('names no database: mssql://user:password@host/database');
  if (username === '') throw refused('names no login');
  const { encrypt = true, trustServerCertificate = false, instance, domain } = options.data;
  if (instance !== undefined && port !== '')
    throw refused('names a port and an instance: one of them decides');
  return {
    host: decodeURIComponent(hostname),
    port: instance === undefined ? Number(port || DEFAULT_PORT) : undefined,
    instance,
    database,
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    domain,
    encrypt,
    trustServerCertificate,
  };
};

const knownOptions = 'encrypt=true|false, trustServerCertificate=true|false, instance=NAME, domain=NAME';

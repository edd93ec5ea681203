/** Turns what the drivers and SQL Server throw into CrmError, without ever repeating a password. */
import sql from 'mssql';
import { ConnectionError } from 'tedious';
import { CrmError, type CrmFault } from '../contract.ts';

interface Classified {
  code: CrmFault;
  transient: boolean;
  /** Precedes the server's own text. */
  says: string;
  sqlState?: string;
}

const busy = (says = 'the CRM database is busy'): Classified => ({ code: 'crm_busy', transient: true, says });
const unavailable: Classified = {
  code: 'crm_unreachable',
  transient: true,
  says: 'the CRM database is not available',
};
const login: Classified = {
  code: 'crm_login',
  transient: false,
  says: 'the CRM database refuses the login',
};
const forbidden: Classified = {
  code: 'crm_forbidden',
  transient: false,
  says: 'the login lacks a right in the CRM database',
};
const notDeployed: Classified = {
  code: 'crm_not_deployed',
  transient: false,
  says: 'the CRM database lacks an object of crm-domino-sync (run "deploy")',
};
const outOfResources = busy('the CRM database is out of resources');

const BY_NUMBER: ReadonlyMap<number, Classified> = new Map<number, Classified>([
  // raised by our own procedures; the state is the one the PostgreSQL twin gives
  [51001, { code: 'crm_lease_lost', transient: true, says: '', sqlState: 'CDS01' }],
  [51002, { code: 'crm_refused', transient: false, says: '', sqlState: 'CDS02' }],
  [51003, { code: 'crm_refused', transient: false, says: '', sqlState: 'CDS03' }],
  [51004, busy()], // a lock or an id of the CRM's was not given in time
  [1205, busy()], // deadlock victim
  [1222, busy()], // SET LOCK_TIMEOUT ran out
  [3960, busy()], // snapshot update conflict
  [3961, busy()], // the table changed under a snapshot: somebody deploys
  [701, outOfResources], // memory
  [1105, outOfResources], // filegroup full
  [1204, outOfResources], // locks
  [8645, outOfResources], // memory grant
  [8651, outOfResources],
  [9002, outOfResources], // log full
  [10928, outOfResources], // Azure: limits
  [10929, outOfResources],
  [18452, login],
  [18456, login],
  [18470, login], // disabled
  [18486, login], // locked out
  [18487, login], // expired
  [18488, login], // must be changed
  [229, forbidden],
  [230, forbidden],
  [262, forbidden],
  [297, forbidden],
  [300, forbidden],
  [916, forbidden], // no user of this database
  [1088, forbidden], // no such table, or no right to alter it
  [15247, forbidden],
  [15151, forbidden], // no such principal or object, or no right to see it
  [208, notDeployed],
  [207, notDeployed],
  [2760, notDeployed], // schema
  [2812, notDeployed], // procedure
  [4121, notDeployed], // function
  [8144, notDeployed], // a procedure of another version: too many parameters
  [8145, notDeployed], // … not a parameter of it
  [201, notDeployed], // … a parameter missing
  // Microsoft counts it among the faults to try again: a database that starts, recovers or fails over gives it, as does
  // a wrong name. The text of the server stands in the message.
  [4060, { ...unavailable, says: 'the CRM database cannot be opened (is its name right?)' }],
  [596, unavailable], // the session was killed
  [911, { code: 'crm_unreachable', transient: false, says: 'the CRM database does not exist' }],
  [921, unavailable], // not yet recovered
  [922, unavailable], // being recovered
  [924, unavailable], // single user mode
  [927, unavailable], // being restored
  [942, unavailable], // offline
  [945, unavailable],
  [952, unavailable], // in transition
  [976, unavailable], // secondary of an availability group
  [978, unavailable],
  [979, unavailable],
  [983, unavailable], // … whose role is being decided
  [988, unavailable], // … without a quorum
  [4221, unavailable], // … that has just started
  [3906, unavailable], // read-only, as after a fail-over
  [6005, unavailable], // shutting down
  [17142, unavailable], // paused
  [17187, unavailable], // starting
  [17197, unavailable], // the login took too long for a loaded server
  [18401, unavailable], // upgrading its own scripts after an update
  [18451, unavailable], // stopping: only administrators
  [18461, unavailable], // single user mode
  [40197, unavailable], // Azure: fail-over
  [40501, unavailable],
  [40613, unavailable],
  [49918, unavailable],
  [49919, unavailable],
  [49920, unavailable],
]);

const NETWORK_CODES = new Set([
  'ECONNCLOSED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EINSTLOOKUP',
  'ENETUNREACH',
  'ENOTFOUND',
  'ENOTOPEN',
  'EPIPE',
  'ESOCKET',
  'ETIMEDOUT',
]);

interface DriverError {
  message: string;
  code?: unknown;
  number?: unknown;
  originalError?: unknown;
  errors?: unknown[];
  precedingErrors?: unknown[];
}

const isDriverError = (value: unknown): value is DriverError =>
  typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';

/** Of itself first, then of what it wraps or gathers: a statement may end in several errors, a pool hides that of a login. */
const numbersOf = (error: unknown): number[] => {
  if (!isDriverError(error)) return [];
  const { number, originalError, errors = [], precedingErrors = [] } = error;
  return [
    ...(typeof number === 'number' ? [number] : []),
    ...[originalError, ...errors, ...precedingErrors].flatMap(numbersOf),
  ];
};

/** A statement that ran too long is `busy`; a connection that was not made in time is `unreachable`. */
const isConnectionError = (error: DriverError): boolean =>
  error instanceof ConnectionError || error instanceof sql.ConnectionError;

const classify = (error: DriverError, code: string, message: string): Classified => {
  for (const number of numbersOf(error)) {
    const known = BY_NUMBER.get(number);
    if (known !== undefined) return known;
  }
  if (code === 'ELOGIN') return login;
  if (NETWORK_CODES.has(code) || (code === 'ETIMEOUT' && isConnectionError(error)))
    return { ...unavailable, says: 'the CRM database cannot be reached' };
  if (code === 'ETIMEOUT' || code === 'ECANCEL') return busy();
  if (/resource request timed out|operation timed out for an unknown reason/i.test(message))
    return { ...unavailable, says: 'the CRM database has no free connection' };
  return { code: 'crm_refused', transient: false, says: '' };
};

const withoutSecrets = (text: string): string =>
  text.replace(/(\w+:\/\/[^\s:@/]+):[^\s@]*@/g, '$1:***@').replace(/(password\s*[=:]\s*)\S+/gi, '$1***');

/** One line; `doing` says what was attempted. A CrmError is handed on as it is. */
export const toCrmError = (error: unknown, doing: string): CrmError => {
  if (error instanceof CrmError) return error;
  if (!isDriverError(error))
    return new CrmError('crm_refused', `${doing}: ${String(error)}`, { transient: false });
  const message = withoutSecrets(error.message).replace(/\s+/g, ' ').trim();
  const code = typeof error.code === 'string' ? error.code : '';
  const { code: fault, transient, says, sqlState } = classify(error, code, message);
  const [number] = numbersOf(error);
  const state = sqlState ?? (number === undefined ? undefined : String(number));
  return new CrmError(fault, `${doing}: ${says === '' ? '' : `${says}: `}${message}`, {
    transient,
    ...(state === undefined ? {} : { sqlState: state }),
    cause: error,
  });
};

const DEADLOCK_VICTIM = 1205;
const LOCK_TIMEOUT = 1222;

/** The server has rolled the statement's transaction back because of somebody else's locks: the same call may succeed. */
export const isLockFault = (error: unknown): boolean =>
  numbersOf(error).some((number) => number === DEADLOCK_VICTIM || number === LOCK_TIMEOUT);

/** Turns what the driver and the server throw into CrmError, without ever repeating a password. */
import { CrmError, type CrmFault } from '../contract.ts';

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Texts of node-postgres for a connection that is gone or never came to be; it gives them no code. */
const LOST_CONNECTION =
  /connection terminated|connection ended|connection timeout|timeout expired|timeout exceeded when trying to connect|client has encountered a connection error|not queryable|client was closed/i;

interface Classified {
  code: CrmFault;
  transient: boolean;
  text: string;
}

const hasText = (value: unknown): value is { message: string; code?: unknown; errors?: unknown } =>
  typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';

const classifyState = (state: string, message: string): Classified => {
  switch (state) {
    case 'CDS01':
      return { code: 'crm_lease_lost', transient: true, text: message };
    case 'CDS02':
    case 'CDS03':
      return { code: 'crm_refused', transient: false, text: message };
    case '28P01':
    case '28000':
      return { code: 'crm_login', transient: false, text: `the CRM database refuses the login: ${message}` };
    case '3D000':
      return {
        code: 'crm_unreachable',
        transient: false,
        text: `the CRM database does not exist: ${message}`,
      };
    case '42501':
      return {
        code: 'crm_forbidden',
        transient: false,
        text: `the login lacks a right in the CRM database: ${message}`,
      };
    case '3F000':
    case '42P01':
    case '42883':
    case '42703':
      return {
        code: 'crm_not_deployed',
        transient: false,
        text: `the CRM database lacks an object of crm-domino-sync (run "deploy"): ${message}`,
      };
    case '40001':
    case '40P01':
    case '55P03':
    case '57014':
      return { code: 'crm_busy', transient: true, text: `the CRM database is busy: ${message}` };
    // idle_in_transaction_session_timeout, transaction_timeout
    case '25P03':
    case '25P04':
      return {
        code: 'crm_busy',
        transient: true,
        text: `the CRM database ended the transaction: ${message}`,
      };
    // read-only: a standby answers after a fail-over, or an administrator is at work
    case '25006':
      return {
        code: 'crm_unreachable',
        transient: true,
        text: `the CRM database cannot be written to: ${message}`,
      };
    case '53300':
      return {
        code: 'crm_unreachable',
        transient: true,
        text: `the CRM database has no free connection: ${message}`,
      };
  }
  switch (state.slice(0, 2)) {
    case '08': // connection exception
    case '57': // operator intervention: shutting down, starting up
    case '58': // system error
      return {
        code: 'crm_unreachable',
        transient: true,
        text: `the CRM database is not available: ${message}`,
      };
    case '53': // out of memory, disk full
      return { code: 'crm_busy', transient: true, text: `the CRM database is out of resources: ${message}` };
    case 'XX': // a damaged page, or an object that somebody is just deploying anew: no word about the data that was sent
      return {
        code: 'crm_busy',
        transient: true,
        text: `the CRM database has an internal fault: ${message}`,
      };
    default:
      return { code: 'crm_refused', transient: false, text: message };
  }
};

const withoutSecrets = (text: string): string =>
  text.replace(/(\w+:\/\/[^\s:@/]+):[^\s@]*@/g, '$1:***@').replace(/(password\s*[=:]\s*)\S+/gi, '$1***');

/** One line; `doing` says what was attempted. A CrmError is handed on as it is. */
export const toCrmError = (error: unknown, doing: string): CrmError => {
  if (error instanceof CrmError) return error;
  if (!hasText(error)) return new CrmError('crm_refused', `${doing}: ${String(error)}`, { transient: false });

  // Node tries every address of a name and throws the failures together, with an empty text.
  const first: unknown = Array.isArray(error.errors) ? error.errors[0] : undefined;
  const message = withoutSecrets(error.message === '' && hasText(first) ? first.message : error.message)
    .replace(/\s+/g, ' ')
    .trim();
  const code = typeof error.code === 'string' ? error.code : '';
  if (NETWORK_CODES.has(code) || (code === '' && LOST_CONNECTION.test(message))) {
    return new CrmError('crm_unreachable', `${doing}: the CRM database cannot be reached: ${message}`, {
      transient: true,
      cause: error,
    });
  }
  if (!/^[0-9A-Z]{5}$/.test(code)) {
    return new CrmError('crm_refused', `${doing}: ${message}`, { transient: false, cause: error });
  }
  const { code: fault, transient, text } = classifyState(code, message);
  return new CrmError(fault, `${doing}: ${text}`, { transient, sqlState: code, cause: error });
};

/** One finding of the preflight, and how a list of probes becomes a list of findings. */
import type { CrmError } from '../../contract.ts';
import { codeText, type PreflightCode, type Severity } from './codes.ts';

export interface PreflightRow {
  severity: Severity;
  code: PreflightCode;
  /** What it is about, with its schema where it has one. */
  object: string;
  /** One sentence: what was found. */
  what: string;
  /** Empty where severity is ok. */
  why: string;
  remedy: string;
}

/** `severity` where it is not that of the code. */
export const row = (code: PreflightCode, object: string, what: string, severity?: Severity): PreflightRow => {
  const { why, remedy, ...text } = codeText(code);
  return { severity: severity ?? text.severity, code, object, what, why, remedy };
};

export const fine = (code: PreflightCode, object: string, what: string): PreflightRow => ({
  severity: 'ok',
  code,
  object,
  what,
  why: '',
  remedy: '',
});

export interface PreflightOptions {
  /** What has to be there to deploy is an error then; else the login may be that of a runner. */
  forDeploy: boolean;
  /** From when on an open transaction is worth telling. Default LONG_SECONDS. */
  longSeconds?: number;
}

export const LONG_SECONDS = 300;

export interface Probe<Session> {
  /** What is not checked when it fails. */
  name: string;
  run(session: Session, options: PreflightOptions): Promise<PreflightRow[]>;
}

/**
 * Each probe by itself: one that fails gives a row that says so. Throws CrmError when the database is gone.
 * `toError` classifies what the driver throws.
 */
export const runProbes = async <Session>(
  probes: readonly Probe<Session>[],
  session: Session,
  options: PreflightOptions,
  toError: (error: unknown, doing: string) => CrmError,
): Promise<PreflightRow[]> => {
  const rows: PreflightRow[] = [];
  for (const { name, run } of probes) {
    try {
      rows.push(...(await run(session, options)));
    } catch (error) {
      const known = toError(error, 'could not be checked');
      if (known.code === 'crm_unreachable') throw known;
      rows.push(row('not_checked', name, known.message, options.forDeploy ? 'warning' : 'info'));
    }
  }
  return rows;
};

const ORDER: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2, ok: 3 };

/** The worst first; otherwise in the order of the probes. */
export const bySeverity = (rows: readonly PreflightRow[]): PreflightRow[] =>
  [...rows].sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);

/** The errors that `deploy` refuses for. */
export const refusals = (rows: readonly PreflightRow[], accepted: readonly string[]): PreflightRow[] =>
  rows.filter(
    ({ severity, code }) =>
      severity === 'error' && !(codeText(code).acceptable === true && accepted.includes(code)),
  );

/** `a, b, c and 4 more` */
export const listed = (names: readonly string[], most = 10): string =>
  names.length <= most
    ? names.join(', ')
    : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;

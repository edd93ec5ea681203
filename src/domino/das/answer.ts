/** What an answer of Domino Access Services means when it is not the wanted one. */
import { z } from 'zod';
import { DominoError, type DominoFault, type FaultScope } from '../port.ts';
import type { HttpAnswer } from '../http.ts';
import { retryAfterSeconds } from '../retry-delay.ts';

const errorBody = z.looseObject({
  code: z.number().optional(),
  text: z.string().optional(),
  message: z.string().optional(),
  cserror: z.number().optional(),
});

/** Error numbers of the calendar store (domino.md §1.13). */
export const NOTICES_FAILED = 1026;
export const NEWER_VERSION = 1027;
export const NOT_SUPPORTED = 1028;
export const OVERWRITES_PERSONAL = 1030;
export const NOT_FOUND = 1031;
export const EXISTS = 1032;

export interface Refusal {
  status: number;
  cserror: number | null;
  /** One line. The member `data` of the body is a stack trace and never gets in here. */
  text: string;
  /** True when the body is the error object of DAS; an unknown path has an empty body (§10.19). */
  fromService: boolean;
  /** True when the body begins as that object and is none: what was refused, and why, cannot be told. */
  cutOff: boolean;
}

/** A refusal of the service, or null when the answer is a 2xx. */
export function refusalOf(answer: HttpAnswer): Refusal | null {
  if (answer.status >= 200 && answer.status < 300) return null;
  const json = parseJson(answer.text);
  const body = errorBody.safeParse(json).data;
  const cserror = body?.cserror ?? null;
  const text = [body?.text, body?.message, cserror === null ? undefined : `(${cserror})`]
    .filter((part): part is string => part !== undefined && part !== '')
    .join(' ');
  return {
    status: answer.status,
    cserror,
    text: oneLine(text),
    fromService: body !== undefined,
    cutOff: json === undefined && answer.text.trimStart().startsWith('{'),
  };
}

/** The error to throw for a refusal. `scope` is whom an otherwise unclassified one concerns. */
export function refused(place: string, answer: HttpAnswer, refusal: Refusal, scope: FaultScope): DominoError {
  // Gone, refused, conflict: these differ by the number in the body alone.
  if (refusal.cutOff && [400, 404, 409].includes(refusal.status))
    return garbled(place, `${refusal.status}, and its body is cut off`, scope);
  const [code, itsScope, transient] = classify(refusal, scope);
  const wait = retryAfterSeconds(answer.header('retry-after'), Date.now());
  return new DominoError(
    code,
    `${place}: ${refusal.status}${refusal.text === '' ? '' : ` ${refusal.text}`}`,
    {
      scope: itsScope,
      transient,
      status: refusal.status,
      ...(refusal.cserror === null ? {} : { cserror: refusal.cserror }),
      ...(wait === null ? {} : { retryAfterSeconds: wait }),
    },
  );
}

function classify({ status, cserror }: Refusal, scope: FaultScope): [DominoFault, FaultScope, boolean] {
  // Thrown only after a fresh read found nobody faster: asking again would be refused again.
  if (cserror === NEWER_VERSION || cserror === OVERWRITES_PERSONAL) return ['domino_conflict', 'item', false];
  switch (status) {
    case 403:
      return ['domino_forbidden', scope === 'server' ? 'server' : 'mailbox', false];
    case 404:
      return cserror === NOT_FOUND
        ? ['domino_refused', scope, false]
        : ['domino_mail_file', 'mailbox', false];
    case 405:
      // Still refused after X-HTTP-Method-Override: the Web Site document has to allow the method.
      return ['domino_forbidden', 'server', false];
    case 409:
    case 412:
      return ['domino_conflict', 'item', true];
    case 408:
    case 429:
    case 502:
    case 503:
    case 504:
      return ['domino_unreachable', 'server', true];
    default:
      return status >= 500 ? ['domino_failed', scope, true] : ['domino_refused', scope, false];
  }
}

export const garbled = (place: string, what: string, scope: FaultScope = 'item'): DominoError =>
  // Truncated bodies are a documented transport fault (§2.2), so the same request may well succeed later.
  new DominoError('domino_garbled', `${place}: ${oneLine(what)}`, { scope, transient: true });

/** The JSON value of a text; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Parses the body of a 2xx against a schema, or throws domino_garbled. */
export function parseBody<T>(
  place: string,
  answer: HttpAnswer,
  schema: z.ZodType<T>,
  scope: FaultScope = 'item',
): T {
  const json = parseJson(answer.text);
  if (json === undefined) throw garbled(place, 'the body is not JSON or is cut off', scope);
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw garbled(
    place,
    `not of the documented shape at ${issue?.path.join('.') ?? '?'}: ${issue?.message ?? ''}`,
    scope,
  );
}

export const oneLine = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
};

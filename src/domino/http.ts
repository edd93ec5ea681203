/**
 * One HTTP exchange with a Domino server: time-outs, size of the pool, and errors as DominoError. No authentication,
 * no redirects, no retries; `das/session.ts` adds those.
 */
import { Agent, request as send } from 'undici';
import { DominoError } from './port.ts';

export interface HttpCall {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: string | null;
  signal: AbortSignal;
}

export interface HttpAnswer {
  status: number;
  /** Header by lower-case name; repeated ones joined by `, `, except cookies. */
  header(name: string): string | null;
  cookies: string[];
  /** Media type in lower case without parameters, '' when there is none. */
  type: string;
  text: string;
  /** Server clock from the Date header, UTC instant with second precision. */
  date: string | null;
}

export interface HttpOptions {
  connectTimeoutMs: number;
  /** For the headers, and for each pause within the body. */
  answerTimeoutMs: number;
  connections: number;
  /** Certificate authority (PEM) of a server whose certificate is not signed by a public one. */
  certificateAuthority: string | null;
}

export interface HttpClient {
  send(call: HttpCall): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** Failures before or between answers that a repeat cures; time-outs are not among them, they were waited for already. */
const CONNECTION_FAILURES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EAI_AGAIN', 'UND_ERR_SOCKET']);

/** Method, host and path: what error texts may show. The query stays out, it may name people. */
export const placeOf = (method: string, url: URL): string => `${method} ${url.host}${url.pathname}`;

export function createHttpClient(options: HttpOptions): HttpClient {
  const agent = new Agent({
    connections: options.connections,
    // One request at a time on a connection: Domino's order of answers is not worth relying on.
    pipelining: 1,
    connect: {
      timeout: options.connectTimeoutMs,
      ...(options.certificateAuthority === null ? {} : { ca: options.certificateAuthority }),
    },
    headersTimeout: options.answerTimeoutMs,
    bodyTimeout: options.answerTimeoutMs,
  });

  return {
    async send({ method, url, headers, body, signal }) {
      try {
        const response = await send(url, { dispatcher: agent, method, headers, body, signal });
        const text = await response.body.text();
        const header = (name: string): string | null => {
          const value = response.headers[name];
          return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
        };
        const cookies = response.headers['set-cookie'];
        return {
          status: response.statusCode,
          header,
          cookies: cookies === undefined ? [] : Array.isArray(cookies) ? cookies : [cookies],
          type: (header('content-type') ?? '').split(';')[0]!.trim().toLowerCase(),
          text,
          date: instantOfHeader(header('date')),
        };
      } catch (error) {
        throw unreachable(placeOf(method, url), error, signal);
      }
    },
    // `destroy` rather than `close`: nobody waits for an answer any more when the server is let go.
    close: () => agent.destroy(),
  };
}

/** True when the same safe request may be repeated at once. */
export const isConnectionFailure = (error: unknown): boolean =>
  error instanceof DominoError && CONNECTION_FAILURES.has(codeOf(error.cause));

/** `YYYY-MM-DDTHH:MM:SSZ` of an HTTP date; null when absent or unreadable. */
export function instantOfHeader(text: string | null): string | null {
  const at = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? null : new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function unreachable(place: string, error: unknown, signal: AbortSignal): DominoError {
  if (signal.aborted) {
    // Our own doing, no fault of the server: it must not pause anything but this item.
    return new DominoError('domino_unreachable', `${place}: stopped before the answer came`, {
      scope: 'item',
      transient: true,
      cause: error,
    });
  }
  const code = codeOf(error);
  return new DominoError('domino_unreachable', `${place}: no answer${code === '' ? '' : ` (${code})`}`, {
    scope: 'server',
    transient: true,
    cause: error,
  });
}

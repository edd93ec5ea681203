/**
 * An authenticated conversation with one Domino server: Basic or form login, cookies, retries of safe requests, method
 * override and the bounds on parallel requests.
 *
 * The trap it exists for: with session authentication Domino answers `200 text/html` with a login page instead of 401
 * (domino.md §1.2), when the session ends as well as when the ACL denies (§10.22). No such answer leaves this module.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { CookieJar } from 'tough-cookie';
import { isConnectionFailure, placeOf, type HttpAnswer, type HttpClient } from '../http.ts';
import { DominoError } from '../port.ts';
import { retryAfterSeconds, retryDelay } from '../retry-delay.ts';
import { createSemaphore } from '../semaphore.ts';
import { parseLoginPage, type LoginForm } from './login-page.ts';

export interface DasRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Percent-encoded, from the server root. */
  path: string;
  query?: Record<string, string>;
  json?: unknown;
  headers?: Record<string, string>;
  /** A `GET /events`: one at a time, because the server's date parser is shared and not thread-safe (§1.4). */
  oneAtATime?: boolean;
  signal: AbortSignal;
}

export interface SessionOptions {
  url: URL;
  user: string;
  password: string;
  auth: 'basic' | 'form' | 'auto';
  /** True sends X-HTTP-Method-Override from the start; otherwise from the first 405 on. */
  methodOverride: boolean;
  parallel: number;
  random: () => number;
}

export interface Session {
  /** Any answer except the login page. */
  exchange(request: DasRequest): Promise<HttpAnswer>;
  /** Method, host and path for error texts. */
  place(request: Pick<DasRequest, 'method' | 'path'>): string;
  /** Server clock as of the last answer, UTC instant; null before the first one. */
  clock(): string | null;
}

/** After a refused login nothing is tried for this long: accounts get locked by repeated failures. */
const LOGIN_PAUSE_MS = 30_000;
/** A login younger than this is asked about before it is repeated. */
const YOUNG_LOGIN_MS = 60_000;

export function createSession(client: HttpClient, options: SessionOptions): Session {
  const jar = new CookieJar();
  const gate = createSemaphore(options.parallel);
  const listGate = createSemaphore(1);
  const basic = `Basic ${Buffer.from(`${options.user}:${options.password}`, 'utf8').toString('base64')}`;
  let mode: 'basic' | 'form' = options.auth === 'form' ? 'form' : 'basic';
  let override = options.methodOverride;
  /** Counts logins, so that a request that met the login page can tell whether somebody logged in since. */
  let logins = 0;
  let lastLogin = 0;
  /** Whether a mail file has answered under the present mode. */
  let proven = false;
  let loginUnderWay: Promise<void> | null = null;
  let refusedLogin: { error: DominoError; at: number } | null = null;
  let clock: string | null = null;

  const urlOf = (path: string, query: Record<string, string> = {}): URL => {
    const url = new URL(options.url.pathname.replace(/\/+$/, '') + path, options.url);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  };

  async function sendOnce(
    method: string,
    url: URL,
    headers: Record<string, string>,
    body: string | null,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const cookie = await jar.getCookieString(url.href);
    const answer = await client.send({
      method,
      url,
      headers: { accept: 'application/json', ...(cookie === '' ? {} : { cookie }), ...headers },
      body,
      signal,
    });
    for (const text of answer.cookies) {
      // Whoever carries DasToken must repeat it in a header, or is refused with 403; without it nothing is asked.
      if (!/^\s*DasToken\s*=/i.test(text)) await jar.setCookie(text, url.href, { ignoreError: true });
    }
    clock = answer.date ?? clock;
    return answer;
  }

  function send(request: DasRequest): Promise<HttpAnswer> {
    const tunnelled = override && ['PUT', 'PATCH', 'DELETE'].includes(request.method);
    const headers = {
      ...(mode === 'basic' ? { authorization: basic } : {}),
      ...(request.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(tunnelled ? { 'x-http-method-override': request.method } : {}),
      ...request.headers,
    };
    const body = request.json === undefined ? null : JSON.stringify(request.json);
    const task = (): Promise<HttpAnswer> =>
      gate.run(() => {
        const method = tunnelled ? 'POST' : request.method;
        return sendOnce(method, urlOf(request.path, request.query), headers, body, request.signal);
      });
    return request.oneAtATime === true ? listGate.run(task) : task();
  }

  /** Repeats what is safe to repeat; a write is the caller's decision. */
  async function sendPatiently(request: DasRequest): Promise<HttpAnswer> {
    for (let attempts = 1; ; attempts++) {
      let answer: HttpAnswer | null = null;
      let failure: unknown = null;
      try {
        answer = await send(request);
        if (answer.status !== 503) return answer;
      } catch (error) {
        if (!isConnectionFailure(error)) throw error;
        failure = error;
      }
      const asked = answer === null ? null : retryAfterSeconds(answer.header('retry-after'), Date.now());
      const delay =
        request.method === 'GET' && !request.signal.aborted
          ? retryDelay({ attempts, retryAfterSeconds: asked, random: options.random })
          : null;
      if (delay === null) {
        if (answer !== null) return answer;
        throw failure;
      }
      await wait(delay, undefined, { signal: request.signal }).catch(() => {
        throw failure ?? stopped(place(request));
      });
    }
  }

  async function logIn(page: string | null): Promise<void> {
    if (refusedLogin !== null && performance.now() - refusedLogin.at < LOGIN_PAUSE_MS)
      throw refusedLogin.error;
    loginUnderWay ??= postLogin(page).finally(() => {
      loginUnderWay = null;
    });
    await loginUnderWay;
  }

  async function postLogin(page: string | null): Promise<void> {
    // Shared by everybody who waits for it, so nobody's abort may end it; the client's time-outs bound it.
    const { signal } = new AbortController();
    const loginUrl = urlOf('/names.nsf');
    loginUrl.search = '?Login';
    let form: LoginForm | null = page === null ? null : parseLoginPage(page);
    form ??= parseLoginPage((await sendOnce('GET', loginUrl, { accept: 'text/html' }, null, signal)).text);
    if (form === null) throw loginError(loginUrl, 'shows no login form');
    const action = new URL(form.action, loginUrl);
    if (action.origin !== options.url.origin)
      throw loginError(loginUrl, 'wants the password sent to another server');

    const fields = new URLSearchParams(form.hidden);
    fields.set(form.userField, options.user);
    fields.set(form.passwordField, options.password);
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' };
    const answer = await sendOnce('POST', action, headers, fields.toString(), signal);
    if (answer.status >= 500) {
      throw new DominoError('domino_unreachable', `${placeOf('POST', action)}: ${answer.status}`, {
        scope: 'server',
        transient: true,
        status: answer.status,
      });
    }
    // 302 = accepted; its Location is not followed, the cookie is all we want. The page again = refused.
    if (answer.status < 300 || answer.status >= 400) {
      const error = loginError(action, 'user name or password refused');
      refusedLogin = { error, at: performance.now() };
      throw error;
    }
    refusedLogin = null;
    lastLogin = performance.now();
    logins += 1;
  }

  /** Asks for what every user may see: tells an ended session from a mail file that is closed to us. */
  async function isLoggedIn(signal: AbortSignal): Promise<boolean> {
    if (mode === 'form' && logins === 0) return false;
    return !isLoginPage(await send({ method: 'GET', path: '/api/calendar', signal }));
  }

  async function authenticate(request: DasRequest, page: HttpAnswer, loginsBefore: number): Promise<void> {
    if (logins > loginsBefore) return; // somebody did while we asked
    const basicRefused =
      /^basic\b/i.test(page.header('www-authenticate') ?? '') && parseLoginPage(page.text) === null;
    // Where nothing speaks for being logged in, log in: `/api/calendar` may be open to anonymous users. A refused Basic
    // header is refused there as well, unless it is only this mail file that is closed.
    const likely = mode === 'form' ? performance.now() - lastLogin < YOUNG_LOGIN_MS : proven || basicRefused;
    if ((likely || options.auth === 'basic') && (await isLoggedIn(request.signal))) return;
    if (logins > loginsBefore) return;
    if (options.auth === 'basic' || (mode === 'basic' && basicRefused)) {
      throw loginError(urlOf(request.path), 'user name or password refused');
    }
    if (mode === 'basic') proven = false;
    mode = 'form';
    try {
      await logIn(page.text === '' ? null : page.text);
    } catch (error) {
      // A login page shown once by mistake must not close a server that takes Basic for good.
      if (options.auth === 'auto') mode = 'basic';
      throw error;
    }
  }

  async function exchangeAuthenticated(request: DasRequest): Promise<HttpAnswer> {
    for (let round = 1; ; round++) {
      if (mode === 'form' && logins === 0) await logIn(null);
      const loginsBefore = logins;
      const answer = await sendPatiently(request);
      if (!isLoginPage(answer)) {
        proven ||= answer.status < 300 && /\.nsf\//i.test(request.path);
        return answer;
      }
      if (round === 2) {
        if (!(await isLoggedIn(request.signal)))
          throw loginError(urlOf(request.path), 'the login page comes again');
        throw new DominoError(
          'domino_forbidden',
          `${place(request)}: this user has no access to the mail file`,
          {
            scope: 'mailbox',
            transient: false,
          },
        );
      }
      await authenticate(request, answer, loginsBefore);
    }
  }

  const place: Session['place'] = ({ method, path }) => placeOf(method, urlOf(path));

  return {
    place,
    clock: () => clock,
    async exchange(request) {
      let answer = await exchangeAuthenticated(request);
      if (answer.status === 405 && !override && ['PUT', 'PATCH', 'DELETE'].includes(request.method)) {
        override = true;
        answer = await exchangeAuthenticated(request);
      }
      if (answer.status >= 300 && answer.status < 400 && answer.status !== 304) {
        throw new DominoError(
          'domino_failed',
          `${place(request)}: redirected; the server's address must be the final one`,
          {
            scope: 'server',
            transient: false,
            status: answer.status,
          },
        );
      }
      return answer;
    },
  };
}

/** A 2xx that is neither JSON, iCalendar nor empty is never an answer of the services. */
function isLoginPage(answer: HttpAnswer): boolean {
  if (answer.status === 401) return true;
  if (answer.status >= 300 && answer.status < 400) return /login/i.test(answer.header('location') ?? '');
  if (answer.status < 200 || answer.status >= 300 || answer.text.trim() === '') return false;
  return !/^(application\/(.*\+)?json|text\/json|text\/calendar)$/.test(answer.type);
}

const loginError = (url: URL, what: string): DominoError =>
  new DominoError('domino_login', `${url.host}${url.pathname}: ${what}`, {
    scope: 'server',
    transient: false,
  });

const stopped = (place: string): DominoError =>
  new DominoError('domino_unreachable', `${place}: stopped before the answer came`, {
    scope: 'item',
    transient: true,
  });

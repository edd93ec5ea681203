import { LOGIN_PAGE, NOT_FOUND, SINGLE, SINGLE_UID, storeError } from './support/vectors.ts';
import {
  call,
  draft,
  eventKey,
  failure,
  PASSWORD,
  silent,
  start,
  stopAll,
  WINDOW,
} from './support/harness.ts';
import type { EntryKey } from '../../src/item/domino-entry.ts';
import type { ScriptedAnswer, ScriptedRequest } from './support/scripted-server.ts';

afterEach(stopAll);

const key = eventKey(SINGLE_UID);
const COOKIE = 'DomAuthSessId=034B169AE03BFC65EA72CE8FBE7E48BD';
const loggedIn = (request: ScriptedRequest): boolean => (request.headers.cookie ?? '').includes(COOKIE);
const isLogin = (request: ScriptedRequest): boolean =>
  request.path === '/names.nsf' && request.method === 'POST';

/** TV-5: accepts the form when name and password are right. */
function answerLogin({ body }: ScriptedRequest): ScriptedAnswer {
  const fields = new URLSearchParams(body);
  if (fields.get('Password') !== PASSWORD) return LOGIN_PAGE;
  return {
    status: 302,
    headers: { 'Set-Cookie': `${COOKIE}; path=/`, Location: 'https://elsewhere.example/mail/foo.nsf' },
  };
}

const CALENDARS = { body: { calendars: [] } };

describe('signing in to Domino', () => {
  it('sends Basic credentials in UTF-8 and keeps the session cookie', async () => {
    const { server, mail } = await start(() => ({
      headers: { 'Set-Cookie': 'SessionID=873E; path=/; HttpOnly' },
      body: SINGLE,
    }));
    await mail.read(key, call);
    await mail.read(key, call);
    const expected = `Basic ${Buffer.from(`Sync User/Acme:${PASSWORD}`).toString('base64')}`;
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([expected, expected]);
    expect(server.requests[1]!.headers.cookie).toBe('SessionID=873E');
  });

  it('takes an HTML page with status 200 for the login page, logs in by form once and repeats (§1.2)', async () => {
    const { server, mail } = await start((request) => {
      if (isLogin(request)) return answerLogin(request);
      return loggedIn(request) ? { body: SINGLE } : LOGIN_PAGE;
    });
    expect((await mail.read(key, call))?.subject).toBe('Buscar alcaldessa ...');
    await mail.read(key, call);
    const logins = server.requests.filter(isLogin);
    expect(logins).toHaveLength(1);
    expect(Object.fromEntries(new URLSearchParams(logins[0]!.body))).toEqual({
      '%%ModDate': '0000000000000000',
      Username: 'Sync User/Acme',
      Password: PASSWORD,
    });
    // The Location of the 302 names another host: it is not followed.
    expect(server.requests.at(-1)!.headers.authorization).toBeUndefined();
  });

  it('shares one login among requests that meet the login page together', async () => {
    const { server, mail } = await start((request) => {
      if (isLogin(request)) return answerLogin(request);
      return loggedIn(request) ? { body: SINGLE } : LOGIN_PAGE;
    });
    const entries = await Promise.all(Array.from({ length: 12 }, () => mail.read(key, call)));
    expect(entries.every((entry) => entry?.key.uid === SINGLE_UID)).toBe(true);
    expect(server.requests.filter(isLogin)).toHaveLength(1);
  });

  it('logs in again when the session ends', async () => {
    let valid = true;
    const { server, mail } = await start(
      (request) => {
        if (isLogin(request)) {
          valid = true;
          return answerLogin(request);
        }
        return loggedIn(request) && valid ? { body: SINGLE } : LOGIN_PAGE;
      },
      { auth: 'form' },
    );
    await mail.read(key, call);
    valid = false;
    expect(await mail.read(key, call)).not.toBeNull();
    expect(server.requests.filter(isLogin)).toHaveLength(2);
  });

  it('repeats once when an HTML page comes although the session is alive', async () => {
    let pages = 1;
    const { server, mail } = await start(
      (request) => {
        if (isLogin(request)) return answerLogin(request);
        if (request.path === '/api/calendar') return CALENDARS;
        return pages-- > 0 ? LOGIN_PAGE : { body: SINGLE };
      },
      { auth: 'form' },
    );
    expect(await mail.read(key, call)).not.toBeNull();
    expect(server.requests.filter(isLogin)).toHaveLength(1);
  });

  it('calls a mail file that shows the login page for ever forbidden while the server knows us (§10.22)', async () => {
    const { mail } = await start((request) => {
      if (isLogin(request)) return answerLogin(request);
      if (request.path === '/api/calendar') return loggedIn(request) ? CALENDARS : LOGIN_PAGE;
      return LOGIN_PAGE;
    });
    const error = await failure(mail.read(key, call));
    expect(error).toMatchObject({
      code: 'domino_forbidden',
      details: { scope: 'mailbox', transient: false },
    });
  });

  it('calls wrong credentials a fault of the server and does not try them again at once', async () => {
    const { server, mail } = await start(
      (request) => (isLogin(request) ? answerLogin(request) : LOGIN_PAGE),
      {
        password: 'wrong',
      },
    );
    const error = await failure(mail.read(key, call));
    expect(error).toMatchObject({ code: 'domino_login', details: { scope: 'server', transient: false } });
    expect((await failure(mail.read(key, call))).code).toBe('domino_login');
    expect(server.requests.filter(isLogin)).toHaveLength(1);
  });

  it('tells a refused Basic password from a mail file that is closed to us', async () => {
    const challenge = { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="/"' } };
    const wrong = await start(() => challenge);
    expect((await failure(wrong.mail.read(key, call))).code).toBe('domino_login');
    const denied = await start(({ path }) => (path === '/api/calendar' ? CALENDARS : challenge));
    expect((await failure(denied.mail.read(key, call))).code).toBe('domino_forbidden');
  });

  it('answers a login page sent as 401 with the form as well (DOMINO_FORCE401_WITH_HTML_LOGIN_PAGE)', async () => {
    const { mail } = await start((request) => {
      if (isLogin(request)) return answerLogin(request);
      return loggedIn(request) ? { body: SINGLE } : { ...LOGIN_PAGE, status: 401 };
    });
    expect(await mail.read(key, call)).not.toBeNull();
  });

  it('never sends the password to another server than the one it was given for', async () => {
    const foreign = {
      ...LOGIN_PAGE,
      body: LOGIN_PAGE.body.replace('/names.nsf?Login', 'http://127.0.0.1:9/names.nsf'),
    };
    const { mail } = await start(() => foreign, { auth: 'form' });
    const error = await failure(mail.read(key, call));
    expect(error.code).toBe('domino_login');
    expect(error.message).toContain('another server');
  });

  it('never keeps the cookie DasToken, whose bearer must repeat it in a header (§1.2)', async () => {
    const { server, mail } = await start(() => ({
      headers: { 'Set-Cookie': ['DasToken=AB12; path=/', 'SessionID=1; path=/'] },
      body: SINGLE,
    }));
    await mail.read(key, call);
    await mail.read(key, call);
    expect(server.requests[1]!.headers.cookie).toBe('SessionID=1');
  });

  it('never takes the login page for an empty calendar (§5.4.14)', async () => {
    const { mail } = await start(() => LOGIN_PAGE, { auth: 'basic' });
    const request = { cursor: null, window: WINDOW, known: [], todos: false };
    expect((await failure(mail.pull(request, call))).code).toBe('domino_login');
  });
});

describe('sending requests', () => {
  it('tunnels PUT, PATCH and DELETE through POST from the first 405 on', async () => {
    const { server, mail } = await start(({ method, headers }) => {
      if (method === 'DELETE') return { status: 405 };
      return headers['x-http-method-override'] === 'DELETE' ? { status: 200 } : NOT_FOUND;
    });
    expect(await mail.delete(key, null, silent)).toEqual({ outcome: 'deleted' });
    expect(await mail.delete(key, null, silent)).toEqual({ outcome: 'deleted' });
    expect(server.requests.map(({ method }) => method)).toEqual(['DELETE', 'POST', 'POST']);
  });

  it('repeats a safe request after a broken connection and after 503, a few times', async () => {
    const answers: ('reset' | ScriptedAnswer)[] = [
      'reset',
      { status: 503, headers: { 'Retry-After': '0' } },
      { body: SINGLE },
    ];
    const { server, mail } = await start(() => answers.shift());
    expect(await mail.read(key, call)).not.toBeNull();
    expect(server.requests).toHaveLength(3);
  });

  it('gives up after three attempts, and hands on how long the server asked to wait', async () => {
    const broken = await start(() => 'reset');
    const error = await failure(broken.mail.read(key, call));
    expect(error).toMatchObject({
      code: 'domino_unreachable',
      details: { scope: 'server', transient: true },
    });
    expect(broken.server.requests).toHaveLength(3);

    const busy = await start(() => ({ status: 503, headers: { 'Retry-After': '120' } }));
    expect((await failure(busy.mail.read(key, call))).details.retryAfterSeconds).toBe(120);
    expect(busy.server.requests).toHaveLength(1);
  });

  it('never repeats a write by itself: the reply may be all that was lost', async () => {
    const { server, mail } = await start(() => 'reset');
    const error = await failure(mail.create('crm-1', draft(), { ...silent, since: null }));
    expect(error).toMatchObject({ code: 'domino_unreachable', details: { transient: true } });
    expect(server.requests).toHaveLength(1);
  });

  it('keeps to the number of parallel requests and sends one list at a time (§1.4)', async () => {
    const running = { all: 0, lists: 0 };
    const most = { all: 0, lists: 0 };
    const { domino } = await start(
      async ({ path }) => {
        const list = path.endsWith('/events');
        running.all += 1;
        if (list) running.lists += 1;
        most.all = Math.max(most.all, running.all);
        most.lists = Math.max(most.lists, running.lists);
        await new Promise((resolve) => setImmediate(resolve));
        await new Promise((resolve) => setImmediate(resolve));
        running.all -= 1;
        if (list) running.lists -= 1;
        return list ? {} : { body: SINGLE };
      },
      { parallel: 3 },
    );
    const request = { cursor: null, window: WINDOW, known: [], todos: false };
    await Promise.all(
      Array.from({ length: 8 }, (_, index) => {
        const mail = domino.mailFile(`mail/user${index}.nsf`, { email: '' });
        return Promise.all([mail.pull(request, call), mail.read(key, call), mail.read(key, call)]);
      }),
    );
    expect(most).toEqual({ all: 3, lists: 1 });
  });

  it('ends when it is told to, as a fault of nobody but the item', async () => {
    const { mail } = await start(() => new Promise<undefined>(() => undefined));
    const controller = new AbortController();
    const reading = failure(mail.read(key, { signal: controller.signal }));
    controller.abort();
    expect(await reading).toMatchObject({
      code: 'domino_unreachable',
      details: { scope: 'item', transient: true },
    });
  });

  it('ends when the server does not answer in time', async () => {
    const { mail } = await start(() => new Promise<undefined>(() => undefined), { answerTimeoutMs: 50 });
    expect(await failure(mail.read(key, call))).toMatchObject({
      code: 'domino_unreachable',
      details: { scope: 'server', transient: true },
    });
  });

  it('does not follow a redirect', async () => {
    const { mail, server } = await start(() => ({
      status: 301,
      headers: { Location: 'https://other.example/' },
    }));
    expect(await failure(mail.read(key, call))).toMatchObject({
      code: 'domino_failed',
      details: { transient: false },
    });
    expect(server.requests).toHaveLength(1);
  });

  it('names host and path in an error, and neither secrets, cookies, query nor stack trace', async () => {
    const { mail } = await start(() => ({
      ...storeError(400, 1034),
      headers: { 'Content-Type': 'application/json', 'Set-Cookie': 'SessionID=topsecret' },
    }));
    const { message } = await failure(mail.create('crm-1', draft(), { ...silent, since: null }));
    expect(message).toMatch(
      /^POST 127\.0\.0\.1:\d+\/mail\/foo\.nsf\/api\/calendar\/events: 400 Error Error \(1034\)$/,
    );
    expect(message).not.toMatch(/trace|topsecret|workflow|word/);
  });

  it.each([
    [400, 1028, 'domino_refused', 'item', false],
    [400, 1033, 'domino_refused', 'item', false],
    [400, 1034, 'domino_refused', 'item', false],
    [403, 0, 'domino_forbidden', 'mailbox', false],
    [404, 0, 'domino_mail_file', 'mailbox', false],
    [429, 0, 'domino_unreachable', 'server', true],
    [500, 1024, 'domino_failed', 'item', true],
    [502, 0, 'domino_unreachable', 'server', true],
    [504, 0, 'domino_unreachable', 'server', true],
  ])(
    'classes %i/%i as %s of the %s, transient %s (§6.3)',
    async (status, cserror, code, scope, transient) => {
      const { mail } = await start(() => (cserror === 0 ? { status } : storeError(status, cserror)));
      expect(await failure(mail.read(key, call))).toMatchObject({ code, details: { scope, transient } });
    },
  );

  it.each([
    ['cut off', '{"events":[{"id":"x"'],
    ['not an object', '[1]'],
    ['an event without a start', '{"events":[{"id":"x"}]}'],
  ])('calls a body that is %s garbled, and worth another try (§2.2)', async (_, body) => {
    const { mail } = await start(() => ({ headers: { 'Content-Type': 'application/json' }, body }));
    expect(await failure(mail.read(key, call))).toMatchObject({
      code: 'domino_garbled',
      details: { transient: true },
    });
  });

  it.each([400, 404, 409])(
    'calls a refusal with %i garbled when the body that explains it is cut off',
    async (status) => {
      const body = '{"code":404,"text":"Not Fou';
      const { mail } = await start(() => ({ status, headers: { 'Content-Type': 'application/json' }, body }));
      const todo: EntryKey = { form: 'todo', uid: 'C'.repeat(32), recurrenceId: null };
      for (const one of [key, { ...key, uid: 'a b' }, todo])
        expect(await failure(mail.read(one, call))).toMatchObject({
          code: 'domino_garbled',
          details: { transient: true, scope: 'item' },
        });
    },
  );
});

import {
  ALICE,
  appointment,
  basic,
  clientOf,
  TECHNICAL,
  withStandIn,
  type Answer,
  type Bench,
} from './support.ts';

const cookieOf = (answer: Answer, name: string): string | undefined =>
  answer.headers
    .getSetCookie()
    .find((one) => one.startsWith(`${name}=`))
    ?.split(';')[0];

const logIn = (bench: Bench, password: string, more: Record<string, string> = {}): Promise<Answer> =>
  clientOf(bench.domino.url, null)(
    'POST',
    '/names.nsf?Login',
    new URLSearchParams({
      '%%ModDate': '0',
      Username: 'CRM Sync/Acme',
      Password: password,
      ...more,
    }).toString(),
    { 'content-type': 'application/x-www-form-urlencoded' },
  );

const isLoginPage = (answer: Answer): boolean =>
  answer.status === 200 &&
  answer.headers.get('content-type') === 'text/html; charset=UTF-8' &&
  answer.headers.get('expires') === 'Tue, 01 Jan 1980 06:00:00 GMT' &&
  answer.text.includes('action="/names.nsf?Login"') &&
  answer.text.includes('%%ModDate');

describe('Basic authentication', () => {
  test.each([
    ['no credentials', null],
    ['a wrong password', basic(TECHNICAL.name, 'wrong')],
    ['an unknown name', basic('nobody', 'x')],
    ['someone without a password', basic('cleo@acme.test', '')],
  ])('%s is challenged', (_name, authorization) =>
    withStandIn(async ({ domino }) => {
      const answer = await clientOf(domino.url, authorization)('GET', `${ALICE}/events`);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
    }),
  );

  test('the owner opens his own mail file, but not that of others', () =>
    withStandIn(async ({ domino }) => {
      const alice = clientOf(domino.url, basic('alice@acme.test', 'alice-secret'));
      expect((await alice('GET', `${ALICE}/events`)).status).toBe(200);
      expect((await alice('GET', '/mail/bob.nsf/api/calendar/events')).status).toBe(401);
      domino.knobs.aclDenial = 403;
      expect((await alice('GET', '/mail/bob.nsf/api/calendar/events')).status).toBe(403);
      domino.mailFile('mail/bob.nsf').state.acl['CN=Alice Ames/O=Acme'] = 'reader';
      expect((await alice('GET', '/mail/bob.nsf/api/calendar/events')).status).toBe(200);
    }));

  test('a new XPages session starts with every request that brings no SessionID', () =>
    withStandIn(async ({ domino, call }) => {
      const cookie = cookieOf(await call('GET', `${ALICE}/events`), 'SessionID');
      expect(cookie).toMatch(/^SessionID=[0-9A-F]{40}$/);
      await call('GET', `${ALICE}/events`, undefined, { cookie: String(cookie) });
      expect(domino.requests.xpagesSessions).toBe(1);
      await call('GET', `${ALICE}/events`);
      expect(domino.requests.xpagesSessions).toBe(2);
    }));
});

describe('session authentication', () => {
  const session = { auth: 'session' as const };

  test('TV-5: without a session every request gets the login page with status 200', () =>
    withStandIn(async ({ domino, call }) => {
      expect(isLoginPage(await clientOf(domino.url, null)('GET', `${ALICE}/events`))).toBe(true);
      expect(isLoginPage(await call('GET', `${ALICE}/events`))).toBe(true);
      expect(isLoginPage(await call('POST', `${ALICE}/events`, { events: [appointment()] }))).toBe(true);
      expect(domino.notesUser('alice@acme.test').calendar()).toEqual([]);
    }, session));

  test('TV-5: the form login answers 302 with the cookie and where to go', () =>
    withStandIn(async (bench) => {
      const target = `${bench.domino.url}${ALICE}/events`;
      const answer = await logIn(bench, TECHNICAL.password, { RedirectTo: `${ALICE}/events` });
      expect([answer.status, answer.headers.get('location')]).toEqual([302, target]);
      const cookie = String(cookieOf(answer, 'DomAuthSessId'));
      expect(cookie).toMatch(/^DomAuthSessId=[0-9A-F]{32}$/);
      const listed = await clientOf(bench.domino.url, null)('GET', `${ALICE}/events`, undefined, { cookie });
      expect([listed.status, listed.text]).toEqual([200, '']);
      bench.domino.expireSessions();
      const expired = await clientOf(bench.domino.url, null)('GET', `${ALICE}/events`, undefined, { cookie });
      expect(isLoginPage(expired)).toBe(true);
    }, session));

  test('a login sends nobody to another host', () =>
    withStandIn(async (bench) => {
      const answer = await logIn(bench, TECHNICAL.password, { RedirectTo: '//evil.test/' });
      expect(answer.headers.get('location')).toBe(`${bench.domino.url}/`);
    }, session));

  test('a wrong password gets the page again, a right one too while the fault says so', () =>
    withStandIn(async (bench) => {
      expect(isLoginPage(await logIn(bench, 'wrong'))).toBe(true);
      bench.domino.faults.add({ effect: 'wrong password', on: ['login'] });
      expect(isLoginPage(await logIn(bench, TECHNICAL.password))).toBe(true);
      expect((await logIn(bench, TECHNICAL.password)).status).toBe(302);
      expect(bench.domino.requests.count().login).toBe(3);
    }, session));

  test('an ACL denial is the login page once more', () =>
    withStandIn(
      async (bench) => {
        const cookie = String(cookieOf(await logIn(bench, TECHNICAL.password), 'DomAuthSessId'));
        const client = clientOf(bench.domino.url, null);
        expect(isLoginPage(await client('GET', `${ALICE}/events`, undefined, { cookie }))).toBe(true);
        expect((await client('GET', '/mail/bob.nsf/api/calendar/events', undefined, { cookie })).text).toBe(
          '',
        );
      },
      { ...session, technicalUser: { ...TECHNICAL, access: { 'mail/alice.nsf': 'none' } } },
    ));

  test('notes.ini can turn the page into a 401, and a site may take Basic as well', () =>
    withStandIn(async ({ domino, call }) => {
      domino.knobs.force401 = true;
      expect((await call('GET', `${ALICE}/events`)).status).toBe(401);
      domino.knobs.basicInSessionMode = true;
      expect((await call('GET', `${ALICE}/events`)).status).toBe(200);
    }, session));
});

describe('the site', () => {
  test('whoever carries DasToken must repeat it in X-DAS-Token', () =>
    withStandIn(async ({ call }) => {
      const cookie = String(cookieOf(await call('GET', '/api/core/nonce'), 'DasToken'));
      expect((await call('GET', `${ALICE}/events`, undefined, { cookie })).status).toBe(403);
      const header = { cookie, 'x-das-token': cookie.slice('DasToken='.length) };
      expect((await call('GET', `${ALICE}/events`, undefined, header)).status).toBe(200);
    }));

  test('methods the site does not allow are 405; X-HTTP-Method-Override gets through', () =>
    withStandIn(
      async ({ call }) => {
        await call('POST', `${ALICE}/events`, { events: [appointment({ id: 'a@b' })] });
        expect((await call('PUT', `${ALICE}/events/a@b`, { events: [appointment()] })).status).toBe(405);
        const put = { 'x-http-method-override': 'PUT' };
        expect((await call('POST', `${ALICE}/events/a@b`, { events: [appointment()] }, put)).status).toBe(
          200,
        );
        const remove = { 'x-http-method-override': 'DELETE' };
        expect((await call('POST', `${ALICE}/events/a@b`, undefined, remove)).status).toBe(200);
        expect((await call('GET', `${ALICE}/events/a@b`)).status).toBe(404);
      },
      { knobs: { allowedMethods: ['GET', 'POST'] } },
    ));

  test('a disabled service is 403, and GET /api says so', () =>
    withStandIn(
      async ({ call }) => {
        const answer = await call('GET', '/mail/alice.nsf/api/data/documents');
        expect([answer.status, answer.json()]).toEqual([403, { code: 403, text: 'Forbidden' }]);
        expect((await call('GET', '/api')).json()['services']).toEqual(
          expect.arrayContaining([
            { name: 'Calendar', enabled: true, version: '9.0.1', href: '/api/calendar' },
            { name: 'Data', enabled: false, version: '9.0.1', href: '/api/data' },
          ]),
        );
      },
      { knobs: { services: { calendar: true, data: false } } },
    ));

  test.each([
    ['404 html', 404, true],
    ['404 empty', 404, false],
    ['500', 500, false],
  ] as const)('a missing mail file is answered as %s', (missingMailFile, status, html) =>
    withStandIn(
      async ({ call }) => {
        const answer = await call('GET', '/mail/nobody.nsf/api/calendar/events');
        expect([answer.status, answer.text.includes('<html>')]).toEqual([status, html]);
      },
      { knobs: { missingMailFile } },
    ),
  );
});

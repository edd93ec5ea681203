import {
  ALICE,
  ALICE_DATA,
  appointment,
  basic,
  clientOf,
  meeting,
  TECHNICAL,
  withStandIn,
} from './support.ts';

const events = { events: [appointment({ id: 'a@b' })] };

describe('faults', () => {
  test('500/1026: notices failed although the entry is written', () =>
    withStandIn(async ({ domino, call }) => {
      domino.faults.add({ effect: 'notices failed', on: ['create'] });
      const answer = await call('POST', `${ALICE}/events`, { events: [meeting({ id: 'm@b' })] });
      expect([answer.status, answer.json()['cserror']]).toEqual([500, 1026]);
      expect(domino.notesUser('alice@acme.test').calendar()).toHaveLength(1);
      expect(
        (await call('POST', `${ALICE}/events`, { events: [meeting({ id: 'm@b' })] })).json()['cserror'],
      ).toBe(1032);
    }));

  test('503 with Retry-After, as often as asked and after as many as asked', () =>
    withStandIn(async ({ domino, call }) => {
      const fault = domino.faults.add({
        effect: 'unavailable',
        retryAfterSeconds: 7,
        on: ['list'],
        times: 2,
        after: 1,
      });
      const statuses: number[] = [];
      for (let time = 0; time < 4; time += 1) {
        const answer = await call('GET', `${ALICE}/events`);
        statuses.push(answer.status);
        if (answer.status === 503) expect(answer.headers.get('retry-after')).toBe('7');
      }
      expect(statuses).toEqual([200, 503, 503, 200]);
      expect(fault.hits).toBe(2);
    }));

  test('a connection dropped before leaves nothing written, one dropped after leaves the entry', () =>
    withStandIn(async ({ domino, call }) => {
      const alice = domino.notesUser('alice@acme.test');
      domino.faults.add({ effect: 'drop before', on: ['write'] });
      await expect(call('POST', `${ALICE}/events`, events)).rejects.toThrow('fetch failed');
      expect(alice.calendar()).toEqual([]);
      domino.faults.add({ effect: 'drop after', on: ['write'] });
      await expect(call('POST', `${ALICE}/events`, events)).rejects.toThrow('fetch failed');
      expect(alice.calendar()).toHaveLength(1);
      expect((await call('POST', `${ALICE}/events`, events)).status).toBe(409);
    }));

  test('truncated JSON comes with status 200 and no sign of it', () =>
    withStandIn(async ({ domino, call }) => {
      await call('POST', `${ALICE}/events`, events);
      domino.faults.add({ effect: 'truncate', on: ['list'] });
      const answer = await call('GET', `${ALICE}/events`);
      expect(answer.status).toBe(200);
      expect(answer.text.startsWith('{"events":')).toBe(true);
      expect(answer.json).toThrow(SyntaxError);
    }));

  test('slow holds the answer back', () =>
    withStandIn(async ({ domino, call }) => {
      domino.faults.add({ effect: 'slow', ms: 120, on: ['list'], mailFile: 'MAIL/alice.nsf' });
      const began = performance.now();
      await call('GET', '/mail/bob.nsf/api/calendar/events');
      const other = performance.now() - began;
      await call('GET', `${ALICE}/events`);
      expect(performance.now() - began - other).toBeGreaterThan(110);
    }));

  test('faults aim at a service, a mail file and a kind', () =>
    withStandIn(async ({ domino, call }) => {
      domino.faults.add({ effect: 'error', status: 502, service: 'data', on: ['since'], times: 'always' });
      expect((await call('GET', `${ALICE}/events`)).status).toBe(200);
      expect((await call('GET', `${ALICE_DATA}/documents`)).status).toBe(200);
      expect((await call('GET', `${ALICE_DATA}/documents?since=2026-03-01T00:00:00Z`)).status).toBe(502);
      domino.faults.clear();
      expect((await call('GET', `${ALICE_DATA}/documents?since=2026-03-01T00:00:00Z`)).status).toBe(200);
    }));

  test('the login page comes mid-session with status 200, and a session can end', () =>
    withStandIn(
      async ({ domino }) => {
        const client = clientOf(domino.url, null);
        const form = new URLSearchParams({
          Username: TECHNICAL.name,
          Password: TECHNICAL.password,
        }).toString();
        const login = await client('POST', '/names.nsf?Login', form);
        const cookie = String(login.headers.getSetCookie()[0]?.split(';')[0]);
        const list = async (): Promise<string | null> =>
          (await client('GET', `${ALICE}/events`, undefined, { cookie })).headers.get('content-type');
        domino.faults.add({ effect: 'login page' });
        expect([await list(), await list()]).toEqual(['text/html; charset=UTF-8', null]);
        domino.faults.add({ effect: 'expire session' });
        expect([await list(), await list()]).toEqual([
          'text/html; charset=UTF-8',
          'text/html; charset=UTF-8',
        ]);
      },
      { auth: 'session' },
    ));

  test('the Date header can be skewed; the calendar is not', () =>
    withStandIn(
      async ({ call }) => {
        const answer = await call('POST', `${ALICE}/events`, events);
        expect(answer.headers.get('date')).toBe('Mon, 02 Mar 2026 09:00:00 GMT');
        expect(answer.json().events[0]?.['last-modified']).toBe('20260302T080000Z');
      },
      { knobs: { clockSkewSeconds: 3600 } },
    ));

  test('the first entry of a list can come twice', () =>
    withStandIn(async ({ domino, call }) => {
      await call('POST', `${ALICE}/events`, events);
      domino.faults.add({ effect: 'duplicate entry', on: ['list'] });
      expect((await call('GET', `${ALICE}/events`)).json().events).toHaveLength(2);
    }));
});

describe('the request log', () => {
  test('counts by kind, service and mail file', () =>
    withStandIn(async ({ domino, call }) => {
      await call('POST', `${ALICE}/events`, events);
      await call('GET', `${ALICE}/events`);
      await call('GET', `${ALICE}/events/a@b`);
      await call('PUT', `${ALICE}/events/a@b`, events);
      await call('DELETE', `${ALICE}/events/a@b`);
      await call('GET', `${ALICE_DATA}/documents?since=2026-03-01T00:00:00Z`);
      await call('GET', '/mail/bob.nsf/api/calendar/events');
      expect(domino.requests.count()).toEqual({ list: 2, read: 1, write: 3, since: 1, login: 0, total: 7 });
      expect(domino.requests.count({ mailFile: 'mail/bob.nsf' })).toMatchObject({ list: 1, total: 1 });
      expect(domino.requests.count({ service: 'data' })).toMatchObject({ since: 1, total: 1 });
      expect(domino.requests.entries[0]).toMatchObject({
        method: 'POST',
        status: 201,
        user: 'CN=CRM Sync/O=Acme',
      });
      domino.requests.reset();
      expect(domino.requests.count().total).toBe(0);
    }));

  test('never holds a password', () =>
    withStandIn(async ({ domino }) => {
      await clientOf(domino.url, basic(TECHNICAL.name, TECHNICAL.password))('GET', `${ALICE}/events`);
      expect(JSON.stringify(domino.requests.entries)).not.toContain(TECHNICAL.password);
    }));
});

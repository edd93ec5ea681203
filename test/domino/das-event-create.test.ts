import { draft, failure, start, stopAll, call } from './support/harness.ts';
import { ROOT, SINGLE, storeError } from './support/vectors.ts';
import { key, token, once, echoed, sent, attendee, type Wire, single } from './support/events.ts';

afterEach(stopAll);

describe('creating an event', () => {
  it('posts under our own uid, in UTC, with the choice about notices stated (TV-6)', async () => {
    const { server, mail } = await start((request) => echoed(request));
    const { outcome, entry } = await mail.create('crm-1.2-alice', draft(), once);
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: ROOT, query: { workflow: 'false' } });
    expect(sent(server.requests[0]!)).toEqual({
      id: 'crm-1.2-alice',
      summary: 'API test',
      location: 'test',
      description: 'test',
      start: { date: '2018-01-01', time: '13:00:00', utc: true },
      end: { date: '2018-01-01', time: '14:00:00', utc: true },
      class: 'public',
      transparency: 'opaque',
      status: 'confirmed',
      priority: 5,
    });
    expect(outcome).toBe('created');
    expect(entry).toMatchObject({
      key: { uid: 'crm-1.2-alice' },
      token: expect.stringMatching(/^20180101T000000Z\|0\|/),
    });
  });

  it.each([true, false])(
    'states workflow=%s on create, update and delete alike (§5.4.10)',
    async (notify) => {
      const { server, mail } = await start((request) =>
        request.method === 'GET' ? { body: SINGLE } : request.method === 'DELETE' ? {} : echoed(request),
      );
      await mail.create('crm-1', draft(), { ...call, notify, since: null });
      await mail.update(key, { subject: 'x' }, token, { ...call, notify });
      await mail.delete(key, null, { ...call, notify });
      const writes = server.requests.filter(({ method }) => method !== 'GET');
      expect(writes.map(({ method }) => method)).toEqual(['POST', 'PUT', 'DELETE']);
      expect(writes.map(({ query }) => query['workflow'])).toEqual(Array(3).fill(String(notify)));
    },
  );

  it('posts a meeting with organiser, chair and attendees (TV-7)', async () => {
    const { server, mail } = await start((request) => echoed(request));
    const { entry } = await mail.create(
      'crm-1',
      draft({
        organiser: { email: 'organizer@yourorg.com', name: 'Olga' },
        attendees: [
          attendee('attendee@yourorg.com', { name: 'Ann' }),
          attendee('room@yourorg.com', { role: 'resource' }),
        ],
        reminderMinutes: 15,
        categories: ['Projects', 'VIP'],
        private: true,
      }),
      once,
    );
    expect(sent(server.requests[0]!)).toMatchObject({
      organizer: { displayName: 'Olga', email: 'organizer@yourorg.com' },
      attendees: [
        {
          role: 'chair',
          status: 'accepted',
          rsvp: false,
          displayName: 'Olga',
          email: 'organizer@yourorg.com',
        },
        {
          role: 'req-participant',
          status: 'needs-action',
          rsvp: true,
          displayName: 'Ann',
          email: 'attendee@yourorg.com',
        },
        { role: 'req-participant', userType: 'resource', status: 'needs-action', email: 'room@yourorg.com' },
      ],
      alarm: [{ action: 'DISPLAY', trigger: { value: '-PT15M' }, description: 'API test' }],
      categories: 'Projects,VIP',
      class: 'private',
    });
    expect(entry).toMatchObject({
      organiser: { email: 'organizer@yourorg.com' },
      attendees: [{ email: 'attendee@yourorg.com' }, { email: 'room@yourorg.com', role: 'resource' }],
      reminderMinutes: 15,
    });
  });

  it('posts an all-day entry as dates (TV-9)', async () => {
    const { server, mail } = await start((request) => echoed(request));
    const when = { allDay: true as const, start: '2018-01-01', end: '2018-01-01' };
    expect((await mail.create('crm-1', draft({ when }), once)).entry.when).toEqual(when);
    expect(sent(server.requests[0]!)).toMatchObject({
      start: { date: '2018-01-01' },
      end: { date: '2018-01-01' },
    });
  });

  it('takes 409/1032 for an earlier attempt that got through and reads the entry (§1.7)', async () => {
    const { mail } = await start(({ method }) =>
      method === 'POST'
        ? storeError(409, 1032)
        : { body: { ...SINGLE, events: [{ ...single, id: 'crm-1' }] } },
    );
    expect(await mail.create('crm-1', draft(), once)).toMatchObject({
      outcome: 'exists',
      entry: { key: { uid: 'crm-1' } },
    });
  });

  it('takes 500/1026 for written although the notices failed (§1.7)', async () => {
    const { server, mail } = await start(({ method }) =>
      method === 'POST'
        ? storeError(500, 1026)
        : { body: { ...SINGLE, events: [{ ...single, id: 'crm-1' }] } },
    );
    expect((await mail.create('crm-1', draft(), once)).outcome).toBe('created');
    expect(server.asked('POST')).toHaveLength(1);
  });

  it('survives a reply that is lost after Domino wrote: the repeat finds the entry', async () => {
    const store = new Map<string, Wire>();
    const { mail } = await start((request) => {
      if (request.method === 'GET') return { body: { events: [store.get(request.path.split('/').at(-1)!)] } };
      const event = sent(request);
      if (store.has(String(event['id']))) return storeError(409, 1032);
      store.set(String(event['id']), { ...event, sequence: 0, 'last-modified': '20180101T000000Z' });
      return 'reset';
    });
    expect(await failure(mail.create('crm-1', draft(), once))).toMatchObject({
      details: { transient: true },
    });
    expect((await mail.create('crm-1', draft(), once)).outcome).toBe('exists');
    expect(store.size).toBe(1);
  });

  it('finds the uid in Location, or by our own where Location says "unknown" (§1.7)', async () => {
    for (const [segment, uid] of [
      ['given@domino', 'given@domino'],
      ['unknown', 'crm-1'],
    ] as const) {
      const { server, mail } = await start(({ method }) =>
        method === 'POST'
          ? { status: 201, headers: { Location: `http://host${ROOT}/${segment}` } }
          : { body: { ...SINGLE, events: [{ ...single, id: uid }] } },
      );
      expect((await mail.create('crm-1', draft(), once)).entry.key.uid).toBe(uid);
      expect(server.asked('GET')[0]!.path).toBe(`${ROOT}/${uid}`);
    }
  });

  it.each(['a:b', 'a/b', 'a b', 'a{b}', 'a%b', 'a@b', 'é'])(
    'never writes under the uid %s (§10.13)',
    async (uid) => {
      const { server, mail } = await start(() => ({}));
      expect((await failure(mail.create(uid, draft(), once))).code).toBe('domino_uid');
      expect(server.requests).toEqual([]);
    },
  );
});

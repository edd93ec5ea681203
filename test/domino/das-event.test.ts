import type { Attendee } from '../../src/item/sync-item.ts';
import { tokenOf } from '../../src/domino/das/event-decode.ts';
import { keyText } from '../../src/item/domino-entry.ts';
import { call, draft, eventKey, failure, silent, start, stopAll } from './support/harness.ts';
import type { ScriptedAnswer, ScriptedRequest } from './support/scripted-server.ts';
import { LOGIN_PAGE, NOT_FOUND, ROMANCE, ROOT, SINGLE, SINGLE_UID, storeError } from './support/vectors.ts';

afterEach(stopAll);

type Wire = Record<string, unknown>;
const key = eventKey(SINGLE_UID);
const token = tokenOf(SINGLE.events[0]!);
const single = SINGLE.events[0]!;
const once = { ...silent, since: null };

/** What Domino answers to a write: the event as sent, with what it adds. */
const echoed = ({ json }: ScriptedRequest, changes: Wire = {}): ScriptedAnswer => {
  const [event] = json['events'] as [Wire];
  return {
    status: 201,
    body: { ...json, events: [{ sequence: 0, 'last-modified': '20180101T000000Z', ...event, ...changes }] },
  };
};
const sent = ({ json }: ScriptedRequest): Wire => (json['events'] as [Wire])[0];
const attendee = (email: string, changes: Partial<Attendee> = {}): Attendee => ({
  email,
  name: '',
  role: 'required',
  response: 'none',
  external: null,
  ...changes,
});

describe('reading one event', () => {
  it('resolves the recorded zoned times by the zone data beside them (TV-2)', async () => {
    const { server, mail } = await start(() => ({ body: SINGLE }));
    const entry = await mail.read(key, call);
    expect(server.requests[0]!.path).toBe(`${ROOT}/${SINGLE_UID}`);
    expect(entry).toMatchObject({
      when: {
        allDay: false,
        start: '2017-05-04T16:45:00Z',
        end: '2017-05-04T17:30:00Z',
        timeZone: 'Europe/Paris',
      },
      appointmentType: 'meeting',
      organiser: { email: 'foo@bar.com', name: 'Organizer Gutiérrez/EXAMPLE' },
      attendees: [],
      body: null,
      series: false,
      modifiedAt: '2017-05-04T11:32:16Z',
      token: expect.stringMatching(/^20170504T113216Z\|0\|/),
    });
  });

  it('answers null for 404 with cserror 1031 and for nothing else (TV-10)', async () => {
    const gone = await start(() => NOT_FOUND);
    expect(await gone.mail.read(key, call)).toBeNull();
    const noDatabase = await start(() => ({
      status: 404,
      body: { code: 404, message: 'No database context.' },
    }));
    expect((await failure(noDatabase.mail.read(key, call))).code).toBe('domino_mail_file');
  });

  it('takes everything an event may carry', async () => {
    const { mail } = await start(() => ({
      body: {
        events: [
          {
            ...single,
            description: 'first\r\nsecond',
            start: { date: '2017-05-04', time: '16:45:00', utc: true },
            end: { date: '2017-05-04', time: '17:30:00', utc: true },
            class: 'PRIVATE',
            transparency: 'transparent',
            status: 'tentative',
            categories: 'Projects;Phone Calls, VIP;Projects',
            priority: 1,
            attendees: [
              ...single.attendees,
              {
                role: 'opt-participant',
                status: 'ACCEPTED',
                email: 'mailto:Bob@Example.COM',
                displayName: 'Bob',
              },
              { role: 'non-participant', status: 'needs-action', email: 'fyi@example.com' },
              { role: 'req-participant', userType: 'room', email: 'room@example.com' },
              { role: 'req-participant', displayName: 'nobody we could name' },
            ],
            alarm: [{ action: 'DISPLAY', trigger: { value: '-PT1H30M' }, description: 'x' }],
          },
        ],
      },
    }));
    expect(await mail.read(key, call)).toMatchObject({
      body: 'first\nsecond',
      when: { timeZone: null },
      private: true,
      transparency: 'transparent',
      status: 'tentative',
      categories: ['Projects', 'Phone Calls', 'VIP'],
      priority: 1,
      reminderMinutes: 90,
      attendees: [
        { email: 'bob@example.com', name: 'Bob', role: 'optional', response: 'accepted' },
        { email: 'fyi@example.com', role: 'informed', response: 'none' },
        { email: 'room@example.com', role: 'resource' },
      ],
    });
  });

  it.each<[string, Wire]>([
    ['a rule', { recurrenceRule: 'FREQ=WEEKLY;COUNT=3;BYDAY=MO' }],
    ['dates (§10.2)', { recurrenceDates: [], exceptDates: [] }],
  ])('tells a series by %s', async (_, changes) => {
    const { mail } = await start(() => ({ body: { ...SINGLE, events: [{ ...single, ...changes }] } }));
    expect((await mail.read(key, call))!.series).toBe(true);
  });

  it('tells a series by its exceptions, and finds the asked instance among several events (§1.6)', async () => {
    const instance = { ...single, recurrenceId: '20170503T073000Z', summary: 'moved' };
    const { server, mail } = await start(() => ({ body: { ...SINGLE, events: [single, instance] } }));
    expect(await mail.read(key, call)).toMatchObject({ series: true, subject: single.summary });
    expect(await mail.read(eventKey(SINGLE_UID, '20170503T073000Z'), call)).toMatchObject({
      series: false,
      subject: 'moved',
    });
    expect(server.requests[1]!.path).toBe(`${ROOT}/${SINGLE_UID}/20170503T073000Z`);
  });

  it('refuses an id that a read answers with another one (§10.3)', async () => {
    const { mail } = await start(() => ({ body: SINGLE }));
    expect(await failure(mail.read(eventKey('other'), call))).toMatchObject({
      code: 'domino_uid',
      details: { scope: 'item', transient: false },
    });
  });

  it('refuses a time whose zone nobody describes rather than guess', async () => {
    const { mail } = await start(() => ({
      body: {
        events: [
          { ...single, start: { date: '2017-05-04', time: '18:45:00', tzid: 'Unknown1 Standard Time' } },
        ],
      },
    }));
    expect((await failure(mail.read(key, call))).message).toContain('Unknown1 Standard Time');
  });

  it('encodes no more of a uid than it must (§10.14)', async () => {
    const uid = '20121120T172345Z-JJU9O5@example.com';
    const { server, mail } = await start(() => ({ body: { ...SINGLE, events: [{ ...single, id: uid }] } }));
    await mail.read(eventKey(uid), call);
    expect(server.requests[0]!.path).toBe(`${ROOT}/${uid}`);
  });
});

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
      await mail.delete(key, { ...call, notify });
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

describe('updating an event', () => {
  const rich = {
    ...single,
    description: 'kept by Domino',
    sequence: 3,
    attendees: [
      ...single.attendees,
      {
        role: 'req-participant',
        status: 'needs-action',
        rsvp: true,
        displayName: 'Bob',
        email: 'Bob@Example.com',
        member: 'm',
      },
    ],
    alarm: [
      { action: 'DISPLAY', trigger: { value: '-PT10M' }, description: 'x', 'x-lotus-alarm': { data: '1' } },
    ],
    links: [],
    'x-lotus-summarydataonly': { data: 'TRUE' },
    'x-crm-unknown': { data: 'stays' },
    futureMember: { stays: true },
  };
  const richToken = tokenOf(rich);
  const withRich = (request: ScriptedRequest): ScriptedAnswer =>
    request.method === 'GET' ? { body: { ...SINGLE, events: [rich] } } : echoed(request);

  it('lays the patch over the fresh read and keeps what it does not know (§1.8, §10.11, §10.15)', async () => {
    const { server, mail } = await start(withRich);
    const result = await mail.update(key, { subject: 'new' }, richToken, silent);
    expect(result).toMatchObject({ outcome: 'updated', entry: { subject: 'new' } });
    const [put] = server.asked('PUT');
    expect(put!.path).toBe(`${ROOT}/${SINGLE_UID}`);
    const event = sent(put!);
    expect(event).toMatchObject({
      id: SINGLE_UID,
      summary: 'new',
      sequence: 3,
      attendees: rich.attendees,
      organizer: rich.organizer,
      alarm: rich.alarm,
      start: rich.start,
      'x-crm-unknown': { data: 'stays' },
      futureMember: { stays: true },
    });
    // The description is preserved by being left out; the others belong to the answer.
    for (const name of ['description', 'x-lotus-summarydataonly', 'href', 'links', 'last-modified']) {
      expect(event).not.toHaveProperty(name);
    }
    // Times that stay keep their zone, so its description goes with them.
    expect(put!.json['timezones']).toEqual([ROMANCE]);
  });

  it('writes new times in UTC, without zones', async () => {
    const { server, mail } = await start(withRich);
    const when = {
      allDay: false as const,
      start: '2017-05-05T10:00:00Z',
      end: '2017-05-05T11:00:00Z',
      timeZone: null,
    };
    await mail.update(key, { when, body: 'text' }, richToken, silent);
    const [put] = server.asked('PUT');
    expect(put!.json).not.toHaveProperty('timezones');
    expect(sent(put!)).toMatchObject({
      start: { date: '2017-05-05', time: '10:00:00', utc: true },
      end: { date: '2017-05-05', time: '11:00:00', utc: true },
      description: 'text',
    });
  });

  it('converts times to UTC when their zone came without a description', async () => {
    const event = {
      ...single,
      start: { date: '2017-05-04', time: '18:45:00', tzid: 'Europe/Madrid' },
      end: undefined,
    };
    const { server, mail } = await start((request) =>
      request.method === 'GET' ? { body: { events: [event] } } : echoed(request),
    );
    const read = await mail.read(key, call);
    await mail.update(key, { subject: 'x' }, read!.token, silent);
    expect(sent(server.asked('PUT')[0]!)['start']).toEqual({
      date: '2017-05-04',
      time: '16:45:00',
      utc: true,
    });
  });

  it('keeps what Domino knows of attendees that stay', async () => {
    const { server, mail } = await start(withRich);
    await mail.update(
      key,
      { attendees: [attendee('bob@example.com'), attendee('new@example.com')] },
      richToken,
      silent,
    );
    const attendees = sent(server.asked('PUT')[0]!)['attendees'] as Wire[];
    expect(attendees.slice(0, 2)).toEqual(rich.attendees);
    expect(attendees[2]).toMatchObject({ email: 'new@example.com', role: 'req-participant', rsvp: true });
  });

  it('turns a meeting into an appointment only when the last attendee is taken away on purpose', async () => {
    const { server, mail } = await start(withRich);
    await mail.update(key, { attendees: [], organiser: null }, richToken, silent);
    const event = sent(server.asked('PUT')[0]!);
    expect(event).not.toHaveProperty('attendees');
    expect(event).not.toHaveProperty('organizer');
  });

  it('writes nothing when somebody was faster', async () => {
    const { server, mail } = await start(withRich);
    expect(await mail.update(key, { subject: 'new' }, 'older', silent)).toMatchObject({
      outcome: 'changed',
      entry: { token: richToken },
    });
    expect(server.asked('PUT')).toEqual([]);
  });

  it('says gone when the entry is gone, before or at the write', async () => {
    const before = await start(() => NOT_FOUND);
    expect(await before.mail.update(key, { subject: 'x' }, token, silent)).toEqual({ outcome: 'gone' });
    const at = await start(({ method }) => (method === 'GET' ? { body: SINGLE } : NOT_FOUND));
    expect(await at.mail.update(key, { subject: 'x' }, token, silent)).toEqual({ outcome: 'gone' });
  });

  it.each([1027, 1030])(
    'answers changed for 409/%i when a fresh read shows a newer state',
    async (cserror) => {
      let reads = 0;
      const { mail } = await start(({ method }) => {
        if (method === 'PUT') return storeError(409, cserror);
        reads += 1;
        return { body: { ...SINGLE, events: [{ ...single, sequence: reads - 1 }] } };
      });
      expect(await mail.update(key, { subject: 'x' }, token, silent)).toMatchObject({
        outcome: 'changed',
        entry: { token: expect.stringMatching(/^20170504T113216Z\|1\|/) },
      });
    },
  );

  it('reports 409/1030 as a conflict for good when nobody was faster: an invitee cannot change it', async () => {
    const { mail } = await start(({ method }) =>
      method === 'PUT' ? storeError(409, 1030) : { body: SINGLE },
    );
    expect(await failure(mail.update(key, { subject: 'x' }, token, silent))).toMatchObject({
      code: 'domino_conflict',
      details: { transient: false, cserror: 1030 },
    });
  });

  it('never writes a whole series (§1.8)', async () => {
    const { server, mail } = await start(() => ({
      body: { ...SINGLE, events: [{ ...single, recurrenceRule: 'FREQ=WEEKLY' }] },
    }));
    expect((await failure(mail.update(key, { subject: 'x' }, token, silent))).code).toBe('domino_series');
    expect(server.asked('PUT')).toEqual([]);
  });

  it('writes one instance under its recurrence id', async () => {
    const instance = { ...single, recurrenceId: '20170504T164500Z' };
    const { server, mail } = await start((request) =>
      request.method === 'GET' ? { body: { ...SINGLE, events: [instance] } } : echoed(request),
    );
    const result = await mail.update(
      eventKey(SINGLE_UID, '20170504T164500Z'),
      { subject: 'x' },
      tokenOf(instance),
      silent,
    );
    expect(result.outcome).toBe('updated');
    expect(server.asked('PUT')[0]!.path).toBe(`${ROOT}/${SINGLE_UID}/20170504T164500Z`);
  });

  it('takes 500/1026 for written', async () => {
    const { mail } = await start(({ method }) =>
      method === 'PUT' ? storeError(500, 1026) : { body: SINGLE },
    );
    expect((await mail.update(key, { subject: 'x' }, token, silent)).outcome).toBe('updated');
  });
});

describe('the last day of an all-day entry (§9.1)', () => {
  const days = (start: string, end: string): { allDay: true; start: string; end: string } => ({
    allDay: true,
    start,
    end,
  });
  const dates = (request: ScriptedRequest): unknown[] => [sent(request)['start'], sent(request)['end']];

  it('is sent as it is, and believed when it comes back the same', async () => {
    const { mail } = await start((request) => echoed(request));
    for (const when of [days('2018-01-01', '2018-01-01'), days('2018-01-01', '2018-01-03')]) {
      expect((await mail.create('crm-1', draft({ when }), once)).entry.when).toEqual(when);
    }
  });

  it('is learnt to be exclusive from a server that makes one day end on the next', async () => {
    const { server, mail } = await start((request) => {
      const { start: from, end } = sent(request) as { start: { date: string }; end: { date: string } };
      return echoed(request, end.date === from.date ? { end: { date: '2018-01-02' } } : {});
    });
    expect(
      (await mail.create('crm-1', draft({ when: days('2018-01-01', '2018-01-01') }), once)).entry.when.end,
    ).toBe('2018-01-01');
    expect(
      (await mail.create('crm-2', draft({ when: days('2018-01-01', '2018-01-03') }), once)).entry.when.end,
    ).toBe('2018-01-03');
    expect(dates(server.requests[1]!)).toEqual([{ date: '2018-01-01' }, { date: '2018-01-04' }]);
  });

  it('is learnt from a server that adds a day to whatever it is given', async () => {
    const stored = new Map<string, Wire>();
    const { mail } = await start((request) => {
      const uid = request.path.split('/').at(-1)!;
      if (request.method === 'GET') return { body: { events: [stored.get(uid)] } };
      const event = sent(request);
      const { end } = event as { end: { date: string } };
      const next = new Date(Date.parse(end.date) + 86_400_000).toISOString().slice(0, 10);
      const answer = echoed(request, { end: { date: next } });
      stored.set(String(event['id']), (answer.body as { events: [Wire] }).events[0]);
      return answer;
    });
    for (const [uid, last] of [
      ['a', '2018-01-01'],
      ['b', '2018-01-03'],
      ['c', '2018-01-01'],
    ] as const) {
      const when = days('2018-01-01', last);
      expect((await mail.create(uid, draft({ when }), once)).entry.when).toEqual(when);
    }
  });

  it.each(['inclusive', 'exclusive'])(
    'is right from the first write of several days on an %s server',
    async (kind) => {
      const stored = new Map<string, { start: string; last: string }>();
      const add = (date: string, count: number): string =>
        new Date(Date.parse(date) + count * 86_400_000).toISOString().slice(0, 10);
      const show = (uid: string): ScriptedAnswer => {
        const { start: first, last } = stored.get(uid)!;
        const end = { date: kind === 'exclusive' ? add(last, 1) : last };
        return { body: { events: [{ ...single, id: uid, start: { date: first }, end }] } };
      };
      const { server, mail } = await start((request) => {
        if (request.method === 'GET') return show(request.path.split('/').at(-1)!);
        const event = sent(request) as { id: string; start: { date: string }; end: { date: string } };
        const last =
          kind === 'exclusive' && event.end.date > event.start.date
            ? add(event.end.date, -1)
            : event.end.date;
        stored.set(event.id, { start: event.start.date, last });
        return show(event.id);
      });
      const when = days('2018-01-01', '2018-01-03');
      expect((await mail.create('crm-1', draft({ when }), once)).entry.when).toEqual(when);
      expect((await mail.create('crm-2', draft({ when }), once)).entry.when).toEqual(when);
      expect([...stored.values()]).toEqual(Array(2).fill({ start: '2018-01-01', last: '2018-01-03' }));
      // One more write for the first, none for the second.
      expect([server.asked('POST').length, server.asked('PUT').length]).toEqual([2, 1]);
    },
  );

  it.each([
    ['inclusive', ['2018-01-05', '2018-01-08'], '2018-01-08'],
    ['exclusive', ['2018-01-06', '2018-01-08'], '2018-01-07'],
  ])('is guessed as %s from what a list shows, before anything was written', async (_, ends, last) => {
    const events = ends.map((end, index) => ({
      ...single,
      id: `uid-${index}`,
      start: { date: ['2018-01-05', '2018-01-06'][index]! },
      end: { date: end },
    }));
    const { mail } = await start(({ path }) =>
      path === ROOT
        ? { headers: { 'Content-Range': 'items 0-1' }, body: { events } }
        : { body: { events: [events[1]] } },
    );
    const window = { from: '2018-01-01T00:00:00Z', to: '2018-02-01T00:00:00Z' };
    await mail.pull({ cursor: null, window, known: [], todos: false }, call);
    expect((await mail.read(eventKey('uid-1'), call))!.when.end).toBe(last);
  });

  it('is remembered in the cursor, so that a restart does not forget it', async () => {
    const exclusive = (request: ScriptedRequest): ScriptedAnswer => {
      if (request.method === 'POST') return echoed(request, { end: { date: '2018-01-02' } });
      if (request.path === ROOT) return {};
      return {
        body: { events: [{ ...single, start: { date: '2018-01-01' }, end: { date: '2018-01-02' } }] },
      };
    };
    const first = await start(exclusive);
    await first.mail.create('crm-1', draft({ when: days('2018-01-01', '2018-01-01') }), once);
    const window = { from: '2018-01-01T00:00:00Z', to: '2018-02-01T00:00:00Z' };
    const { cursor } = await first.mail.pull({ cursor: null, window, known: [], todos: false }, call);

    const second = await start(exclusive);
    expect((await second.mail.read(key, call))!.when.end).toBe('2018-01-02');
    await second.mail.pull({ cursor, window, known: [], todos: false }, call);
    expect((await second.mail.read(key, call))!.when.end).toBe('2018-01-01');
  });

  it('follows the setting without learning anything', async () => {
    const { server, mail } = await start((request) => echoed(request), { allDayEnd: 'exclusive' });
    const when = days('2018-01-01', '2018-01-01');
    expect((await mail.create('crm-1', draft({ when }), once)).entry.when).toEqual(when);
    expect(dates(server.requests[0]!)).toEqual([{ date: '2018-01-01' }, { date: '2018-01-02' }]);
  });
});

describe('deleting and probing events', () => {
  it('takes a second delete for done (§1.9)', async () => {
    const answers = [{ status: 200 }, NOT_FOUND];
    const { mail } = await start(() => answers.shift());
    expect([await mail.delete(key, silent), await mail.delete(key, silent)]).toEqual(['deleted', 'gone']);
  });

  it('deletes one instance only, by its recurrence id', async () => {
    const { server, mail } = await start(() => ({}));
    await mail.delete(eventKey(SINGLE_UID, '20170503T073000Z'), silent);
    expect(server.requests[0]).toMatchObject({
      path: `${ROOT}/${SINGLE_UID}/20170503T073000Z`,
      query: { workflow: 'false' },
    });
  });

  it('believes a delete whose notices failed only when the entry is gone', async () => {
    const gone = await start(({ method }) => (method === 'DELETE' ? storeError(500, 1026) : NOT_FOUND));
    expect(await gone.mail.delete(key, silent)).toBe('deleted');
    const there = await start(({ method }) =>
      method === 'DELETE' ? storeError(500, 1026) : { body: SINGLE },
    );
    expect((await failure(there.mail.delete(key, silent))).code).toBe('domino_failed');
  });

  it('concludes gone from 404/1031 alone', async () => {
    const { mail } = await start(({ path }) => (path.endsWith('gone') ? NOT_FOUND : { body: SINGLE }));
    const states = await mail.probe([eventKey('gone'), key], call);
    expect(states).toEqual(
      new Map([
        [keyText(eventKey('gone')), 'gone'],
        [keyText(key), 'present'],
      ]),
    );
  });

  it.each<[string, ScriptedAnswer]>([
    ['the login page', LOGIN_PAGE],
    ['404 without a number', { status: 404 }],
    ['403', { status: 403 }],
    ['500', storeError(500, 1024)],
  ])('throws when a probe is answered by %s', async (_, answer) => {
    const { mail } = await start(() => answer, { auth: 'basic' });
    await failure(mail.probe([key], call));
  });

  it('never concludes gone for a uid that the server may have misread (§6.3)', async () => {
    const uid = 'foreign/uid';
    const { server, mail } = await start(() => NOT_FOUND);
    expect(await mail.probe([eventKey(uid)], call)).toEqual(new Map([[`event:${uid}`, 'present']]));
    expect((await failure(mail.read(eventKey(uid), call))).code).toBe('domino_uid');
    expect(server.requests[0]!.path).toBe(`${ROOT}/foreign%2Fuid`);
  });
});

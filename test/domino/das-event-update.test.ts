import { tokenOf } from '../../src/domino/das/event-decode.ts';
import { call, eventKey, failure, silent, start, stopAll } from './support/harness.ts';
import { type ScriptedAnswer, type ScriptedRequest } from './support/scripted-server.ts';
import { NOT_FOUND, ROMANCE, ROOT, SINGLE, SINGLE_UID, storeError } from './support/vectors.ts';
import { key, token, echoed, sent, attendee, type Wire, single } from './support/events.ts';

afterEach(stopAll);

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

import { call, draft, eventKey, start, stopAll } from './support/harness.ts';
import { type ScriptedAnswer, type ScriptedRequest } from './support/scripted-server.ts';
import { ROOT } from './support/vectors.ts';
import { key, once, echoed, sent, type Wire, single } from './support/events.ts';

afterEach(stopAll);

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

  const exclusive = (request: ScriptedRequest): ScriptedAnswer => {
    if (request.method === 'POST') return echoed(request, { end: { date: '2018-01-02' } });
    if (request.path === ROOT) return {};
    return {
      body: { events: [{ ...single, start: { date: '2018-01-01' }, end: { date: '2018-01-02' } }] },
    };
  };

  it('found out by a write after the pull is in its cursor, and holds from the first read of the next process', async () => {
    const first = await start(exclusive);
    const window = { from: '2018-01-01T00:00:00Z', to: '2018-02-01T00:00:00Z' };
    const { cursor } = await first.mail.pull({ cursor: null, window, known: [], todos: false }, call);
    await first.mail.create('crm-1', draft({ when: days('2018-01-01', '2018-01-01') }), once);

    const { domino } = await start(exclusive);
    const mail = domino.mailFile('mail/foo.nsf', { email: 'foo@bar.com', cursor: cursor() });
    expect((await mail.read(key, call))!.when.end).toBe('2018-01-01');
  });

  it('is remembered in the cursor, so that a restart does not forget it', async () => {
    const first = await start(exclusive);
    await first.mail.create('crm-1', draft({ when: days('2018-01-01', '2018-01-01') }), once);
    const window = { from: '2018-01-01T00:00:00Z', to: '2018-02-01T00:00:00Z' };
    const { cursor } = await first.mail.pull({ cursor: null, window, known: [], todos: false }, call);

    const second = await start(exclusive);
    expect((await second.mail.read(key, call))!.when.end).toBe('2018-01-02');
    await second.mail.pull({ cursor: cursor(), window, known: [], todos: false }, call);
    expect((await second.mail.read(key, call))!.when.end).toBe('2018-01-01');
  });

  it('follows the setting without learning anything', async () => {
    const { server, mail } = await start((request) => echoed(request), { allDayEnd: 'exclusive' });
    const when = days('2018-01-01', '2018-01-01');
    expect((await mail.create('crm-1', draft({ when }), once)).entry.when).toEqual(when);
    expect(dates(server.requests[0]!)).toEqual([{ date: '2018-01-01' }, { date: '2018-01-02' }]);
  });
});

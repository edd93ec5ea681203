import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ALICE, appointment, meeting, only, withStandIn } from './support.ts';

const TIMES = { start: '2026-03-10T09:00:00Z', end: '2026-03-10T10:00:00Z' };

describe('a Notes user', () => {
  test('makes every kind of entry', () =>
    withStandIn(async ({ domino, call }) => {
      const alice = domino.notesUser('alice@acme.test');
      alice.createAppointment({ subject: 'appointment', ...TIMES });
      alice.createMeeting({ subject: 'meeting', ...TIMES, invitees: ['bob@acme.test'] });
      alice.createAllDay({ subject: 'all day', date: '2026-03-10', lastDate: '2026-03-11' });
      alice.createReminder({ subject: 'reminder', at: '2026-03-10T09:00:00Z' });
      alice.createAnniversary({ subject: 'anniversary', date: '2026-03-10' });
      const rows = (await call('GET', `${ALICE}/events`)).json().events;
      const types = Object.fromEntries(
        rows.map((row) => [row['summary'], (row['x-lotus-appttype'] as { data: string }).data]),
      );
      expect(types).toEqual({
        appointment: '0',
        anniversary: '1',
        'all day': '2',
        meeting: '3',
        reminder: '4',
      });
      const allDay = rows.find((row) => row['summary'] === 'all day');
      expect([allDay?.['start'], allDay?.['end']]).toEqual([{ date: '2026-03-10' }, { date: '2026-03-12' }]);
    }));

  test('edits, moves, hides and deletes, and last-modified tells', () =>
    withStandIn(async ({ domino, call, at }) => {
      const alice = domino.notesUser('alice@acme.test');
      const uid = alice.createAppointment({ subject: 'first', body: 'text', ...TIMES });
      at('2026-03-02T08:01:00Z');
      alice.edit({ uid, subject: 'second', categories: ['Projects', 'Phone Calls'], alarmMinutes: 15 });
      alice.move({ uid, start: '2026-03-11T09:30:00Z' });
      alice.setPrivate({ uid, private: true });
      expect(only(await call('GET', `${ALICE}/events/${uid}`))).toMatchObject({
        summary: 'second',
        description: 'text',
        start: { date: '2026-03-11', time: '10:30:00' },
        end: { date: '2026-03-11', time: '11:30:00' },
        class: 'private',
        categories: 'Projects;Phone Calls',
        'last-modified': '20260302T080100Z',
        sequence: 0,
        alarm: [{ action: 'display', trigger: { value: '-PT15M' } }],
      });
      alice.delete({ uid });
      expect((await call('GET', `${ALICE}/events/${uid}`)).status).toBe(404);
      expect(() => alice.delete({ uid })).toThrow(RangeError);
    }));

  test('moving an all-day entry keeps its length', () =>
    withStandIn(async ({ domino }) => {
      const alice = domino.notesUser('alice@acme.test');
      const uid = alice.createAllDay({ subject: 'trip', date: '2026-03-10', lastDate: '2026-03-12' });
      alice.moveDay({ uid, date: '2026-03-20' });
      expect(alice.calendar()).toMatchObject([{ start: '2026-03-20', end: '2026-03-22' }]);
    }));

  test('moving a meeting reschedules it and counts SEQUENCE up', () =>
    withStandIn(async ({ domino, call }) => {
      await call('POST', `${ALICE}/events?workflow=false`, { events: [meeting({ id: 'm@b' })] });
      domino.notesUser('alice@acme.test').move({ uid: 'm@b', start: '2026-03-12T09:00:00Z' });
      expect(only(await call('GET', `${ALICE}/events/m@b`))['sequence']).toBe(1);
      expect(domino.outbox).toMatchObject([{ noticeType: 'U', to: 'bob@acme.test' }]);
    }));

  test('an unknown person or zone is refused', () =>
    withStandIn(async ({ domino }) => {
      expect(() => domino.notesUser('nobody@acme.test')).toThrow('no such Notes user');
      const alice = domino.notesUser('alice@acme.test');
      expect(() => alice.createAppointment({ subject: 'x', ...TIMES, zone: 'Atlantis' })).toThrow(
        'unknown time zone',
      );
    }));
});

describe('the control port', () => {
  const control = async (
    url: string,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; json: unknown }> => {
    const response = await fetch(`${url}/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return { status: response.status, json: await response.json() };
  };

  test('does what a Notes user does', () =>
    withStandIn(async ({ domino }) => {
      const { controlUrl } = domino;
      const made = await control(controlUrl, 'POST', 'users/alice@acme.test/createMeeting', {
        subject: 'over HTTP',
        ...TIMES,
        invitees: ['bob@acme.test'],
      });
      const { uid } = made.json as { uid: string };
      await control(controlUrl, 'POST', 'users/bob@acme.test/accept', { uid });
      const bob = await control(controlUrl, 'GET', 'users/bob@acme.test/calendar');
      expect(bob.json).toMatchObject([{ uid, noticeType: 'A', subject: 'over HTTP' }]);
      const todo = await control(controlUrl, 'POST', 'users/bob@acme.test/createTodo', { subject: 'todo' });
      await control(controlUrl, 'POST', 'users/bob@acme.test/completeTodo', todo.json);
      const todos = await control(controlUrl, 'GET', 'users/bob@acme.test/todos');
      expect(todos.json).toMatchObject([{ subject: 'todo', completed: '2026-03-02T08:00:00Z' }]);
      expect((await control(controlUrl, 'GET', 'outbox')).json).toHaveLength(2);
      expect((await control(controlUrl, 'GET', 'users')).json).not.toContainEqual(
        expect.objectContaining({ password: expect.anything() }),
      );
      expect(domino.requests.count().total).toBe(0);
    }));

  test('turns knobs and sets faults', () =>
    withStandIn(async ({ domino, call }) => {
      await control(domino.controlUrl, 'POST', 'knobs', { allDayEnd: 'inclusive' });
      expect(domino.knobs.allDayEnd).toBe('inclusive');
      await control(domino.controlUrl, 'POST', 'faults', { effect: 'unavailable', on: ['list'] });
      expect((await call('GET', `${ALICE}/events`)).status).toBe(503);
      expect((await call('GET', `${ALICE}/events`)).status).toBe(200);
    }));

  test.each([
    ['POST', 'users/alice@acme.test/createAppointment', { subject: 1 }, 400],
    ['POST', 'users/alice@acme.test/constructor', {}, 404],
    ['POST', 'users/nobody/createTodo', { subject: 'x' }, 400],
    ['POST', 'knobs', { nonsense: 1 }, 400],
    ['POST', 'faults', { effect: 'nonsense' }, 400],
    ['GET', 'nonsense', undefined, 404],
  ])('%s %s with %j is %i', (method, path, body, status) =>
    withStandIn(async ({ domino }) => {
      expect((await control(domino.controlUrl, method, path, body)).status).toBe(status);
    }),
  );

  test('takes no form post, which a web page could send unasked', () =>
    withStandIn(async ({ domino }) => {
      const response = await fetch(`${domino.controlUrl}/knobs`, {
        method: 'POST',
        body: '{"force401":true}',
      });
      expect(response.status).toBe(415);
      expect(domino.knobs.force401).toBe(false);
    }));
});

describe('save and load', () => {
  test('a second start has the mail files, the outbox and fresh ids', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stand-in-'));
    const file = join(folder, 'deeper', 'domino.json');
    try {
      let before: unknown;
      await withStandIn(async ({ domino, call }) => {
        await call('POST', `${ALICE}/events`, { events: [meeting({ id: 'm@b' })] });
        const alice = domino.notesUser('alice@acme.test');
        alice.createTodo({ subject: 'kept' });
        alice.createSeries({ subject: 'weekly', ...TIMES, rule: 'FREQ=WEEKLY;COUNT=3' });
        before = [
          alice.calendar(),
          alice.todos(),
          domino.notesUser('bob@acme.test').calendar(),
          domino.outbox,
        ];
        await domino.save(file);
      });
      await withStandIn(async ({ domino, call }) => {
        await domino.load(file);
        const alice = domino.notesUser('alice@acme.test');
        expect([
          alice.calendar(),
          alice.todos(),
          domino.notesUser('bob@acme.test').calendar(),
          domino.outbox,
        ]).toEqual(before);
        expect((await call('POST', `${ALICE}/events`, { events: [appointment({ id: 'm@b' })] })).status).toBe(
          409,
        );
        alice.createTodo({ subject: 'new' });
        const { entries, documents, notices } = domino.mailFile('mail/alice.nsf').state;
        const unids = [...entries, ...documents, ...notices].map((one) => one.unid);
        expect(new Set(unids).size).toBe(4);
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

import { ALICE, BOB, meeting, only, utc, withStandIn, type Bench } from './support.ts';

const invite = async ({ call }: Bench, more: Record<string, unknown> = {}, query = ''): Promise<void> => {
  const made = await call('POST', `${ALICE}/events${query}`, { events: [meeting({ id: 'm@crm', ...more })] });
  expect(made.status).toBe(201);
};

const OTHERS = {
  attendees: [
    { email: 'bob@acme.test', role: 'req-participant' },
    { email: 'client@elsewhere.test', role: 'req-participant' },
  ],
};

describe('workflow', () => {
  test('is on by default: every invitee is mailed, those on the server find an invitation', () =>
    withStandIn(async (bench) => {
      await invite(bench, OTHERS);
      expect(bench.domino.outbox).toMatchObject([
        { noticeType: 'I', from: 'alice@acme.test', to: 'bob@acme.test', deliveredTo: 'mail/bob.nsf' },
        { noticeType: 'I', to: 'client@elsewhere.test', deliveredTo: null },
      ]);
      expect(bench.domino.notesUser('bob@acme.test').calendar()).toMatchObject([
        { uid: 'm@crm', noticeType: 'I' },
      ]);
    }));

  test('workflow=false lets no mail leave: not on create, update or delete', () =>
    withStandIn(async (bench) => {
      await invite(bench, OTHERS, '?workflow=false');
      const moved = meeting({ start: utc('2026-03-11', '13:00:00'), end: utc('2026-03-11', '14:00:00') });
      await bench.call('PUT', `${ALICE}/events/m@crm?workflow=false`, { events: [moved] });
      await bench.call('DELETE', `${ALICE}/events/m@crm?workflow=false`);
      expect(bench.domino.outbox).toEqual([]);
      expect(bench.domino.notesUser('bob@acme.test').calendar()).toEqual([]);
    }));

  test('TV-12: /invitations lists it, /notices reads it, an action accepts it', () =>
    withStandIn(async (bench) => {
      await invite(bench);
      const list = await bench.call('GET', `${BOB}/invitations`);
      const [notice] = list.json()['notices'] as { href: string; scheduleMethod: string; summary: string }[];
      expect(notice).toEqual({
        summary: 'API test',
        scheduleMethod: 'request',
        href: expect.stringMatching(/^\/mail\/bob\.nsf\/api\/calendar\/notices\/[0-9A-F]{32}$/),
      });
      const href = String(notice?.href);
      expect(Object.keys((await bench.call('GET', href)).json()).slice(0, 2)).toEqual([
        'href',
        'scheduleMethod',
      ]);
      const accepted = await bench.call('PUT', `${href}/action?type=ACCEPT`, { comments: "I'll be there!" });
      expect([accepted.status, accepted.text]).toEqual([200, '']);
      expect(only(await bench.call('GET', `${BOB}/events`))).toMatchObject({
        id: 'm@crm',
        'x-lotus-noticetype': { data: 'A' },
        'x-lotus-appttype': { data: '3' },
        'x-lotus-organizer': { data: 'CN=Alice Ames/O=Acme' },
      });
      expect(only(await bench.call('GET', `${BOB}/events/m@crm`))).toMatchObject({
        organizer: { email: 'alice@acme.test' },
      });
      expect(bench.domino.outbox.slice(-1)).toMatchObject([
        { noticeType: 'A', from: 'bob@acme.test', to: 'alice@acme.test', comments: "I'll be there!" },
      ]);
      expect((await bench.call('GET', `${BOB}/invitations`)).text).toBe('');
      const replies = await bench.call('GET', `${ALICE}/events/m@crm/notices`);
      expect(replies.json()['notices']).toMatchObject([{ scheduleMethod: 'reply' }]);
    }));

  test.each([
    ['', ['2026-03-10']],
    ['?since=2026-02-01T00:00:00Z', ['2026-02-20', '2026-03-10']],
    ['?since=2026-03-11T00:00:00Z', []],
    ['?receivedsince=2026-03-02T08:00:01Z', []],
    ['?id=other', []],
  ])('/invitations%s gives those of %j', (query, days) =>
    withStandIn(async ({ domino, call }) => {
      for (const day of ['2026-02-20', '2026-03-10']) {
        domino.notesUser('alice@acme.test').createMeeting({
          subject: day,
          start: `${day}T09:00:00Z`,
          end: `${day}T10:00:00Z`,
          invitees: ['bob@acme.test'],
        });
      }
      const answer = await call('GET', `${BOB}/invitations${query}`);
      const notices = answer.text === '' ? [] : (answer.json()['notices'] as { summary: string }[]);
      expect(notices.map((one) => one.summary)).toEqual(days);
    }),
  );

  test('a reply leaves last-modified of the chair alone unless the knob says so', () =>
    withStandIn(async (bench) => {
      await invite(bench);
      bench.at('2026-03-02T09:00:00Z');
      bench.domino.notesUser('bob@acme.test').tentative({ uid: 'm@crm' });
      expect(only(await bench.call('GET', `${ALICE}/events/m@crm`))['last-modified']).toBe(
        '20260302T080000Z',
      );
      bench.domino.knobs.replyTouchesChair = true;
      bench.domino.notesUser('bob@acme.test').accept({ uid: 'm@crm' });
      expect(only(await bench.call('GET', `${ALICE}/events/m@crm`))['last-modified']).toBe(
        '20260302T090000Z',
      );
    }));

  test('a declined invitation disappears', () =>
    withStandIn(async (bench) => {
      await invite(bench);
      bench.domino.notesUser('bob@acme.test').decline({ uid: 'm@crm' });
      expect((await bench.call('GET', `${BOB}/events`)).text).toBe('');
      expect(bench.domino.notesUser('alice@acme.test').calendar()[0]?.attendees[0]?.response).toBe(
        'declined',
      );
    }));

  test('a new time reschedules: the copy stays where it is until the invitee accepts', () =>
    withStandIn(async (bench) => {
      await invite(bench);
      const bob = bench.domino.notesUser('bob@acme.test');
      bob.accept({ uid: 'm@crm' });
      bench.domino.clearOutbox();
      const times = { start: utc('2026-03-12', '13:00:00'), end: utc('2026-03-12', '14:00:00') };
      await bench.call('PUT', `${ALICE}/events/m@crm?workflowcomment=sorry`, { events: [meeting(times)] });
      expect(bench.domino.outbox).toMatchObject([
        { noticeType: 'U', to: 'bob@acme.test', comments: 'sorry' },
      ]);
      expect(bob.calendar().map((item) => [item.noticeType, item.start])).toEqual([
        ['A', '2026-03-10T13:00:00Z'],
        ['U', '2026-03-12T13:00:00Z'],
      ]);
      bob.accept({ uid: 'm@crm' });
      expect(bob.calendar().map((item) => [item.noticeType, item.start])).toEqual([
        ['A', '2026-03-12T13:00:00Z'],
      ]);
    }));

  test('changed people are invited and uninvited, a changed subject is told', () =>
    withStandIn(async (bench) => {
      await invite(bench, OTHERS);
      bench.domino.clearOutbox();
      const changed = meeting({
        summary: 'new',
        attendees: [{ email: 'bob@acme.test' }, { email: 'cleo@acme.test', role: 'opt-participant' }],
      });
      await bench.call('PUT', `${ALICE}/events/m@crm`, { events: [changed] });
      expect(bench.domino.outbox.map(({ noticeType, to }) => [noticeType, to])).toEqual([
        ['C', 'client@elsewhere.test'],
        ['I', 'cleo@acme.test'],
        ['E', 'bob@acme.test'],
      ]);
    }));

  test("deleting the chair's meeting cancels it; the invitee's copy goes once he has seen that", () =>
    withStandIn(async (bench) => {
      await invite(bench);
      const bob = bench.domino.notesUser('bob@acme.test');
      bob.accept({ uid: 'm@crm' });
      await bench.call('DELETE', `${ALICE}/events/m@crm`);
      expect(bench.domino.outbox.slice(-1)).toMatchObject([{ noticeType: 'C', to: 'bob@acme.test' }]);
      expect(
        bob
          .calendar()
          .map((item) => item.noticeType)
          .sort(),
      ).toEqual(['A', 'C']);
      bob.process({ uid: 'm@crm' });
      expect(bob.calendar()).toEqual([]);
    }));

  test('with automatic processing the copy follows at once', () =>
    withStandIn(
      async (bench) => {
        await invite(bench);
        const bob = bench.domino.notesUser('bob@acme.test');
        bob.accept({ uid: 'm@crm' });
        await bench.call('DELETE', `${ALICE}/events/m@crm`);
        expect(bob.calendar()).toEqual([]);
      },
      { knobs: { autoProcess: true } },
    ));

  test("deleting an invitee's copy declines it, except a broadcast meeting's", () =>
    withStandIn(async ({ domino, call }) => {
      const alice = domino.notesUser('alice@acme.test');
      const bob = domino.notesUser('bob@acme.test');
      const times = {
        start: '2026-03-05T09:00:00Z',
        end: '2026-03-05T10:00:00Z',
        invitees: ['bob@acme.test'],
      };
      const asked = alice.createMeeting({ subject: 'asked', ...times });
      const told = alice.createMeeting({ subject: 'told', broadcast: true, ...times });
      for (const uid of [asked, told]) bob.accept({ uid });
      domino.clearOutbox();
      for (const uid of [asked, told]) await call('DELETE', `${BOB}/events/${uid}`);
      expect(bob.calendar()).toEqual([]);
      expect(domino.outbox).toMatchObject([{ noticeType: 'R', uid: asked, from: 'bob@acme.test' }]);
    }));

  test('a meeting with only oneself mails nobody', () =>
    withStandIn(async ({ domino, call }) => {
      const uid = domino
        .notesUser('alice@acme.test')
        .createMeeting({ subject: 'alone', start: '2026-03-05T09:00:00Z', end: '2026-03-05T10:00:00Z' });
      await call('DELETE', `${ALICE}/events/${uid}`);
      expect(domino.outbox).toEqual([]);
    }));

  test.each([
    ['', 400, 'Action type not specified.'],
    ['?type=dance', 400, 'Unknown action type.'],
    ['?type=accept', 400, 'Action not supported'],
  ])("action%s on one's own meeting: %i %s", (query, status, message) =>
    withStandIn(async (bench) => {
      await invite(bench);
      const answer = await bench.call('PUT', `${ALICE}/events/m@crm/action${query}`);
      expect([answer.status, answer.json()['message']]).toEqual([status, message]);
    }),
  );

  test('an action body of another content type is 415 with a message', () =>
    withStandIn(async (bench) => {
      await invite(bench);
      const answer = await bench.call('PUT', `${ALICE}/events/m@crm/action?type=cancel`, 'x', {
        'content-type': 'text/plain',
      });
      expect([answer.status, answer.json()['message']]).toEqual([415, 'Unsupported media type.']);
    }));

  test('an unaccepted invitation gives 404/1031 on an action, a series without instance too', () =>
    withStandIn(async (bench) => {
      await invite(bench);
      const unaccepted = await bench.call('PUT', `${BOB}/events/m@crm/action?type=accept`);
      expect([unaccepted.status, unaccepted.json()['cserror']]).toEqual([404, 1031]);
      await bench.call('POST', `${ALICE}/events`, {
        events: [meeting({ id: 's@crm', recurrenceRule: 'FREQ=DAILY;COUNT=2' })],
      });
      const series = await bench.call('PUT', `${ALICE}/events/s@crm/action?type=cancel`);
      expect([series.status, series.json()['cserror']]).toEqual([404, 1031]);
    }));

  test('a reschedule of an invitation that was never accepted gives 400/1029', () =>
    withStandIn(async (bench) => {
      await invite(bench);
      const times = { start: utc('2026-03-12', '13:00:00'), end: utc('2026-03-12', '14:00:00') };
      await bench.call('PUT', `${ALICE}/events/m@crm`, { events: [meeting(times)] });
      const reschedule = bench.domino
        .mailFile('mail/bob.nsf')
        .state.notices.find((one) => one.noticeType === 'U');
      const answer = await bench.call('PUT', `${BOB}/notices/${reschedule?.unid}/action?type=accept`);
      expect([answer.status, answer.json()['cserror']]).toEqual([400, 1029]);
    }));

  test('a technical user shows as sentBy when he has an address', () =>
    withStandIn(
      async (bench) => {
        await invite(bench);
        expect(only(await bench.call('GET', `${ALICE}/events/m@crm`))['organizer']).toMatchObject({
          email: 'alice@acme.test',
          sentBy: 'mailto:crm@acme.test',
        });
      },
      { technicalUser: { name: 'CN=CRM Sync/O=Acme', password: 'sync-secret', email: 'crm@acme.test' } },
    ));
});

describe('GET /api/calendar', () => {
  test.each(['alice@acme.test', 'Alice Ames/Acme', 'CN=Alice Ames/O=Acme', 'alice ames'])(
    'finds the calendar of %s',
    (owner) =>
      withStandIn(
        async ({ call }) => {
          const answer = await call('GET', `/api/calendar?owner=${encodeURIComponent(owner)}`);
          expect(answer.json()).toEqual({
            calendars: [
              {
                owner: {
                  displayName: 'Alice Ames',
                  distinguishedName: 'Alice Ames/Acme',
                  homeServer: 'mail1/Acme',
                  email: 'alice@acme.test',
                },
                links: [
                  { rel: 'events', href: '/mail/alice.nsf/api/calendar/events' },
                  { rel: 'invitations', href: '/mail/alice.nsf/api/calendar/invitations' },
                ],
              },
            ],
          });
        },
        {
          users: [
            {
              notesName: 'Alice Ames/Acme',
              displayName: 'Alice Ames',
              email: 'alice@acme.test',
              mailFile: 'Mail\\Alice.nsf',
            },
          ],
        },
      ),
  );

  test.each([
    ['?owner=nobody', 400],
    ['', 500],
  ])('%s of nobody is %i "Name not found."', (query, status) =>
    withStandIn(async ({ call }) => {
      const answer = await call('GET', `/api/calendar${query}`);
      expect([answer.status, answer.json()['message']]).toEqual([status, 'Name not found.']);
    }),
  );
});

import { ALICE, appointment, meeting, only, utc, withStandIn, type Event } from './support.ts';

const create = (event: Event): Event => ({ events: [event] });

describe('POST /events', () => {
  test('TV-6: an appointment gets a generated uid, a Location and comes back whole', () =>
    withStandIn(async ({ domino, call }) => {
      const made = await call('POST', `${ALICE}/events?workflow=true`, create(appointment()));
      const event = only(made);
      expect(made.status).toBe(201);
      expect(event['id']).toMatch(/^[0-9A-F]{32}-Lotus_Auto_Generated$/);
      expect(made.headers.get('location')).toBe(`${domino.url}${ALICE}/events/${String(event['id'])}`);
      expect(event).toMatchObject({ summary: 'API test', 'x-lotus-appttype': { data: '0' }, sequence: 0 });
      expect(event).not.toHaveProperty('attendees');
      const [item] = domino.notesUser('alice@acme.test').calendar();
      expect(String(event['id']).startsWith(item?.unid ?? '')).toBe(false);
    }));

  test('TV-7: organiser and attendees make a meeting', () =>
    withStandIn(async ({ call }) => {
      expect(only(await call('POST', `${ALICE}/events?workflow=false`, create(meeting())))).toMatchObject({
        'x-lotus-appttype': { data: '3' },
        organizer: { email: 'alice@acme.test' },
      });
    }));

  test('x-lotus-appttype alone makes no meeting, nor do attendees without an organiser', () =>
    withStandIn(async ({ call }) => {
      const claimed = appointment({ 'x-lotus-appttype': { data: '3' } });
      const lonely = { ...meeting(), organizer: undefined };
      for (const event of [claimed, lonely]) {
        expect(only(await call('POST', `${ALICE}/events`, create(event)))['x-lotus-appttype']).toEqual({
          data: '0',
        });
      }
    }));

  test.each([
    ['all-day', { start: { date: '2026-03-10' }, end: { date: '2026-03-10' } }, '2'],
    [
      'anniversary',
      { start: { date: '2026-03-10' }, end: undefined, 'x-lotus-appttype': { data: '1' } },
      '1',
    ],
    ['reminder', { end: undefined, 'x-lotus-appttype': { data: '4' } }, '4'],
    ['bare string instead of an object', { end: undefined, 'x-lotus-appttype': '4' }, '0'],
  ])('%s becomes AppointmentType %s', (_name, more, type) =>
    withStandIn(async ({ call }) => {
      const event = only(await call('POST', `${ALICE}/events`, create(appointment(more))));
      expect(event['x-lotus-appttype']).toEqual({ data: type });
    }),
  );

  test.each([
    ['exclusive', '2026-03-10', '2026-03-11', '2026-03-10'],
    ['exclusive', '2026-03-12', '2026-03-12', '2026-03-11'],
    ['inclusive', '2026-03-10', '2026-03-10', '2026-03-10'],
    ['inclusive', '2026-03-12', '2026-03-12', '2026-03-12'],
  ] as const)('TV-9: with an %s end, one sent as %s reads back as %s', (allDayEnd, sent, back, lastDay) =>
    withStandIn(
      async ({ domino, call }) => {
        const event = appointment({ start: { date: '2026-03-10' }, end: { date: sent } });
        const made = only(await call('POST', `${ALICE}/events`, create(event)));
        expect([made['start'], made['end']]).toEqual([{ date: '2026-03-10' }, { date: back }]);
        expect(domino.notesUser('alice@acme.test').calendar()[0]?.end).toBe(lastDay);
      },
      { knobs: { allDayEnd } },
    ),
  );

  test('a uid the client gives is kept, and a repeat says it exists', () =>
    withStandIn(async ({ domino, call }) => {
      expect((await call('POST', `${ALICE}/events`, create(appointment({ id: 'a-1.b_2@crm' })))).status).toBe(
        201,
      );
      const again = await call('POST', `${ALICE}/events`, create(appointment({ id: 'a-1.b_2@crm' })));
      expect([again.status, again.json()['cserror']]).toEqual([409, 1032]);
      expect(domino.notesUser('alice@acme.test').calendar()).toHaveLength(1);
    }));

  test('a uid with a colon is written, answered with 500, and spoils reads, updates and lists', () =>
    withStandIn(async ({ domino, call }) => {
      expect((await call('POST', `${ALICE}/events`, create(appointment({ id: 'UID:1@crm' })))).status).toBe(
        500,
      );
      expect(domino.notesUser('alice@acme.test').calendar()).toHaveLength(1);
      expect((await call('GET', `${ALICE}/events/UID:1@crm`)).status).toBe(500);
      expect((await call('PUT', `${ALICE}/events/UID:1@crm`, create(appointment()))).status).toBe(500);
      expect((await call('GET', `${ALICE}/events`)).status).toBe(500);
    }));

  test.each(['a b', 'a<b', 'a{b', 'a|b', 'a^b', 'a`b', '100%'])(
    'uid %j is written and answered with 500',
    (id) =>
      withStandIn(async ({ domino, call }) => {
        expect((await call('POST', `${ALICE}/events`, create(appointment({ id })))).status).toBe(500);
        expect(domino.notesUser('alice@acme.test').calendar()[0]?.uid).toBe(id);
      }),
  );

  test('encoding a uid more than Java does spoils the hrefs', () =>
    withStandIn(async ({ call }) => {
      await call('POST', `${ALICE}/events`, create(appointment({ id: 'a@b' })));
      expect(only(await call('GET', `${ALICE}/events/a%40b`))['href']).toBe(`${ALICE}/events/a%2540b`);
      expect(only(await call('GET', `${ALICE}/events/a@b`))['href']).toBe(`${ALICE}/events/a@b`);
    }));

  test.each([
    [{ start: {} }, 400, 'java.text.ParseException: Must at least have a date value'],
    [
      { start: { ...utc('2026-03-10', '13:00:00'), tzid: 'Eastern' } },
      400,
      'java.text.ParseException: Bad date time property',
    ],
    [
      { start: { date: '2026-03-10', time: '13:00:00', tzid: 'Eastern' } },
      400,
      'java.text.ParseException: The Timezone ID is not found',
    ],
    [
      { recurrenceDates: [{ start: { date: '2026-03-10', time: '13:00:00', tzid: 'Eastern' } }] },
      400,
      'java.text.ParseException: The Timezone ID is not found',
    ],
    [{ start: undefined }, 500, 'Property [DTSTART] must be specified once'],
    [{ sequence: '1' }, 500, 'Illegal value for sequence'],
    [{ priority: '1' }, 500, 'Illegal value for priority'],
  ])('%j is refused', (more, status, message) =>
    withStandIn(async ({ domino, call }) => {
      const answer = await call('POST', `${ALICE}/events`, create(appointment(more)));
      expect([answer.status, answer.json()['message']]).toEqual([status, message]);
      expect(domino.notesUser('alice@acme.test').calendar()).toEqual([]);
    }),
  );

  test('bad JSON is 400, another content type an empty 415', () =>
    withStandIn(async ({ call }) => {
      const bad = await call('POST', `${ALICE}/events`, '{"events":[', {
        'content-type': 'application/json',
      });
      expect([bad.status, bad.json()['message']]).toEqual([400, 'Error while parsing the JSON content']);
      const other = await call('POST', `${ALICE}/events`, 'x', { 'content-type': 'text/plain' });
      expect([other.status, other.text]).toEqual([415, '']);
    }));

  test('unknown members are ignored; STATUS, COMMENT and X- members survive only with the knob', () =>
    withStandIn(async ({ domino, call }) => {
      const sent = { nonsense: 1, status: 'tentative', comment: 'c', 'x-mine': { data: '1' } };
      const lost = only(await call('POST', `${ALICE}/events`, create(appointment(sent))));
      for (const name of Object.keys(sent)) expect(lost).not.toHaveProperty(name);
      domino.knobs.keepsForeignMembers = true;
      const kept = only(await call('POST', `${ALICE}/events`, create(appointment(sent))));
      expect(kept).toMatchObject({ status: 'tentative', comment: 'c', 'x-mine': { data: '1' } });
    }));
});

describe('PUT /events/{uid}', () => {
  const put = { start: utc('2026-03-11', '09:00:00'), end: utc('2026-03-11', '10:00:00') };

  test('replaces what is left out by defaults, but keeps the description unless literally', () =>
    withStandIn(async ({ call }) => {
      const rich = appointment({
        id: 'a@b',
        class: 'private',
        categories: 'x;y',
        priority: 1,
        transparency: 'transparent',
      });
      await call('POST', `${ALICE}/events`, create(rich));
      const kept = await call('PUT', `${ALICE}/events/a@b`, create(put));
      expect(kept.status).toBe(200);
      expect(only(kept)).toMatchObject({ description: 'test', class: 'public', transparency: 'opaque' });
      for (const gone of ['summary', 'location', 'categories', 'priority'])
        expect(only(kept)).not.toHaveProperty(gone);
      const literal = await call('PUT', `${ALICE}/events/a@b?literally=true`, create(put));
      expect(only(literal)).not.toHaveProperty('description');
    }));

  test('a start without an end gives an entry without length', () =>
    withStandIn(async ({ call }) => {
      await call('POST', `${ALICE}/events`, create(appointment({ id: 'a@b' })));
      const event = only(await call('PUT', `${ALICE}/events/a@b`, create({ start: put.start })));
      expect(event['end']).toEqual(put.start);
    }));

  test('SEQUENCE of an appointment never moves; of a meeting it does when its time changes', () =>
    withStandIn(async ({ call }) => {
      await call('POST', `${ALICE}/events`, create(appointment({ id: 'a@b' })));
      expect(only(await call('PUT', `${ALICE}/events/a@b`, create(appointment(put))))['sequence']).toBe(0);
      await call('POST', `${ALICE}/events`, create(meeting({ id: 'm@b' })));
      expect(
        only(await call('PUT', `${ALICE}/events/m@b`, create(meeting({ summary: 'other' }))))['sequence'],
      ).toBe(0);
      expect(only(await call('PUT', `${ALICE}/events/m@b`, create(meeting(put))))['sequence']).toBe(1);
    }));

  test.each([
    ['missing', {}, '', 200],
    ['missing and strict', {}, '?strictsequence=true', 409],
    ['current and strict', { sequence: 1 }, '?strictsequence=true', 200],
    ['stale', { sequence: 0 }, '', 409],
  ])('a %s sequence on a meeting answers %s', (_name, sent, query, status) =>
    withStandIn(async ({ call }) => {
      await call('POST', `${ALICE}/events`, create(meeting({ id: 'm@b' })));
      await call('PUT', `${ALICE}/events/m@b`, create(meeting(put)));
      const answer = await call(
        'PUT',
        `${ALICE}/events/m@b${query}`,
        create(meeting({ ...put, ...sent, summary: 'new' })),
      );
      expect(answer.status).toBe(status);
      if (status === 409) expect(answer.json()['cserror']).toBe(1027);
    }),
  );

  test.each([
    ['a whole series', { id: 's@b', recurrenceRule: 'FREQ=DAILY;COUNT=2' }, [appointment()]],
    ['several VEVENTs', { id: 'a@b' }, [appointment(), appointment()]],
    ['another id', { id: 'a@b' }, [appointment({ id: 'other' })]],
    ['a row of a list', { id: 'a@b' }, [appointment({ 'x-lotus-summarydataonly': { data: 'TRUE' } })]],
    ['a rule', { id: 'a@b' }, [appointment({ recurrenceRule: 'FREQ=DAILY;COUNT=2' })]],
  ])('%s cannot be put', (_name, made, events) =>
    withStandIn(async ({ call }) => {
      await call('POST', `${ALICE}/events`, create(appointment(made)));
      const answer = await call('PUT', `${ALICE}/events/${made.id}`, { events });
      expect([answer.status, answer.json()['cserror']]).toEqual([400, 1028]);
    }),
  );

  test('one instance can be put by its recurrence id', () =>
    withStandIn(async ({ domino, call }) => {
      const series = appointment({ id: 's@b', recurrenceRule: 'FREQ=DAILY;COUNT=2' });
      await call('POST', `${ALICE}/events`, create(series));
      const answer = await call(
        'PUT',
        `${ALICE}/events/s@b/20260311T130000Z`,
        create(appointment({ summary: 'one' })),
      );
      expect(only(answer)).toMatchObject({ recurrenceId: '20260311T130000Z', summary: 'one' });
      expect(
        domino
          .notesUser('alice@acme.test')
          .calendar()
          .map((item) => item.subject),
      ).toEqual(['API test', 'one']);
    }));

  test.each([
    ['uninvites', ['chair']],
    ['keeps', ['chair', 'req-participant']],
  ] as const)('PUT without attendees %s people, as the knob says', (putWithoutAttendees, roles) =>
    withStandIn(
      async ({ call }) => {
        await call('POST', `${ALICE}/events`, create(meeting({ id: 'm@b' })));
        const event = only(await call('PUT', `${ALICE}/events/m@b`, create(appointment())));
        expect((event['attendees'] as { role: string }[]).map(({ role }) => role)).toEqual(roles);
      },
      { knobs: { putWithoutAttendees } },
    ),
  );

  test('an invitee may not put his copy, unless the knob says so', () =>
    withStandIn(async ({ domino, call }) => {
      await call(
        'POST',
        '/mail/bob.nsf/api/calendar/events',
        create(
          meeting({
            id: 'm@b',
            organizer: { email: 'bob@acme.test' },
            attendees: [{ email: 'alice@acme.test', role: 'req-participant', rsvp: true }],
          }),
        ),
      );
      domino.notesUser('alice@acme.test').accept({ uid: 'm@b' });
      const refused = await call('PUT', `${ALICE}/events/m@b`, create(appointment()));
      expect([refused.status, refused.json()['cserror']]).toEqual([409, 1030]);
      domino.knobs.inviteePut = 'allowed';
      expect((await call('PUT', `${ALICE}/events/m@b`, create(appointment()))).status).toBe(200);
      const [copy] = domino.notesUser('alice@acme.test').calendar();
      expect(copy).toMatchObject({
        chair: 'CN=Bob Burns/O=Acme',
        noticeType: 'A',
        attendees: [{ email: 'alice@acme.test' }],
      });
    }));

  test('last-modified moves by whole seconds of the server clock', () =>
    withStandIn(async ({ call, at }) => {
      await call('POST', `${ALICE}/events`, create(appointment({ id: 'a@b' })));
      at('2026-03-02T09:00:00.900Z');
      const event = only(await call('PUT', `${ALICE}/events/a@b`, create(appointment())));
      expect(event['last-modified']).toBe('20260302T090000Z');
    }));
});

describe('DELETE and odd paths', () => {
  test('a second DELETE is 404/1031, and the stub never shows', () =>
    withStandIn(async ({ domino, call }) => {
      await call('POST', `${ALICE}/events`, create(appointment({ id: 'a@b' })));
      const first = await call('DELETE', `${ALICE}/events/a@b?workflow=false`);
      expect([first.status, first.text]).toEqual([200, '']);
      const second = await call('DELETE', `${ALICE}/events/a@b`);
      expect([second.status, second.json()['cserror']]).toEqual([404, 1031]);
      expect(domino.mailFile('mail/alice.nsf').state.stubs).toMatchObject([{ uid: 'a@b' }]);
      expect(
        (await call('GET', '/mail/alice.nsf/api/data/documents?since=2020-01-01T00:00:00Z')).json(),
      ).toEqual([]);
    }));

  test.each([
    ['GET', '/api/calendar/events', 404, 'No database context.'],
    ['GET', '/mail/alice.nsf/api/calendar', 404, 'Database context not allowed.'],
  ])('%s %s: %i %s', (method, path, status, message) =>
    withStandIn(async ({ call }) => {
      const answer = await call(method, path);
      expect([answer.status, answer.json()['message']]).toEqual([status, message]);
    }),
  );

  test.each([
    ['PATCH', `${ALICE}/events/a@b`, 405],
    ['GET', `${ALICE}/nonsense`, 404],
    ['GET', `${ALICE}/events/a%2Fb`, 404],
    ['GET', `${ALICE}/events?format=icalendar`, 406],
  ])('%s %s: %i with an empty body', (method, path, status) =>
    withStandIn(async ({ call }) => {
      const answer = await call(method, path);
      expect([answer.status, answer.text]).toEqual([status, '']);
    }),
  );

  test('a uid with a slash can be addressed only where %2F is accepted', () =>
    withStandIn(
      async ({ call }) => {
        await call('POST', `${ALICE}/events`, create(appointment({ id: 'a/b' })));
        expect((await call('GET', `${ALICE}/events/a%2Fb`)).status).toBe(200);
      },
      { knobs: { encodedSlash: 'accepted' } },
    ));

  test('a reader can read but not write', () =>
    withStandIn(
      async ({ call }) => {
        expect((await call('GET', `${ALICE}/events`)).status).toBe(200);
        const answer = await call('POST', `${ALICE}/events`, create(appointment()));
        expect([answer.status, answer.json()['cserror']]).toEqual([400, 1028]);
      },
      {
        technicalUser: {
          name: 'CN=CRM Sync/O=Acme',
          password: 'sync-secret',
          access: { 'mail/alice.nsf': 'reader' },
        },
      },
    ));
});

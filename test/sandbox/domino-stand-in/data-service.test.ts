import { ALICE, ALICE_DATA, appointment, withStandIn, type Bench, type Event } from './support.ts';

const datetime = (data: string): Event => ({ type: 'datetime', data });

const task = (more: Event = {}): Event => ({
  Subject: 'Call Bob',
  StartDateTime: datetime('2026-03-05T08:00:00Z'),
  DueDateTime: datetime('2026-03-09T16:00:00Z'),
  Body: 'please',
  ...more,
});

const createTask = async (
  { domino, call }: Bench,
  more: Event = {},
  query = '&computewithform=true',
): Promise<string> => {
  const made = await call('POST', `${ALICE_DATA}/documents?form=Task${query}`, task(more));
  expect([made.status, made.text]).toEqual([201, '']);
  const location = String(made.headers.get('location'));
  expect(location.startsWith(`${domino.url}${ALICE_DATA}/documents/unid/`)).toBe(true);
  return location.slice(domino.url.length);
};

describe('Data service gates', () => {
  test.each([
    [0, 'documents', 403, 'The Domino data service is not enabled for this database.'],
    [0, 'collections', 403, 'The Domino data service is not enabled for this database.'],
    [1, 'documents', 200, undefined],
    [1, 'documents/unid/8178B1C14B1E9B6B8525624F0062FE9F', 403, 'Cannot access resource'],
    [
      2,
      'documents/unid/8178B1C14B1E9B6B8525624F0062FE9F',
      404,
      'The URI must refer to an existing document.',
    ],
    [2, 'collections/name/Nothing', 404, 'The URI must refer to an existing view.'],
  ] as const)('with $AllowRESTDbAPI %i GET %s is %i', (access, path, status, message) =>
    withStandIn(async ({ domino, call }) => {
      domino.mailFile('mail/alice.nsf').state.dataAccess = access;
      const answer = await call('GET', `${ALICE_DATA}/${path}`);
      expect([answer.status, answer.json()['message']]).toEqual([status, message]);
    }),
  );

  test('a view without its own flag is closed', () =>
    withStandIn(async ({ domino, call }) => {
      const path = `${ALICE_DATA}/collections/name/${encodeURIComponent('($ToDo)')}`;
      domino.notesUser('alice@acme.test').createTodo({ subject: 'listed' });
      const open = await call('GET', path);
      expect(open.headers.get('content-range')).toBe('items 0-0/1');
      expect(open.json()).toMatchObject([{ '@form': 'Task', Subject: 'listed' }]);
      domino.mailFile('mail/alice.nsf').state.openViews = [];
      const closed = await call('GET', path);
      expect(closed.json()['message']).toBe(
        'The Domino data service is not enabled for this view [($ToDo)].',
      );
    }));

  test('GET /api/data lists the databases', () =>
    withStandIn(async ({ call }) => {
      expect((await call('GET', '/api/data')).json()).toContainEqual({
        '@title': 'Alice Ames',
        '@filepath': 'mail/alice.nsf',
        '@replicaid': expect.stringMatching(/^[0-9A-F]{16}$/),
        '@template': 'StdR9Mail',
        '@href': '/mail/alice.nsf/api/data/collections',
      });
    }));
});

describe('documents', () => {
  test('TV-13: create answers with Location only; strongtype wraps dates, @created and @modified', () =>
    withStandIn(async (bench) => {
      const made = await bench.call('POST', `${ALICE_DATA}/documents?form=AllTypes&computewithform=true`, {
        fldText: '...',
        fldNumber: 999,
        fldDateTime: { data: '2017-09-01T00:00:00Z', type: 'datetime' },
      });
      expect([made.status, made.text]).toEqual([201, '']);
      const href = String(made.headers.get('location')).slice(bench.domino.url.length);
      const strong = await bench.call('GET', `${href}?strongtype=true`);
      expect(strong.json()).toEqual({
        '@href': href,
        '@unid': href.slice(-32),
        '@noteid': expect.any(String),
        '@created': datetime('2026-03-02T08:00:00Z'),
        '@modified': datetime('2026-03-02T08:00:00Z'),
        '@authors': 'CN=CRM Sync/O=Acme',
        '@form': 'AllTypes',
        fldText: '...',
        fldNumber: 999,
        fldDateTime: datetime('2017-09-01T00:00:00Z'),
      });
      expect((await bench.call('GET', href)).json()['fldDateTime']).toBe('2017-09-01T00:00:00Z');
    }));

  test('members starting with $ or @, and Form, are ignored without a word', () =>
    withStandIn(async (bench) => {
      const href = await createTask(bench, { $PublicAccess: '1', '@unid': 'mine', Form: 'Memo' }, '');
      const document = (await bench.call('GET', `${href}?hidden=true`)).json();
      expect(document['@form']).toBe('Task');
      expect(document).not.toHaveProperty('Form');
      expect(document).not.toHaveProperty('$PublicAccess');
      expect(document['@unid']).not.toBe('mine');
    }));

  test.each([
    ['items', '1'],
    ['nothing', undefined],
  ] as const)('computewithform gives %s, as the knob says', (computeWithForm, access) =>
    withStandIn(
      async (bench) => {
        const href = await createTask(bench);
        expect((await bench.call('GET', `${href}?hidden=true`)).json()['$PublicAccess']).toBe(access);
        expect((await bench.call('GET', href)).json()).not.toHaveProperty('$PublicAccess');
      },
      { knobs: { computeWithForm } },
    ),
  );

  test('computewithform may fail validation', () =>
    withStandIn(
      async ({ call }) => {
        expect(
          (await call('POST', `${ALICE_DATA}/documents?form=Task&computewithform=true`, task())).status,
        ).toBe(400);
      },
      { knobs: { computeWithForm: 'refused' } },
    ));

  test.each([false, true])(
    'a bare date string becomes a date only if the form declares it: %s',
    (formDeclaresDates) =>
      withStandIn(
        async (bench) => {
          const href = await createTask(bench, { DueDateTime: '2026-03-09T16:00:00Z' });
          const due = (await bench.call('GET', `${href}?strongtype=true`)).json()['DueDateTime'];
          expect(due).toEqual(formDeclaresDates ? datetime('2026-03-09T16:00:00Z') : '2026-03-09T16:00:00Z');
        },
        { knobs: { formDeclaresDates } },
      ),
  );

  test('a date with a fraction is refused', () =>
    withStandIn(async ({ call }) => {
      const body = task({ DueDateTime: datetime('2026-03-09T16:00:00.000Z') });
      expect((await call('POST', `${ALICE_DATA}/documents?form=Task`, body)).status).toBe(400);
    }));

  test('GET marks as read unless markread=false', () =>
    withStandIn(async (bench) => {
      const href = await createTask(bench);
      const readers = (): string[] | undefined =>
        bench.domino.mailFile('mail/alice.nsf').state.documents[0]?.readBy;
      await bench.call('GET', `${href}?markread=false`);
      expect(readers()).toEqual([]);
      await bench.call('GET', href);
      expect(readers()).toEqual(['CN=CRM Sync/O=Acme']);
    }));

  test('fields and lowercasefields', () =>
    withStandIn(async (bench) => {
      const href = await createTask(bench);
      const names = Object.keys(
        (await bench.call('GET', `${href}?fields=subject&lowercasefields=true`)).json(),
      );
      expect(names.filter((name) => !name.startsWith('@'))).toEqual(['subject']);
    }));

  test('PATCH changes what is sent and leaves the rest', () =>
    withStandIn(async (bench) => {
      const href = await createTask(bench);
      bench.at('2026-03-02T08:10:00Z');
      const answer = await bench.call('PATCH', href, { subject: 'Call Cleo', Categories: ['Sales', 'VIP'] });
      expect([answer.status, answer.text]).toEqual([200, '']);
      expect((await bench.call('GET', href)).json()).toMatchObject({
        '@modified': '2026-03-02T08:10:00Z',
        Subject: 'Call Cleo',
        Categories: ['Sales', 'VIP'],
        Body: 'please',
      });
    }));

  test('rich text keeps the content type it was written with', () =>
    withStandIn(async (bench) => {
      const part = { contentType: 'text/plain; charset=UTF-8', data: 'a\nb' };
      const href = await createTask(bench, { Body: { type: 'richtext', ...part } });
      expect((await bench.call('GET', href)).json()['Body']).toEqual({ type: 'multipart', content: [part] });
      expect((await bench.call('GET', `${href}?multipart=false`)).json()['Body']).toEqual({
        type: 'richtext',
        ...part,
      });
      expect(bench.domino.notesUser('alice@acme.test').todos()).toMatchObject([{ body: 'a\nb' }]);
    }));

  test('PUT removes what is not in the body, even an item it has just written in another spelling', () =>
    withStandIn(async (bench) => {
      const href = await createTask(bench);
      await bench.call('PUT', href, { SUBJECT: 'gone', Body: 'kept' });
      const document = (await bench.call('GET', `${href}?hidden=true`)).json();
      expect(document['Body']).toBe('kept');
      expect(document).not.toHaveProperty('Subject');
      expect(document).not.toHaveProperty('SUBJECT');
      expect(document).not.toHaveProperty('DueDateTime');
      expect(document['$CSVersion']).toBe('2');
    }));

  test('conditional requests go by the identical text; 412 has no body', () =>
    withStandIn(async (bench) => {
      const href = await createTask(bench);
      const stamp = String((await bench.call('GET', href)).headers.get('last-modified'));
      expect((await bench.call('GET', href, undefined, { 'if-modified-since': stamp })).status).toBe(304);
      const iso = { 'if-unmodified-since': '2026-03-02T08:00:00Z' };
      const refused = await bench.call('PATCH', href, { Subject: 'x' }, iso);
      expect([refused.status, refused.text]).toEqual([412, '']);
      expect(
        (await bench.call('PATCH', href, { Subject: 'x' }, { 'if-unmodified-since': stamp })).status,
      ).toBe(200);
      bench.at('2026-03-02T08:00:01Z');
      await bench.call('PATCH', href, { Subject: 'y' });
      expect((await bench.call('DELETE', href, undefined, { 'if-unmodified-since': stamp })).status).toBe(
        412,
      );
      expect((await bench.call('DELETE', href)).status).toBe(200);
      expect((await bench.call('GET', href)).status).toBe(404);
    }));

  test('a save conflict is 200 with nothing written', () =>
    withStandIn(async (bench) => {
      const href = await createTask(bench);
      bench.domino.faults.add({ effect: 'silent save conflict', on: ['update'], service: 'data' });
      expect((await bench.call('PATCH', href, { Subject: 'lost' })).status).toBe(200);
      expect((await bench.call('GET', href)).json()['Subject']).toBe('Call Bob');
      await bench.call('PATCH', href, { Subject: 'kept' });
      expect((await bench.call('GET', href)).json()['Subject']).toBe('kept');
    }));

  test('bad JSON is refused', () =>
    withStandIn(async ({ call }) => {
      const answer = await call('POST', `${ALICE_DATA}/documents?form=Task`, '{');
      expect([answer.status, answer.json()['message']]).toEqual([
        400,
        'Error while parsing the JSON content',
      ]);
    }));

  test('a To Do of a Notes user reads as the items of form Task, its body as multipart', () =>
    withStandIn(async ({ domino, call }) => {
      const alice = domino.notesUser('alice@acme.test');
      const unid = alice.createTodo({
        subject: 'Write <tests>',
        body: 'a\nb',
        due: '2026-03-09T16:00:00Z',
        importance: '1',
      });
      alice.completeTodo({ unid });
      expect(
        (await call('GET', `${ALICE_DATA}/documents/unid/${unid}?strongtype=true`)).json(),
      ).toMatchObject({
        '@form': 'Task',
        Subject: 'Write <tests>',
        TaskType: '1',
        Importance: '1',
        DueDateTime: datetime('2026-03-09T16:00:00Z'),
        CompletedDateTime: datetime('2026-03-02T08:00:00Z'),
        Body: {
          type: 'multipart',
          content: [{ contentType: 'text/html; charset=UTF-8', data: '<p>a</p><p>b</p>' }],
        },
      });
      alice.reopenTodo({ unid });
      expect(alice.todos()).toMatchObject([{ subject: 'Write <tests>', body: 'a\nb', completed: null }]);
    }));
});

describe('documents?since=', () => {
  test.each([
    [true, 1],
    [false, 0],
  ])(
    'lists everything changed since, To Dos, entries and notices alike; inclusive: %s',
    (sinceInclusive, count) =>
      withStandIn(
        async (bench) => {
          await createTask(bench);
          bench.at('2026-03-02T09:00:00Z');
          await bench.call('POST', `${ALICE}/events`, { events: [appointment()] });
          const list = await bench.call('GET', `${ALICE_DATA}/documents?since=2026-03-02T09:00:00Z`);
          const rows = list.json() as unknown as Event[];
          expect(rows).toHaveLength(count);
          if (rows[0] !== undefined) {
            expect(Object.keys(rows[0])).toEqual(['@modified', '@unid', '@href']);
            expect((await bench.call('GET', String(rows[0]['@href']))).json()['@form']).toBe('Appointment');
          }
          const all = await bench.call('GET', `${ALICE_DATA}/documents?since=2026-03-01T00:00:00Z`);
          expect(all.json()).toHaveLength(2);
        },
        { knobs: { sinceInclusive } },
      ),
  );

  test('a malformed since is 400, and full text search is not indexed', () =>
    withStandIn(async ({ call }) => {
      expect((await call('GET', `${ALICE_DATA}/documents?since=yesterday`)).status).toBe(400);
      const search = await call('GET', `${ALICE_DATA}/documents?search=x`);
      expect(search.json()['message']).toBe('Database is not full text indexed.');
    }));
});

describe('calendar entries as documents', () => {
  const unidOf = ({ domino }: Bench): string =>
    String(domino.notesUser('alice@acme.test').calendar()[0]?.unid);

  test('carry the items of an appointment; ApptUNID is the uid, or the UNID of what Notes made', () =>
    withStandIn(async (bench) => {
      await bench.call('POST', `${ALICE}/events`, { events: [appointment({ id: 'a@b', class: 'private' })] });
      const document = (
        await bench.call('GET', `${ALICE_DATA}/documents/unid/${unidOf(bench)}?strongtype=true&hidden=true`)
      ).json();
      expect(document).toMatchObject({
        '@form': 'Appointment',
        AppointmentType: '0',
        Subject: 'API test',
        StartDateTime: datetime('2026-03-10T13:00:00Z'),
        CalendarDateTime: datetime('2026-03-10T13:00:00Z'),
        StartTimeZone: 'Z=-1$DO=1$DL=3 -1 1 10 -1 1$ZX=0$ZN=Romance',
        ApptUNID: 'a@b',
        OrgConfidential: '1',
        $CSVersion: '2',
      });
      expect(document).not.toHaveProperty('$PublicAccess');
      const alice = bench.domino.notesUser('alice@acme.test');
      const uid = alice.createAppointment({
        subject: 'n',
        start: '2026-03-03T09:00:00Z',
        end: '2026-03-03T10:00:00Z',
      });
      const made = (await bench.call('GET', `${ALICE_DATA}/documents/unid/${unidOf(bench)}`)).json();
      expect(made['ApptUNID']).toBe(uid.slice(0, 32));
    }));

  test('PATCH writes through to the calendar without any workflow', () =>
    withStandIn(async (bench) => {
      await bench.call('POST', `${ALICE}/events`, { events: [appointment({ id: 'a@b' })] });
      await bench.call('PATCH', `${ALICE_DATA}/documents/unid/${unidOf(bench)}`, {
        Subject: 'patched',
        StartDateTime: datetime('2026-03-10T15:00:00Z'),
        EndDateTime: datetime('2026-03-10T16:00:00Z'),
      });
      expect(bench.domino.notesUser('alice@acme.test').calendar()).toMatchObject([
        { uid: 'a@b', subject: 'patched', start: '2026-03-10T15:00:00Z', end: '2026-03-10T16:00:00Z' },
      ]);
      expect(bench.domino.outbox).toEqual([]);
    }));

  test('PATCH moves an all-day entry by the day its zone has at that instant', () =>
    withStandIn(async (bench) => {
      const alice = bench.domino.notesUser('alice@acme.test');
      alice.createAllDay({ subject: 'trip', date: '2026-03-10' });
      await bench.call('PATCH', `${ALICE_DATA}/documents/unid/${unidOf(bench)}`, {
        StartDateTime: datetime('2026-03-11T23:00:00Z'),
        EndDateTime: datetime('2026-03-11T23:00:00Z'),
        Body: 'a\nb',
      });
      expect(alice.calendar()).toMatchObject([{ start: '2026-03-12', end: '2026-03-12', body: 'a\nb' }]);
    }));

  test('a date written as text takes the entry off the calendar', () =>
    withStandIn(async (bench) => {
      await bench.call('POST', `${ALICE}/events`, { events: [appointment({ id: 'a@b' })] });
      const href = `${ALICE_DATA}/documents/unid/${unidOf(bench)}`;
      await bench.call('PATCH', href, { StartDateTime: '2026-03-10T15:00:00Z' });
      expect((await bench.call('GET', `${ALICE}/events`)).text).toBe('');
      expect((await bench.call('GET', href)).json()['Subject']).toBe('API test');
    }));
});

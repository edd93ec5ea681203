import { keyText } from '../../src/item/domino-entry.ts';
import { call, failure, silent, start, stopAll } from './support/harness.ts';
import {
  DOCUMENTS,
  UNID,
  key,
  LAST_MODIFIED,
  TOKEN,
  strong,
  GONE,
  answered,
  token,
  todo,
  store,
} from './support/todos.ts';

afterEach(stopAll);

describe('reading a To Do', () => {
  it('reads a Task quietly and typed (§2.4)', async () => {
    const { server, mail } = await start(() => answered());
    expect(await mail.read(key, call)).toEqual({
      key,
      unid: UNID,
      appointmentType: 'todo',
      subject: 'Call Bob',
      location: '',
      body: 'one\ntwo & three',
      when: { allDay: false, start: '2026-01-09T15:00:00Z', end: '2026-01-09T16:00:00Z', timeZone: null },
      private: false,
      transparency: 'transparent',
      status: null,
      priority: null,
      categories: ['Sales', 'VIP'],
      organiser: null,
      attendees: [],
      reminderMinutes: null,
      series: false,
      completedAt: null,
      syncKey: null,
      modifiedAt: TOKEN,
      token: expect.stringContaining(TOKEN),
      digest: TOKEN,
    });
    expect(server.requests[0]).toMatchObject({
      path: `${DOCUMENTS}/unid/${UNID}`,
      query: { markread: 'false', strongtype: 'true' },
    });
  });

  it.each<[string, Record<string, unknown>, object]>([
    [
      'completed when CompletedDateTime is set',
      { CompletedDateTime: strong('2026-01-08T10:00:00Z') },
      { completedAt: '2026-01-08T10:00:00Z' },
    ],
    ['open when CompletedDateTime is empty', { CompletedDateTime: '' }, { completedAt: null }],
    ['private', { OrgConfidential: '1' }, { private: true }],
    ['urgent', { Importance: '1' }, { priority: 1 }],
    ['of no importance anybody knows', { Importance: '99' }, { priority: null }],
    [
      'all-day by date-only values',
      { StartDateTime: strong('2026-01-09'), DueDateTime: strong('2026-01-10') },
      { when: { allDay: true, start: '2026-01-09', end: '2026-01-10' } },
    ],
    [
      'due without a start',
      { StartDateTime: '' },
      { when: { allDay: false, start: '2026-01-09T16:00:00Z', end: '2026-01-09T16:00:00Z', timeZone: null } },
    ],
    [
      'without any date, on the day it was made',
      { StartDateTime: '', DueDateTime: '' },
      { when: { allDay: true, start: '2026-01-05', end: '2026-01-05' } },
    ],
    ['without a body', { Body: undefined }, { body: '' }],
    [
      'with a plain-text body in Base64',
      {
        Body: {
          type: 'multipart',
          content: [
            {
              contentType: 'text/plain; charset=UTF-8',
              contentTransferEncoding: 'base64',
              data: Buffer.from('é\r\n').toString('base64'),
            },
          ],
        },
      },
      { body: 'é' },
    ],
    [
      'with a body in the character set of Windows, with its own quotes',
      {
        Body: {
          type: 'multipart',
          content: [
            {
              contentType: 'text/plain; charset=windows-1252',
              contentTransferEncoding: 'base64',
              data: Buffer.from([0x93, 0x35, 0x80, 0x94]).toString('base64'),
            },
          ],
        },
      },
      { body: '“5€”' },
    ],
    [
      'with a body in what is named Latin 1 and is not',
      {
        Body: {
          type: 'multipart',
          content: [
            {
              contentType: 'text/plain; charset="ISO-8859-1"',
              contentTransferEncoding: 'base64',
              data: Buffer.from([0x91, 0x61, 0x92]).toString('base64'),
            },
          ],
        },
      },
      { body: '‘a’' },
    ],
    [
      'with a body in Polish',
      {
        Body: {
          type: 'multipart',
          content: [
            {
              contentType: 'text/plain; charset=iso-8859-2',
              contentTransferEncoding: 'base64',
              data: Buffer.from([0xa3, 0xf3, 0x64, 0xbc]).toString('base64'),
            },
          ],
        },
      },
      { body: 'Łódź' },
    ],
    [
      'with a body in Japanese',
      {
        Body: {
          type: 'multipart',
          content: [
            {
              contentType: 'text/plain; charset=shift_jis',
              contentTransferEncoding: 'base64',
              data: Buffer.from([0x93, 0xfa, 0x96, 0x7b]).toString('base64'),
            },
          ],
        },
      },
      { body: '日本' },
    ],
    [
      'with a body in a character set nobody knows, as UTF-8',
      {
        Body: {
          type: 'multipart',
          content: [
            {
              contentType: 'text/plain; charset=x-lotus-unknown',
              contentTransferEncoding: 'base64',
              data: Buffer.from([0xc3, 0xa9]).toString('base64'),
            },
          ],
        },
      },
      { body: 'é' },
    ],
    [
      'with a quoted-printable body',
      {
        Body: {
          type: 'multipart',
          content: [
            {
              contentType: 'text/plain; charset=ISO-8859-1',
              contentTransferEncoding: 'quoted-printable',
              data: 'caf=E9 =\r\ncr=E8me',
            },
          ],
        },
      },
      { body: 'café crème' },
    ],
    [
      'with a body that cannot be shown as text, which must not be overwritten',
      { Body: { type: 'multipart', content: [{ contentType: 'image/png', data: 'AAAA' }] } },
      { body: null },
    ],
    [
      'of a group, assigned by its chair',
      {
        TaskType: '2',
        Chair: 'CN=Anna Adler/O=Acme',
        From: 'CN=Typist/O=Acme',
        AssignedTo: ['CN=Bert Braun/O=Acme', 'CN=Cora Conti/O=Acme'],
        OptionalAssignedTo: '',
        FYIAssignedTo: 'guest@elsewhere.example',
      },
      {
        group: {
          assigner: 'CN=Anna Adler/O=Acme',
          assignees: ['CN=Bert Braun/O=Acme', 'CN=Cora Conti/O=Acme', 'guest@elsewhere.example'],
        },
      },
    ],
    [
      'of a group by its code alone, from somebody',
      { AppointmentType: '2', From: 'CN=Anna Adler/O=Acme' },
      { group: { assigner: 'CN=Anna Adler/O=Acme', assignees: [] } },
    ],
    [
      'of a group by its assignees alone',
      { AssignedTo: 'CN=Bert Braun/O=Acme' },
      { group: { assigner: '', assignees: ['CN=Bert Braun/O=Acme'] } },
    ],
    ['with lower-cased item names', { Subject: undefined, subject: 'lower' }, { subject: 'lower' }],
  ])('reads a To Do that is %s', async (_, changes, expected) => {
    const { mail } = await start(() => answered(changes));
    expect(await mail.read(key, call)).toMatchObject(expected);
  });

  it('reads a To Do that nobody assigned as of no group, whoever typed it', async () => {
    const { mail } = await start(() =>
      answered({ TaskType: '1', AppointmentType: '1', AssignedTo: ['', ' '], Chair: 'CN=Anna Adler/O=Acme' }),
    );
    expect(await mail.read(key, call)).not.toHaveProperty('group');
  });

  it('answers null for a document that is gone, and throws when the service is', async () => {
    expect(await (await start(() => GONE)).mail.read(key, call)).toBeNull();
    const error = await failure((await start(() => ({ status: 404 }))).mail.read(key, call));
    expect(error).toMatchObject({
      code: 'data_service_closed',
      details: { scope: 'item', transient: false },
    });
  });

  it('takes a body that breaks off for a transport fault, not for an answer (§2.2)', async () => {
    const broken = await start(() => ({
      headers: { 'Content-Type': 'application/json' },
      body: '{"@unid":"8178',
    }));
    expect(await failure(broken.mail.read(key, call))).toMatchObject({
      code: 'domino_garbled',
      details: { transient: true },
    });
  });
});

describe('writing a To Do', () => {
  it('posts form and computation in the query, typed dates, no $ items, and our key (§2.5, TV-13)', async () => {
    const { script } = store();
    const { server, mail } = await start(script);
    const { outcome, entry } = await mail.create(
      'crm-7',
      { ...todo, body: 'a\n b', private: true, categories: ['x'] },
      { ...silent, since: null },
    );
    const [post] = server.asked('POST');
    expect(post).toMatchObject({ path: DOCUMENTS, query: { form: 'Task', computewithform: 'true' } });
    const start9 = { type: 'datetime', data: '2026-01-09T15:00:00Z' };
    expect(post!.json).toMatchObject({
      Subject: 'Call Bob',
      StartDateTime: start9,
      CalendarDateTime: start9,
      TaskType: '1',
      CrmSyncKey: 'crm-7',
    });
    expect(Object.keys(post!.json).filter((name) => /^[$@]|^Form$/.test(name))).toEqual([]);
    expect(Object.values(post!.json)).not.toContain(null);
    expect(outcome).toBe('created');
    expect(entry).toMatchObject({
      syncKey: 'crm-7',
      subject: 'Call Bob',
      private: true,
      categories: ['x'],
      body: 'a\n b',
    });
  });

  it('looks for an earlier attempt before it repeats one', async () => {
    const { script, documents } = store();
    let lose = true;
    const { server, mail } = await start((request) => {
      const answer = script(request);
      return request.method === 'POST' && lose ? 'reset' : answer;
    });
    const since = '2026-01-05T08:30:00Z';
    expect(await failure(mail.create('crm-7', todo, { ...silent, since }))).toMatchObject({
      details: { transient: true },
    });
    lose = false;
    expect(await mail.create('crm-7', todo, { ...silent, since })).toMatchObject({
      outcome: 'exists',
      entry: { syncKey: 'crm-7' },
    });
    expect(documents.size).toBe(1);
    // The instant is of another clock, so the search begins well before it.
    expect(server.asked('GET')[0]!.query['since']).toBe('2026-01-05T08:20:00Z');
  });

  it('keeps whole days through writing and reading', async () => {
    const { script } = store();
    const { mail } = await start(script);
    const when = { allDay: true as const, start: '2026-03-29', end: '2026-03-30' };
    expect((await mail.create('crm-7', { ...todo, when }, { ...silent, since: null })).entry.when).toEqual(
      when,
    );
  });

  it('writes by PATCH alone, guarded by the very text of Last-Modified (§2.5.4, §10.24)', async () => {
    let doc = {};
    const { server, mail } = await start(({ method, json }) => {
      if (method === 'PATCH') doc = { ...json, '@modified': strong('2026-01-05T09:00:00Z') };
      return method === 'PATCH' ? {} : answered(doc);
    });
    const result = await mail.update(
      key,
      { subject: 'new', completedAt: '2026-01-08T10:00:00Z' },
      token,
      silent,
    );
    expect(result).toMatchObject({
      outcome: 'updated',
      entry: { subject: 'new', completedAt: '2026-01-08T10:00:00Z' },
    });
    const [patch] = server.asked('PATCH');
    expect(patch!.headers['if-unmodified-since']).toBe(LAST_MODIFIED);
    expect(patch!.json).toEqual({
      Subject: 'new',
      CompletedDateTime: { type: 'datetime', data: '2026-01-08T10:00:00Z' },
    });
    expect(server.asked('PUT')).toEqual([]);
  });

  it('sends no request for a patch a To Do cannot hold', async () => {
    const { server, mail } = await start(() => answered());
    expect((await mail.update(key, { reminderMinutes: 5, attendees: [] }, token, silent)).outcome).toBe(
      'updated',
    );
    expect(server.asked('PATCH')).toEqual([]);
  });

  it('writes nothing when somebody was faster, before the write or at it', async () => {
    const before = await start(() => answered());
    expect((await before.mail.update(key, { subject: 'x' }, 'older', silent)).outcome).toBe('changed');
    expect(before.server.asked('PATCH')).toEqual([]);

    let reads = 0;
    const at = await start(({ method }) => {
      if (method === 'PATCH') return { status: 412 };
      return answered(reads++ === 0 ? {} : { '@modified': strong('2026-01-05T08:10:30Z') });
    });
    expect((await at.mail.update(key, { subject: 'x' }, token, silent)).outcome).toBe('changed');
  });

  it('notices a save that failed behind a 200 (§2.5.5)', async () => {
    const silentConflict = await start(({ method }) => (method === 'PATCH' ? {} : answered()));
    expect(await failure(silentConflict.mail.update(key, { subject: 'x' }, token, silent))).toMatchObject({
      code: 'domino_failed',
      details: { scope: 'item', transient: true },
    });
    let reads = 0;
    const overtaken = await start(({ method }) =>
      method === 'PATCH'
        ? {}
        : answered(reads++ === 0 ? {} : { Subject: 'theirs', '@modified': strong('2026-01-05T08:11:00Z') }),
    );
    expect(await overtaken.mail.update(key, { subject: 'x' }, token, silent)).toMatchObject({
      outcome: 'changed',
      entry: { subject: 'theirs' },
    });
  });

  it('says so when the Data service is closed (§2.1)', async () => {
    const { mail } = await start(() => ({
      status: 403,
      body: { code: 403, message: 'The Domino data service is not enabled for this database.' },
    }));
    expect(await failure(mail.create('crm-7', todo, { ...silent, since: null }))).toMatchObject({
      code: 'data_service_closed',
      details: { scope: 'item', transient: false },
    });
  });

  it('says so when the template refuses what we write', async () => {
    const { mail } = await start(() => ({
      status: 400,
      body: { code: 400, message: 'Field validation failed' },
    }));
    expect(await failure(mail.create('crm-7', todo, { ...silent, since: null }))).toMatchObject({
      code: 'domino_refused',
      details: { scope: 'item' },
    });
  });

  it('takes a second delete for done', async () => {
    const answers = [{}, GONE];
    const { mail } = await start(() => answers.shift());
    expect([await mail.delete(key, null, silent), await mail.delete(key, null, silent)]).toEqual([
      { outcome: 'deleted' },
      { outcome: 'gone' },
    ]);
  });
});

describe('probing To Dos', () => {
  it('concludes gone only while the service itself answers', async () => {
    const open = await start(({ path }) => (path === DOCUMENTS ? { body: [] } : GONE));
    expect(await open.mail.probe([key], call)).toEqual(new Map([[keyText(key), 'gone']]));
    const closed = await start(({ path }) => (path === DOCUMENTS ? { status: 404 } : GONE));
    await failure(closed.mail.probe([key], call));
  });
});

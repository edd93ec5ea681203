import type { PullRequest } from '../../src/domino/port.ts';
import { documentSchema } from '../../src/domino/das/document.ts';
import { entryOfTodo } from '../../src/domino/das/todo.ts';
import { keyText, type EntryKey } from '../../src/item/domino-entry.ts';
import { call, draft, failure, silent, start, stopAll, WINDOW } from './support/harness.ts';
import type { ScriptedAnswer, ScriptedRequest, ScriptedServer } from './support/scripted-server.ts';

afterEach(stopAll);

const DOCUMENTS = '/mail/foo.nsf/api/data/documents';
const UNID = '8178B1C14B1E9B6B8525624F0062FE9F';
const key: EntryKey = { form: 'todo', uid: UNID, recurrenceId: null };
const DATE = 'Mon, 05 Jan 2026 09:00:00 GMT';
const LAST_MODIFIED = 'Mon, 05 Jan 2026 08:10:00 GMT';
const TOKEN = '2026-01-05T08:10:00Z';
const strong = (data: string): object => ({ data, type: 'datetime' });
const GONE: ScriptedAnswer = {
  status: 404,
  body: { code: 404, text: 'Not Found', message: 'The URI must refer to an existing document.' },
};

/** A document in the shape of the reference (§2.4), read with `strongtype=true`, which wraps the stamps too (§10.23). */
const document = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  '@href': `${DOCUMENTS}/unid/${UNID}`,
  '@unid': UNID,
  '@noteid': '1926',
  '@created': strong('2026-01-05T08:00:00Z'),
  '@modified': strong(TOKEN),
  '@authors': 'CN=Jane Doe/O=Acme',
  '@form': 'Task',
  Subject: 'Call Bob',
  StartDateTime: strong('2026-01-09T15:00:00Z'),
  DueDateTime: strong('2026-01-09T16:00:00Z'),
  Categories: ['Sales', 'VIP'],
  Body: {
    type: 'multipart',
    content: [{ contentType: 'text/html; charset=UTF-8', data: '<p>one</p><p>two &amp; three</p>' }],
  },
  ...changes,
});
const answered = (changes?: Record<string, unknown>): ScriptedAnswer => ({
  headers: { 'Last-Modified': LAST_MODIFIED, Date: DATE },
  body: document(changes),
});
const token = entryOfTodo(documentSchema.parse(document()), 'UTC', null).token;
const todo = draft({
  form: 'todo',
  subject: 'Call Bob',
  when: { allDay: false, start: '2026-01-09T15:00:00Z', end: '2026-01-09T16:00:00Z', timeZone: null },
});

/** A mail file's documents, kept as Domino keeps them: items set by PATCH and POST, read back typed. */
function store(): {
  script: (request: ScriptedRequest) => ScriptedAnswer;
  documents: Map<string, Record<string, unknown>>;
} {
  const documents = new Map<string, Record<string, unknown>>();
  let clock = Date.parse('2026-01-05T08:00:00Z');
  const stamp = (): object => strong(new Date((clock += 1000)).toISOString().replace('.000Z', 'Z'));
  const script = ({ method, path, query, json }: ScriptedRequest): ScriptedAnswer => {
    const unid = path.split('/').at(-1)!;
    const now = stamp();
    if (method === 'POST') {
      const id = String(documents.size + 1).padStart(32, '0');
      documents.set(id, { '@unid': id, '@form': query['form'], '@created': now, '@modified': now, ...json });
      return { status: 201, headers: { Location: `http://host${DOCUMENTS}/unid/${id}` } };
    }
    if (path === DOCUMENTS) {
      const list = [...documents.values()].map((one) => ({
        '@modified': (one['@modified'] as { data: string }).data,
        '@unid': one['@unid'],
      }));
      return { headers: { Date: DATE }, body: list };
    }
    const found = documents.get(unid);
    if (found === undefined) return GONE;
    if (method === 'PATCH') documents.set(unid, { ...found, ...json, '@modified': now });
    return method === 'PATCH' ? {} : { headers: { 'Last-Modified': LAST_MODIFIED }, body: found };
  };
  return { script, documents };
}

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
    ['with lower-cased item names', { Subject: undefined, subject: 'lower' }, { subject: 'lower' }],
  ])('reads a To Do that is %s', async (_, changes, expected) => {
    const { mail } = await start(() => answered(changes));
    expect(await mail.read(key, call)).toMatchObject(expected);
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
    expect([await mail.delete(key, silent), await mail.delete(key, silent)]).toEqual(['deleted', 'gone']);
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

describe('pulling with the Data service', () => {
  const MAIL = 'A'.repeat(32);
  const APPOINTMENT = 'B'.repeat(32);
  const ask = (changes: Partial<PullRequest> = {}): PullRequest => ({
    cursor: null,
    window: WINDOW,
    known: [],
    todos: true,
    ...changes,
  });
  const documents: Record<string, Record<string, unknown>> = {
    [UNID]: document(),
    [MAIL]: document({ '@unid': MAIL, '@form': 'Memo' }),
    [APPOINTMENT]: document({ '@unid': APPOINTMENT, '@form': 'Appointment', ApptUNID: 'uid-1' }),
  };
  const ROW = {
    id: 'uid-1',
    start: { date: '2017-05-04', time: '16:45:00', utc: true },
    end: { date: '2017-05-04', time: '17:30:00', utc: true },
  };
  let date = DATE;
  const script = ({ path }: ScriptedRequest): ScriptedAnswer => {
    if (path.includes('/api/calendar/'))
      return { headers: { 'Content-Range': 'items 0-0' }, body: { events: [ROW] } };
    if (path === DOCUMENTS) {
      const body = Object.keys(documents).map((unid) => ({ '@modified': TOKEN, '@unid': unid }));
      return { headers: { Date: date }, body };
    }
    return { headers: { Date: date }, body: documents[path.split('/').at(-1)!] };
  };
  const sinceOf = (server: ScriptedServer): (string | undefined)[] =>
    server.requests.filter(({ path }) => path === DOCUMENTS).map(({ query }) => query['since']);
  beforeEach(() => {
    date = DATE;
  });

  it('finds To Dos among the modified documents, quietly, and reads mail once only (§2.3)', async () => {
    const { server, mail } = await start(script);
    const first = await mail.pull(ask(), call);
    expect(first.changed.filter(({ key: found }) => found.form === 'todo')).toEqual([
      { key, digest: TOKEN, noticeType: null, subject: 'Call Bob', start: null },
    ]);
    expect(sinceOf(server)).toEqual([WINDOW.from]);
    const reads = server.asked('GET', '/unid/');
    expect(reads).toHaveLength(3);
    expect(reads.every(({ query }) => query['markread'] === 'false')).toBe(true);

    server.requests.length = 0;
    const known = first.changed.map(({ key: found, digest, start: from }) => ({
      key: found,
      digest,
      start: from,
    }));
    const second = await mail.pull(ask({ cursor: first.cursor, known }), call);
    expect(second).toMatchObject({ changed: [], missing: [] });
    // The server's clock, less the overlap; no document is read again.
    expect(sinceOf(server)).toEqual(['2026-01-05T08:58:00Z']);
    expect(server.asked('GET', '/unid/')).toEqual([]);
  });

  it('reads an event again when its document was modified though no list shows it (§5.2)', async () => {
    const { mail } = await start(script);
    const first = await mail.pull(ask(), call);
    const known = first.changed.map(({ key: found, digest, start: from }) => ({
      key: found,
      digest,
      start: from,
    }));
    // Without the memory of the cursor the Appointment counts as modified.
    const again = await mail.pull(ask({ cursor: null, known }), call);
    expect(again.changed.map(({ key: found }) => found.uid)).toEqual(['uid-1']);
  });

  it('puts known To Dos forward for probing now and then, because no list shows deletions', async () => {
    const { mail } = await start(script, { todoSweepSeconds: 300 });
    const gone = { key: { ...key, uid: 'C'.repeat(32) }, digest: 'x', start: null };
    const first = await mail.pull(ask({ known: [gone] }), call);
    expect(first.missing).toEqual([gone.key]);
    const soon = await mail.pull(ask({ cursor: first.cursor, known: [gone] }), call);
    expect(soon.missing).toEqual([]);
    date = 'Mon, 05 Jan 2026 09:05:00 GMT';
    expect((await mail.pull(ask({ cursor: soon.cursor, known: [gone] }), call)).missing).toEqual([gone.key]);
  });

  it('looks at everything again when the server clock went back further than the overlap', async () => {
    const { server, mail } = await start(script);
    const { cursor } = await mail.pull(ask(), call);
    server.requests.length = 0;
    date = 'Mon, 05 Jan 2026 07:00:00 GMT';
    const { remarks } = await mail.pull(ask({ cursor }), call);
    expect(sinceOf(server)).toEqual(['2026-01-05T08:58:00Z', WINDOW.from]);
    expect(remarks!.join()).toContain('clock went back');
  });

  it('pulls events and leaves To Dos alone while the Data service is closed (§2.1)', async () => {
    const known = { key, digest: 'x', start: null };
    const { mail } = await start((request) =>
      request.path.includes('/api/data') ? { status: 403 } : script(request),
    );
    const { changed, missing } = await mail.pull(ask({ known: [known] }), call);
    expect(changed.map(({ key: found }) => found.uid)).toEqual(['uid-1']);
    expect(missing).toEqual([]);
  });

  it('does not ask the Data service when To Dos are switched off, and keeps its cursor', async () => {
    const { server, mail } = await start(script);
    const { cursor } = await mail.pull(ask(), call);
    server.requests.length = 0;
    expect((await mail.pull(ask({ cursor, todos: false }), call)).cursor).toBe(cursor);
    expect(server.asked('GET', '/api/data')).toEqual([]);
  });

  it('begins anew with a cursor it cannot read', async () => {
    const { server, mail } = await start(script);
    await mail.pull(ask({ cursor: 'of another version' }), call);
    expect(sinceOf(server)).toEqual([WINDOW.from]);
  });

  it('throws when the list of documents breaks off, rather than skip what it did not get', async () => {
    const { mail } = await start((request) =>
      request.path === DOCUMENTS
        ? { headers: { 'Content-Type': 'application/json' }, body: '[]\n{"code":500}' }
        : script(request),
    );
    expect(await failure(mail.pull(ask(), call))).toMatchObject({
      code: 'domino_garbled',
      details: { scope: 'mailbox', transient: true },
    });
  });
});

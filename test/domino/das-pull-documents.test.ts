import { type PullRequest } from '../../src/domino/port.ts';
import { call, failure, start, stopAll, WINDOW } from './support/harness.ts';
import { type ScriptedAnswer, type ScriptedRequest, type ScriptedServer } from './support/scripted-server.ts';
import { DOCUMENTS, UNID, key, DATE, TOKEN, document } from './support/todos.ts';

afterEach(stopAll);

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
    const second = await mail.pull(ask({ cursor: first.cursor(), known }), call);
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
    const soon = await mail.pull(ask({ cursor: first.cursor(), known: [gone] }), call);
    expect(soon.missing).toEqual([]);
    date = 'Mon, 05 Jan 2026 09:05:00 GMT';
    expect((await mail.pull(ask({ cursor: soon.cursor(), known: [gone] }), call)).missing).toEqual([
      gone.key,
    ]);
  });

  it('sweeps at once, and then as often as ever, when the server clock was put back', async () => {
    const { mail } = await start(script, { todoSweepSeconds: 300 });
    const gone = { key: { ...key, uid: 'C'.repeat(32) }, digest: 'x', start: null };
    const first = await mail.pull(ask({ known: [gone] }), call);
    date = 'Mon, 05 Jan 2026 07:00:00 GMT';
    const back = await mail.pull(ask({ cursor: first.cursor(), known: [gone] }), call);
    expect(back.missing).toEqual([gone.key]);
    date = 'Mon, 05 Jan 2026 07:04:59 GMT';
    const soon = await mail.pull(ask({ cursor: back.cursor(), known: [gone] }), call);
    expect(soon.missing).toEqual([]);
    date = 'Mon, 05 Jan 2026 07:05:00 GMT';
    expect((await mail.pull(ask({ cursor: soon.cursor(), known: [gone] }), call)).missing).toEqual([
      gone.key,
    ]);
  });

  it('looks at everything again when the server clock went back further than the overlap', async () => {
    const { server, mail } = await start(script);
    const { cursor } = await mail.pull(ask(), call);
    server.requests.length = 0;
    date = 'Mon, 05 Jan 2026 07:00:00 GMT';
    const { remarks } = await mail.pull(ask({ cursor: cursor() }), call);
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
    expect((await mail.pull(ask({ cursor: cursor(), todos: false }), call)).cursor()).toBe(cursor());
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

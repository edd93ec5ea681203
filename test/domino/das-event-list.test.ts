import type { KnownEntry, PullRequest } from '../../src/domino/port.ts';
import { call, eventKey, failure, start, stopAll, WINDOW } from './support/harness.ts';
import type { ScriptedAnswer, ScriptedRequest } from './support/scripted-server.ts';
import {
  LIST,
  LOGIN_PAGE,
  NOT_FOUND,
  ROOT,
  SINGLE,
  SINGLE_ROW,
  SINGLE_UID,
  storeError,
} from './support/vectors.ts';

afterEach(stopAll);

const ask = (changes: Partial<PullRequest> = {}): PullRequest => ({
  cursor: null,
  window: WINDOW,
  known: [],
  todos: false,
  ...changes,
});

const row = (index: number, changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  ...SINGLE_ROW,
  id: `uid-${String(index).padStart(4, '0')}`,
  ...changes,
});

const known = (index: number, digest: string | null): KnownEntry => ({
  key: eventKey(`uid-${String(index).padStart(4, '0')}`),
  digest,
  start: '2017-05-04T16:45:00Z',
});

/** A mailbox with these view entries; null ones are gone through, but yield no event. */
function pages(
  entries: readonly (Record<string, unknown> | null)[],
): (request: ScriptedRequest) => ScriptedAnswer {
  return ({ query }) => {
    const first = Number(query['start']);
    const page = entries.slice(first, first + Number(query['count']));
    if (page.length === 0) return {};
    const events = page.filter((entry) => entry !== null);
    return {
      headers: { 'Content-Range': `items ${first}-${first + page.length - 1}` },
      ...(events.length === 0 ? {} : { body: { events } }),
    };
  };
}

describe('listing a window of the calendar', () => {
  it('reads the recorded list: a moved instance keeps its id, an accepted copy its notice type (TV-1)', async () => {
    const { mail } = await start(() => ({
      headers: { 'Content-Type': 'application/json', 'Content-Range': 'items 0-1' },
      body: LIST,
    }));
    const { changed, listed, missing } = await mail.pull(ask(), call);
    expect({ listed, missing }).toEqual({ listed: 2, missing: [] });
    expect(changed).toMatchObject([
      {
        key: {
          form: 'event',
          uid: '3C1E302CAC131891C12580F90044239B-Lotus_Notes_Generated',
          recurrenceId: null,
        },
        subject: 'Lliurament Premis Rac',
        start: '2017-05-04T17:30:00Z',
        noticeType: null,
      },
      { key: { recurrenceId: '20170503T073000Z' }, start: '2017-05-05T07:00:00Z', noticeType: 'A' },
    ]);
  });

  it('takes an empty 200 for an empty window (TV-3)', async () => {
    const { server, mail } = await start(() => ({}));
    expect(await mail.pull(ask(), call)).toMatchObject({ changed: [], missing: [], listed: 0 });
    expect(server.requests).toHaveLength(1);
  });

  it('asks with strict dates, from a second early, for the whole window by hundreds (§1.4)', async () => {
    const { server, mail } = await start(() => ({}));
    await mail.pull(ask(), call);
    expect(server.requests[0]!.path).toBe(ROOT);
    expect(server.requests[0]!.query).toEqual({
      since: '2017-04-30T23:59:59Z',
      before: '2017-06-01T00:00:00Z',
      count: '100',
      start: '0',
    });
  });

  it('costs one list call per hundred entries and no single read when nothing changed', async () => {
    const rows = Array.from({ length: 250 }, (_, index) => row(index));
    const { server, mail } = await start(pages(rows));
    const first = await mail.pull(ask(), call);
    expect(first.changed).toHaveLength(250);
    server.requests.length = 0;

    const entries = first.changed.map(({ digest }, index) => known(index, digest));
    const second = await mail.pull(ask({ cursor: first.cursor(), known: entries }), call);
    expect(second).toMatchObject({ changed: [], missing: [], listed: 250 });
    expect(server.requests.map(({ query }) => query['start'])).toEqual(['0', '100', '200']);
  });

  it('advances by Content-Range, never by the number of events (§1.4)', async () => {
    // Every other view entry yields no event at all, a whole page of them included.
    const entries = Array.from({ length: 350 }, (_, index) =>
      (index >= 100 && index < 200) || index % 2 === 0 ? null : row(index),
    );
    const { server, mail } = await start(pages(entries));
    expect((await mail.pull(ask(), call)).listed).toBe(125);
    expect(server.requests.map(({ query }) => query['start'])).toEqual(['0', '100', '200', '300']);
  });

  it('asks on after a short page before it calls a known entry missing', async () => {
    const short = pages([row(1), row(2), row(3)]);
    const { server, mail } = await start((request) => {
      // A server that hands out two entries at a time although a hundred were asked for.
      return short({ ...request, query: { ...request.query, count: '2' } });
    });
    const { missing, listed } = await mail.pull(ask({ known: [known(3, 'x'), known(9, 'x')] }), call);
    expect(listed).toBe(3);
    expect(missing).toEqual([known(9, 'x').key]);
    expect(server.requests.map(({ query }) => query['start'])).toEqual(['0', '2', '3']);
  });

  it.each([
    ['400/1028', storeError(400, 1028)],
    ['404/1031', NOT_FOUND],
    ['500/1028', storeError(500, 1028)],
  ])('takes %s for an empty window only when it comes twice', async (_, answer) => {
    const twice = await start(() => answer);
    expect(await twice.mail.pull(ask({ known: [known(1, 'x')] }), call)).toMatchObject({
      listed: 0,
      missing: [known(1, 'x').key],
    });
    expect(twice.server.requests).toHaveLength(2);

    const answers: ScriptedAnswer[] = [
      answer,
      { headers: { 'Content-Range': 'items 0-0' }, body: { events: [row(1)] } },
    ];
    const once = await start(() => answers.shift());
    expect((await once.mail.pull(ask(), call)).listed).toBe(1);
  });

  it('throws, and lists nothing as missing, for any other error', async () => {
    const { mail } = await start(() => ({ status: 404 }));
    const error = await failure(mail.pull(ask({ known: [known(1, 'x')] }), call));
    expect(error).toMatchObject({ code: 'domino_mail_file', details: { scope: 'mailbox' } });
  });

  it('throws when a page fails in the middle of the series', async () => {
    const list = pages(Array.from({ length: 150 }, (_, index) => row(index)));
    const { mail } = await start((request) => (request.query['start'] === '0' ? list(request) : LOGIN_PAGE), {
      auth: 'basic',
    });
    expect((await failure(mail.pull(ask(), call))).code).toBe('domino_login');
  });

  it('refuses to guess where the next page begins', async () => {
    const without = await start(() => ({ body: { events: [row(1)] } }));
    expect((await failure(without.mail.pull(ask(), call))).code).toBe('domino_garbled');
    const shifted = await start(() => ({
      headers: { 'Content-Range': 'items 7-7' },
      body: { events: [row(1)] },
    }));
    expect((await failure(shifted.mail.pull(ask(), call))).code).toBe('domino_garbled');
  });

  it('asks again when starts lie outside the window: the server mixes up dates of two requests (§1.4)', async () => {
    const wrong = row(1, { start: { date: '2030-01-01', time: '10:00:00', utc: true } });
    const answers = [[wrong], [row(2)]];
    const { mail } = await start(() => ({
      headers: { 'Content-Range': 'items 0-0' },
      body: { events: answers.shift() },
    }));
    const { changed, remarks } = await mail.pull(ask(), call);
    expect(changed.map(({ key }) => key.uid)).toEqual(['uid-0002']);
    expect(remarks).toEqual([]);
  });

  it('leaves out, and mentions, what is listed outside the window twice', async () => {
    const stray = row(1, { start: { date: '2030-01-01', time: '10:00:00', utc: true } });
    const { mail } = await start(pages([stray, row(2)]));
    const { changed, remarks } = await mail.pull(ask(), call);
    expect(changed.map(({ key }) => key.uid)).toEqual(['uid-0002']);
    expect(remarks).toEqual(['1 listed outside the window that was asked for, left out']);
  });

  it('does not hand on what starts in the second before the window, nor call it missing', async () => {
    const early = { date: '2017-04-30', time: '23:59:59', utc: true };
    const { mail } = await start(pages([row(1, { start: early })]));
    expect(await mail.pull(ask(), call)).toMatchObject({ changed: [], missing: [] });
  });

  it('keeps one of two rows with the same uid, always the same, and mentions it', async () => {
    const one = row(1, { summary: 'one' });
    const other = row(1, { summary: 'other' });
    const forward = await start(pages([one, other]));
    const backward = await start(pages([other, one]));
    const a = await forward.mail.pull(ask(), call);
    const b = await backward.mail.pull(ask(), call);
    expect(a.changed).toHaveLength(1);
    expect(a.changed).toEqual(b.changed);
    expect(a.remarks).toEqual(['uid-0001 is listed twice']);
    // What is known already stays what it is.
    const digest = (await (await start(pages([other]))).mail.pull(ask(), call)).changed[0]!.digest;
    expect((await forward.mail.pull(ask({ known: [known(1, digest)] }), call)).changed).toEqual([]);
  });

  it('prefers the entry to a notice about it (§10.5)', async () => {
    const notice = row(1, { 'x-lotus-noticetype': { data: 'U' }, 'x-lotus-unid': { data: 'A'.repeat(32) } });
    const { mail } = await start(pages([notice, row(1)]));
    expect((await mail.pull(ask(), call)).changed).toMatchObject([{ noticeType: null }]);
  });

  it('hands on an unprocessed invitation with its notice type (§1.4)', async () => {
    const { mail } = await start(pages([row(1, { 'x-lotus-noticetype': { data: 'I' } })]));
    expect((await mail.pull(ask(), call)).changed).toMatchObject([{ noticeType: 'I' }]);
  });

  it('lists each instance of a series under its recurrence id (§1.4)', async () => {
    const instances = ['20170504T164500Z', '20170511T164500Z'].map((recurrenceId) =>
      row(1, { recurrenceId }),
    );
    const { mail } = await start(pages(instances));
    expect((await mail.pull(ask(), call)).changed.map(({ key }) => key.recurrenceId)).toEqual([
      '20170504T164500Z',
      '20170511T164500Z',
    ]);
  });

  it('lists an alternate id of an old mail-file design once, whatever its number, and refuses to read it (§10.3)', async () => {
    const id = (n: number): string => `646503F7F545D629C12580FB0030DC5E_${n}-Lotus_ReadRange_Generated`;
    let shift = 0;
    const { server, mail } = await start((request) =>
      pages([row(1, { id: id(shift) }), row(1, { id: id(shift + 1) })])(request),
    );
    const first = await mail.pull(ask(), call);
    expect(first.changed).toHaveLength(1);
    const [summary] = first.changed;
    const error = await failure(mail.read(summary!.key, call));
    expect(error).toMatchObject({ code: 'domino_uid', details: { scope: 'item', transient: false } });

    shift = 5;
    const parked: KnownEntry = { key: summary!.key, digest: summary!.digest, start: summary!.start };
    expect((await mail.pull(ask({ known: [parked] }), call)).changed).toEqual([]);
    expect(server.asked('GET', 'ReadRange')).toEqual([]);
  });

  it('passes over a row it cannot understand and mentions it', async () => {
    const { mail } = await start(pages([row(1, { start: { time: '10:00:00' } }), row(2)]));
    const { changed, remarks } = await mail.pull(ask(), call);
    expect(changed.map(({ key }) => key.uid)).toEqual(['uid-0002']);
    expect(remarks).toEqual(['a row is not of the documented shape at start.date']);
  });

  it('reads an entry anyway when its known digest is null', async () => {
    const { mail } = await start(pages([row(1)]));
    expect((await mail.pull(ask({ known: [known(1, null)] }), call)).changed).toHaveLength(1);
  });

  it.each([
    ['subject', { summary: 'x' }],
    ['location', { location: 'x' }],
    ['start', { start: { date: '2017-05-04', time: '16:46:00', utc: true } }],
    ['end', { end: { date: '2017-05-04', time: '17:31:00', utc: true } }],
    ['privacy', { class: 'private' }],
    ['transparency', { transparency: 'transparent' }],
    ['status', { status: 'tentative' }],
    ['categories', { categories: 'Projects;Phone Calls' }],
    ['priority', { priority: 1 }],
    ['notice type', { 'x-lotus-noticetype': { data: 'C' } }],
  ])('sees a change of %s in the list', async (_, changes) => {
    let now = row(1);
    const { mail } = await start((request) => pages([now])(request));
    const [before] = (await mail.pull(ask(), call)).changed;
    now = row(1, changes);
    const after = await mail.pull(ask({ known: [known(1, before!.digest)] }), call);
    expect(after.changed).toHaveLength(1);
  });

  it('gives a single read the digest of the row for the same state', async () => {
    const { mail } = await start((request) =>
      request.path === ROOT ? pages([SINGLE_ROW])(request) : { body: SINGLE },
    );
    const [summary] = (await mail.pull(ask(), call)).changed;
    expect((await mail.read(eventKey(SINGLE_UID), call))!.digest).toBe(summary!.digest);
  });

  it('expects an all-day entry at the edge of the window neither in the list nor out of it', async () => {
    const { mail } = await start(() => ({}));
    const at = (uid: string, day: string): KnownEntry => ({ key: eventKey(uid), digest: 'x', start: day });
    const { missing } = await mail.pull(
      ask({ known: [at('edge', '2017-05-01'), at('in', '2017-05-02'), at('out', '2017-06-01')] }),
      call,
    );
    expect(missing.map(({ uid }) => uid)).toEqual(['in']);
  });

  it('does not ask about entries that are known to lie outside the window', async () => {
    const { server, mail } = await start(() => ({}));
    const away: KnownEntry = { key: eventKey('away'), digest: 'x', start: '2018-01-01T10:00:00Z' };
    expect((await mail.pull(ask({ known: [away] }), call)).missing).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });
});

import { keyText } from '../../src/item/domino-entry.ts';
import { call, eventKey, failure, silent, start, stopAll } from './support/harness.ts';
import { type ScriptedAnswer } from './support/scripted-server.ts';
import { LOGIN_PAGE, NOT_FOUND, ROOT, SINGLE, SINGLE_UID, storeError } from './support/vectors.ts';
import { key } from './support/events.ts';

afterEach(stopAll);

describe('deleting and probing events', () => {
  it('takes a second delete for done (§1.9)', async () => {
    const answers = [{ status: 200 }, NOT_FOUND];
    const { mail } = await start(() => answers.shift());
    expect([await mail.delete(key, null, silent), await mail.delete(key, null, silent)]).toEqual([
      { outcome: 'deleted' },
      { outcome: 'gone' },
    ]);
  });

  it('deletes one instance only, by its recurrence id', async () => {
    const { server, mail } = await start(() => ({}));
    await mail.delete(eventKey(SINGLE_UID, '20170503T073000Z'), null, silent);
    expect(server.requests[0]).toMatchObject({
      path: `${ROOT}/${SINGLE_UID}/20170503T073000Z`,
      query: { workflow: 'false' },
    });
  });

  it('believes a delete whose notices failed only when the entry is gone', async () => {
    const gone = await start(({ method }) => (method === 'DELETE' ? storeError(500, 1026) : NOT_FOUND));
    expect(await gone.mail.delete(key, null, silent)).toEqual({ outcome: 'deleted' });
    const there = await start(({ method }) =>
      method === 'DELETE' ? storeError(500, 1026) : { body: SINGLE },
    );
    expect((await failure(there.mail.delete(key, null, silent))).code).toBe('domino_failed');
  });

  it('concludes gone from 404/1031 alone', async () => {
    const { mail } = await start(({ path }) => (path.endsWith('gone') ? NOT_FOUND : { body: SINGLE }));
    const states = await mail.probe([eventKey('gone'), key], call);
    expect(states).toEqual(
      new Map([
        [keyText(eventKey('gone')), 'gone'],
        [keyText(key), 'present'],
      ]),
    );
  });

  it.each<[string, ScriptedAnswer]>([
    ['the login page', LOGIN_PAGE],
    ['404 without a number', { status: 404 }],
    ['403', { status: 403 }],
    ['500', storeError(500, 1024)],
  ])('throws when a probe is answered by %s', async (_, answer) => {
    const { mail } = await start(() => answer, { auth: 'basic' });
    await failure(mail.probe([key], call));
  });

  it('never concludes gone for a uid that the server may have misread (§6.3)', async () => {
    const uid = 'foreign/uid';
    const { server, mail } = await start(() => NOT_FOUND);
    expect(await mail.probe([eventKey(uid)], call)).toEqual(new Map([[`event:${uid}`, 'present']]));
    expect((await failure(mail.read(eventKey(uid), call))).code).toBe('domino_uid');
    expect(server.requests[0]!.path).toBe(`${ROOT}/foreign%2Fuid`);
  });
});

describe('deleting what was looked at', () => {
  it('deletes under the token that was seen, and nothing under an older one', async () => {
    const { server, mail } = await start(({ method }) => (method === 'GET' ? { body: SINGLE } : {}));
    const entry = (await mail.read(key, call))!;
    expect(await mail.delete(key, 'older', silent)).toEqual({ outcome: 'changed', entry });
    expect(server.requests.map(({ method }) => method)).not.toContain('DELETE');
    expect(await mail.delete(key, entry.token, silent)).toEqual({ outcome: 'deleted' });
  });

  it('finds what a create made whose answer was lost', async () => {
    const { mail } = await start(({ path }) => (path.endsWith('gone') ? NOT_FOUND : { body: SINGLE }));
    expect(await mail.findCreated('event', SINGLE_UID, '2017-05-03T07:00:00Z', call)).toMatchObject({
      key: { uid: SINGLE_UID },
    });
    expect(await mail.findCreated('event', 'gone', '2017-05-03T07:00:00Z', call)).toBeNull();
  });
});

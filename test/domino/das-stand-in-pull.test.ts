/** The adapter against the stand-in, a server that shares no code with it: what each does must mean the same to the other. */
import { keyText } from '../../src/item/domino-entry.ts';
import { connectDas } from '../../src/domino/das/connect.ts';
import { call, draft, failure, silent } from './support/harness.ts';
import { WINDOW, once, when, begin, pull, settle, event, endAll } from './support/stand-in.ts';

afterEach(endAll);

describe('events', () => {
  it('come by pull: new, changed, moved and deleted, and nothing when nothing changed', async () => {
    const { standIn, mail, alice, pass } = await begin();
    const uid = alice.createAppointment({ subject: 'Lunch', start: when.start, end: when.end });
    pass(1);
    const first = await pull(mail);
    expect(first.changed).toMatchObject([{ key: event(uid), subject: 'Lunch', start: when.start }]);
    const known = settle(first);

    pass(300);
    standIn.requests.reset();
    const quiet = await pull(mail, first, known);
    expect(quiet).toMatchObject({ changed: [], missing: [], listed: 1 });
    expect(standIn.requests.count()).toMatchObject({ list: 1, since: 1, read: 0, write: 0 });

    alice.move({ uid, start: '2026-04-10T09:00:00Z', end: '2026-04-10T10:00:00Z' });
    const moved = await pull(mail, quiet, known);
    expect(moved.changed).toMatchObject([{ key: event(uid), start: '2026-04-10T09:00:00Z' }]);

    alice.delete({ uid });
    const deleted = await pull(mail, moved, settle(moved, known));
    expect(deleted).toMatchObject({ changed: [], missing: [event(uid)] });
    expect(await mail.probe(deleted.missing, call)).toEqual(new Map([[`event:${uid}`, 'gone']]));
  });

  it('come again when only the description changed, where the Data service is open', async () => {
    const { mail, alice, pass } = await begin();
    const uid = alice.createAppointment({ subject: 'Lunch', start: when.start, end: when.end, body: 'old' });
    const first = await pull(mail);
    pass(300);
    alice.edit({ uid, body: 'new' });
    expect((await pull(mail, first, settle(first))).changed.map(({ key }) => key)).toEqual([event(uid)]);
    expect((await mail.read(event(uid), call))!.body).toBe('new');
  });

  it('written by us are not new to the next pull', async () => {
    const { mail } = await begin();
    const own = await mail.create(
      'crm-1-alice',
      draft({ when, categories: ['a', 'b'], priority: 1, private: true }),
      once,
    );
    const known = [{ key: own.entry.key, digest: own.entry.digest, start: when.start }];
    expect((await pull(mail, null, known, false)).changed).toEqual([]);
  });

  it('cost one list call per hundred and no single read in an unchanged mailbox of 250', async () => {
    const { standIn, mail, alice } = await begin();
    for (let index = 0; index < 250; index++) {
      const start = new Date(Date.parse('2026-03-10T00:00:00Z') + index * 3_600_000).toISOString();
      alice.createAppointment({
        subject: `n ${index}`,
        start: start.replace('.000Z', 'Z'),
        end: start.replace('.000Z', 'Z'),
      });
    }
    const first = await pull(mail, null, [], false);
    standIn.requests.reset();
    const second = await pull(mail, first, settle(first), false);
    expect(second).toMatchObject({ changed: [], missing: [], listed: 250 });
    expect(standIn.requests.count()).toMatchObject({ list: 3, read: 0, total: 3 });
  });

  it.each([
    { phantomViewEntries: 7 },
    { phantomViewEntries: 130 },
    { phantomViewEntries: 130, phantomPage: 'empty list' as const },
    { windowEnds: 'both' as const },
    { windowEnds: 'neither' as const },
    { utcReadBack: 'zoned' as const },
    { absoluteHrefs: true },
  ])('are all listed, with equal digests on both views, under %j', async (knobs) => {
    const { mail, alice } = await begin({ knobs });
    for (const [start, end] of [
      [WINDOW.from, '2026-01-01T01:00:00Z'],
      ['2026-07-10T09:00:00Z', '2026-07-10T10:00:00Z'],
      [WINDOW.to, '2026-12-31T01:00:00Z'],
    ] as const) {
      alice.createAppointment({ subject: start, start, end });
    }
    await mail.create('crm-1-alice', draft({ when }), once);
    const { changed, missing } = await pull(mail, null, [], false);
    expect(changed.map(({ start }) => start).sort()).toEqual([
      WINDOW.from,
      when.start,
      '2026-07-10T09:00:00Z',
    ]);
    expect(missing).toEqual([]);
    for (const { key, digest } of changed) expect((await mail.read(key, call))!.digest).toBe(digest);
  });

  it.each(['empty', 'error 400/1028', 'error 404/1031'] as const)(
    'may be none, answered by %s',
    async (emptyWindow) => {
      const { mail } = await begin({ knobs: { emptyWindow } });
      expect(await pull(mail)).toMatchObject({ changed: [], missing: [], listed: 0 });
    },
  );

  it.each(['exclusive', 'inclusive'] as const)('keep their days where ends are %s', async (allDayEnd) => {
    const { domino, mail, alice } = await begin({ knobs: { allDayEnd } });
    for (const [uid, last] of [
      ['several', '2026-03-12'],
      ['one', '2026-03-10'],
    ] as const) {
      const days = { allDay: true as const, start: '2026-03-10', end: last };
      const { entry } = await mail.create(uid, draft({ when: days }), once);
      expect(entry.when).toEqual(days);
    }
    const written = alice.calendar().map(({ subject, start, end }) => ({ subject, start, end }));
    expect(written).toHaveLength(2);
    const uid = alice.createAllDay({ subject: 'trip', date: '2026-05-01', lastDate: '2026-05-03' });
    expect((await mail.read(event(uid), call))!.when).toEqual({
      allDay: true,
      start: '2026-05-01',
      end: '2026-05-03',
    });

    const longer = { allDay: true as const, start: '2026-05-01', end: '2026-05-04' };
    const { token } = (await mail.read(event(uid), call))!;
    expect(await mail.update(event(uid), { when: longer }, token, silent)).toMatchObject({
      entry: { when: longer },
    });

    // A single day made in Notes is read right by an adapter that has written nothing yet.
    alice.createAllDay({ subject: 'day', date: '2026-06-01' });
    const other = connectDas({ url: domino.url, user: 'CN=CRM Sync/O=Acme', password: 'sync-secret' });
    const fresh = other.mailFile('mail/alice.nsf', { email: '' });
    const { changed } = await pull(fresh);
    const day = changed.find(({ subject }) => subject === 'day')!;
    expect((await fresh.read(day.key, call))!.when).toEqual({
      allDay: true,
      start: '2026-06-01',
      end: '2026-06-01',
    });
    await other.close();
  });

  it('of a series come one by one, are written one by one, and never as a whole', async () => {
    const { mail, alice, pass } = await begin();
    const uid = alice.createSeries({
      subject: 'Weekly',
      start: when.start,
      end: when.end,
      rule: 'FREQ=WEEKLY;COUNT=3',
    });
    const { changed } = await pull(mail, null, [], false);
    expect(changed.map(({ key }) => key.recurrenceId)).toEqual([
      '20260310T090000Z',
      '20260317T090000Z',
      '20260324T090000Z',
    ]);
    const master = (await mail.read(event(uid), call))!;
    expect(master.series).toBe(true);
    expect((await failure(mail.update(event(uid), { subject: 'x' }, master.token, silent))).code).toBe(
      'domino_series',
    );

    const second = (await mail.read(changed[1]!.key, call))!;
    expect(second).toMatchObject({
      series: false,
      when: { start: '2026-03-17T09:00:00Z' },
      digest: changed[1]!.digest,
    });
    pass(1);
    const moved = { ...when, start: '2026-03-18T09:00:00Z', end: '2026-03-18T10:00:00Z' };
    expect(await mail.update(second.key, { when: moved }, second.token, silent)).toMatchObject({
      outcome: 'updated',
      entry: { key: second.key, when: { start: moved.start } },
    });
    expect(await mail.delete(changed[2]!.key, null, silent)).toEqual({ outcome: 'deleted' });
    const after = await pull(mail, null, [], false);
    expect(after.changed.map(({ start }) => start)).toEqual(['2026-03-10T09:00:00Z', moved.start]);
    expect(await mail.probe([changed[2]!.key, changed[1]!.key], call)).toEqual(
      new Map([
        [keyText(changed[2]!.key), 'gone'],
        [keyText(changed[1]!.key), 'present'],
      ]),
    );
  });

  it('that are invitations show their notice type, and accepted copies who holds them', async () => {
    const { domino, alice, bob } = await begin();
    const uid = alice.createMeeting({
      subject: 'Review',
      start: when.start,
      end: when.end,
      invitees: ['bob@acme.test'],
    });
    const mail = domino.mailFile('mail/bob.nsf', { email: 'bob@acme.test' });
    const waiting = await pull(mail, null, [], false);
    expect(waiting.changed).toMatchObject([{ key: event(uid), noticeType: 'I' }]);
    expect(await mail.read(event(uid), call)).toBeNull();

    bob.accept({ uid });
    const accepted = await pull(mail, waiting, settle(waiting), false);
    expect(accepted.changed).toHaveLength(1);
    const copy = (await mail.read(event(uid), call))!;
    expect(copy).toMatchObject({
      organiser: { email: 'alice@acme.test' },
      digest: accepted.changed[0]!.digest,
    });
    // An invitee's copy cannot be written: a conflict that waiting does not cure.
    const error = await failure(
      mail.update(event(uid), { when: { ...when, end: '2026-03-10T12:00:00Z' } }, copy.token, silent),
    );
    expect(error.details).toMatchObject({ scope: 'item', transient: false });
  });

  it('listed twice or under alternate ids are reported, and never new again', async () => {
    const { standIn, mail, alice, pass } = await begin();
    const uid = alice.createAppointment({ subject: 'Lunch', start: when.start, end: when.end });
    pass(1);
    standIn.knobs.duplicateUid = uid;
    const twice = await pull(mail);
    expect(twice.changed).toHaveLength(1);
    expect(twice.remarks).toEqual([`${uid} is listed twice`]);
    standIn.knobs.duplicateUid = null;

    standIn.knobs.oldMailDesign = true;
    const alternate = await pull(mail, null, []);
    expect((await failure(mail.read(alternate.changed[0]!.key, call))).code).toBe('domino_uid');
    alice.createAppointment({ subject: 'before', start: '2026-03-09T09:00:00Z', end: when.end });
    const again = await pull(mail, alternate, settle(alternate));
    expect(again.changed.map(({ subject }) => subject.includes('before'))).toEqual([true]);
  });
});

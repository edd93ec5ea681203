/** The adapter against the stand-in, a server that shares no code with it: what each does must mean the same to the other. */
import { connectDas, type DasOptions } from '../../src/domino/das/connect.ts';
import {
  DominoError,
  type DominoServer,
  type KnownEntry,
  type MailFile,
  type PullResult,
} from '../../src/domino/port.ts';
import { keyText, type EntryKey } from '../../src/item/domino-entry.ts';
import {
  startDominoStandIn,
  type DominoStandIn,
  type NotesUser,
  type StandInOptions,
} from '../../src/sandbox/domino-stand-in/index.ts';
import { call, draft, failure, silent } from './support/harness.ts';

const WINDOW = { from: '2026-01-01T00:00:00Z', to: '2026-12-31T00:00:00Z' };
const once = { ...silent, since: null };
const loud = { ...call, notify: true };
const when = {
  allDay: false as const,
  start: '2026-03-10T09:00:00Z',
  end: '2026-03-10T10:00:00Z',
  timeZone: null,
};

interface World {
  standIn: DominoStandIn;
  domino: DominoServer;
  mail: MailFile;
  alice: NotesUser;
  bob: NotesUser;
  /** Lets the server's clock go on; tokens count in seconds. */
  pass(seconds: number): void;
}
let worlds: World[] = [];

async function begin(
  standInOptions: Partial<StandInOptions> = {},
  options: Partial<DasOptions> = {},
): Promise<World> {
  let now = Date.parse('2026-03-02T08:00:00Z');
  const user = (name: string): StandInOptions['users'][number] => ({
    notesName: `CN=${name} Ames/O=Acme`,
    displayName: `${name} Ames`,
    email: `${name.toLowerCase()}@acme.test`,
    mailFile: `mail/${name.toLowerCase()}.nsf`,
    password: 'secret',
  });
  const standIn = await startDominoStandIn({
    auth: 'basic',
    clock: () => new Date(now),
    users: [user('Alice'), user('Bob')],
    technicalUser: { name: 'CN=CRM Sync/O=Acme', password: 'sync-secret' },
    ...standInOptions,
  });
  const domino = connectDas({
    url: standIn.url,
    user: 'CN=CRM Sync/O=Acme',
    password: 'sync-secret',
    ...options,
  });
  const world: World = {
    standIn,
    domino,
    mail: domino.mailFile('mail/alice.nsf', { email: 'alice@acme.test' }),
    alice: standIn.notesUser('alice@acme.test'),
    bob: standIn.notesUser('bob@acme.test'),
    pass: (seconds) => {
      now += seconds * 1000;
    },
  };
  worlds.push(world);
  return world;
}

afterEach(async () => {
  for (const { domino, standIn } of worlds.splice(0)) {
    await domino.close();
    await standIn.stop();
  }
  worlds = [];
});

const pull = (
  mail: MailFile,
  last: PullResult | null = null,
  known: KnownEntry[] = [],
  todos = true,
): Promise<PullResult> => mail.pull({ cursor: last?.cursor ?? null, window: WINDOW, known, todos }, call);

/** What a runner knows after it read everything that a pull reported. */
const settle = (result: PullResult, known: KnownEntry[] = []): KnownEntry[] => {
  const fresh = result.changed.map(({ key, digest, start }) => ({ key, digest, start }));
  const replaced = new Set(fresh.map(({ key }) => keyText(key)));
  return [...known.filter(({ key }) => !replaced.has(keyText(key))), ...fresh];
};
const event = (uid: string): EntryKey => ({ form: 'event', uid, recurrenceId: null });

describe('the server', () => {
  it.each(['basic', 'session'] as const)(
    'lets us in by %s authentication and says what is open',
    async (auth) => {
      const { domino } = await begin({ auth });
      expect(await domino.info(call)).toMatchObject({
        clock: '2026-03-02T08:00:00Z',
        calendarService: 'open',
        dataService: 'open',
      });
    },
  );

  it('finds the mail file of a person by address or Notes name, and nobody else', async () => {
    const { domino } = await begin();
    const alice = { displayName: 'Alice Ames', email: 'alice@acme.test', mailFile: 'mail/alice.nsf' };
    expect(await domino.findOwner('alice@acme.test', call)).toMatchObject(alice);
    expect(await domino.findOwner('Alice Ames/Acme', call)).toMatchObject(alice);
    expect(await domino.findOwner('nobody@acme.test', call)).toBeNull();
  });

  it('tells a mail file that is open from one that is closed to us, and says what to do', async () => {
    const access = { 'mail/bob.nsf': 'none' as const };
    for (const auth of ['basic', 'session'] as const) {
      const { domino, mail } = await begin({
        auth,
        technicalUser: { name: 'CN=CRM Sync/O=Acme', password: 'sync-secret', access },
      });
      expect(await mail.test(call)).toEqual({ calendar: { ok: true }, data: { ok: true } });
      const bob = domino.mailFile('mail/bob.nsf', { email: 'bob@acme.test' });
      expect(
        (await failure(bob.pull({ cursor: null, window: WINDOW, known: [], todos: false }, call))).code,
      ).toBe('domino_forbidden');
      const { calendar } = await bob.test(call);
      expect(calendar).toMatchObject({ ok: false, remedy: expect.stringContaining('Editor access') });
    }
  });

  it('calls a wrong password a fault of the server', async () => {
    for (const auth of ['basic', 'session'] as const) {
      const { mail } = await begin({ auth }, { password: 'wrong' });
      expect(await failure(pull(mail))).toMatchObject({ code: 'domino_login', details: { scope: 'server' } });
    }
  });

  it.each(['404 html', '404 empty', '500'] as const)(
    'reports a missing mail file answered by %s',
    async (missingMailFile) => {
      const { domino } = await begin({ knobs: { missingMailFile } });
      const error = await failure(pull(domino.mailFile('mail/nobody.nsf', { email: '' })));
      expect(['domino_mail_file', 'domino_failed']).toContain(error.code);
      expect(error.details.scope).toBe('mailbox');
    },
  );
});

describe('events', () => {
  it('keep their content from a draft to Notes and back', async () => {
    const { mail, alice } = await begin();
    const full = draft({
      subject: 'Visit <Acme> & Söhne',
      location: 'Room 1',
      body: 'first line\nsecond "line"',
      when,
      private: true,
      transparency: 'transparent',
      priority: 1,
      categories: ['Projects', 'VIP'],
      reminderMinutes: 15,
    });
    const { outcome, entry } = await mail.create('crm-1-alice', full, once);
    expect(outcome).toBe('created');
    const { form: _form, status: _status, organiser, ...content } = full;
    expect(entry).toMatchObject({ ...content, key: event('crm-1-alice') });
    expect([_form, _status, organiser, entry.series]).toEqual(['event', 'confirmed', null, false]);
    expect(await mail.read(entry.key, call)).toEqual(entry);
    expect(alice.calendar()).toMatchObject([
      { uid: 'crm-1-alice', subject: full.subject, start: when.start },
    ]);
  });

  it('are created once however often the reply is lost', async () => {
    const { standIn, mail, alice } = await begin();
    standIn.faults.add({ effect: 'drop after', on: ['create'], times: 2 });
    for (let attempt = 0; attempt < 2; attempt++) {
      await failure(mail.create('crm-1-alice', draft({ when }), once));
    }
    expect((await mail.create('crm-1-alice', draft({ when }), once)).outcome).toBe('exists');
    expect(alice.calendar()).toHaveLength(1);
  });

  it('are written although the notices fail', async () => {
    const { standIn, mail } = await begin();
    standIn.faults.add({ effect: 'notices failed', on: ['write'], times: 3 });
    const { outcome, entry } = await mail.create('crm-1-alice', draft({ when }), { ...loud, since: null });
    expect(outcome).toBe('created');
    expect((await mail.update(entry.key, { subject: 'new' }, entry.token, loud)).outcome).toBe('updated');
    expect(await mail.delete(entry.key, loud)).toBe('deleted');
  });

  it('mail people only when told to', async () => {
    const { standIn, mail, pass } = await begin();
    const meeting = draft({
      when,
      organiser: { email: 'alice@acme.test', name: 'Alice Ames' },
      attendees: [
        { email: 'bob@acme.test', name: 'Bob Ames', role: 'required', response: 'none', external: null },
      ],
    });
    const later = { ...when, start: '2026-03-10T11:00:00Z', end: '2026-03-10T12:00:00Z' };
    for (const [uid, options, notices] of [
      ['quiet', silent, []],
      ['loud', loud, ['I', 'U', 'C']],
    ] as const) {
      standIn.clearOutbox();
      const { entry } = await mail.create(uid, meeting, { ...options, since: null });
      expect(entry).toMatchObject({ appointmentType: 'meeting', attendees: [{ email: 'bob@acme.test' }] });
      pass(1);
      const moved = await mail.update(entry.key, { when: later }, entry.token, options);
      expect(moved).toMatchObject({
        outcome: 'updated',
        entry: { when: later, attendees: [{ email: 'bob@acme.test' }] },
      });
      expect(await mail.delete(entry.key, options)).toBe('deleted');
      expect(standIn.outbox.map(({ noticeType }) => noticeType)).toEqual(notices);
    }
  });

  it('are not overwritten when a Notes user was faster', async () => {
    const { mail, alice, pass } = await begin();
    const { entry } = await mail.create('crm-1-alice', draft({ when }), once);
    pass(1);
    alice.edit({ uid: 'crm-1-alice', subject: 'by Alice' });
    expect(await mail.update(entry.key, { location: 'x' }, entry.token, silent)).toMatchObject({
      outcome: 'changed',
      entry: { subject: 'by Alice', location: 'test' },
    });
  });

  it('keep the description, people and alarm that a patch does not name', async () => {
    const { mail, alice, pass } = await begin();
    const uid = alice.createMeeting({
      subject: 'Review',
      start: when.start,
      end: when.end,
      body: 'agenda',
      alarmMinutes: 10,
      invitees: ['bob@acme.test'],
    });
    const before = (await mail.read(event(uid), call))!;
    pass(1);
    const result = await mail.update(event(uid), { subject: 'Review 2' }, before.token, silent);
    expect(result).toMatchObject({
      outcome: 'updated',
      entry: { subject: 'Review 2', when: before.when, attendees: before.attendees, reminderMinutes: 10 },
    });
    expect((await mail.read(event(uid), call))!.body).toBe('agenda');
  });

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
    expect(await mail.delete(changed[2]!.key, silent)).toBe('deleted');
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

describe('To Dos', () => {
  const todo = draft({
    form: 'todo',
    subject: 'Call Bob',
    body: 'about\n  the offer',
    when,
    priority: 1,
    categories: ['Sales'],
  });

  it('keep their content from a draft to Notes and back, and are completed and reopened', async () => {
    const { mail, alice, pass } = await begin();
    const { entry } = await mail.create('crm-7-alice', todo, once);
    expect(entry).toMatchObject({
      subject: 'Call Bob',
      body: 'about\n  the offer',
      when,
      priority: 1,
      categories: ['Sales'],
      completedAt: null,
      syncKey: 'crm-7-alice',
    });
    expect(alice.todos()).toMatchObject([
      { unid: entry.unid, subject: 'Call Bob', start: when.start, due: when.end },
    ]);
    pass(1);
    const done = await mail.update(entry.key, { completedAt: '2026-03-09T10:00:00Z' }, entry.token, silent);
    expect(alice.todos()).toMatchObject([{ completed: '2026-03-09T10:00:00Z' }]);
    pass(1);
    if (done.outcome !== 'updated') throw new Error(done.outcome);
    expect(await mail.update(entry.key, { completedAt: null }, done.entry.token, silent)).toMatchObject({
      outcome: 'updated',
    });
    expect(alice.todos()).toMatchObject([{ completed: null }]);
    expect(await mail.delete(entry.key, silent)).toBe('deleted');
    expect(await mail.delete(entry.key, silent)).toBe('gone');
  });

  it('keep whole days', async () => {
    const { mail } = await begin();
    const days = { allDay: true as const, start: '2026-03-29', end: '2026-03-30' };
    expect((await mail.create('crm-7-alice', { ...todo, when: days }, once)).entry.when).toEqual(days);
  });

  it('are created once however often the reply is lost', async () => {
    const { standIn, mail, alice } = await begin();
    standIn.faults.add({ effect: 'drop after', on: ['create'] });
    const since = '2026-03-02T08:00:00Z';
    await failure(mail.create('crm-7-alice', todo, { ...silent, since }));
    expect((await mail.create('crm-7-alice', todo, { ...silent, since })).outcome).toBe('exists');
    expect(alice.todos()).toHaveLength(1);
  });

  it('show a save that silently failed', async () => {
    const { standIn, mail, pass } = await begin();
    const { entry } = await mail.create('crm-7-alice', todo, once);
    pass(1);
    standIn.faults.add({ effect: 'silent save conflict', on: ['update'] });
    expect((await failure(mail.update(entry.key, { subject: 'x' }, entry.token, silent))).code).toBe(
      'domino_failed',
    );
  });

  it('come by pull when new, changed or completed, and are swept for deletions', async () => {
    const { standIn, mail, alice, pass } = await begin({}, { todoSweepSeconds: 600 });
    const uid = alice.createTodo({ subject: 'Call', due: when.start });
    const key: EntryKey = { form: 'todo', uid, recurrenceId: null };
    pass(1);
    const first = await pull(mail);
    expect(first.changed).toMatchObject([{ key, subject: 'Call' }]);
    pass(300);
    standIn.requests.reset();
    const quiet = await pull(mail, first, settle(first));
    expect(quiet).toMatchObject({ changed: [], missing: [] });
    expect(standIn.requests.count().read).toBe(0);

    alice.completeTodo({ unid: uid });
    pass(1);
    const done = await pull(mail, quiet, settle(first));
    expect(done.changed).toMatchObject([{ key }]);
    const entry = (await mail.read(key, call))!;
    expect(entry.completedAt).not.toBeNull();
    expect(entry.digest).toBe(done.changed[0]!.digest);

    alice.deleteTodo({ unid: uid });
    pass(600);
    const swept = await pull(mail, done, settle(done, settle(first)));
    expect(swept.missing).toEqual([key]);
    expect(await mail.probe(swept.missing, call)).toEqual(new Map([[keyText(key), 'gone']]));
  });

  it('stay out of the way while the Data service is closed', async () => {
    const { standIn, mail, alice } = await begin();
    standIn.mailFile('mail/alice.nsf').state.dataAccess = 0;
    alice.createTodo({ subject: 'Call' });
    const uid = alice.createAppointment({ subject: 'Lunch', start: when.start, end: when.end });
    expect((await pull(mail)).changed.map(({ key }) => key)).toEqual([event(uid)]);
    expect(await failure(mail.create('crm-7-alice', todo, once))).toMatchObject({
      code: 'data_service_closed',
    });
    expect((await mail.test(call)).data).toMatchObject({ ok: false });
  });

  it.each([{ computeWithForm: 'nothing' as const }, { formDeclaresDates: true }, { sinceInclusive: false }])(
    'are written under %j',
    async (knobs) => {
      const { mail } = await begin({ knobs });
      expect((await mail.create('crm-7-alice', todo, once)).entry).toMatchObject({
        subject: 'Call Bob',
        when,
      });
    },
  );
});

describe('a server in trouble', () => {
  it('is asked again, logged in to again or reported, but never believed to be empty', async () => {
    const { standIn, mail, alice, pass } = await begin({ auth: 'session' });
    const uid = alice.createAppointment({ subject: 'Lunch', start: when.start, end: when.end });
    pass(1);
    const first = await pull(mail);
    const known = settle(first);

    standIn.faults.add({ effect: 'unavailable', retryAfterSeconds: 0, on: ['list'] });
    standIn.faults.add({ effect: 'expire session', on: ['list'] });
    standIn.faults.add({ effect: 'login page', on: ['list'] });
    standIn.faults.add({ effect: 'drop before', on: ['list'] });
    expect(await pull(mail, first, known)).toMatchObject({ changed: [], missing: [], listed: 1 });

    for (const fault of [
      { effect: 'truncate' as const },
      { effect: 'error' as const, status: 500 },
      { effect: 'error' as const, status: 403 },
      { effect: 'unavailable' as const, retryAfterSeconds: 60 },
    ]) {
      const handle = standIn.faults.add({ ...fault, on: ['list'], times: 'always' });
      await expect(pull(mail, first, known)).rejects.toBeInstanceOf(DominoError);
      expect(handle.hits).toBeGreaterThan(0);
      handle.remove();
    }
    standIn.expireSessions();
    expect((await mail.read(event(uid), call))!.subject).toBe('Lunch');
  });

  it('that forbids PUT, PATCH and DELETE is written through POST', async () => {
    const { mail, pass } = await begin({ knobs: { allowedMethods: ['GET', 'HEAD', 'POST'] } });
    const { entry } = await mail.create('crm-1-alice', draft({ when }), once);
    pass(1);
    expect((await mail.update(entry.key, { subject: 'x' }, entry.token, silent)).outcome).toBe('updated');
    expect(await mail.delete(entry.key, silent)).toBe('deleted');
  });
});

/** The adapter against the stand-in, a server that shares no code with it: what each does must mean the same to the other. */
import { DominoError } from '../../src/domino/port.ts';
import { call, draft, failure, silent } from './support/harness.ts';
import { WINDOW, once, loud, when, begin, pull, settle, event, endAll } from './support/stand-in.ts';

afterEach(endAll);

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
    expect(await mail.delete(entry.key, null, loud)).toEqual({ outcome: 'deleted' });
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
      expect(await mail.delete(entry.key, null, options)).toEqual({ outcome: 'deleted' });
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
    expect(await mail.delete(entry.key, null, silent)).toEqual({ outcome: 'deleted' });
  });
});

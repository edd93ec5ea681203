/** The adapter against the stand-in, a server that shares no code with it: what each does must mean the same to the other. */
import { keyText, type EntryKey } from '../../src/item/domino-entry.ts';
import { call, draft, failure, silent } from './support/harness.ts';
import { once, when, begin, pull, settle, event, endAll } from './support/stand-in.ts';

afterEach(endAll);

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
    expect(await mail.delete(entry.key, null, silent)).toEqual({ outcome: 'deleted' });
    expect(await mail.delete(entry.key, null, silent)).toEqual({ outcome: 'gone' });
  });

  it('are not deleted when somebody edited them since, and are found by the key of a create whose reply was lost', async () => {
    const { standIn, mail, alice, pass } = await begin();
    const since = '2026-03-02T08:00:00Z';
    standIn.faults.add({ effect: 'drop after', on: ['create'] });
    await failure(mail.create('crm-7-alice', todo, { ...silent, since }));
    const found = (await mail.findCreated('todo', 'crm-7-alice', since, call))!;
    expect(found.subject).toBe('Call Bob');
    expect(await mail.findCreated('todo', 'crm-8-alice', since, call)).toBeNull();
    pass(1);
    alice.editTodo({ unid: found.key.uid, subject: 'Call Bob now' });
    expect(await mail.delete(found.key, found.token, silent)).toMatchObject({
      outcome: 'changed',
      entry: { subject: 'Call Bob now' },
    });
    const now = (await mail.read(found.key, call))!;
    expect(await mail.delete(found.key, now.token, silent)).toEqual({ outcome: 'deleted' });
    expect(alice.todos()).toEqual([]);
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

  it('are found by the key of a create whose reply was lost, also when the server’s clock was put back a day before it', async () => {
    const { standIn, mail, alice, pass } = await begin();
    const since = '2026-03-02T08:00:00Z';
    pass(-26 * 3600);
    standIn.faults.add({ effect: 'drop after', on: ['create'] });
    await failure(mail.create('crm-7-alice', todo, { ...silent, since: null }));
    pass(3600);
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

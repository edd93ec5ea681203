/**
 * The traps of writing To Dos through the Data service (domino.md §2.5), one test each, by number:
 *
 * | Trap                                                                        | Elsewhere too                                            |
 * | --------------------------------------------------------------------------- | -------------------------------------------------------- |
 * | 1 `$`, `@` and `Form` in the body are ignored                               | das-todo: "posts form and computation in the query, …"   |
 * | 2 a bare string is no date                                                  | das-todo: the same                                       |
 * | 3 several values are an array                                               |                                                          |
 * | 4 PUT deletes what it does not name                                         | das-todo: "writes by PATCH alone, …"                     |
 * | 5 a save that failed answers 200                                            | das-todo: "notices a save that failed behind a 200"      |
 * | 6 two writes within a second are not told apart by `If-Unmodified-Since`    | end-to-end/truth-table, histories                        |
 * | 7 rich text with files cannot be replaced                                   | end-to-end/what-survives: the text is kept and told      |
 * | 8 what null does is not known                                               |                                                          |
 * | 9 nothing is mailed, and nothing called off                                 | end-to-end/to-dos: after each test                       |
 */
import { begin, endAll, loud, once, when } from './support/stand-in.ts';
import { call, draft, failure, silent, start, stopAll } from './support/harness.ts';
import { key, store, todo as asDraft, token, answered, strong } from './support/todos.ts';

afterEach(async () => {
  await stopAll();
  await endAll();
});

const todo = draft({
  form: 'todo',
  subject: 'Call Bob',
  body: 'about the offer',
  when,
  priority: 1,
  categories: ['Sales', 'VIP'],
});

test('trap 1: form and computation go in the query, and no item is sent that the service ignores', async () => {
  const { mail, alice } = await begin();
  const { entry } = await mail.create('crm-7-alice', todo, once);
  const document = alice.mailFile.document(entry.key.uid)!;
  expect(document.form).toBe('Task');
  // Reminders, delegates' access and the like are such items: they stay away rather than being pretended.
  expect(Object.keys(document.items).filter((name) => name.startsWith('$Alarm'))).toEqual([]);
  const { script } = store();
  const { server, mail: scripted } = await start(script);
  await scripted.create('crm-7', asDraft, once);
  for (const { json, query } of server.asked('POST')) {
    expect(query).toMatchObject({ form: 'Task', computewithform: 'true' });
    expect(Object.keys(json).filter((name) => /^[$@]|^Form$/i.test(name))).toEqual([]);
  }
});

test('trap 2: every date arrives as a date, of whole days too, and none as text', async () => {
  const { mail, alice, pass } = await begin();
  const { entry } = await mail.create('crm-7-alice', todo, once);
  const dates = ['StartDate', 'StartDateTime', 'DueDate', 'DueDateTime', 'CalendarDateTime'];
  const types = () => dates.map((name) => alice.mailFile.document(entry.key.uid)!.items[name]?.type);
  expect(types()).toEqual(dates.map(() => 'datetime'));
  pass(1);
  const days = { allDay: true as const, start: '2026-03-11', end: '2026-03-12' };
  const answer = await mail.update(
    entry.key,
    { when: days, completedAt: '2026-03-11T10:00:00Z' },
    entry.token,
    silent,
  );
  expect(answer).toMatchObject({ outcome: 'updated', entry: { when: days } });
  expect(types()).toEqual(dates.map(() => 'datetime'));
  expect(alice.mailFile.document(entry.key.uid)!.items['CompletedDateTime']?.type).toBe('datetime');
});

test('trap 3: several categories are several values, one is one, and none are none again', async () => {
  const { mail, alice, pass } = await begin();
  const { entry } = await mail.create('crm-7-alice', todo, once);
  const values = () =>
    (alice.mailFile.document(entry.key.uid)!.items['Categories']?.values ?? []).filter((one) => one !== '');
  expect(values()).toEqual(['Sales', 'VIP']);
  let last = entry.token;
  for (const categories of [['Sales'], []]) {
    pass(1);
    const answer = await mail.update(entry.key, { categories }, last, silent);
    expect(answer).toMatchObject({ outcome: 'updated', entry: { categories } });
    if (answer.outcome === 'updated') last = answer.entry.token;
    expect(values()).toEqual(categories);
  }
});

test('trap 4: an update takes nothing away that it does not name, whatever the case of its letters', async () => {
  const { standIn, mail, alice, pass } = await begin();
  const { entry } = await mail.create('crm-7-alice', todo, once);
  const { items } = alice.mailFile.document(entry.key.uid)!;
  items['STARTDATETIMEOFTHEIRS'] = { type: 'text', values: ['kept'] };
  const before = Object.keys(items);
  pass(1);
  standIn.requests.reset();
  const { token: now } = (await mail.read(entry.key, call))!;
  expect((await mail.update(entry.key, { subject: 'Call Bob now' }, now, silent)).outcome).toBe('updated');
  expect(Object.keys(alice.mailFile.document(entry.key.uid)!.items)).toEqual(expect.arrayContaining(before));
  expect(standIn.requests.entries.map(({ method }) => method)).not.toContain('PUT');
});

test('trap 5: a save that failed behind a 200 is an error, and not taken for done', async () => {
  const { standIn, mail, alice, pass } = await begin();
  const { entry } = await mail.create('crm-7-alice', todo, once);
  pass(1);
  standIn.faults.add({ effect: 'silent save conflict', on: ['update'] });
  const fault = await failure(mail.update(entry.key, { subject: 'Lost' }, entry.token, silent));
  expect(fault).toMatchObject({ code: 'domino_failed', details: { scope: 'item', transient: true } });
  expect(alice.todos()).toMatchObject([{ subject: 'Call Bob' }]);
});

test('trap 6: an edit within the second of our own write is seen, and not written over', async () => {
  const { mail, alice, pass } = await begin();
  const { entry } = await mail.create('crm-7-alice', todo, once);
  alice.editTodo({ unid: entry.key.uid, subject: 'Of Notes, within the second' });
  const answer = await mail.update(entry.key, { subject: 'Of the CRM' }, entry.token, silent);
  expect(answer).toMatchObject({ outcome: 'changed', entry: { subject: 'Of Notes, within the second' } });
  pass(5);
  // What the list knows of a document in its running second is not taken for its last state.
  expect((await mail.read(entry.key, call))!.digest).not.toBe(entry.digest);
});

test('trap 7: a text with files is left as it is, everything else is written', async () => {
  const { mail, alice, pass } = await begin();
  const unid = alice.createTodo({
    subject: 'With a file',
    start: when.start,
    due: when.end,
    richBody: { html: '<p>see the <b>plan</b></p>', attachments: ['plan.pdf'] },
  });
  pass(1);
  const entry = (await mail.read({ form: 'todo', uid: unid, recurrenceId: null }, call))!;
  const answer = await mail.update(entry.key, { subject: 'Renamed', body: 'plain' }, entry.token, silent);
  expect(answer).toMatchObject({ outcome: 'updated', bodyKept: true });
  expect(alice.todos()).toMatchObject([
    { subject: 'Renamed', richBody: { html: '<p>see the <b>plan</b></p>', attachments: ['plan.pdf'] } },
  ]);
});

test('trap 8: what is to be empty is sent empty, and null never', async () => {
  const { script } = store();
  const made = await start(script);
  await made.mail.create('crm-7', asDraft, once);
  let doc = {};
  const changed = await start(({ method, json }) => {
    if (method === 'PATCH') doc = { ...json, '@modified': strong('2026-01-05T09:00:00Z') };
    return method === 'PATCH' ? {} : answered(doc);
  });
  await changed.mail.update(
    key,
    { completedAt: null, location: '', body: '', categories: [], priority: 5, private: false },
    token,
    silent,
  );
  const sent = [...made.server.asked('POST'), ...changed.server.asked('PATCH')];
  expect(sent).toHaveLength(2);
  for (const { json } of sent) expect(JSON.stringify(json)).not.toContain('null');
});

test('trap 9: To Dos mail nobody, even where notices are asked for', async () => {
  const { standIn, mail, pass } = await begin();
  const { entry } = await mail.create('crm-7-alice', todo, { ...loud, since: null });
  pass(1);
  await mail.update(entry.key, { subject: 'Changed' }, entry.token, loud);
  await mail.delete(entry.key, null, loud);
  expect(standIn.outbox).toEqual([]);
});

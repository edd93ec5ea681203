/** To Dos that are assigned to others in Notes, where each assignee has a document of his own: one appointment. */
import type { Story } from '../../src/commands/story/story.ts';
import { EXIT } from '../../src/errors.ts';
import { runCli } from '../support/cli.ts';
import { ENGINES, openTwoSides, type TwoSides, type TwoSidesOptions } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

type User = TwoSides['world']['users'][number];

async function open(options: TwoSidesOptions = {}) {
  two = await openTwoSides({ users: 3, ...options });
  const { world, sides } = two;
  const [anna, bert, cora] = world.users as [User, User, User];
  const times = { start: world.at(3, 9).utc, due: world.at(4, 10).utc };
  return {
    ...two,
    anna,
    bert,
    cora,
    assign: (by: User, subject: string, to: User[]) =>
      world.notes(by).createTodo({ subject, ...times, assignees: to.map(({ email }) => email) }),
    todo: (user: User, subject: string) =>
      world
        .notes(user)
        .todos()
        .find((one) => one.subject === subject)!,
    enable: (user: User, direction: 'both' | 'to_domino' = 'both') =>
      sides.crm.enableUser({
        crm_user_id: user.userId,
        mail_file: user.mailFile,
        notes_name: user.notesName,
        direction,
        past_days: null,
      }),
  };
}

/** Whose pairs there are, and what is left alone. */
async function held() {
  const { rows: pairs } = await two.sides.vendor.query<{ user: number; state: string }>(
    'select crm_user_id as "user", state from domino_sync.item_link order by 1, appointment_id',
    [],
  );
  const { rows: left } = await two.sides.vendor.query<{ user: number; reason: string; detail: string }>(
    'select crm_user_id as "user", reason_code as reason, detail from domino_sync.inbound_parked order by 1',
    [],
  );
  return { pairs, left };
}
const linked = ({ userId }: User) => ({ user: userId, state: 'linked' });
const copy = ({ userId }: User, detail: string) => ({ user: userId, reason: 'assignee_copy', detail });

/** One more look writes nothing, and no mail left Domino. */
async function expectQuiet(): Promise<void> {
  const before = await held();
  two.sides.standIn.requests.reset();
  await two.world.settle();
  expect(two.sides.standIn.requests.count().write).toBe(0);
  expect(two.sides.standIn.outbox).toEqual([]);
  expect(await held()).toEqual(before);
}

describe.each(ENGINES)('on %s', (engine) => {
  test.each([
    ['before the first comparison', false],
    ['afterwards', true],
  ])(
    'a To Do that an enabled user assigns to enabled users %s is one appointment, his',
    async (_when, compared) => {
      const { world, anna, bert, cora, assign, todo } = await open({ engine });
      if (compared) await world.settle();
      const unid = assign(anna, 'Offer', [bert, cora]);
      await world.settle();
      expect(await world.bySubject('Offer')).toHaveLength(1);
      expect(await held()).toEqual({
        pairs: [linked(anna)],
        left: [copy(bert, 'assigned by Anna Adler'), copy(cora, 'assigned by Anna Adler')],
      });

      // What an assignee does with his copy is his; what the assigner does goes to the CRM.
      world.notes(bert).editTodo({ unid: todo(bert, 'Offer').unid, subject: 'Offer, my part' });
      world.notes(cora).completeTodo({ unid: todo(cora, 'Offer').unid });
      world.notes(anna).editTodo({ unid, subject: 'Offer for Gatecom' });
      await world.settle();
      const [row] = await world.bySubject('Offer for Gatecom');
      expect(await world.appointment(row!.id)).toMatchObject({ status: 'Pending', deleted: null });
      expect([await world.bySubject('Offer, my part'), await world.bySubject('Offer')]).toEqual([[], []]);
      await world.crm.editAppointment(anna.userId, row!.id, { subject: 'Offer, sent' });
      await world.settle();
      expect(todo(anna, 'Offer, sent').unid).toBe(unid);
      expect(todo(bert, 'Offer, my part')).toBeDefined();
      await expectQuiet();

      // Its appointment has no attendees.
      world.notes(anna).deleteTodo({ unid });
      world.notes(bert).deleteTodo({ unid: todo(bert, 'Offer, my part').unid });
      await world.settle();
      expect(await world.appointment(row!.id)).toMatchObject({ deleted: null });
      expect(world.notes(anna).todos()).toEqual([]);
    },
  );

  test('its assigner is disabled: his appointment stays the only one, also when both documents were edited, and when he is back', async () => {
    const { world, sides, anna, bert, cora, assign, todo, enable } = await open({ engine });
    const unid = assign(anna, 'Report', [cora, bert]);
    await world.settle();
    const [first] = await world.bySubject('Report');
    world.notes(anna).editTodo({ unid, subject: 'Report of Anna' });
    await world.settle();

    await sides.crm.disableUser(anna.userId);
    await world.settle();
    const has = `the CRM has it from Anna Adler as appointment ${first!.id}`;
    const notes = `assigned by ${anna.notesName} to Bert Braun as well`;
    expect(await held()).toEqual({ pairs: [linked(anna)], left: [copy(bert, has), copy(cora, notes)] });
    world.notes(bert).editTodo({
      unid: todo(bert, 'Report').unid,
      subject: 'Report of Bert',
      start: world.at(8, 9).utc,
      due: world.at(9, 9).utc,
    });
    await world.settle();
    expect([...(await world.bySubject('Report')), ...(await world.bySubject('Report of Bert'))]).toEqual([]);
    await expectQuiet();
    await enable(anna);
    world.notes(anna).editTodo({ unid, subject: 'Report of Anna, again' });
    await world.settle();
    expect((await world.bySubject('Report of Anna, again')).map(({ id }) => id)).toEqual([first!.id]);
    await sides.crm.disableUser(bert.userId);
    await world.settle();
    expect((await held()).pairs).toEqual([linked(anna)]);
    await expectQuiet();
  });

  test('its assigner is disabled and his never came: one of the copies makes the appointment', async () => {
    const { world, sides, anna, bert, cora, assign } = await open({ engine });
    const unid = assign(anna, 'Report', [bert, cora]);
    world.notes(anna).editTodo({ unid, categories: ['Not in CRM'] });
    // Of the same people, on other days.
    world.notes(anna).createTodo({
      subject: 'Another',
      start: world.at(10, 9).utc,
      due: world.at(11, 9).utc,
      assignees: [bert.email, cora.email],
    });
    await world.settle();
    expect(await world.bySubject('Report')).toEqual([]);
    await sides.crm.disableUser(anna.userId);
    await world.settle();
    expect(await world.bySubject('Report')).toHaveLength(1);
    expect(await world.bySubject('Another')).toHaveLength(1);
    expect((await held()).pairs).toEqual([linked(anna), linked(bert)]);
    await expectQuiet();
  });

  test.each([
    ['its assigner', (anna: User) => anna],
    ['an assignee with a lower user id', (_anna: User, bert: User) => bert],
  ])('%s is enabled later: what another brought stays the only appointment', async (_who, later) => {
    const { world, sides, anna, bert, cora, assign, todo, enable } = await open({ engine });
    const late = later(anna, bert);
    await sides.crm.disableUser(anna.userId);
    await sides.crm.disableUser(bert.userId);
    const before = assign(anna, 'Before', [bert, cora]);
    assign(anna, 'Edited since', [bert, cora]);
    await world.settle();
    world.notes(cora).editTodo({ unid: todo(cora, 'Edited since').unid, subject: 'Edited by Cora' });
    await world.settle();
    const ids = await Promise.all(
      ['Before', 'Edited by Cora'].map(async (subject) => (await world.bySubject(subject))[0]!.id),
    );

    await enable(late);
    await world.settle();
    expect((await held()).pairs).toEqual([linked(cora), linked(cora)]);
    expect((await held()).left.map(({ user, reason }) => [user, reason])).toEqual([
      [late.userId, 'assignee_copy'],
      [late.userId, 'assignee_copy'],
    ]);
    expect((await held()).left.map(({ detail }) => detail).sort()).toEqual(
      ids.map((id) => `the CRM has it from Cora Conti as appointment ${id}`).sort(),
    );
    expect(await world.bySubject('Edited since')).toEqual([]);
    // What its holder does goes on to the CRM, what is edited in the other document does not.
    world.notes(cora).editTodo({ unid: todo(cora, 'Before').unid, subject: 'Before, by Cora' });
    world.notes(anna).editTodo({ unid: before, subject: 'Before, by Anna' });
    world.notes(bert).editTodo({ unid: todo(bert, 'Before').unid, subject: 'Before, by Bert' });
    await world.settle();
    expect((await world.bySubject('Before, by Cora')).map(({ id }) => id)).toEqual([ids[0]]);
    // What is assigned from now on is as ever.
    assign(anna, 'From now on', [bert, cora]);
    await world.settle();
    expect(await world.bySubject('From now on')).toHaveLength(1);
    expect((await held()).pairs.filter(({ user }) => user === late.userId)).toEqual([linked(late)]);
    await expectQuiet();
    // Whoever brought it is disabled: his appointment stays, and nobody brings it again.
    await sides.crm.disableUser(cora.userId);
    await world.settle();
    expect((await held()).pairs).toHaveLength(3);
  });

  test('of a To Do of somebody who is not enabled one enabled assignee’s copy is the appointment, and stays when it is deleted', async () => {
    const { world, sides, anna, bert, cora, assign, todo } = await open({ engine });
    await sides.crm.disableUser(anna.userId);
    assign(anna, 'Stocktaking', [cora, bert]);
    assign(anna, 'For Cora alone', [cora]);
    await world.settle();
    assign(anna, 'Later', [bert, cora]);
    await world.settle();
    for (const subject of ['Stocktaking', 'For Cora alone', 'Later'])
      expect(await world.bySubject(subject)).toHaveLength(1);
    const others = `assigned by ${anna.notesName} to Bert Braun as well`;
    expect(await held()).toEqual({
      pairs: [linked(bert), linked(bert), linked(cora)],
      left: [copy(cora, others), copy(cora, others)],
    });
    world.notes(cora).editTodo({ unid: todo(cora, 'Later').unid, subject: 'Later, says Cora' });
    world.notes(bert).editTodo({ unid: todo(bert, 'Later').unid, subject: 'Later, says Bert' });
    world.notes(bert).deleteTodo({ unid: todo(bert, 'Stocktaking').unid });
    await world.settle();
    expect(await world.bySubject('Later, says Bert')).toHaveLength(1);
    expect(await world.bySubject('Later, says Cora')).toEqual([]);
    expect(await world.bySubject('Stocktaking')).toHaveLength(1);
    await expectQuiet();
  });

  test('an assignee whose To Dos do not go to the CRM brings none', async () => {
    const { world, sides, anna, bert, cora, assign, enable } = await open({ engine });
    await sides.crm.disableUser(anna.userId);
    await enable(bert, 'to_domino');
    assign(anna, 'Stocktaking', [bert, cora]);
    await world.settle();
    expect((await held()).pairs).toEqual([linked(cora)]);
  });
});

test('`why` of a copy says who assigned it', async () => {
  const { world, sides, anna, bert, assign, todo } = await open();
  assign(anna, 'Offer', [bert]);
  await world.settle();
  const ended = await runCli(['why', todo(bert, 'Offer').unid, '--json'], {
    CRM_DATABASE_URL: sides.crmUrl,
    DOMINO_URL: sides.dominoAccess.url,
    DOMINO_USER: sides.dominoAccess.user,
    DOMINO_PASSWORD: sides.dominoAccess.password,
    LOG_LEVEL: 'silent',
  });
  expect(ended).toMatchObject({ code: EXIT.ok, stderr: '' });
  const [story] = JSON.parse(ended.stdout) as Story[];
  expect(story!.answer).toMatchObject({ state: 'missing', reason_code: 'assignee_copy' });
  expect(ended.stdout).toContain('assigned by Anna Adler');
});

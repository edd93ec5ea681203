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

  test('a copy is looked at again when its assigner is disabled, and when the assignee who brings it is', async () => {
    const { world, sides, anna, bert, cora, assign, todo, enable } = await open({ engine });
    const unid = assign(anna, 'Report', [cora, bert]);
    await world.settle();
    const [first] = await world.bySubject('Report');
    world.notes(anna).editTodo({ unid, subject: 'Report of Anna' });
    await world.settle();

    await sides.crm.disableUser(anna.userId);
    await world.settle();
    const [second, ...more] = await world.bySubject('Report');
    expect(more).toEqual([]);
    expect(second!.id).not.toBe(first!.id);
    const notes = `assigned by ${anna.notesName} to Bert Braun as well`;
    expect(await held()).toEqual({ pairs: [linked(anna), linked(bert)], left: [copy(cora, notes)] });
    await expectQuiet();
    // Enabled again, he leaves Bert's as it is.
    await enable(anna);
    await world.settle();
    world.notes(bert).editTodo({ unid: todo(bert, 'Report').unid, subject: 'Report of Bert' });
    await world.settle();
    expect((await world.bySubject('Report of Bert')).map(({ id }) => id)).toEqual([second!.id]);
    expect((await world.bySubject('Report of Anna')).map(({ id }) => id)).toEqual([first!.id]);

    await sides.crm.disableUser(anna.userId);
    await sides.crm.disableUser(bert.userId);
    await world.settle();
    expect(await held()).toEqual({ pairs: [linked(anna), linked(bert), linked(cora)], left: [] });
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

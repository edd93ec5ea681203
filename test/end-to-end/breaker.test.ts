/** The breaker: very many deletions at once wait for an administrator, in both directions, and he decides on exactly those. */
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

type User = TwoSides['world']['users'][number];

const open = async () => {
  two = await openTwoSides({
    users: 2,
    settings: { mass_disappearance_count: '3', mass_disappearance_percent: '20' },
  });
  const [anna, bert] = two.world.users as [User, User];
  const ids: number[] = [];
  for (let i = 0; i < 8; i += 1) {
    const [start, end] = [two.world.at(2 + i, 9), two.world.at(2 + i, 10)];
    const item = { subject: `Mass ${i}`, start: start.wall, end: end.wall };
    ids.push(await two.world.crm.createAppointment(anna.userId, item, [{ userId: bert.userId }]));
  }
  await two.world.settle();
  return { ...two, anna, bert, ids };
};

const deleteInCrm = async (ids: readonly number[]): Promise<void> => {
  for (const id of ids)
    await two.sides.vendor.query(
      `update communication set comm_deleted = 1 where comm_communicationid = $1`,
      [id],
    );
};
const inNotes = (user: User) =>
  two.world
    .notes(user)
    .calendar()
    .filter((item) => item.noticeType === null && item.subject.startsWith('Mass'));
const inCrm = async (): Promise<number> => {
  const { rows } = await two.sides.vendor.query<{ n: number }>(
    `select count(*)::int as n from communication where comm_subject like 'Mass %' and comm_deleted is null`,
  );
  return rows[0]!.n;
};
const health = async (user: User) =>
  (await two.sides.crm.listUsers()).find((one) => one.crm_user_id === user.userId);
const plan = async (user: User) => {
  const plans = await two.sides.crm.listHeld(user.userId);
  expect(plans).toHaveLength(1);
  return plans[0]!;
};

test('a mass deletion in the CRM deletes nothing in Domino before it is allowed, and then exactly what was seen', async () => {
  const { world, sides, anna, bert, ids } = await open();
  await deleteInCrm(ids.slice(0, 6));
  await world.settle();
  expect(inNotes(anna)).toHaveLength(8);
  expect(await health(anna)).toMatchObject({ health: 'held', health_reason: 'mass_deletion' });
  const held = await plan(anna);
  expect(held).toMatchObject({ direction: 'to_domino', items: 6, linked: 8 });
  expect(held.appointments.map((one) => one.appointment_id)).toEqual(ids.slice(0, 6));
  expect(held.appointments[0]).toMatchObject({ subject: 'Mass 0' });

  const at = world.at(3, 15);
  await world.crm.createAppointment(bert.userId, { subject: 'Neighbour', start: at.wall, end: at.wall });
  await world.settle();
  expect(world.calendarEntries(bert, 'Neighbour')).toHaveLength(1);

  expect(await sides.crm.decideHeld(held.plan_id, 'allow')).toBe(6);
  await world.settle();
  expect(inNotes(anna).map((item) => item.subject)).toEqual(['Mass 6', 'Mass 7']);
  expect(await health(anna)).toMatchObject({ health: 'ok' });
  await expect(sides.crm.decideHeld(held.plan_id, 'refuse')).rejects.toThrow(/decided already/);
});

test('what was not in the plan that was allowed is judged anew', async () => {
  const { world, sides, anna, ids } = await open();
  await sides.crm.changeSetting('mass_disappearance_count', '2');
  await deleteInCrm(ids.slice(0, 4));
  await world.settle();
  const first = await plan(anna);
  await deleteInCrm(ids.slice(4, 8));
  await sides.crm.decideHeld(first.plan_id, 'allow');
  await world.settle();
  // The first batch holds allowed and new deletions alike: nothing goes before the new ones are decided as well.
  const second = await plan(anna);
  expect(second.appointments.map((one) => one.appointment_id)).toEqual(ids.slice(4, 8));
  await sides.crm.decideHeld(second.plan_id, 'allow');
  await world.settle();
  expect(inNotes(anna)).toEqual([]);
});

test('refused, the entries stay in Notes, nobody is asked again, and an appointment that is taken back is linked again', async () => {
  const { world, sides, anna, ids } = await open();
  await deleteInCrm(ids.slice(0, 6));
  await world.settle();
  await sides.crm.decideHeld((await plan(anna)).plan_id, 'refuse');
  await world.settle();
  await sides.crm.requestReconcile(null, 'test');
  await world.settle();
  expect(inNotes(anna)).toHaveLength(8);
  expect(await health(anna)).toMatchObject({ health: 'ok' });
  expect(await sides.crm.listHeld(null)).toEqual([]);
  expect(await inCrm()).toBe(2);

  await sides.vendor.query(
    `update communication set comm_deleted = null, comm_location = 'Back' where comm_communicationid = $1`,
    [ids[0]],
  );
  await sides.crm.requestReconcile(null, 'test');
  await world.settle();
  expect(world.calendarEntries(anna, 'Mass 0')).toMatchObject([{ location: 'Back' }]);
});

test('a mass disappearance in Notes is allowed: those appointments are deleted in the CRM', async () => {
  const { world, sides, anna } = await open();
  for (const { uid } of inNotes(anna)) world.notes(anna).delete({ uid, notify: false });
  await world.settle();
  expect(await inCrm()).toBe(8);
  const held = await plan(anna);
  expect(held).toMatchObject({ direction: 'to_crm', items: 8 });
  expect(await health(anna)).toMatchObject({ health: 'held', health_reason: 'mass_disappearance' });
  expect((await sides.crm.syncStatus()).held_plans).toMatchObject([{ plan_id: held.plan_id, items: 8 }]);
  await sides.crm.decideHeld(held.plan_id, 'allow');
  await world.settle();
  expect(await inCrm()).toBe(0);
  expect(await health(anna)).toMatchObject({ health: 'ok' });
});

test('a mass disappearance in Notes is refused: the CRM keeps them and nothing comes back or asks again', async () => {
  const { world, sides, anna } = await open();
  for (const { uid } of inNotes(anna)) world.notes(anna).delete({ uid, notify: false });
  await world.settle();
  await sides.crm.decideHeld((await plan(anna)).plan_id, 'refuse');
  await world.settle();
  expect(await inCrm()).toBe(8);
  expect(inNotes(anna)).toEqual([]);
  expect(await health(anna)).toMatchObject({ health: 'ok' });
  const { rows } = await sides.vendor.query(
    `select state, unlinked_reason as why, count(*)::int as n from domino_sync.item_link where crm_user_id = $1 group by 1, 2`,
    [anna.userId],
  );
  expect(rows).toEqual([{ state: 'unlinked', why: 'deletion_refused', n: 8 }]);
});

test('as many deletions as the settings allow go through at once', async () => {
  const { world, anna, ids } = await open();
  await deleteInCrm(ids.slice(0, 3));
  await world.settle();
  expect(inNotes(anna)).toHaveLength(5);
});

test('one long series of the CRM is deleted at once: nobody is asked', async () => {
  const { world, sides, anna, ids } = await open();
  await sides.vendor.query(
    'update communication set comm_recurrenceid = 17 where comm_communicationid = any($1)',
    [ids.slice(0, 6)],
  );
  await world.settle();
  await deleteInCrm(ids.slice(0, 6));
  await world.settle();
  expect(inNotes(anna).map((item) => item.subject)).toEqual(['Mass 6', 'Mass 7']);
  expect(await health(anna)).toMatchObject({ health: 'ok' });
});

test('deletions that trickle in are added up: the one too many waits, and with it what is told about the others', async () => {
  const { world, sides, anna, ids } = await open();
  for (const id of ids.slice(0, 3)) {
    await deleteInCrm([id]);
    await world.settle();
  }
  expect(inNotes(anna)).toHaveLength(5);
  await deleteInCrm([ids[3]!]);
  await world.settle();
  expect(inNotes(anna)).toHaveLength(5);
  const held = await plan(anna);
  expect(held).toMatchObject({ items: 1, earlier: 3, linked: 8 });
  expect((await health(anna))?.health_detail).toBe(
    'the CRM no longer wants 4 of 8 entries (3 of them earlier, within 24 hours); nothing was deleted in Domino',
  );
  await sides.crm.decideHeld(held.plan_id, 'allow');
  await world.settle();
  expect(inNotes(anna)).toHaveLength(4);
  // The administrator has seen all of them: counting begins anew.
  await deleteInCrm([ids[4]!]);
  await world.settle();
  expect(inNotes(anna)).toHaveLength(3);
  expect(await health(anna)).toMatchObject({ health: 'ok' });
});

test('deletions that trickle in from Notes are added up too', async () => {
  const { world, anna } = await open();
  for (let i = 0; i < 3; i += 1) {
    world.notes(anna).delete({ uid: inNotes(anna)[0]!.uid, notify: false });
    await world.settle();
  }
  expect(await inCrm()).toBe(5);
  world.notes(anna).delete({ uid: inNotes(anna)[0]!.uid, notify: false });
  await world.settle();
  expect(await inCrm()).toBe(5);
  expect(await plan(anna)).toMatchObject({ direction: 'to_crm', items: 1, earlier: 3 });
});

test('entries that are gone from Notes are made again where an administrator says so', async () => {
  const { world, sides, anna } = await open();
  for (const { uid } of inNotes(anna)) world.notes(anna).delete({ uid, notify: false });
  await world.settle();
  await sides.crm.decideHeld((await plan(anna)).plan_id, 'recreate');
  await world.settle();
  expect(inNotes(anna)).toHaveLength(8);
  expect(await inCrm()).toBe(8);
  expect(await health(anna)).toMatchObject({ health: 'ok' });
});

/** What `preview` says is what the next cycle does, item by item; and saying it writes nothing on either side. */
import { setUpCells } from '../faults/cells.ts';
import { happenedSince, lastActivity, previewed, saidOf } from '../support/preview.ts';
import { openTwoSides, type TwoSides, type TwoSidesOptions } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

type User = TwoSides['world']['users'][number];

const open = async (options: TwoSidesOptions = {}) => {
  two = await openTwoSides({ users: 3, ...options });
  const [anna, bert, cora] = two.world.users as [User, User, User];
  return { ...two, anna, bert, cora };
};

/** Domino's times have whole seconds; the clock is what is waited for. */
async function nextSecond(): Promise<void> {
  const end = Math.floor(Date.now() / 1000 + 1) * 1000;
  while (Date.now() < end) await new Promise((resolve) => setTimeout(resolve, end - Date.now()));
}

/** Says it, does it, and answers both. */
async function sayAndDo() {
  await nextSecond();
  const preview = await previewed(two);
  const last = await lastActivity(two);
  await two.world.cycle();
  const did = await happenedSince(two, last);
  return { preview, said: saidOf(preview), did };
}

describe('what the next cycle does is what was said', () => {
  test('in every cell of the planner’s table, of both births and all kinds', async () => {
    const { world } = await open();
    await setUpCells(world);
    const { said, did, preview } = await sayAndDo();
    expect(said).toEqual(did);
    expect(did.length).toBeGreaterThan(40);
    // And what follows from it is what the cycle after it does for the same pairs.
    const last = await lastActivity(two);
    await world.cycle();
    const next = new Set(await happenedSince(two, last));
    expect(saidOf(preview, true).filter((line) => !next.has(line))).toEqual([]);
  }, 120_000);
});

describe('a user', () => {
  const enabling = (user: User, direction: 'both' | 'to_domino' | 'to_crm' = 'both') => ({
    crm_user_id: user.userId,
    mail_file: user.mailFile,
    notes_name: user.notesName,
    direction,
    past_days: null,
  });

  /** Both sides full of what the other has, has almost, has twice, or does not have. */
  async function fill(user: User, guest: User, meetings = true) {
    const { world } = two;
    const half = (instant: string) =>
      new Date(Date.parse(instant) + 1_800_000).toISOString().replace('.000', '');
    const halfWall = (wall: string) =>
      new Date(Date.parse(`${wall}Z`) + 1_800_000).toISOString().slice(0, 19);
    const inCrm = (
      subject: string,
      day: number,
      hour: number,
      more: object = {},
      guests: { userId: number }[] = [],
    ) =>
      world.crm.createAppointment(
        user.userId,
        { subject, start: world.at(day, hour).wall, end: halfWall(world.at(day, hour).wall), ...more },
        guests,
      );
    const inNotes = (subject: string, day: number, hour: number, more: object = {}) =>
      world.notes(user).createAppointment({
        subject,
        start: world.at(day, hour).utc,
        end: half(world.at(day, hour).utc),
        ...more,
      });
    for (let i = 0; i < 4; i += 1) {
      await inCrm(
        `twin ${i}`,
        2 + i,
        9,
        i % 2 === 0 ? {} : { location: 'Room of the CRM', note: 'said in the CRM' },
      );
      inNotes(`twin ${i}`, 2 + i, 9, i < 2 ? {} : { location: 'Room of Notes' });
      await inCrm(`only in the CRM ${i}`, 3 + i, 11);
      inNotes(`only in Notes ${i}`, 4 + i, 13);
    }
    await inCrm('ambiguous', 5, 15);
    inNotes('ambiguous', 5, 15);
    inNotes('ambiguous', 5, 15);
    await inCrm('long ago', -60, 9);
    inNotes('long ago in Notes', -60, 10);
    if (meetings) await inCrm('a meeting', 6, 8, {}, [{ userId: guest.userId }]);
    await inCrm('private', 7, 8, { private: true });
    await inCrm('call back', 7, 12, { action: 'ToDo' });
    world
      .notes(user)
      .createTodo({ subject: 'call back', start: world.at(7, 12).utc, due: half(world.at(7, 12).utc) });
    if (!meetings) return;
    world.notes(user).createMeeting({
      subject: 'meeting of Notes',
      start: world.at(8, 9).utc,
      end: half(world.at(8, 9).utc),
      invitees: [guest.email, 'guest@elsewhere.example'],
    });
  }

  test.each(['both', 'to_domino', 'to_crm'] as const)(
    'who was never enabled is enabled as was said (%s)',
    async (direction) => {
      const { world, sides, anna, bert } = await open();
      for (const user of world.users) await sides.crm.disableUser(user.userId);
      await sides.vendor.query('delete from domino_sync.sync_user');
      await sides.vendor.query('delete from domino_sync.activity');
      await sides.crm.enableUser(enabling(bert));
      await world.settle();
      await fill(anna, bert);
      await world.settle();
      await nextSecond();
      const preview = await previewed(two, enabling(anna, direction));
      const last = await lastActivity(two);
      await sides.crm.enableUser(enabling(anna, direction));
      await world.cycle();
      const did = await happenedSince(two, last);
      expect(saidOf(preview)).toEqual(did);
      expect(did.length).toBeGreaterThan(10);
    },
    60_000,
  );

  test('who was disabled meanwhile is enabled once more as was said, also with another mail file', async () => {
    const { world, sides, anna, bert, cora } = await open();
    // Domino refuses to make a meeting in the mail file of somebody who is not its organiser, which only a write shows.
    await fill(anna, bert, false);
    await world.settle();
    await sides.crm.disableUser(anna.userId);
    await sides.crm.disableUser(cora.userId);
    const [gone] = await world.bySubject('only in the CRM 1');
    await world.crm.deleteAppointment(anna.userId, gone!.id);
    const [edited] = await world.bySubject('only in Notes 1');
    await world.crm.editAppointment(anna.userId, edited!.id, { location: 'moved in the CRM' });
    await world.cycle();
    await nextSecond();
    const again = await previewed(two, enabling(anna));
    const moved = await previewed(two, { ...enabling(anna), mail_file: cora.mailFile });
    expect(moved.mailboxes[0]!.items.filter(({ action }) => action === 'created').length).toBeGreaterThan(5);
    const last = await lastActivity(two);
    await sides.crm.enableUser(enabling(anna));
    await world.cycle();
    expect(saidOf(again)).toEqual(await happenedSince(two, last));
    const then = await lastActivity(two);
    const other = await previewed(two, { ...enabling(anna), mail_file: cora.mailFile });
    await sides.crm.enableUser({ ...enabling(anna), mail_file: cora.mailFile });
    await world.cycle();
    expect(saidOf(other)).toEqual(await happenedSince(two, then));
  }, 60_000);
});

test('deletions that would be held are told as held, and once an administrator has allowed them as what they are', async () => {
  const { world, sides, anna } = await open({ settings: { mass_disappearance_count: '3' } });
  const ids: number[] = [];
  for (let i = 0; i < 6; i += 1) {
    const at = world.at(2 + i, 9);
    ids.push(
      await world.crm.createAppointment(anna.userId, { subject: `Mass ${i}`, start: at.wall, end: at.wall }),
    );
  }
  await world.settle();
  for (const id of ids) await world.crm.deleteAppointment(anna.userId, id);
  const held = await previewed(two);
  expect(held.mailboxes[0]!.stop).toMatchObject({ reason_code: 'mass_deletion' });
  await world.cycle();
  const [plan] = await sides.crm.listHeld(anna.userId);
  expect(plan).toMatchObject({ direction: 'to_domino', items: 6 });
  await sides.crm.decideHeld(plan!.plan_id, 'allow');
  const { said, did, preview } = await sayAndDo();
  expect(preview.mailboxes[0]!.stop).toBeNull();
  expect(said).toEqual(did);
  expect(said.filter((line) => line.includes('"deleted"'))).toHaveLength(6);
});

/** A mail file restored from a backup is no word about what was done since: nothing is resurrected, nothing is deleted. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../../src/sandbox/exercise/wait.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
let directory: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'older-'));
  two = await openTwoSides({ users: 2 });
});
afterEach(async () => {
  await two.close();
  rmSync(directory, { recursive: true, force: true });
});

const backup = () => join(directory, 'backup.json');
const anna = () => two.world.users[0]!;
const bert = () => two.world.users[1]!;

/** Domino tells whole seconds: what is done from here on bears another one. */
const nextSecond = async () => {
  const second = Math.floor(Date.now() / 1000);
  expect(await waitUntil(3000, () => Math.floor(Date.now() / 1000) > second)).toBe(true);
};

/** An appointment whose edit is younger than the backup. */
const editedSinceBackup = async (): Promise<{ id: number; uid: string }> => {
  const { world, sides } = two;
  const uid = world.notes(anna()).createAppointment({
    subject: 'Edited since',
    start: world.at(3, 9).utc,
    end: world.at(3, 10).utc,
  });
  await world.settle();
  await sides.standIn.save(backup());
  await nextSecond();
  world.notes(anna()).edit({ uid, location: 'Room 1' });
  await world.settle();
  return { id: (await world.bySubject('Edited since'))[0]!.id, uid };
};

/** A meeting that the backup does not know. */
const madeSinceBackup = async (): Promise<number> => {
  const { world } = two;
  world.notes(anna()).createMeeting({
    subject: 'Made since',
    start: world.at(3, 11).utc,
    end: world.at(3, 12).utc,
    invitees: [bert().email],
  });
  await world.settle();
  return (await world.bySubject('Made since'))[0]!.id;
};

/** What was waited for is over. */
const patienceIsOver = async () => {
  await two.sides.vendor.query(`
    update domino_sync.delivery set next_attempt_at = now() where parked_at is null;
    update domino_sync.inbound_parked set next_attempt_at = now() where next_attempt_at is not null;
    update domino_sync.sync_user set health = 'ok', next_poll_at = now() where health = 'paused'`);
};

test('what was deleted in the CRM after the restore stays deleted, and goes from Domino', async () => {
  const { world, sides } = two;
  const { id } = await editedSinceBackup();
  await sides.standIn.load(backup());
  await world.crm.deleteAppointment(anna().userId, id);
  for (let i = 0; i < 3; i += 1) {
    await world.settle();
    await patienceIsOver();
  }
  await world.settle();
  expect(await world.appointment(id)).toMatchObject({ deleted: 1 });
  expect(world.calendarEntries(anna(), 'Edited since')).toHaveLength(0);
  // What stood there may have been an edit by a clock that was put back: it is kept.
  const { conflicts } = await sides.crm.explain(id);
  expect(conflicts).toMatchObject([
    { field: 'existence', winner: 'crm', decided_by: 'Domino showed an older state than before' },
  ]);
  expect(JSON.stringify(conflicts)).toContain('Edited since');
});

test('of a user who writes to the CRM only nothing is deleted there', async () => {
  const { world, sides } = two;
  await editedSinceBackup();
  const id = await madeSinceBackup();
  await sides.crm.enableUser({
    crm_user_id: anna().userId,
    mail_file: anna().mailFile,
    notes_name: anna().notesName,
    direction: 'to_crm',
    past_days: null,
  });
  await world.settle();
  await sides.standIn.load(backup());
  for (let i = 0; i < 3; i += 1) {
    await world.settle();
    await patienceIsOver();
  }
  await world.settle();
  expect(await world.appointment(id)).toMatchObject({ deleted: null });
});

test('what cannot be made again at once is not taken for deleted meanwhile', async () => {
  const { world, sides } = two;
  await editedSinceBackup();
  const id = await madeSinceBackup();
  await sides.standIn.load(backup());
  await world.settle();
  await patienceIsOver();
  const fault = sides.standIn.faults.add({ effect: 'error', status: 500, on: ['create'], times: 'always' });
  for (let i = 0; i < 3; i += 1) await world.settle();
  fault.remove();
  expect(await world.appointment(id)).toMatchObject({ deleted: null });
  await patienceIsOver();
  await world.settle();
  expect(world.calendarEntries(anna(), 'Made since')).toHaveLength(1);
  expect(await world.bySubject('Made since')).toHaveLength(1);
});

test('what is gone while its older state was waited for keeps no deletion of others waiting for ever', async () => {
  const { world, sides } = two;
  const other = await madeSinceBackup();
  const { id, uid } = await editedSinceBackup();
  await sides.standIn.load(backup());
  await world.settle();
  world.notes(anna()).delete({ uid, notify: false });
  await world.settle();
  await patienceIsOver();
  await world.settle();
  expect(await world.appointment(id)).toMatchObject({ deleted: null });

  const [entry] = world.calendarEntries(anna(), 'Made since');
  world.notes(anna()).delete({ uid: entry!.uid, notify: false });
  await world.settle();
  expect(await world.appointment(other)).toMatchObject({ deleted: 1 });
});

/** Entries made over an afternoon; the tests have no afternoon, so the times at which their pairs were recorded are moved. */
const madeOverHours = async (count: number): Promise<number[]> => {
  const { world, sides } = two;
  const ids: number[] = [];
  for (let i = 0; i < count; i += 1) {
    world.notes(anna()).createMeeting({
      subject: `Hour ${i}`,
      start: world.at(3 + i, 11).utc,
      end: world.at(3 + i, 12).utc,
      invitees: [bert().email],
    });
    await world.settle();
    ids.push((await world.bySubject(`Hour ${i}`))[0]!.id);
  }
  for (const [i, id] of ids.entries())
    await sides.vendor.query(
      `update domino_sync.item_link
       set created_at = now() - make_interval(hours => $2), domino_token = regexp_replace(domino_token,
         '^[^|]*', to_char((now() - make_interval(hours => $2)) at time zone 'UTC', 'YYYYMMDD"T"HH24MISS"Z"'))
       where appointment_id = $1`,
      [id, count - i],
    );
  return ids;
};
const health = async () =>
  (await two.sides.crm.listUsers()).find((user) => user.crm_user_id === anna().userId);
const deleted = async (ids: readonly number[]) =>
  Promise.all(ids.map(async (id) => (await two.world.appointment(id))!.deleted));

test('new entries alone are lost in a restore: nothing is deleted before an administrator has said what happened, and then they are made again', async () => {
  const { world, sides } = two;
  await sides.standIn.save(backup());
  const ids = await madeOverHours(3);
  await sides.standIn.load(backup());
  await world.settle();
  expect(await deleted(ids)).toEqual([null, null, null]);
  expect(await health()).toMatchObject({ health: 'held', health_reason: 'mail_file_older' });
  const [plan] = await sides.crm.listHeld(anna().userId);
  expect(plan).toMatchObject({ items: 3, reason_code: 'mail_file_older', direction: 'to_crm' });
  await sides.crm.decideHeld(plan!.plan_id, 'recreate');
  await world.settle();
  for (const i of [0, 1, 2]) expect(world.calendarEntries(anna(), `Hour ${i}`)).toHaveLength(1);
  expect(await deleted(ids)).toEqual([null, null, null]);
  expect(await health()).toMatchObject({ health: 'ok' });
  expect(sides.standIn.outbox).toEqual([]);
});

test('they were deleted after all: once that is allowed they go from the CRM', async () => {
  const { world, sides } = two;
  const ids = await madeOverHours(3);
  for (const i of [0, 1, 2])
    world.notes(anna()).delete({ uid: world.calendarEntries(anna(), `Hour ${i}`)[0]!.uid, notify: false });
  await world.settle();
  const [plan] = await sides.crm.listHeld(anna().userId);
  await sides.crm.decideHeld(plan!.plan_id, 'allow');
  await world.settle();
  expect(await deleted(ids)).toEqual([1, 1, 1]);
});

test('an entry that is left and younger than those that are gone proves that they were deleted', async () => {
  const { world } = two;
  const ids = await madeOverHours(4);
  for (const i of [0, 1, 2])
    world.notes(anna()).delete({ uid: world.calendarEntries(anna(), `Hour ${i}`)[0]!.uid, notify: false });
  await world.settle();
  expect(await deleted(ids)).toEqual([1, 1, 1, null]);
  expect(await health()).toMatchObject({ health: 'ok' });
});

test("one or two of the youngest may be anybody's deletion", async () => {
  const { world } = two;
  const ids = await madeOverHours(2);
  for (const i of [0, 1])
    world.notes(anna()).delete({ uid: world.calendarEntries(anna(), `Hour ${i}`)[0]!.uid, notify: false });
  await world.settle();
  expect(await deleted(ids)).toEqual([1, 1]);
});

test('an older state that no list shows is found by what is left when something is gone', async () => {
  const { world, sides } = two;
  const uid = world.notes(anna()).createAppointment({
    subject: 'Text since',
    start: world.at(3, 9).utc,
    end: world.at(3, 10).utc,
  });
  await world.settle();
  await sides.standIn.save(backup());
  const id = await madeSinceBackup();
  await nextSecond();
  // No list shows a text, so after the restore this entry looks as it should.
  world.notes(anna()).edit({ uid, body: 'Since' });
  await sides.vendor.query("update domino_sync.item_link set checked_at = now() - interval '2 days'");
  await world.settle();
  const { rows } = await sides.vendor.query<{ note: string }>(
    "select comm_note as note from communication where comm_subject = 'Text since'",
  );
  expect(rows).toEqual([{ note: 'Since' }]);
  await sides.standIn.load(backup());
  await world.settle();
  expect(await world.appointment(id)).toMatchObject({ deleted: null });
  for (let i = 0; i < 2; i += 1) {
    await patienceIsOver();
    await world.settle();
  }
  expect(world.calendarEntries(anna(), 'Made since')).toHaveLength(1);
});

test('a younger document that is left proves that they were deleted, whatever it is', async () => {
  const { world, sides } = two;
  const ids = await madeOverHours(3);
  world.notes(anna()).createTodo({ subject: 'Younger', start: world.at(5, 9).utc, due: world.at(5, 9).utc });
  await world.settle();
  // No pair vouches for it: it is as good as a mail.
  await sides.vendor.query("update domino_sync.item_link set state = 'unlinked' where form = 'todo'");
  for (const i of [0, 1, 2])
    world.notes(anna()).delete({ uid: world.calendarEntries(anna(), `Hour ${i}`)[0]!.uid, notify: false });
  await world.settle();
  expect(await deleted(ids)).toEqual([1, 1, 1]);
});

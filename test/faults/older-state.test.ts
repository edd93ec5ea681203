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

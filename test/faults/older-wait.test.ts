/** The wait for a newer state of an entry has an end, whatever comes between, and says what it came to. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../../src/sandbox/exercise/wait.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
let directory: string;
const open = async (settings: Record<string, string> = {}) => {
  directory = mkdtempSync(join(tmpdir(), 'older-'));
  two = await openTwoSides({ users: 1, settings });
};
afterEach(async () => {
  await two.close();
  rmSync(directory, { recursive: true, force: true });
});

const anna = () => two.world.users[0]!;
const enable = (direction: 'both' | 'to_domino') =>
  two.sides.crm.enableUser({
    crm_user_id: anna().userId,
    mail_file: anna().mailFile,
    notes_name: anna().notesName,
    direction,
    past_days: null,
  });

/** An appointment of the CRM; the mail file is put back to before the last edit of its entry. */
const olderEntry = async (): Promise<number> => {
  const { world, sides } = two;
  const at = world.at(3, 9);
  const id = await world.crm.createAppointment(anna().userId, {
    subject: 'Pair',
    start: at.wall,
    end: at.wall,
  });
  await world.settle();
  await sides.standIn.save(join(directory, 'backup.json'));
  // Domino tells whole seconds.
  const second = Math.floor(Date.now() / 1000);
  expect(await waitUntil(3000, () => Math.floor(Date.now() / 1000) > second)).toBe(true);
  await world.crm.editAppointment(anna().userId, id, { location: 'Room 1' });
  await world.settle();
  await sides.standIn.load(join(directory, 'backup.json'));
  return id;
};
const deliveryNow = () =>
  two.sides.vendor.query('update domino_sync.delivery set next_attempt_at = now() where parked_at is null');
const pullNow = () =>
  two.sides.vendor.query(
    'update domino_sync.inbound_parked set next_attempt_at = now() where next_attempt_at is not null',
  );
const waiting = async () =>
  (
    await two.sides.vendor.query(
      `select reason_code as reason, attempts, last_reason_code as last, parked_at is not null as parked
       from domino_sync.delivery`,
    )
  ).rows;
const places = () => two.world.calendarEntries(anna(), 'Pair').map(({ location }) => location);
/** What is told once it is over. */
const expectWritten = async (id: number, location: string) => {
  expect(places()).toEqual([location]);
  const { activity, conflicts } = await two.sides.crm.explain(id);
  expect(activity[0]).toMatchObject({
    direction: 'to_domino',
    action: 'updated',
    reason_code: 'domino_older',
  });
  expect(conflicts).toMatchObject([
    { field: 'location', winner: 'crm', decided_by: 'Domino showed an older state than before' },
  ]);
  expect(await waiting()).toEqual([]);
  await pullNow();
  await two.world.settle();
  const { rows } = await two.sides.vendor.query('select reason_code from domino_sync_report.parked_items');
  expect(rows).toEqual([]);
};

test('an edit in the CRM that takes the place of the reason does not make the wait endless: the tenth attempt writes', async () => {
  await open();
  const { world } = two;
  const id = await olderEntry();
  await world.cycle();
  await pullNow();
  await world.cycle();
  // The pull has waited for long enough; before anybody acts on it, the CRM has something newer.
  expect(await waiting()).toEqual([{ reason: 'domino_older', attempts: 0, last: null, parked: false }]);
  await world.crm.editAppointment(anna().userId, id, { location: 'Room 2' });
  for (let attempt = 1; attempt <= 9; attempt += 1) {
    await world.cycle();
    expect(await waiting()).toEqual([
      { reason: 'crm_changed', attempts: attempt, last: 'domino_older', parked: false },
    ]);
    expect(places()).toEqual(['']);
    await deliveryNow();
  }
  await world.cycle();
  await expectWritten(id, 'Room 2');
});

test('of a user to whom nothing comes from Domino the last attempt writes what the CRM holds: nothing is parked', async () => {
  await open({ max_attempts: '3' });
  await enable('to_domino');
  const { world } = two;
  const id = await olderEntry();
  await world.crm.editAppointment(anna().userId, id, { location: 'Room 2' });
  for (const attempt of [1, 2]) {
    await world.cycle();
    expect(await waiting()).toMatchObject([{ attempts: attempt, last: 'domino_older', parked: false }]);
    expect(places()).toEqual(['']);
    await deliveryNow();
  }
  await world.cycle();
  await expectWritten(id, 'Room 2');
});

test('of the same user a deletion in the CRM is carried out as well', async () => {
  await open({ max_attempts: '3' });
  await enable('to_domino');
  const { world } = two;
  const id = await olderEntry();
  await world.crm.deleteAppointment(anna().userId, id);
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    expect(places()).toEqual(['']);
    await world.cycle();
    await deliveryNow();
  }
  expect(places()).toEqual([]);
  expect(await waiting()).toEqual([]);
});

test('of others a delivery that ran out of attempts is parked, and the pull takes it up once it has waited', async () => {
  await open({ max_attempts: '2' });
  const { world } = two;
  const id = await olderEntry();
  await world.crm.editAppointment(anna().userId, id, { location: 'Room 2' });
  await world.cycle();
  await deliveryNow();
  await world.cycle();
  expect(await waiting()).toMatchObject([{ attempts: 2, last: 'domino_older', parked: true }]);
  expect(places()).toEqual(['']);
  await pullNow();
  await world.cycle();
  await world.cycle();
  await expectWritten(id, 'Room 2');
});

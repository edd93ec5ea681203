/** One of each change on either side, and what both sides hold when all of them have arrived once. */
import type { TwoSides } from '../support/two-sides.ts';

/** The fault is over and nobody waits for a back-off any more. */
export const recover = async (two: TwoSides): Promise<void> => {
  two.sides.standIn.faults.clear();
  await two.sides.vendor.query(`
    update domino_sync.delivery set next_attempt_at = now();
    update domino_sync.inbound_parked set next_attempt_at = now() where next_attempt_at is not null;
    update domino_sync.sync_user set health = 'ok', next_poll_at = now() where health = 'paused'`);
  await two.world.settle();
};

const pending = async (two: TwoSides): Promise<number> => {
  const { backlog } = await two.sides.crm.syncStatus();
  return backlog.due + backlog.waiting + backlog.leased + backlog.parked;
};

/** One of each change, on either side. */
export async function everyChange(two: TwoSides): Promise<() => Promise<void>> {
  const { world } = two;
  const [anna] = world.users;
  const at = (hour: number) => world.at(3, hour);
  const make = async (subject: string, hour: number) =>
    world.crm.createAppointment(anna!.userId, { subject, start: at(hour).wall, end: at(hour).wall });
  const edited = await make('Edited in CRM', 8);
  const deleted = await make('Deleted in CRM', 9);
  const notes = world.notes(anna!);
  const uid = notes.createAppointment({ subject: 'Edited in Notes', start: at(10).utc, end: at(11).utc });
  await world.settle();
  return async () => {
    await world.crm.editAppointment(anna!.userId, edited, { location: 'Room 1' });
    await world.crm.deleteAppointment(anna!.userId, deleted);
    await make('Made in CRM', 12);
    notes.edit({ uid, location: 'Room 2' });
    notes.createAppointment({ subject: 'Made in Notes', start: at(13).utc, end: at(14).utc });
  };
}

export async function expectInStep(two: TwoSides): Promise<void> {
  const { world } = two;
  const [anna] = world.users;
  const { rows } = await world.vendor.query<{ line: string }>(
    `select concat_ws('|', comm_subject, coalesce(comm_location, '')) as line from communication
     where comm_deleted is null order by 1`,
  );
  const wanted = ['Edited in CRM|Room 1', 'Edited in Notes|Room 2', 'Made in CRM|', 'Made in Notes|'];
  expect(rows.map(({ line }) => line)).toEqual(wanted);
  const entries = world
    .notes(anna!)
    .calendar()
    .map(({ subject, location }) => `${subject}|${location}`)
    .sort();
  expect(entries).toEqual(wanted);
  expect(await pending(two)).toBe(0);
  expect(two.sides.standIn.outbox).toEqual([]);
}

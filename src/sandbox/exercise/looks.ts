/** Looks into both sides that several rules share. */
import type { World } from './world.ts';

export const count = async (world: World, sql: string, value: unknown): Promise<number> =>
  (await world.vendor.query<{ n: number }>(`select count(*)::int as n from ${sql}`, [value])).rows[0]!.n;

export const linksOf = (world: World, id: number) =>
  count(world, 'domino_sync.item_link where appointment_id = $1', id);

export const peopleOf = (world: World, id: number) =>
  count(world, 'comm_link where cmli_deleted is null and cmli_comm_communicationid = $1', id);

export const live = (world: World, subjects: readonly string[]) =>
  count(world, 'communication where comm_deleted is null and comm_subject = any($1)', subjects);

export const tombstones = (world: World, subjects: readonly string[]) =>
  count(
    world,
    `domino_sync.item_link join communication on comm_communicationid = appointment_id
     where state = 'unlinked' and comm_subject = any($1)`,
    subjects,
  );

/** Entries with that subject in all mail files. */
export const everywhere = (world: World, subject: string | ((subject: string) => boolean)): number =>
  world.users.reduce(
    (sum, user) =>
      sum +
      world
        .notes(user)
        .calendar()
        .filter((item) => (typeof subject === 'string' ? item.subject === subject : subject(item.subject)))
        .length,
    0,
  );

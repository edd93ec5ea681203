/**
 * Random histories of series: instances are moved, edited and deleted on both sides, one by one, "this and all future",
 * the whole series, with other rules, while cycles run. Afterwards each occurrence is there once on each side, or there is
 * a reason; and one more run writes nothing.
 */
import fc from 'fast-check';
import { wallNow, wallText } from '../../src/sandbox/crm/wall-time.ts';
import type { CalendarItem } from '../../src/sandbox/domino-stand-in/index.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

const RUNS = Number(process.env['HISTORY_RUNS'] ?? 10);

type Step =
  | { do: 'create'; invited: boolean; weeks: number; day: number }
  | { do: 'notes edit' | 'notes delete' | 'notes edit all' | 'notes delete all'; which: number }
  | { do: 'notes move'; which: number; day: number }
  | { do: 'notes future'; which: number; minutes: number }
  | { do: 'notes delete future'; which: number }
  | { do: 'notes rule'; which: number; interval: number; count: number }
  | { do: 'crm edit' | 'crm delete' | 'crm delete all'; which: number }
  | { do: 'crm move'; which: number; day: number }
  | { do: 'cycle' };

const which = fc.nat(40);
const day = fc.integer({ min: 1, max: 60 });
const of = <K extends string, T extends object>(kind: K, more: { [N in keyof T]: fc.Arbitrary<T[N]> }) =>
  fc.record({ do: fc.constant(kind), ...more });
const step = fc.oneof(
  { weight: 2, arbitrary: of('notes edit', { which }) },
  { weight: 2, arbitrary: of('notes delete', { which }) },
  { weight: 2, arbitrary: of('notes move', { which, day }) },
  { weight: 2, arbitrary: of('notes future', { which, minutes: fc.constantFrom(0, 30, -60, 1440) }) },
  { weight: 1, arbitrary: of('notes delete future', { which }) },
  { weight: 1, arbitrary: of('notes edit all', { which }) },
  { weight: 1, arbitrary: of('notes delete all', { which }) },
  {
    weight: 2,
    arbitrary: of('notes rule', {
      which,
      interval: fc.integer({ min: 1, max: 2 }),
      count: fc.integer({ min: 1, max: 8 }),
    }),
  },
  { weight: 2, arbitrary: of('crm edit', { which }) },
  { weight: 2, arbitrary: of('crm delete', { which }) },
  { weight: 2, arbitrary: of('crm move', { which, day }) },
  { weight: 1, arbitrary: of('crm delete all', { which }) },
  { weight: 4, arbitrary: of('cycle', {}) },
  {
    weight: 1,
    arbitrary: of('create', { invited: fc.boolean(), weeks: fc.integer({ min: 1, max: 6 }), day }),
  },
) as fc.Arbitrary<Step>;

let two: TwoSides;
beforeAll(async () => {
  two = await openTwoSides({ users: 1, settings: { group_series: 'on' } });
});
afterAll(() => two.close());

test(
  'after any history each occurrence is there once on each side or has a reason, and the next run writes nothing',
  async () => {
    let history = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(step, { minLength: 3, maxLength: 18 }),
        async (invited, steps) => {
          history += 1;
          await play([{ do: 'create', invited, weeks: 5, day: 2 }, { do: 'cycle' }, ...steps], `S${history}`);
          await two.world.settle();
          expect(await differences()).toEqual([]);
          await expectQuiet();
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
  },
  20 * 60_000,
);

interface Pair {
  id: number;
  subject: string;
  uid: string;
  instance: string;
}

const owner = () => two.world.users[0]!;
const notes = () => two.world.notes(owner());
const instances = (): CalendarItem[] => notes().calendar();

/** Live rows with a link, the latest first. */
const pairs = async (): Promise<Pair[]> =>
  (
    await two.sides.vendor.query<Pair>(
      `select appointment_id as id, comm_subject as subject, domino_uid as uid, domino_recurrence_id as instance
       from domino_sync.item_link join communication on comm_communicationid = appointment_id
       where comm_deleted is null and state = 'linked' order by 1 desc limit 20`,
    )
  ).rows;

async function play(steps: readonly Step[], name: string): Promise<void> {
  const { world } = two;
  const user = owner().userId;
  const chosen = (nth: number): CalendarItem | undefined => {
    const list = instances();
    return list[nth % Math.max(1, list.length)];
  };
  const row = async (nth: number): Promise<Pair | undefined> => {
    const list = await pairs();
    return list[nth % Math.max(1, list.length)];
  };
  const half = (start: string) => new Date(Date.parse(start) + 1_800_000).toISOString();
  let number = 0;
  for (const one of steps) {
    number += 1;
    const mark = `${name}.${number}`;
    if (one.do === 'cycle') {
      await world.settle();
    } else if (one.do === 'create') {
      const start = world.at(one.day, 9).utc;
      notes().createSeries({
        subject: mark,
        start,
        end: half(start),
        rule: `FREQ=WEEKLY;COUNT=${one.weeks}`,
        ...(one.invited ? { invitees: ['guest@elsewhere.example'] } : {}),
      });
    } else if (one.do.startsWith('crm')) {
      const pair = await row(one.which);
      if (pair === undefined) continue;
      if (one.do === 'crm edit') await world.crm.editAppointment(user, pair.id, { location: mark });
      else if (one.do === 'crm delete') await world.crm.deleteAppointment(user, pair.id);
      else if (one.do === 'crm delete all') {
        for (const other of await pairs())
          if (other.uid === pair.uid) await world.crm.deleteAppointment(user, other.id);
      } else if (one.do === 'crm move') {
        const at = world.at(one.day, 14).wall;
        await world.crm.moveAppointment(user, pair.id, at, at);
      }
    } else {
      const item = chosen(one.which);
      if (item === undefined) continue;
      const { uid, recurrenceId } = item;
      if (one.do === 'notes edit')
        notes().edit({ uid, ...(recurrenceId === null ? {} : { recurrenceId }), location: mark });
      else if (one.do === 'notes edit all') notes().edit({ uid, location: mark });
      else if (one.do === 'notes delete all') notes().delete({ uid, notify: false });
      else if (recurrenceId === null) continue;
      else if (one.do === 'notes delete') notes().deleteInstance({ uid, recurrenceId, notify: false });
      else if (one.do === 'notes delete future')
        notes().deleteInstance({ uid, recurrenceId, range: 'future', notify: false });
      else if (one.do === 'notes move') {
        const start = world.at(one.day, 16).utc;
        notes().moveInstance({ uid, recurrenceId, start, end: half(start) });
      } else if (one.do === 'notes future')
        notes().changeFollowing({ uid, recurrenceId, moveMinutes: one.minutes, location: mark });
      else if (one.do === 'notes rule')
        notes().changeSeries({ uid, rule: `FREQ=WEEKLY;INTERVAL=${one.interval};COUNT=${one.count}` });
    }
  }
}

interface Link {
  id: number;
  state: string;
  reason: string | null;
  uid: string;
  instance: string;
  start: string;
  place: string | null;
  deleted: number | null;
  number: number | null;
}

/** What is not in step, in words; empty when both sides agree. */
async function differences(): Promise<string[]> {
  const wrong: string[] = [];
  const { rows: links } = await two.sides.vendor.query<Link>(
    `select comm_communicationid as id, state, unlinked_reason as reason, domino_uid as uid,
            domino_recurrence_id as instance, to_char(comm_datetime, 'YYYY-MM-DD"T"HH24:MI:SS') as start,
            coalesce(comm_location, '') as place, comm_deleted as deleted, comm_recurrenceid as number
     from communication left join domino_sync.item_link on comm_communicationid = appointment_id`,
  );
  const { rows: parked } = await two.sides.vendor.query('select from domino_sync.inbound_parked');
  if (parked.length > 0) wrong.push(`${parked.length} entries are parked`);
  const keyOf = (item: CalendarItem) => `${item.uid}/${item.recurrenceId ?? ''}`;
  const listed = instances();
  const known = new Map<string, Link[]>();
  for (const link of links) {
    if (link.state === null) wrong.push(`row ${link.id} has no link`);
    const key = `${link.uid}/${link.instance}`;
    known.set(key, [...(known.get(key) ?? []), link]);
  }
  for (const item of listed) {
    const own = known.get(keyOf(item)) ?? [];
    if (own.length !== 1) {
      wrong.push(`${item.subject} of ${item.start} has ${own.length} rows`);
      continue;
    }
    const [link] = own as [Link];
    if (link.state !== 'linked') {
      wrong.push(`row ${link.id} is apart (${link.reason}), its occurrence is in Notes`);
      continue;
    }
    if (link.deleted !== null) wrong.push(`row ${link.id} is deleted, its occurrence is not`);
    const start = wallText(wallNow(new Date(item.start), two.sides.timeZone));
    if (link.start !== start)
      wrong.push(`row ${link.id} starts ${link.start}, its occurrence of ${item.recurrenceId} ${start}`);
    if (link.place !== item.location)
      wrong.push(`row ${link.id} is in "${link.place}", its occurrence in "${item.location}"`);
  }
  const there = new Set(listed.map(keyOf));
  for (const link of links)
    if (link.state === 'linked' && !there.has(`${link.uid}/${link.instance}`))
      wrong.push(`row ${link.id} is linked to an occurrence that is not there`);
    else if (link.state === 'unlinked' && link.reason === null)
      wrong.push(`row ${link.id} is apart without a reason`);
  const numbers = new Map<string, Set<number | null>>();
  for (const link of links)
    if (link.instance !== '')
      numbers.set(link.uid, (numbers.get(link.uid) ?? new Set<number | null>()).add(link.number));
  for (const [uid, set] of numbers)
    if (set.size !== 1 || set.has(null)) wrong.push(`rows of ${uid} have the numbers ${[...set].join()}`);
  return wrong;
}

async function expectQuiet(): Promise<void> {
  const digest = async () =>
    (
      await two.sides.vendor.query<{ digest: string }>(
        "select md5(string_agg(c::text, '|' order by comm_communicationid)) as digest from communication as c",
      )
    ).rows[0]?.digest;
  const before = await digest();
  two.sides.standIn.requests.reset();
  await two.world.settle();
  expect(two.sides.standIn.requests.count().write).toBe(0);
  expect(await digest()).toBe(before);
}

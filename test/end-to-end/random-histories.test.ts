/**
 * Random histories: people edit on both sides while cycles run and faults strike. When the faults stop, a finite number of
 * cycles makes both sides equal or gives a reason, nothing is there twice, no mail left, and one more run writes nothing.
 * An edit that met a deletion of the other side has survived it.
 */
import fc from 'fast-check';
import { wallNow, wallText } from '../../src/sandbox/crm/wall-time.ts';
import type { FaultEffect } from '../../src/sandbox/domino-stand-in/index.ts';
import type { World } from '../../src/sandbox/exercise/world.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

const RUNS = Number(process.env['HISTORY_RUNS'] ?? 12);

type Step =
  | { do: 'crm create'; user: number; with: number | null; todo: boolean; day: number; hour: number }
  | { do: 'crm edit'; which: number }
  | { do: 'crm delete'; which: number }
  | { do: 'crm move'; which: number; day: number; hour: number }
  | {
      do: 'notes create';
      user: number;
      kind: 'appointment' | 'meeting' | 'todo' | 'all-day';
      day: number;
      hour: number;
    }
  | { do: 'notes edit'; which: number }
  | { do: 'notes delete'; which: number }
  | { do: 'notes move'; which: number; day: number; hour: number }
  | { do: 'edit meets deletion'; which: number; deletes: 'crm' | 'notes' }
  | { do: 'cycle' }
  | { do: 'fault'; effect: 'drop after' | 'drop before' | 'notices failed' | 'truncate' | 'login page' };

const at = { day: fc.integer({ min: 1, max: 40 }), hour: fc.integer({ min: 5, max: 20 }) };
const user = fc.integer({ min: 0, max: 1 });
const which = fc.nat(30);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('crm create' as const),
      user,
      with: fc.option(user),
      todo: fc.boolean(),
      ...at,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('crm edit' as const, 'crm delete' as const), which }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crm move' as const), which, ...at }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('notes create' as const),
      user,
      kind: fc.constantFrom('appointment' as const, 'meeting' as const, 'todo' as const, 'all-day' as const),
      ...at,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('notes edit' as const, 'notes delete' as const), which }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('notes move' as const), which, ...at }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('edit meets deletion' as const),
      which,
      deletes: fc.constantFrom('crm' as const, 'notes' as const),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('cycle' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      effect: fc.constantFrom(
        'drop after' as const,
        'drop before' as const,
        'notices failed' as const,
        'truncate' as const,
        'login page' as const,
      ),
    }),
  },
);

let two: TwoSides;
beforeAll(async () => {
  two = await openTwoSides({ users: 2 });
});
afterAll(() => two.close());

test(
  'after any history both sides agree, nothing is there twice, and the next run writes nothing',
  async () => {
    let history = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
        history += 1;
        const survivors = await play(two.world, steps, `H${history}`);
        await comeToRest();
        expect(await differences(two.world)).toEqual([]);
        expect(await lost(two.world, survivors)).toEqual([]);
        expect(two.sides.standIn.outbox.filter((notice) => notice.from.includes('CRM Sync'))).toEqual([]);
        await expectQuiet();
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  },
  20 * 60_000,
);

/**
 * Plays one step after the other; a step that finds nothing to act on does nothing. Answers the items that one side
 * deleted while the other edited them, and that nobody touched again.
 */
async function play(world: World, steps: readonly Step[], name: string): Promise<Set<string>> {
  const survivors = new Set<string>();
  /** What was done since the last cycle to pairs that were in step then. */
  const acts = new Map<string, { crm: string; notes: string } | 'not in step'>();
  const act = async (side: 'crm' | 'notes', subject: string, what: string) => {
    const item = subject.split(' ')[0]!;
    survivors.delete(item);
    const before = acts.get(item) ?? ((await inStep(world, item)) ? { crm: '', notes: '' } : 'not in step');
    if (before !== 'not in step' && before[side] !== 'delete') before[side] = what;
    acts.set(item, before);
  };
  const cycled = () => {
    for (const [item, done] of acts)
      if (done !== 'not in step' && [done.crm, done.notes].sort().join() === 'delete,edit')
        survivors.add(item);
    acts.clear();
  };
  const midnight = Math.floor(wallNow(new Date(), two.sides.timeZone) / 86_400_000) * 86_400_000;
  const wall = (one: { day: number; hour: number }, minutes = 0) =>
    wallText(midnight + one.day * 86_400_000 + one.hour * 3_600_000 + minutes * 60_000);
  let number = 0;
  for (const one of steps) {
    number += 1;
    const subject = `${name}.${number}`;
    switch (one.do) {
      case 'crm create': {
        const organiser = world.users[one.user]!;
        const other =
          one.with === null || one.with === one.user ? [] : [{ userId: world.users[one.with]!.userId }];
        await world.crm.createAppointment(
          organiser.userId,
          { subject, start: wall(one), end: wall(one, 30), action: one.todo ? 'ToDo' : 'Meeting' },
          other,
        );
        break;
      }
      case 'crm edit':
      case 'crm delete':
      case 'crm move': {
        const { rows } = await world.vendor.query<{ id: number; organiser: string; subject: string }>(
          'select comm_communicationid as id, comm_organizer as organiser, comm_subject as subject from communication where comm_deleted is null order by 1 desc limit 10',
        );
        const row = rows[one.which % Math.max(1, rows.length)];
        if (!row) break;
        const actor = Number(row.organiser);
        await act('crm', row.subject, one.do.slice('crm '.length));
        if (one.do === 'crm edit')
          await world.crm.editAppointment(actor, row.id, { location: `CRM ${subject}` });
        else if (one.do === 'crm delete') await world.crm.deleteAppointment(actor, row.id);
        else await world.crm.moveAppointment(actor, row.id, wall(one), wall(one, 30));
        break;
      }
      case 'notes create': {
        const owner = world.users[one.user]!;
        const notes = world.notes(owner);
        const start = world.at(one.day, one.hour).utc;
        const end = new Date(Date.parse(start) + 1_800_000).toISOString();
        if (one.kind === 'todo') notes.createTodo({ subject, start, due: end });
        else if (one.kind === 'all-day') notes.createAllDay({ subject, date: start.slice(0, 10) });
        else if (one.kind === 'meeting')
          notes.createMeeting({ subject, start, end, invitees: [world.users[1 - one.user]!.email] });
        else notes.createAppointment({ subject, start, end });
        break;
      }
      case 'notes edit':
      case 'notes delete':
      case 'notes move': {
        const owned = world.users.flatMap((owner) => [
          ...world
            .notes(owner)
            .calendar()
            .filter((item) => item.noticeType === null)
            .map((item) => ({ owner, item, todo: null })),
          ...world
            .notes(owner)
            .todos()
            .map((todo) => ({ owner, item: null, todo })),
        ]);
        const chosen = owned[one.which % Math.max(1, owned.length)];
        if (!chosen) break;
        const notes = world.notes(chosen.owner);
        await act('notes', (chosen.todo ?? chosen.item).subject, one.do.slice('notes '.length));
        if (chosen.todo) {
          if (one.do === 'notes delete') notes.deleteTodo({ unid: chosen.todo.unid });
          else
            notes.editTodo({
              unid: chosen.todo.unid,
              subject: `${chosen.todo.subject.split(' ')[0]} ${subject}`,
            });
        } else if (one.do === 'notes delete') notes.delete({ uid: chosen.item.uid, notify: false });
        else if (one.do === 'notes edit') notes.edit({ uid: chosen.item.uid, location: `Notes ${subject}` });
        else if (chosen.item.start.length > 10) {
          const start = world.at(one.day, one.hour).utc;
          notes.move({
            uid: chosen.item.uid,
            start,
            end: new Date(Date.parse(start) + 1_800_000).toISOString(),
          });
        }
        break;
      }
      case 'edit meets deletion': {
        const { rows } = await world.vendor.query<Linked>(
          `select appointment_id as id, form, domino_uid as uid, crm_user_id as user, comm_subject as subject
           from domino_sync.item_link join communication on comm_communicationid = appointment_id
           where state = 'linked' and role = 'organiser' and comm_deleted is null order by 1 desc`,
        );
        const pair = rows[one.which % Math.max(1, rows.length)];
        if (!pair) break;
        const notes = world.notes(world.users.find(({ userId }) => userId === pair.user)!);
        const there = [...notes.calendar().map(({ uid }) => uid), ...notes.todos().map(({ unid }) => unid)];
        if (!there.includes(pair.uid)) break;
        await act('crm', pair.subject, one.deletes === 'crm' ? 'delete' : 'edit');
        await act('notes', pair.subject, one.deletes === 'crm' ? 'edit' : 'delete');
        if (one.deletes === 'crm') {
          await world.crm.deleteAppointment(pair.user, pair.id);
          if (pair.form === 'todo')
            notes.editTodo({ unid: pair.uid, subject: `${pair.subject.split(' ')[0]} ${subject}` });
          else notes.edit({ uid: pair.uid, location: `Notes ${subject}` });
        } else {
          await world.crm.editAppointment(pair.user, pair.id, { location: `CRM ${subject}` });
          if (pair.form === 'todo') notes.deleteTodo({ unid: pair.uid });
          else notes.delete({ uid: pair.uid, notify: false });
        }
        break;
      }
      case 'cycle':
        cycled();
        await world.settle();
        break;
      case 'fault':
        two.sides.standIn.faults.add({ effect: one.effect } as FaultEffect);
        break;
    }
  }
  cycled();
  return survivors;
}

/** Linked, and nothing waits to be done: what follows can be told from it. */
async function inStep(world: World, item: string): Promise<boolean> {
  const { rows } = await world.vendor.query<{ linked: boolean }>(
    `select count(*) = 1 and bool_and(state = 'linked' and role = 'organiser'
         and not exists (select from domino_sync.delivery as d where d.appointment_id = l.appointment_id)
         and not exists (select from domino_sync.inbound_parked as p where p.domino_uid = l.domino_uid)) as linked
     from domino_sync.item_link as l
     join communication on comm_communicationid = appointment_id and comm_deleted is null
     where split_part(comm_subject, ' ', 1) = $1`,
    [item],
  );
  return rows[0]!.linked;
}

/** Items that should have survived a deletion and are missing on a side. */
async function lost(world: World, survivors: ReadonlySet<string>): Promise<string[]> {
  const missing: string[] = [];
  for (const item of survivors) {
    const { rows } = await world.vendor.query(
      "select from communication where comm_deleted is null and split_part(comm_subject, ' ', 1) = $1",
      [item],
    );
    const inNotes = world.users.flatMap((user) => [
      ...world.notes(user).calendar(),
      ...world.notes(user).todos(),
    ]);
    if (rows.length !== 1) missing.push(`${item} in the CRM`);
    if (!inNotes.some(({ subject }) => subject.split(' ')[0] === item)) missing.push(`${item} in Notes`);
  }
  return missing;
}

/** The faults stop; whatever waits for its next attempt gets it now. */
async function comeToRest(): Promise<void> {
  two.sides.standIn.faults.clear();
  for (let round = 0; round < 4; round += 1) {
    await two.world.settle();
    const { rows } = await two.sides.vendor.query<{ waits: boolean }>(`
      select exists (select from domino_sync.delivery)
          or exists (select from domino_sync.inbound_parked where next_attempt_at is not null)
          or exists (select from domino_sync.sync_user where health = 'paused') as waits`);
    if (!rows[0]!.waits) return;
    await two.sides.vendor.query(`
      update domino_sync.delivery set next_attempt_at = now();
      update domino_sync.inbound_parked set next_attempt_at = now() where next_attempt_at is not null;
      update domino_sync.sync_user set health = 'ok', next_poll_at = now() where health = 'paused'`);
  }
  await two.world.settle();
}

interface Linked {
  id: number;
  state: string;
  form: string;
  uid: string;
  user: number;
  subject: string;
  location: string | null;
  start: string;
  deleted: number | null;
}

/** What is not in step, in words; empty when both sides agree. */
async function differences(world: World): Promise<string[]> {
  const wrong: string[] = [];
  const { rows: links } = await world.vendor.query<Linked>(
    `select appointment_id as id, state, form, domino_uid as uid, crm_user_id as user, comm_subject as subject, comm_location as location,
            to_char(comm_datetime, 'YYYY-MM-DD"T"HH24:MI:SS') as start, comm_deleted as deleted
     from domino_sync.item_link join communication on comm_communicationid = appointment_id`,
  );
  const parked = new Set(
    (
      await world.vendor.query<{ uid: string }>('select domino_uid as uid from domino_sync.inbound_parked')
    ).rows.map((row) => row.uid),
  );
  for (const owner of world.users) {
    const notes = world.notes(owner);
    const own = links.filter((link) => link.user === owner.userId);
    const entries = [
      ...notes
        .calendar()
        .filter((item) => item.noticeType === null)
        .map((item) => ({
          uid: item.uid,
          subject: item.subject,
          location: item.location,
          start: item.start,
        })),
      ...notes
        .todos()
        .map((todo) => ({ uid: todo.unid, subject: todo.subject, location: null, start: todo.start ?? '' })),
    ];
    for (const entry of entries) {
      const link = own.find((one) => one.uid === entry.uid);
      if (!link && !parked.has(entry.uid))
        wrong.push(`"${entry.subject}" of ${owner.name} is in Notes, but neither linked nor explained`);
      if (!link || link.state !== 'linked') continue;
      if (link.deleted !== null) wrong.push(`"${entry.subject}" is deleted in the CRM, but still in Notes`);
      if (link.subject !== entry.subject)
        wrong.push(`subject: "${link.subject}" in the CRM, "${entry.subject}" in Notes`);
      if (entry.location !== null && (link.location ?? '') !== entry.location)
        wrong.push(
          `location of "${link.subject}": "${link.location}" in the CRM, "${entry.location}" in Notes`,
        );
      if (
        entry.start.length > 10 &&
        wallText(wallNow(new Date(entry.start), two.sides.timeZone)) !== link.start
      )
        wrong.push(`start of "${link.subject}": ${link.start} in the CRM, ${entry.start} in Notes`);
    }
    for (const link of own.filter((one) => one.state === 'linked')) {
      if (!entries.some((entry) => entry.uid === link.uid))
        wrong.push(`"${link.subject}" is linked, but not in the Notes of ${owner.name}`);
    }
    wrong.push(
      ...twice(entries.map((entry) => `${entry.subject.split(' ')[0]} in the Notes of ${owner.name}`)),
    );
  }
  wrong.push(
    ...links
      .filter((link) => link.state === 'creating')
      .map((link) => `"${link.subject}" is still being made`),
  );
  const { rows: live } = await world.vendor.query<{ subject: string }>(
    'select comm_subject as subject from communication where comm_deleted is null',
  );
  wrong.push(...twice(live.map((row) => `${row.subject.split(' ')[0]} in the CRM`)));
  const { rows: waiting } = await world.vendor.query<{ n: number }>(
    'select count(*)::int as n from domino_sync.delivery',
  );
  if (waiting[0]!.n > 0) wrong.push(`${waiting[0]!.n} deliveries are left`);
  return wrong;
}

const twice = (names: readonly string[]): string[] =>
  [...new Set(names.filter((name, i) => names.indexOf(name) !== i))].map((name) => `${name}: there twice`);

/** One more run writes neither to Domino nor to the vendor's tables. */
async function expectQuiet(): Promise<void> {
  const rows = async () =>
    (
      await two.sides.vendor.query<{ digest: string }>(
        `select md5(string_agg(c::text, '|' order by comm_communicationid) || coalesce((select string_agg(l::text, '|' order by cmli_commlinkid) from comm_link as l), '')) as digest from communication as c`,
      )
    ).rows[0]?.digest;
  const before = await rows();
  two.sides.standIn.requests.reset();
  await two.world.settle();
  expect(two.sides.standIn.requests.count().write).toBe(0);
  expect(await rows()).toBe(before);
}

/** Plays a history on a stage. */
import { wallNow, wallText } from '../../src/sandbox/crm/wall-time.ts';
import type { CalendarItem, FaultEffect, TodoItem } from '../../src/sandbox/domino-stand-in/index.ts';
import type { SampleUser } from '../../src/sandbox/crm/sample-people.ts';
import type { DominoFault, History, Step } from './step.ts';
import type { Stage } from './stage.ts';

/** Items that one side deleted while the other edited them, and that nobody touched again. */
export type Survivors = ReadonlySet<string>;

type Of<K extends Step['do']> = Extract<Step, { do: K }>;

const DAY = 86_400_000;
const HALF_AN_HOUR = 1_800_000;

/** One word; subjects go on after it when they are edited, and it stays. */
export const itemOf = (subject: string): string => subject.split(' ')[0]!;

/** `name` begins the subjects of all items that are made. */
export async function play(stage: Stage, { pace, steps }: History, name: string): Promise<Survivors> {
  const player = createPlayer(stage, name);
  for (const step of steps) {
    stage.clocks.domino += pace * 1000;
    stage.clocks.runner += pace * 1000;
    await player.take(step);
  }
  return player.survivors();
}

interface Player {
  take(step: Step): Promise<void>;
  survivors(): Survivors;
}

function createPlayer(stage: Stage, name: string): Player {
  const { world, two } = stage;
  const { crm } = world;
  const pairs = followPairs(stage);
  const midnight = Math.floor(wallNow(new Date(), two.sides.timeZone) / DAY) * DAY;
  const wall = ({ day, hour }: { day: number; hour: number }, minutes = 0) =>
    wallText(midnight + day * DAY + hour * 3_600_000 + minutes * 60_000);
  let number = 0;

  const onCrm = async (step: Of<'crm edit' | 'crm delete' | 'crm move' | 'crm organiser'>, what: string) => {
    const { rows } = await world.vendor.query<{ id: number; organiser: string; subject: string }>(
      `select comm_communicationid as id, comm_organizer as organiser, comm_subject as subject
       from communication where comm_deleted is null order by 1 desc limit 10`,
    );
    const row = rows[step.which % Math.max(1, rows.length)];
    if (!row) return;
    const actor = Number(row.organiser);
    await pairs.did('crm', row.subject, step.do.slice('crm '.length));
    if (step.do === 'crm edit') await crm.editAppointment(actor, row.id, { location: `CRM ${what}` });
    else if (step.do === 'crm delete') await crm.deleteAppointment(actor, row.id);
    else if (step.do === 'crm move') await crm.moveAppointment(actor, row.id, wall(step), wall(step, 30));
    else {
      const organiser = world.users[step.user]?.userId ?? world.outsider.userId;
      await world.sage.query('update communication set comm_organizer = $2 where comm_communicationid = $1', [
        row.id,
        String(organiser),
      ]);
    }
  };

  const createInNotes = (step: Of<'notes create'>, subject: string) => {
    const notes = world.notes(world.users[step.user]!);
    const start = world.at(step.day, step.hour).utc;
    const end = endOf(start);
    if (step.kind === 'todo') notes.createTodo({ subject, start, due: end });
    else if (step.kind === 'all-day') notes.createAllDay({ subject, date: start.slice(0, 10) });
    else if (step.kind === 'meeting')
      notes.createMeeting({ subject, start, end, invitees: [world.users[1 - step.user]!.email] });
    else notes.createAppointment({ subject, start, end });
  };

  const onNotes = async (step: Of<'notes edit' | 'notes delete' | 'notes move'>, what: string) => {
    const owned = world.users.flatMap((owner) => inNotes(stage, owner));
    const chosen = owned[step.which % Math.max(1, owned.length)];
    if (!chosen) return;
    const notes = world.notes(chosen.owner);
    await pairs.did('notes', (chosen.todo ?? chosen.entry).subject, step.do.slice('notes '.length));
    if (chosen.todo) {
      const { unid, subject } = chosen.todo;
      if (step.do === 'notes delete') notes.deleteTodo({ unid });
      else notes.editTodo({ unid, subject: `${itemOf(subject)} ${what}` });
      return;
    }
    const { uid, start: before } = chosen.entry;
    if (step.do === 'notes delete') notes.delete({ uid, notify: false });
    else if (step.do === 'notes edit') notes.edit({ uid, location: `Notes ${what}` });
    else if (before.length > 10) {
      const start = world.at(step.day, step.hour).utc;
      notes.move({ uid, start, end: endOf(start) });
    }
  };

  const editMeetsDeletion = async (step: Of<'edit meets deletion'>, what: string) => {
    const { rows } = await world.vendor.query<LinkedPair>(
      `select appointment_id as id, form, domino_uid as uid, crm_user_id as user, comm_subject as subject
       from domino_sync.item_link join communication on comm_communicationid = appointment_id
       where state = 'linked' and role = 'organiser' and comm_deleted is null order by 1 desc`,
    );
    const pair = rows[step.which % Math.max(1, rows.length)];
    const owner = world.users.find(({ userId }) => userId === pair?.user);
    if (!pair || !owner) return;
    if (!inNotes(stage, owner).some(({ entry, todo }) => (todo?.unid ?? entry?.uid) === pair.uid)) return;
    await pairs.did('crm', pair.subject, step.deletes === 'crm' ? 'delete' : 'edit');
    await pairs.did('notes', pair.subject, step.deletes === 'crm' ? 'edit' : 'delete');
    const notes = world.notes(owner);
    if (step.deletes === 'crm') {
      await crm.deleteAppointment(pair.user, pair.id);
      if (pair.form === 'todo')
        notes.editTodo({ unid: pair.uid, subject: `${itemOf(pair.subject)} ${what}` });
      else notes.edit({ uid: pair.uid, location: `Notes ${what}` });
    } else {
      await crm.editAppointment(pair.user, pair.id, { location: `CRM ${what}` });
      if (pair.form === 'todo') notes.deleteTodo({ unid: pair.uid });
      else notes.delete({ uid: pair.uid, notify: false });
    }
  };

  const create = (step: Of<'crm create'>, subject: string) => {
    const other = step.with === null || step.with === step.user ? null : world.users[step.with]!;
    return crm.createAppointment(
      world.users[step.user]!.userId,
      { subject, start: wall(step), end: wall(step, 30), action: step.todo ? 'ToDo' : 'Meeting' },
      other ? [{ userId: other.userId }] : [],
    );
  };

  /** Who takes part, and what is captured, decides what a deletion meets. */
  const administer = async (step: Of<'user off' | 'user on' | 'capture off' | 'capture on'>) => {
    pairs.lose();
    if (step.do === 'capture off') return stage.admin.disableCapture('a history');
    if (step.do === 'capture on') return stage.admin.enableCapture();
    const user = world.users[step.user]!;
    if (step.do === 'user off') return stage.admin.disableUser(user.userId);
    await enable(stage, user);
  };

  const take = async (step: Step): Promise<void> => {
    number += 1;
    const subject = `${name}.${number}`;
    switch (step.do) {
      case 'crm create':
        await create(step, subject);
        return;
      case 'crm edit':
      case 'crm delete':
      case 'crm move':
      case 'crm organiser':
        return onCrm(step, subject);
      case 'notes create':
        return createInNotes(step, subject);
      case 'notes edit':
      case 'notes delete':
      case 'notes move':
        return onNotes(step, subject);
      case 'edit meets deletion':
        return editMeetsDeletion(step, subject);
      case 'domino fault':
        two.sides.standIn.faults.add({ ...effectOf(step.effect), after: step.after });
        return;
      case 'clock':
        stage.clocks[step.of] += step.seconds * 1000;
        return;
      case 'user off':
      case 'user on':
      case 'capture off':
      case 'capture on':
        return administer(step);
      case 'reconcile':
        await stage.admin.requestReconcile(null, 'a history');
        return;
      case 'retry':
        await stage.admin.retryParked(null);
        return;
      case 'settle':
        pairs.met();
        return stage.settle();
      case 'cycle':
      case 'crash':
      case 'two runners':
      case 'sessions end':
        pairs.met();
        await runOnce(stage, step);
    }
  };
  return { take, survivors: pairs.survivors };
}

async function runOnce(
  stage: Stage,
  step: Of<'cycle' | 'crash' | 'two runners' | 'sessions end'>,
): Promise<void> {
  if (step.do === 'crash') return stage.crash(step.at, step.of);
  if (step.do === 'two runners') return stage.twoRunners(step.crashAt, step.of);
  if (step.do === 'sessions end') return stage.endSessions(step.at);
  await stage.cycle();
}

export async function enable({ admin }: Stage, user: SampleUser): Promise<void> {
  await admin.enableUser({
    crm_user_id: user.userId,
    mail_file: user.mailFile,
    notes_name: user.notesName,
    direction: 'both',
    past_days: null,
  });
}

const endOf = (start: string): string => new Date(Date.parse(start) + HALF_AN_HOUR).toISOString();

const effectOf = (effect: DominoFault): FaultEffect => {
  if (effect === 'error') return { effect, status: 500 };
  return { effect };
};

interface LinkedPair {
  id: number;
  form: string;
  uid: string;
  user: number;
  subject: string;
}

type InNotes = { owner: SampleUser } & (
  { entry: CalendarItem; todo: null } | { entry: null; todo: TodoItem }
);

/** What he has made himself, or we for him: no invitations, no copies of others' meetings. */
export function inNotes({ world }: Stage, owner: SampleUser): InNotes[] {
  const notes = world.notes(owner);
  return [
    ...notes
      .calendar()
      .filter(({ noticeType }) => noticeType === null)
      .map((entry) => ({ owner, entry, todo: null })),
    ...notes.todos().map((todo) => ({ owner, entry: null, todo })),
  ];
}

/** Tells which pairs one side has deleted and the other edited since the last look of a runner, when they were in step. */
function followPairs({ world }: Stage) {
  const survivors = new Set<string>();
  const done = new Map<string, { crm: string; notes: string } | 'not in step'>();
  return {
    survivors: (): Survivors => {
      met();
      return survivors;
    },
    async did(side: 'crm' | 'notes', subject: string, what: string): Promise<void> {
      const item = itemOf(subject);
      survivors.delete(item);
      const sofar = done.get(item) ?? ((await inStep(item)) ? { crm: '', notes: '' } : 'not in step');
      const other = what === 'organiser' ? 'not in step' : sofar;
      if (other !== 'not in step' && other[side] !== 'delete') other[side] = what;
      done.set(item, other);
    },
    met,
    /** Nothing can be told of what is on its way. */
    lose(): void {
      for (const item of done.keys()) done.set(item, 'not in step');
    },
  };

  function met(): void {
    for (const [item, what] of done)
      if (what !== 'not in step' && [what.crm, what.notes].sort().join() === 'delete,edit')
        survivors.add(item);
    done.clear();
  }

  /** Linked with a user who takes part, and nothing waits to be done: what follows can be told from it. */
  async function inStep(item: string): Promise<boolean> {
    const { rows } = await world.vendor.query<{ linked: boolean }>(
      `select count(*) = 1 and bool_and(l.state = 'linked' and l.role = 'organiser' and u.enabled
           and not exists (select from domino_sync.delivery as d where d.appointment_id = l.appointment_id)
           and not exists (select from domino_sync.change_log as g where g.appointment_id = l.appointment_id)
           and not exists (select from domino_sync.capture_gap as c where c.closed_at is null)
           and not exists (select from domino_sync.inbound_parked as p where p.domino_uid = l.domino_uid)) as linked
       from domino_sync.item_link as l
       join domino_sync.sync_user as u using (crm_user_id)
       join communication on comm_communicationid = appointment_id and comm_deleted is null
       where split_part(comm_subject, ' ', 1) = $1`,
      [item],
    );
    return rows[0]!.linked;
  }
}

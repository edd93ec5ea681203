/**
 * The planner's table, played: for each cell people do on both sides what it says, and afterwards both sides have to be as
 * the table says. Events with and without invitees and To Dos, still to come and over, under any delete policy.
 */
import fc from 'fast-check';
import {
  DEFAULT_DELETE_POLICY,
  DELETE_POLICY_SETTINGS,
  type DeletePolicy,
} from '../../src/item/delete-policy.ts';
import { ORDINARY, planPair, type Action } from '../../src/item/planner.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

const RUNS = Number(process.env['TABLE_RUNS'] ?? 4);

const CHANGES = ['none', 'edited', 'deleted'] as const;
const KINDS = ['meeting', 'appointment', 'todo'] as const;
type Change = (typeof CHANGES)[number];

interface Cell {
  crm: Change;
  domino: Change;
  kind: (typeof KINDS)[number];
  /** Its times are over; or, still to come, its status in the CRM is complete. */
  ended: false | 'over' | 'complete';
}
const cells = (ended: Cell['ended']): Cell[] =>
  CHANGES.flatMap((crm) => CHANGES.flatMap((domino) => KINDS.map((kind) => ({ crm, domino, kind, ended }))));

let two: TwoSides;
beforeAll(async () => {
  // each round deletes what the one before did: many, and an administrator would be asked
  two = await openTwoSides({ users: 2, settings: { mass_disappearance_hours: '0' } });
});
afterAll(() => two.close());

test.each([false, 'over', 'complete'] as const)(
  'with the default policy every cell ends as the table says (ended: %s)',
  async (ended) => {
    expect(await play(cells(ended), DEFAULT_DELETE_POLICY)).toEqual([]);
  },
);

test('under any policy every cell ends as the table says', async () => {
  const onDeletion = fc.constantFrom('delete' as const, 'unlink' as const);
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        inNotesInvited: onDeletion,
        inNotesAlone: onDeletion,
        inCrm: onDeletion,
        past: onDeletion,
        meetsEdit: fc.constantFrom('edit' as const, 'deletion' as const),
      }),
      fc.constantFrom(false as const, 'over' as const, 'complete' as const),
      async (policy, ended) => {
        expect(await play(cells(ended), policy)).toEqual([]);
      },
    ),
    { numRuns: RUNS, endOnFailure: true },
  );
}, 600_000);

let round = 0;

/** What ended otherwise than the table says, in words. */
async function play(table: readonly Cell[], policy: DeletePolicy): Promise<string[]> {
  const { world, sides } = two;
  const [anna, bert] = world.users as [(typeof world.users)[0], (typeof world.users)[0]];
  for (const [member, name] of Object.entries(DELETE_POLICY_SETTINGS))
    await sides.crm.changeSetting(name, policy[member as keyof DeletePolicy]);
  round += 1;

  const made: { cell: Cell; id: number; subject: string; uid: string }[] = [];
  for (const [i, cell] of table.entries()) {
    const at = world.at(cell.ended === 'over' ? -3 : 3, 8 + (i % 10));
    const subject = `T${round}.${i}`;
    const id = await world.crm.createAppointment(
      anna.userId,
      {
        subject,
        start: at.wall,
        end: at.wall,
        action: cell.kind === 'todo' ? 'ToDo' : 'Meeting',
        status: cell.ended === 'complete' ? 'Complete' : 'Pending',
      },
      cell.kind === 'meeting' ? [{ userId: bert.userId }] : [],
    );
    made.push({ cell, id, subject, uid: '' });
  }
  await world.settle();
  for (const one of made) one.uid = (await linkOf(one.id))!.uid;
  await nextSecond();

  const notes = world.notes(anna);
  for (const { cell, id, subject, uid } of made) {
    if (cell.crm === 'edited')
      await world.crm.editAppointment(anna.userId, id, { location: `CRM ${subject}` });
    if (cell.crm === 'deleted') await world.crm.deleteAppointment(anna.userId, id);
    if (cell.domino === 'edited') {
      const edited = `${subject} Notes`;
      if (cell.kind === 'todo') notes.editTodo({ unid: uid, subject: edited });
      else notes.edit({ uid, subject: edited });
    }
    if (cell.domino === 'deleted') {
      if (cell.kind === 'todo') notes.deleteTodo({ unid: uid });
      else notes.delete({ uid, notify: false });
    }
  }
  await world.settle();
  await nextSecond();
  await world.settle();

  const wrong: string[] = [];
  for (const { cell, id, subject } of made) {
    const action = planPair(cell.crm, cell.domino, {
      ...ORDINARY,
      invitees: cell.kind === 'meeting',
      ended: cell.ended !== false,
      policy,
    });
    const is = await stateOf(id, subject);
    const wanted = stateAfter(cell, action, subject);
    if (JSON.stringify(is) !== JSON.stringify(wanted))
      wrong.push(
        `${cell.kind}, ${cell.ended}, CRM ${cell.crm}, Notes ${cell.domino}: ${action.do}, but ${JSON.stringify(is)} is not ${JSON.stringify(wanted)}`,
      );
  }
  return wrong;
}

interface State {
  /** Subject and location of each side; null = not there. */
  crm: string | null;
  notes: string | null;
  /** Participants who are left in the CRM. */
  people: number | null;
  link: string | null;
}

async function linkOf(id: number) {
  const { rows } = await two.sides.vendor.query<{ uid: string; state: string; reason: string | null }>(
    'select domino_uid as uid, state, unlinked_reason as reason from domino_sync.item_link where appointment_id = $1',
    [id],
  );
  return rows[0];
}

async function stateOf(id: number, subject: string): Promise<State> {
  const { rows } = await two.sides.vendor.query<{
    deleted: number | null;
    subject: string;
    location: string | null;
    people: number;
  }>(
    `select comm_deleted as deleted, comm_subject as subject, comm_location as location,
       (select count(*)::int from comm_link where cmli_comm_communicationid = comm_communicationid and cmli_deleted is null) as people
     from communication where comm_communicationid = $1`,
    [id],
  );
  const row = rows[0]!;
  const notes = two.world.notes(two.world.users[0]!);
  const entries = [
    ...notes.calendar().map((item) => ({ subject: item.subject, location: item.location as string | null })),
    ...notes.todos().map((todo) => ({ subject: todo.subject, location: null })),
  ].filter((entry) => entry.subject === subject || entry.subject === `${subject} Notes`);
  const link = await linkOf(id);
  return {
    crm: row.deleted === null ? [row.subject, row.location ?? ''].join('|') : null,
    notes:
      entries.length === 0 ? null : entries.map((e) => `${e.subject}|${e.location ?? '-'}`).join(' and '),
    people: row.deleted === null ? row.people : null,
    link: link === undefined ? null : link.state === 'linked' ? 'linked' : link.reason,
  };
}

/** What both sides have to show once the action is done. */
function stateAfter(cell: Cell, action: Action, subject: string): State {
  const both = cell.crm === 'edited' ? `CRM ${subject}` : '';
  const byNotes = cell.domino === 'edited' ? `${subject} Notes` : subject;
  const people = cell.kind === 'meeting' ? 2 : 1;
  const crm = (text: string, location: string) => ({ crm: `${text}|${location}`, people });
  const gone = { crm: null, people: null };
  const notes = (text: string, location: string) => `${text}|${cell.kind === 'todo' ? '-' : location}`;
  switch (action.do) {
    case 'nothing':
    case 'update':
    case 'merge':
    case 'recreate':
      return order({ ...crm(byNotes, both), notes: notes(byNotes, both), link: 'linked' });
    case 'delete':
      return order({ ...gone, notes: null, link: action.reason });
    case 'forget':
      return order({ ...gone, notes: null, link: action.reason });
    case 'unlink':
      return order({
        ...(cell.crm === 'deleted' ? gone : crm(subject, both)),
        notes: cell.domino === 'deleted' ? null : notes(byNotes, ''),
        link: action.reason,
      });
    case 'create':
      throw new Error('both sides are there');
  }
}

const order = ({ crm, notes, people, link }: State): State => ({ crm, notes, people, link });

/** Domino's times have whole seconds; the clock is what is waited for. */
async function nextSecond(): Promise<void> {
  const end = Math.floor(Date.now() / 1000 + 1) * 1000;
  while (Date.now() < end) await new Promise((resolve) => setTimeout(resolve, end - Date.now()));
}

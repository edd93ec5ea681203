/**
 * A pair for each cell of the planner's table, three kinds of item and both places of birth: what the CRM did since both
 * sides agreed, against what Domino did.
 */
import type { World } from '../../src/sandbox/exercise/world.ts';

type Change = 'none' | 'edited' | 'deleted';
type Kind = 'appointment' | 'meeting' | 'todo';
type Birth = 'crm' | 'notes';

interface Item {
  subject: string;
  kind: Kind;
  appointmentId: number;
  /** uid of an entry, UNID of a To Do. */
  uid: string;
  crm: Change;
  notes: Change;
}

const CHANGES: readonly Change[] = ['none', 'edited', 'deleted'];
const KINDS: readonly Kind[] = ['appointment', 'meeting', 'todo'];
const BIRTHS: readonly Birth[] = ['crm', 'notes'];

/** Makes all pairs, brings both sides in step, then lets both sides change. Answers how many cells there are. */
export async function setUpCells(world: World): Promise<number> {
  const items = await makePairs(world);
  for (const item of items) await change(world, item);
  const newcomers = await makeNewcomers(world);
  return items.length + newcomers;
}

async function makePairs(world: World): Promise<Item[]> {
  const planned: (Pick<Item, 'subject' | 'kind' | 'crm' | 'notes'> & { birth: Birth })[] = [];
  for (const birth of BIRTHS)
    for (const kind of KINDS)
      for (const crm of CHANGES)
        for (const notes of CHANGES)
          planned.push({ subject: `${kind} of ${birth}: ${crm} ${notes}`, kind, crm, notes, birth });
  for (const [i, one] of planned.entries()) await make(world, one, i);
  await world.settle();

  const [anna] = world.users;
  const entries = world.notes(anna!).calendar();
  const todos = world.notes(anna!).todos();
  return await Promise.all(
    planned.map(async (one) => {
      const [row, ...more] = await world.bySubject(one.subject);
      const uid =
        one.kind === 'todo'
          ? todos.find(({ subject }) => subject === one.subject)?.unid
          : entries.find(({ subject, noticeType }) => subject === one.subject && noticeType === null)?.uid;
      if (row === undefined || more.length > 0 || uid === undefined)
        throw new Error(`"${one.subject}" is not one pair`);
      return { ...one, appointmentId: row.id, uid };
    }),
  );
}

async function make(
  world: World,
  { subject, kind, birth }: { subject: string; kind: Kind; birth: Birth },
  i: number,
): Promise<void> {
  const [anna, bert] = world.users;
  const at = world.at(2 + (i % 25), 6 + Math.floor(i / 25) * 3);
  const end = new Date(Date.parse(at.utc) + 1_800_000).toISOString();
  if (birth === 'crm') {
    await world.crm.createAppointment(
      anna!.userId,
      { subject, start: at.wall, end: at.wall, action: kind === 'todo' ? 'ToDo' : 'Meeting' },
      kind === 'meeting' ? [{ userId: bert!.userId }] : [],
    );
    return;
  }
  const notes = world.notes(anna!);
  if (kind === 'todo') notes.createTodo({ subject, start: at.utc, due: end });
  else if (kind === 'meeting')
    notes.createMeeting({ subject, start: at.utc, end, invitees: ['guest@elsewhere.example'] });
  else notes.createAppointment({ subject, start: at.utc, end });
}

async function change(world: World, item: Item): Promise<void> {
  const [anna] = world.users;
  if (item.crm === 'deleted') await world.crm.deleteAppointment(anna!.userId, item.appointmentId);
  if (item.crm === 'edited')
    await world.crm.editAppointment(anna!.userId, item.appointmentId, {
      ...(item.kind === 'todo'
        ? { subject: `${item.subject} edited in CRM` }
        : { location: `CRM ${item.subject}` }),
      note: 'edited in the CRM',
    });
  const notes = world.notes(anna!);
  if (item.kind === 'todo') {
    if (item.notes === 'deleted') notes.deleteTodo({ unid: item.uid });
    if (item.notes === 'edited')
      notes.editTodo({ unid: item.uid, subject: `${item.subject} edited in Notes` });
    return;
  }
  if (item.notes === 'deleted') notes.delete({ uid: item.uid, notify: false });
  if (item.notes === 'edited') notes.edit({ uid: item.uid, location: `Notes ${item.subject}` });
}

/** `absent` on the other side: made since, on one side only; and made and deleted before anybody looked. */
async function makeNewcomers(world: World): Promise<number> {
  const [anna] = world.users;
  let i = 0;
  for (const birth of BIRTHS)
    for (const kind of KINDS) {
      await make(world, { subject: `new ${kind} of ${birth}`, kind, birth }, 60 + i);
      i += 1;
    }
  const at = world.at(5, 20);
  const id = await world.crm.createAppointment(anna!.userId, {
    subject: 'never seen',
    start: at.wall,
    end: at.wall,
  });
  await world.crm.deleteAppointment(anna!.userId, id);
  return i + 1;
}

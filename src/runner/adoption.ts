/**
 * Before anything is created for a mailbox that was not compared yet: what both sides hold already is linked instead. So it
 * is when a user is enabled, when the link table was lost or comes from a backup, and for twins that nobody could tell apart.
 *
 * Nothing of how far it got is kept but the links themselves: cut short anywhere, the next comparison finds the rest.
 */
import type { FirstSyncProgress, UnlinkedAppointment } from '../crm/contract.ts';
import { keyText, type DominoEntry } from '../item/domino-entry.ts';
import { parseSyncUid, syncUid } from '../item/sync-uid.ts';
import { listedKey, subjectKey } from '../item/twin.ts';
import { adoptGroups, readEntries, type Settled } from './adoption-apply.ts';
import { isStillAmbiguous, listedAs, listUnlinked, type Found, type Lists } from './adoption-list.ts';
import type { Group } from './adoption-pairs.ts';
import type { MailboxContext } from './context.ts';
import { isOwner } from './former-users.ts';
import type { Listed } from './inbound.ts';
import { park } from './inbound-decision.ts';

export interface Compared {
  /** For the pull that goes on: without what is linked or parked by now. */
  listed: Listed;
  /** Appointments that must not be made in Domino, with the reason in words. */
  heldBack: ReadonlyMap<number, string>;
  /** Links of the mailbox that were there or were made. */
  links: number;
}

/** Entries read at a time; a group that cannot be told apart by the list stays together. */
const BATCH = 50;
/** An appointment that somebody keeps editing in the CRM is left to the next cycle after so many tries. */
const TRIES = 3;

/** Null: cut short, so nothing may be created before the next comparison. Throws DominoError, CrmError. */
export async function compareSides(context: MailboxContext): Promise<Compared | null> {
  const lists = await listUnlinked(context);
  const settled: Settled = { entries: new Set(), appointments: new Set(), heldBack: new Map() };
  const todos = await readEntries(
    context,
    lists.entries.filter(({ summary }) => summary.key.form === 'todo'),
    BATCH,
  );
  if (todos === null) return null;
  const progress = progressOf(context, lists, todos.size);
  await progress.tell();

  const known = groupsByKey(context, lists, todos);
  if (!(await takeGroups(context, known, todos, settled, progress))) return null;
  const left = {
    entries: lists.entries.filter(({ summary }) => !settled.entries.has(keyText(summary.key))),
    appointments: lists.appointments.filter((one) => !settled.appointments.has(one.appointment_id)),
  };
  const groups = groupsByList(context, left).filter((group) => !parkedAlready(context, group, settled));
  progress.skip(left.appointments.length - new Set(groups.flatMap((g) => g.appointments)).size);
  if (!(await takeGroups(context, groups, todos, settled, progress))) return null;

  await keepTombstones(context, lists.tombstones, settled);
  await enqueueRest(context, lists, settled);
  await releaseRest(context, lists, settled);
  progress.end(settled);
  const changed = lists.pull.changed.filter(({ key }) => !settled.entries.has(keyText(key)));
  return {
    listed: { known: lists.known, pull: { ...lists.pull, changed } },
    heldBack: settled.heldBack,
    links: linksOf(lists, settled),
  };
}

function linksOf({ known, unlinked }: Lists, { appointments }: Settled): number {
  const made = [...appointments].filter((id) => (unlinked.get(id)?.incarnation ?? null) === null);
  return known.filter(({ state }) => state !== 'parked').length + made.length;
}

/** False when it was cut short. */
async function takeGroups(
  context: MailboxContext,
  groups: readonly Group[],
  todos: ReadonlyMap<string, DominoEntry>,
  settled: Settled,
  progress: Progress,
): Promise<boolean> {
  for (const batch of inBatches(groups)) {
    let rest = batch;
    for (let attempt = 0; rest.length > 0; attempt += 1) {
      if (context.stopping.aborted || attempt === TRIES) return false;
      rest = await adoptGroups(context, rest, todos, settled, progress.read);
    }
    progress.skip(new Set(batch.flatMap((group) => group.appointments)).size);
    await progress.tell();
  }
  return true;
}

function inBatches(groups: readonly Group[]): Group[][] {
  const batches: Group[][] = [];
  let size = BATCH;
  for (const group of groups) {
    if (size >= BATCH) {
      batches.push([]);
      size = 0;
    }
    batches.at(-1)!.push(group);
    size += group.entries.length;
  }
  return batches;
}

/**
 * Entries that say by themselves whose they are: ours bear the pair in their uid or sync key, and those of another mail
 * file that were moved to this one bear the uid of their link. An appointment that is linked elsewhere is left to the pull.
 */
function groupsByKey(
  context: MailboxContext,
  lists: Lists,
  todos: ReadonlyMap<string, DominoEntry>,
): Group[] {
  const { settings } = context;
  const linked = new Set(
    lists.known.flatMap((link) =>
      ['linked', 'creating'].includes(link.state) ? (link.appointment_id ?? []) : [],
    ),
  );
  const groups = new Map<string, Group>();
  for (const found of lists.entries) {
    const { summary, known } = found;
    const relinked = known?.state === 'unlinked' ? known.appointment_id : null;
    const key = todos.get(keyText(summary.key))?.syncKey ?? summary.key.uid;
    const ours = parseSyncUid(key);
    const isOurs = ours?.instanceId === settings.instance_id && isOwner(context, ours.crmUserId);
    const id = relinked ?? (isOurs ? ours.appointmentId : null);
    if (id === null || linked.has(id)) continue;
    const how = relinked === null ? 'key' : 'link';
    const group = groups.get(`${how} ${id}`);
    if (group) group.entries.push(found);
    else groups.set(`${how} ${id}`, { how, appointments: [id], unlinked: lists.unlinked, entries: [found] });
  }
  // The link of a moved entry knows what both sides last agreed on, so it goes before a key.
  return [...groups.values()].sort((a, b) => (a.how === b.how ? 0 : a.how === 'link' ? -1 : 1));
}

/** What the list shows alike on both sides: of events subject and start, of To Dos the subject. */
function groupsByList(
  context: MailboxContext,
  { entries, appointments }: { entries: readonly Found[]; appointments: readonly UnlinkedAppointment[] },
): (Group & { found: UnlinkedAppointment[] })[] {
  const unlinked = new Map(appointments.map((one) => [one.appointment_id, one]));
  const byList = new Map<string, UnlinkedAppointment[]>();
  const add = (key: string, one: UnlinkedAppointment) => {
    const group = byList.get(key);
    if (group) group.push(one);
    else byList.set(key, [one]);
  };
  for (const one of appointments) {
    const listed = listedAs(context, one);
    if (listed === null) continue;
    add(`event ${listed.event}`, one);
    add(`todo ${listed.todo}`, one);
  }
  const groups = new Map<string, Group & { found: UnlinkedAppointment[] }>();
  for (const found of entries) {
    const { key, subject, start } = found.summary;
    const shown = key.form === 'todo' ? `todo ${subjectKey(subject)}` : `event ${listedKey(subject, start)}`;
    const twins = byList.get(shown);
    if (twins === undefined) continue;
    const group = groups.get(shown);
    if (group) group.entries.push(found);
    else {
      const ids = twins.map((one) => one.appointment_id);
      groups.set(shown, { how: 'twin', appointments: ids, unlinked, entries: [found], found: twins });
    }
  }
  return [...groups.values()];
}

/** Twins that nobody could tell apart at the last look either are not read once more. */
function parkedAlready(
  context: MailboxContext,
  group: Group & { found: UnlinkedAppointment[] },
  settled: Settled,
): boolean {
  if (!isStillAmbiguous(context, group.entries, group.found)) return false;
  for (const { summary } of group.entries) settled.entries.add(keyText(summary.key));
  for (const id of group.appointments) settled.heldBack.set(id, 'twins that nobody could tell apart');
  return true;
}

/** What was deleted in Notes and kept in the CRM does not come back because its link is lost, as far as the history tells. */
async function keepTombstones(
  context: MailboxContext,
  tombstones: readonly UnlinkedAppointment[],
  settled: Settled,
): Promise<void> {
  const lost = tombstones.filter((one) => !settled.appointments.has(one.appointment_id));
  if (lost.length === 0) return;
  const { crm, mailbox } = context;
  await crm.saveLinks(
    mailbox.crm_user_id,
    lost.map((one) => ({
      appointment_id: one.appointment_id,
      crm_user_id: mailbox.crm_user_id,
      role: one.role ?? 'organiser',
      kind: 'appointment',
      state: 'unlinked',
      form: 'event',
      domino_uid: syncUid({
        instanceId: context.settings.instance_id,
        appointmentId: one.appointment_id,
        crmUserId: mailbox.crm_user_id,
        incarnation: 1,
      }),
      domino_recurrence_id: '',
      domino_unid: null,
      incarnation: 1,
      base_item: null,
      base_hash: null,
      domino_start: null,
      domino_token: null,
      domino_digest: null,
      unlinked_reason: one.lost_tombstone,
    })),
  );
}

/** What has no twin is made in Domino like any other change of the CRM; what was parked is told that it is settled. */
async function enqueueRest(context: MailboxContext, lists: Lists, settled: Settled): Promise<void> {
  const { crm, mailbox } = context;
  if (mailbox.direction === 'to_crm') return;
  const parkedAsTwin = (one: UnlinkedAppointment) =>
    one.delivery === 'parked' && one.delivery_reason === 'twin_ambiguous';
  const wanted = lists.appointments.filter((one) => {
    const id = one.appointment_id;
    // What was parked and is linked now has its delivery still.
    if (settled.appointments.has(id)) return one.delivery === 'parked';
    // Those held back get a delivery too: it is parked with its reason, so that an administrator sees them.
    if (settled.heldBack.has(id)) return one.delivery === null;
    return parkedAsTwin(one) || (one.delivery === null && !mailbox.first_sync_done);
  });
  const ids = [...wanted, ...lists.gone].map((one) => one.appointment_id);
  if (ids.length > 0) await crm.enqueueDelivery(mailbox.crm_user_id, ids, 'first_sync');
}

/** Nothing comes from Domino for this user, so nobody has to tell entries apart any more that lost their twins in the CRM. */
async function releaseRest(context: MailboxContext, lists: Lists, settled: Settled): Promise<void> {
  const { crm, mailbox } = context;
  if (mailbox.direction !== 'to_domino') return;
  const left = lists.entries.filter(
    ({ summary, known }) =>
      known?.reason_code === 'twin_ambiguous' && !settled.entries.has(keyText(summary.key)),
  );
  const parked = left.map(({ summary }) => park(summary, 'direction', null));
  if (parked.length > 0) await crm.parkInbound(mailbox.crm_user_id, parked);
}

interface Progress {
  /** Appointments that need no more comparing. */
  skip(count: number): void;
  read(count: number): void;
  tell(): Promise<void>;
  end(settled: Settled): void;
}

function progressOf(context: MailboxContext, lists: Lists, read: number): Progress {
  const { crm, mailbox, log } = context;
  const state: FirstSyncProgress = { total: lists.appointments.length, compared: 0, read };
  const first = !mailbox.first_sync_done;
  return {
    skip: (count) => {
      state.compared = Math.min(state.total, state.compared + count);
    },
    read: (count) => {
      state.read += count;
    },
    tell: async () => {
      if (!first) return;
      await crm.reportFirstSync(mailbox.crm_user_id, state);
      log.info({ ...state }, 'first synchronisation: comparing both sides');
    },
    end: ({ appointments, heldBack }) => {
      const found = { linked: appointments.size, heldBack: heldBack.size, entries: lists.entries.length };
      if (first) log.info({ ...state, ...found }, 'first synchronisation: both sides are compared');
    },
  };
}

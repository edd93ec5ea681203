/** Reads what the groups of a comparison need, and stores what was decided: links, or parked twins on both sides. */
import type { InboundItem, InboundOutcome, ParkedItem } from '../crm/contract.ts';
import { CrmError } from '../crm/contract.ts';
import { keyText, type DominoEntry } from '../item/domino-entry.ts';
import type { ReasonCode } from '../item/reason-code.ts';
import type { Found } from './adoption-list.ts';
import {
  decideGroup,
  type FoundPair,
  type Group,
  type GroupDecision,
  type GroupRead,
} from './adoption-pairs.ts';
import type { MailboxContext } from './context.ts';
import { discreet, listed, park, parkCopy } from './inbound-decision.ts';
import { unlinked } from './link.ts';
import { isOptedOut, isSkipped } from './pair-facts.ts';
import { inboundUpdate, mergePair } from './pair.ts';
import { readTogether, type ReadTogether } from './read-together.ts';
import { readRows } from './rows.ts';

/** What is decided by now. Entries by `keyText`. */
export interface Settled {
  /** Linked or parked. */
  entries: Set<string>;
  /** Linked. */
  appointments: Set<number>;
  /** Not to be made in Domino, with the reason in words. */
  heldBack: Map<number, string>;
}

/** Reads entries so many at a time; null when it was cut short. What is gone or unreadable is left out. */
export async function readEntries(
  context: MailboxContext,
  entries: readonly Found[],
  atATime: number,
): Promise<Map<string, DominoEntry> | null> {
  const read = new Map<string, DominoEntry>();
  for (let i = 0; i < entries.length; i += atATime) {
    if (context.stopping.aborted) return null;
    const { entryOf, silence } = await readSome(context, entries.slice(i, i + atATime));
    if (silence !== null) throw silence.error;
    for (const [key, entry] of entryOf) read.set(key, entry);
  }
  return read;
}

async function readSome(
  context: MailboxContext,
  entries: readonly Found[],
): Promise<{
  entryOf: Map<string, DominoEntry>;
  unreadable: Map<string, string>;
  silence: ReadTogether['silence'];
}> {
  const entryOf = new Map<string, DominoEntry>();
  const unreadable = new Map<string, string>();
  const {
    entries: read,
    faults,
    silence,
  } = await readTogether(
    context,
    entries.map(({ summary }) => summary.key),
  );
  for (const [no, { summary }] of entries.entries()) {
    const entry = read[no];
    const fault = faults.get(no);
    if (entry) entryOf.set(keyText(summary.key), entry);
    else if (fault) unreadable.set(keyText(summary.key), fault.text);
  }
  return { entryOf, unreadable, silence };
}

/** Answers the groups with an appointment that was changed in the CRM meanwhile: to be looked at once more. */
export async function adoptGroups(
  context: MailboxContext,
  groups: readonly Group[],
  todos: ReadonlyMap<string, DominoEntry>,
  settled: Settled,
  countRead: (entries: number) => void,
): Promise<Group[]> {
  const open = groups.map((group) => ({
    ...group,
    appointments: group.appointments.filter((id) => !settled.appointments.has(id)),
    entries: group.entries.filter(({ summary }) => !settled.entries.has(keyText(summary.key))),
  }));
  const read = await readGroups(context, open, todos, countRead);
  const decided = open.map((group) => ({ group, decision: decideGroup(context, group, read) }));
  const pairs = decided.flatMap(({ decision }) => decision.pairs);
  const stale = await link(context, pairs, settled);
  await parkLeft(
    context,
    decided.map(({ decision }) => decision),
    read,
    settled,
  );
  return decided.flatMap(({ group, decision }) =>
    decision.pairs.some(({ pair }) => stale.has(pair.appointment.appointment_id)) ? [group] : [],
  );
}

async function readGroups(
  context: MailboxContext,
  groups: readonly Group[],
  todos: ReadonlyMap<string, DominoEntry>,
  countRead: (entries: number) => void,
): Promise<GroupRead> {
  const entries = groups.flatMap((group) => group.entries);
  const toRead = entries.filter(({ summary }) => !todos.has(keyText(summary.key)));
  // Silent or not: what cannot be read is held, so nothing is made twice for it, and the mailbox goes on.
  const { entryOf, unreadable } = await readSome(context, toRead);
  countRead(toRead.length);
  for (const { summary } of entries) {
    const todo = todos.get(keyText(summary.key));
    if (todo !== undefined) entryOf.set(keyText(summary.key), todo);
  }
  const { rowOf } = await readRows(
    context.crm,
    groups.flatMap(({ appointments }) => appointments),
  );
  const moved = groups
    .filter(({ how }) => how === 'link')
    .flatMap((group) => group.entries.flatMap(({ known }) => known ?? []));
  const keys = moved.map((one) => ({ uid: one.domino_uid, recurrence_id: one.domino_recurrence_id }));
  const links = keys.length === 0 ? [] : await context.crm.readLinks(context.mailbox.crm_user_id, keys);
  return { rowOf, entryOf, unreadable, links };
}

/** Answers the appointments that changed in the CRM meanwhile. */
async function link(
  context: MailboxContext,
  pairs: readonly FoundPair[],
  settled: Settled,
): Promise<Set<number>> {
  const items = pairs.map((pair, no) => adoption(context, no, pair));
  const parked: ParkedItem[] = [];
  const stale = new Set<number>();
  const outcomes = await apply(context, items, (no, fault) => {
    const { found, pair } = pairs[no]!;
    const text = `its twin in the CRM cannot be linked: ${fault}`;
    parked.push(discreet(park(found.summary, 'twin_ambiguous', text), pair.entry));
    settled.heldBack.set(pair.appointment.appointment_id, fault);
  });
  for (const { item_no: no, outcome, appointment_id: id } of outcomes) {
    const { found, pair } = pairs[no]!;
    const key = keyText(found.summary.key);
    if (outcome === 'stale') stale.add(pair.appointment.appointment_id);
    // Another invitee's copy of the same meeting has found the appointment already, or did so at this very moment.
    else if (outcome === 'duplicate')
      parked.push(discreet(parkCopy(found.summary, `the CRM has it as appointment ${id}`), pair.entry));
    else {
      settled.entries.add(key);
      settled.appointments.add(pair.appointment.appointment_id);
      context.counts.toCrm.adopted += 1;
      context.counts.conflicts += items[no]!.conflicts.length;
      context.log.info(
        { appointment: id, action: 'adopted', reason: items[no]!.reason_code },
        'Domino → CRM',
      );
    }
  }
  await parkEntries(context, parked, settled);
  return stale;
}

/** The call that links a pair. A side that may not be written keeps what it has, and that counts as agreed. */
function adoption(context: MailboxContext, no: number, { how, found, pair }: FoundPair): InboundItem {
  const { direction } = context.mailbox;
  const merged = mergePair(context, pair);
  const skipped = isSkipped(context, pair.appointment, pair.entry);
  const optedOut = skipped || isOptedOut(context, pair.entry);
  const inviteeCopy = pair.role === 'copy' && pair.link.kind === 'meeting';
  const toCrm = direction !== 'to_domino' && !optedOut;
  const toDomino = direction !== 'to_crm' && !optedOut && !inviteeCopy;
  const merge = {
    ...merged,
    ...(toCrm ? {} : { toCrm: [], crm: pair.crm }),
    ...(toDomino ? {} : { toDomino: [], domino: pair.domino }),
    conflicts: optedOut ? [] : merged.conflicts,
  };
  const equal = merge.toCrm.length === 0 && merge.toDomino.length === 0;
  const item = inboundUpdate(
    context,
    no,
    pair,
    merge,
    how !== 'twin' ? 'found_in_domino' : equal ? 'already_equal' : 'first_sync',
  );
  const stored = listed(found.summary, item.link);
  const reason: ReasonCode = skipped ? 'private_skipped' : 'notes_only';
  return optedOut
    ? { ...item, link: unlinkedAs(stored, reason), reason_code: reason }
    : { ...item, link: stored };
}

const unlinkedAs = (write: InboundItem['link'], reason: ReasonCode): InboundItem['link'] =>
  unlinked({ appointment_id: 0, ...write }, reason);

/** One call for all; if the database refuses the data, one call for each, so that a bad item does not stop its neighbours. */
async function apply(
  context: MailboxContext,
  items: readonly InboundItem[],
  refuse: (itemNo: number, fault: string) => void,
): Promise<InboundOutcome[]> {
  if (items.length === 0) return [];
  try {
    return await context.crm.applyInbound(context.mailbox.crm_user_id, items);
  } catch (error) {
    if (!(error instanceof CrmError) || error.code !== 'crm_refused') throw error;
    if (items.length === 1) {
      refuse(items[0]!.item_no, error.message);
      return [];
    }
    const outcomes: InboundOutcome[] = [];
    for (const item of items) outcomes.push(...(await apply(context, [item], refuse)));
    return outcomes;
  }
}

/** Entries first: that twins wait to be told apart is known by them. */
async function parkLeft(
  context: MailboxContext,
  decisions: readonly GroupDecision[],
  { entryOf, unreadable }: GroupRead,
  settled: Settled,
): Promise<void> {
  // Of what could not be read nobody knows whether it is private.
  const parkFound = ({ summary }: Found, reason: ReasonCode, text: string | null): ParkedItem =>
    discreet(park(summary, reason, text), entryOf.get(keyText(summary.key)) ?? { private: true });
  const twins = decisions.flatMap(({ held }) =>
    held === null ? [] : held.entries.map((found) => ({ found, text: held.text })),
  );
  const parked = twins.map(({ found, text }) => ({
    ...parkFound(found, 'twin_ambiguous', text),
    // One that could not be read is read again at every look.
    ...(unreadable.has(keyText(found.summary.key)) ? { domino_digest: null } : {}),
  }));
  const orphans = decisions.flatMap((decision) => decision.orphans);
  await parkEntries(
    context,
    [...parked, ...orphans.map((found) => parkFound(found, 'orphan_entry', null))],
    settled,
  );
  for (const { held } of decisions) {
    for (const id of held?.appointments ?? []) settled.heldBack.set(id, held!.text);
  }
  context.counts.parked += twins.filter(({ found }) => found.known?.reason_code !== 'twin_ambiguous').length;
  context.counts.toCrm.skipped += orphans.filter(({ known }) => known?.reason_code !== 'orphan_entry').length;
}

async function parkEntries(
  context: MailboxContext,
  parked: readonly ParkedItem[],
  settled: Settled,
): Promise<void> {
  if (parked.length === 0) return;
  await context.crm.parkInbound(context.mailbox.crm_user_id, parked);
  for (const { form, domino_uid: uid, domino_recurrence_id: id } of parked)
    settled.entries.add(keyText({ form, uid, recurrenceId: id === '' ? null : id }));
}

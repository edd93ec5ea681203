/**
 * The three-way merge, field by field. Each side is compared with what that same side showed when both last agreed, so
 * that what a side cannot hold (a status in Domino, a long subject in the CRM) is never taken for an edit.
 */
import { fieldEqual } from './item-equality.ts';
import { mergeAttendees } from './merge-attendees.ts';
import { GROUP_OF, type MergeRules } from './merge-rules.ts';
import { kindFor } from './people.ts';
import { MERGED_FIELDS, remindsNobody, type MergedField, type SyncItem } from './sync-item.ts';

export type Side = 'crm' | 'domino';

export interface MergeInput {
  /** Each side's own observation when both agreed; null = an adoption, nothing is known. */
  base: { crm: SyncItem; domino: SyncItem } | null;
  /** null = not there: everything goes to it from the other side. */
  crm: SyncItem | null;
  domino: SyncItem | null;
  /** Who wins a field that both sides changed to different values. */
  rules: MergeRules;
  /** UTC instants of the last change on each side, for `newest`; null = not told, which loses. A tie is the CRM's. */
  crmChangedAt: string | null;
  dominoChangedAt: string | null;
  /** Default all; the others stay on each side as they are. */
  fields?: readonly MergedField[];
}

/** Both sides changed one field to different values. Shaped as `ConflictWrite` takes it. */
export interface MergeConflict {
  field: MergedField;
  /** What both agreed on; `{crm, domino}` where each side held it in its own way; null in an adoption. */
  base_value: unknown;
  crm_value: unknown;
  domino_value: unknown;
  /** both: of the attendees, each side has kept something that the other wanted otherwise. */
  winner: Side | 'both';
  /** The setting or the rule that made it the winner. */
  decided_by: string;
}

export interface MergeResult {
  /** Fields to write, in the order of MERGED_FIELDS; their values are in `domino` and `crm`. */
  toDomino: MergedField[];
  toCrm: MergedField[];
  /** Each side as it has to become; null only when both sides were absent. */
  domino: SyncItem | null;
  crm: SyncItem | null;
  conflicts: MergeConflict[];
}

export function mergeItems(input: MergeInput): MergeResult {
  const { crm, domino } = input;
  if (crm === null || domino === null) {
    const toDomino = domino === null && crm !== null ? [...MERGED_FIELDS] : [];
    const toCrm = crm === null && domino !== null ? [...MERGED_FIELDS] : [];
    return { toDomino, toCrm, domino: domino ?? crm, crm: crm ?? domino, conflicts: [] };
  }
  const merge: Merge = {
    input: { ...input, crm, domino },
    result: { toDomino: [], toCrm: [], domino: { ...domino }, crm: { ...crm }, conflicts: [] },
  };
  for (const field of input.fields ?? MERGED_FIELDS) {
    if (field === 'attendees') mergePeople(merge);
    else if (field === 'regarding') tellRegarding(merge);
    else mergeField(merge, field);
  }
  invite(merge);
  return merge.result;
}

interface Merge {
  input: MergeInput & { crm: SyncItem; domino: SyncItem };
  result: MergeResult & { crm: SyncItem; domino: SyncItem };
}

/**
 * One way. Without a base nothing is told: a first synchronisation must not write to every entry for it, and the block
 * comes with the first write to the entry.
 */
function tellRegarding({ input, result }: Merge): void {
  const { base, crm, domino } = input;
  if (base === null || fieldEqual('regarding', crm, base.crm) || crm.regarding === null) return;
  result.domino = { ...result.domino, regarding: crm.regarding };
  if (JSON.stringify(domino.regarding) !== JSON.stringify(crm.regarding)) result.toDomino.push('regarding');
}

function mergeField(merge: Merge, field: Exclude<MergedField, 'attendees'>): void {
  const { base, crm, domino } = merge.input;
  if (fieldEqual(field, crm, domino)) return;
  if (base === null) {
    if (cannotTell(field, crm, domino)) return;
    const told = onlyTeller(field, crm, domino);
    if (told !== null) return take(merge, field, told);
  }
  const crmChanged = changed(field, crm, field === 'busy' ? withBusy(base?.crm) : base?.crm);
  const dominoChanged = changed(field, domino, base?.domino);
  if (!crmChanged && !dominoChanged) return;
  if (!(crmChanged && dominoChanged)) return take(merge, field, crmChanged ? 'crm' : 'domino');
  const winner = winnerOf(merge.input, field);
  take(merge, field, winner);
  merge.result.conflicts.push({
    ...values(merge, field),
    winner,
    decided_by: merge.input.rules[GROUP_OF[field]].decidedBy,
  });
}

/** An unknown body is no edit. Without a base, any value may be one. */
const changed = (field: MergedField, now: SyncItem, before: SyncItem | undefined): boolean =>
  !(field === 'body' && now.body === null) && (before === undefined || !fieldEqual(field, now, before));

/** What an earlier version stored of the CRM says it by the status. */
const withBusy = (item: SyncItem | undefined): SyncItem | undefined =>
  item === undefined || item.kind === 'todo'
    ? item
    : { ...item, busy: item.busy ?? !remindsNobody(item.status) };

/**
 * In an adoption, states that look alike on one side agree: an event in Domino shows no status but cancelled, a To Do
 * none but completed, and no reminder. Otherwise a finished appointment would be reopened by the entry that is found for
 * it. A body that is not revealed may be anything. An appointment always has an action and most entries of Notes users no
 * category: that one is missing says nothing, and a first synchronisation must not write to every entry for it. Free time
 * is a Notes user's own choice until the CRM's status changes.
 */
function cannotTell(field: MergedField, crm: SyncItem, domino: SyncItem): boolean {
  if (field === 'busy') return true;
  if (field === 'body') return crm.body === null || domino.body === null;
  if (field === 'categories') return crm.categories.length === 0 || domino.categories.length === 0;
  const todo = crm.kind === 'todo' || domino.kind === 'todo';
  if (field === 'reminderMinutes')
    return todo && (crm.reminderMinutes === null || domino.reminderMinutes === null);
  if (field !== 'status') return false;
  const open = (item: SyncItem) => item.status === 'pending';
  if (crm.kind !== 'todo' && domino.kind !== 'todo') return open(crm) || open(domino);
  return [crm.status, domino.status].every((status) => status === 'pending' || status === 'in_progress');
}

/** In an adoption no text gives way to an empty one, whatever the policy. */
function onlyTeller(field: MergedField, crm: SyncItem, domino: SyncItem): Side | null {
  if (field !== 'subject' && field !== 'body' && field !== 'location') return null;
  const blank = (item: SyncItem) => (item[field] ?? '').trim() === '';
  return blank(crm) ? 'domino' : blank(domino) ? 'crm' : null;
}

function take(merge: Merge, field: Exclude<MergedField, 'attendees'>, from: Side): void {
  const { base, crm, domino } = merge.input;
  const [source, target, to] =
    from === 'crm' ? [crm, domino, 'domino' as const] : [domino, crm, 'crm' as const];
  const value = field === 'categories' ? categoriesFor(target, source, base?.[from]) : source[field];
  const after = { ...merge.result[to], [field]: value };
  if (fieldEqual(field, after, target)) return;
  merge.result[to] = after;
  (to === 'crm' ? merge.result.toCrm : merge.result.toDomino).push(field);
}

/**
 * Notes holds many categories, the CRM the one that its action stands for: what one side added and took away is done to
 * the other, so that a Notes user keeps his own. The added ones come first, for there the CRM looks for its action.
 */
function categoriesFor(target: SyncItem, source: SyncItem, before: SyncItem | undefined): string[] {
  const had = new Set(before?.categories ?? []);
  const added = source.categories.filter((category) => !had.has(category));
  const gone = new Set([...had].filter((category) => !source.categories.includes(category)));
  return [...new Set([...added, ...target.categories.filter((category) => !gone.has(category))])];
}

function winnerOf({ rules, crmChangedAt, dominoChangedAt }: MergeInput, field: MergedField): Side {
  const { policy } = rules[GROUP_OF[field]];
  if (policy !== 'newest') return policy;
  if (dominoChangedAt === null) return 'crm';
  if (crmChangedAt === null) return 'domino';
  return Date.parse(dominoChangedAt) > Date.parse(crmChangedAt) ? 'domino' : 'crm';
}

function mergePeople(merge: Merge): void {
  const { base, crm, domino, rules } = merge.input;
  const winner = winnerOf(merge.input, 'attendees');
  const people = mergeAttendees(
    { before: base?.crm.attendees ?? null, now: crm.attendees },
    { before: base?.domino.attendees ?? null, now: domino.attendees },
    winner,
  );
  merge.result.crm.attendees = people.crm;
  merge.result.domino.attendees = people.domino;
  if (people.changesCrm) merge.result.toCrm.push('attendees');
  if (people.changesDomino) merge.result.toDomino.push('attendees');
  if (people.kept === null && !people.contested) return;
  const reasons = [
    ...(people.kept === null ? [] : ['added people stay']),
    ...(people.contested ? [rules.people.decidedBy] : []),
  ];
  const winners = new Set([people.kept ?? winner, people.contested ? winner : (people.kept ?? winner)]);
  merge.result.conflicts.push({
    ...values(merge, 'attendees'),
    winner: winners.size === 1 ? (people.kept ?? winner) : 'both',
    decided_by: reasons.join('; '),
  });
}

/** Kind and organiser follow from the attendees. The mode is unknown here: who is listed only does not make a meeting. */
function invite({ result, input }: Merge): void {
  for (const [side, other] of [
    ['crm', 'domino'],
    ['domino', 'crm'],
  ] as const) {
    const changedHere = (side === 'crm' ? result.toCrm : result.toDomino).includes('attendees');
    if (!changedHere) continue;
    const own = input[side];
    const mode =
      own.kind === 'meeting' && own.attendees.every(({ external }) => external === true) ? 'include' : 'list';
    const kind = kindFor(own.kind === 'todo', result[side].attendees, mode);
    result[side] = {
      ...result[side],
      kind,
      organiser: kind === 'meeting' ? (own.organiser ?? input[other].organiser) : null,
    };
  }
}

function values(
  { input }: Merge,
  field: MergedField,
): Pick<MergeConflict, 'field' | 'base_value' | 'crm_value' | 'domino_value'> {
  const { base, crm, domino } = input;
  const agreed = base !== null && fieldEqual(field, base.crm, base.domino);
  return {
    field,
    base_value:
      base === null ? null : agreed ? base.crm[field] : { crm: base.crm[field], domino: base.domino[field] },
    crm_value: crm[field],
    domino_value: domino[field],
  };
}

/**
 * What has to be written to the CRM so that an administrator's choice in a conflict holds. Pure: the command reads and
 * writes. Domino gets it by the next delivery, as it gets any edit of the CRM.
 */
import type { CrmAppointment, CrmAttendeeChange, CrmFields } from './crm-appointment.ts';
import { crmFieldsFrom, crmItemAfter, itemFromCrm, type CrmContext } from './crm-mapping.ts';
import { fieldChanges, type FieldChange } from './field-change.ts';
import { fieldEqual } from './item-equality.ts';
import { mergeItems, type Side } from './merge.ts';
import { oneRule } from './merge-rules.ts';
import { attendeeChanges } from './people.ts';
import { MERGED_FIELDS, syncItemSchema, type MergedField, type SyncItem } from './sync-item.ts';
import { savedInstant } from './crm-time.ts';

/** keep: leave the field as it is now on both sides. */
export type Take = Side | 'keep';

/** One side deleted what the other edited. */
export const EXISTENCE = 'existence';

export interface ConflictValues {
  field: string;
  base_value: unknown;
  crm_value: unknown;
  domino_value: unknown;
  winner: Side | 'both';
  /** UTC instant. */
  decided_at: string;
}

export interface Choice {
  conflict: ConflictValues;
  take: Take;
}

export type ResolutionPlan =
  | {
      operation: 'write' | 'delete' | 'keep';
      fields: CrmFields;
      add: CrmAttendeeChange[];
      remove: string[];
      changes: FieldChange[];
      /** Fields of which the CRM, and so Domino as well, cannot hold the value to the full. */
      cut: MergedField[];
    }
  | Refusal;

/** Nothing is written. `now`: what the CRM shows of the field, where that is the reason. */
export interface Refusal {
  refused: string;
  field: string;
  now?: unknown;
}

const KEEP = { operation: 'keep', fields: {}, add: [], remove: [], changes: [], cut: [] } as const;

/** `row` is the appointment now, `context` that of the mailbox the conflicts belong to. One choice a field. */
export function planResolution(
  row: CrmAppointment,
  context: CrmContext,
  choices: readonly Choice[],
): ResolutionPlan {
  const existence = choices.find(({ conflict }) => conflict.field === EXISTENCE);
  if (existence !== undefined) {
    const decided = planExistence(row, context, existence);
    if (decided !== 'stays') return decided;
  }
  const wanted = choices.filter((one) => one.take !== 'keep' && one.conflict.field !== EXISTENCE);
  if (wanted.length === 0) return { ...KEEP, add: [], remove: [], changes: [], cut: [] };
  if (!row.present || row.deleted)
    return { refused: 'the appointment is deleted in the CRM', field: wanted[0]!.conflict.field };
  const read = itemFromCrm(row, context);
  if ('refused' in read)
    return { refused: `the appointment cannot be read: ${read.detail}`, field: wanted[0]!.conflict.field };

  let goal = read.item;
  const toWrite: MergedField[] = [];
  for (const { conflict, take } of wanted) {
    const outcome = planField(row, context, read.item, conflict, take as Side);
    if ('refused' in outcome) return outcome;
    if (!outcome.write) continue;
    goal = { ...goal, [outcome.field]: outcome.value };
    toWrite.push(outcome.field);
  }
  const { written, after } = writeTo(row, context, read.item, goal, toWrite);
  return {
    operation: toWrite.length === 0 ? 'keep' : 'write',
    ...written,
    changes: fieldChanges(read.item, after, toWrite),
    cut: toWrite.filter((field) => !fieldEqual(field, after, goal)),
  };
}

function planField(
  row: CrmAppointment,
  context: CrmContext,
  now: SyncItem,
  conflict: ConflictValues,
  take: Side,
): { field: MergedField; write: boolean; value: unknown } | Refusal {
  const field = MERGED_FIELDS.find((name) => name === conflict.field);
  const sides = field && sidesOf(field, now, conflict);
  if (field === undefined || sides === null || sides === undefined)
    return { refused: 'the conflict holds values of an unknown shape', field: conflict.field };
  const chosen = crmWith(field, sides, take);
  const shows = (value: SyncItem): SyncItem => writeTo(row, context, now, value, [field]).after;
  const same = (value: SyncItem): boolean => sameField(field, shows(value), now);
  if (same(chosen)) return { field, write: false, value: null };
  const standing = merged(field, sides, conflict.winner === 'domino' ? 'domino' : 'crm');
  if (!same(standing))
    return { refused: 'it was edited since the conflict was decided', field, now: now[field] };
  return { field, write: true, value: chosen[field] };
}

interface Sides {
  base: { crm: SyncItem; domino: SyncItem } | null;
  crm: SyncItem;
  domino: SyncItem;
}

/** The item as it was on either side, in that one field; null when a value is none of the field. */
function sidesOf(field: MergedField, now: SyncItem, conflict: ConflictValues): Sides | null {
  const schema = syncItemSchema.shape[field];
  const item = (value: unknown): SyncItem | null => {
    const parsed = schema.safeParse(value);
    return parsed.success ? { ...now, [field]: parsed.data } : null;
  };
  const crm = item(conflict.crm_value);
  const domino = item(conflict.domino_value);
  if (crm === null || domino === null) return null;
  const halves = halvesOf(conflict.base_value);
  if (halves !== null) {
    const before = { crm: item(halves.crm), domino: item(halves.domino) };
    return before.crm === null || before.domino === null
      ? null
      : { base: { crm: before.crm, domino: before.domino }, crm, domino };
  }
  // Of a field that can be null this may be its value as well as an adoption; both lead to the same here.
  const before = conflict.base_value === null ? null : item(conflict.base_value);
  return { base: before && { crm: before, domino: before }, crm, domino };
}

const halvesOf = (value: unknown): { crm: unknown; domino: unknown } | null =>
  typeof value === 'object' && value !== null && 'crm' in value && 'domino' in value ? value : null;

/** What the CRM gets when the conflict is decided for `winner`. Without a base only lists have something to merge. */
function merged(field: MergedField, { base, crm, domino }: Sides, winner: Side): SyncItem {
  if (base === null && field !== 'attendees' && field !== 'categories')
    return winner === 'crm' ? crm : domino;
  const times = { crmChangedAt: null, dominoChangedAt: null };
  return mergeItems({ base, crm, domino, rules: oneRule(winner, ''), ...times }).crm!;
}

/**
 * What the CRM would show if only that side had edited the field: of lists, what the other side cannot know stays
 * (people whom Domino names in the text only, categories without an action).
 */
function crmWith(field: MergedField, sides: Sides, take: Side): SyncItem {
  const { base, crm, domino } = sides;
  if (base === null) return merged(field, sides, take);
  return merged(
    field,
    take === 'crm' ? { base, crm, domino: base.domino } : { base, crm: base.crm, domino },
    take,
  );
}

/** Who answered what is a value of its own to whoever chooses, although it makes no attendee another one. */
function sameField(field: MergedField, a: SyncItem, b: SyncItem): boolean {
  if (field !== 'attendees') return fieldEqual(field, a, b);
  const shown = ({ attendees }: SyncItem) =>
    JSON.stringify(attendees.map(({ email, response }) => [email, response]).sort());
  return shown(a) === shown(b);
}

function writeTo(
  row: CrmAppointment,
  context: CrmContext,
  now: SyncItem,
  goal: SyncItem,
  fields: readonly MergedField[],
): { written: { fields: CrmFields; add: CrmAttendeeChange[]; remove: string[] }; after: SyncItem } {
  const { fields: columns } = crmFieldsFrom(goal, fields, { ...context, current: row });
  const people = fields.includes('attendees') ? attendeeChanges(now, goal) : { add: [], remove: [] };
  const after = crmItemAfter(row, columns, people, context);
  return { written: { fields: columns, ...people }, after: 'item' in after ? after.item : goal };
}

/** Audit columns are whole seconds, and the row may have been saved in the very moment of the decision. */
const SAME_MOMENT_MS = 2000;

function planExistence(
  row: CrmAppointment,
  { zone }: CrmContext,
  { conflict, take }: Choice,
): ResolutionPlan | 'stays' {
  if (take === 'keep') return 'stays';
  const deletion = (take === 'crm' ? conflict.crm_value : conflict.domino_value) === 'deleted';
  const gone = !row.present || row.deleted;
  if (!deletion) {
    if (!gone) return 'stays';
    return {
      refused:
        'the deletion was carried out; take it back in the CRM (the lost version stays in the conflict)',
      field: EXISTENCE,
    };
  }
  if (gone) return { ...KEEP, add: [], remove: [], changes: [], cut: [] };
  const savedAt = savedInstant(row.updated_at, zone);
  if (savedAt !== null && Date.parse(savedAt) > Date.parse(conflict.decided_at) + SAME_MOMENT_MS)
    return { refused: `the appointment was saved again at ${savedAt}`, field: EXISTENCE };
  return { operation: 'delete', fields: {}, add: [], remove: [], changes: [], cut: [] };
}

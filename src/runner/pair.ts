/**
 * A pair with both sides in hand: the merge, and what it means for the CRM.
 *
 * The rule that makes it safe to stop anywhere: the link always says what has really been seen. A field that is still to
 * go to Domino keeps its old value in the CRM's half of the base, so the next look finds it changed again.
 */
import type { BaseItem, InboundItem, ItemLink, LinkRole, LinkWrite } from '../crm/contract.ts';
import type { CrmAppointment } from '../item/crm-appointment.ts';
import { crmFieldsFrom, crmItemAfter, type Truncation } from '../item/crm-mapping.ts';
import type { DominoEntry } from '../item/domino-entry.ts';
import { fieldChanges } from '../item/field-change.ts';
import { patchFromItem } from '../item/domino-mapping.ts';
import { mergeItems, type MergeResult } from '../item/merge.ts';
import { oneRule, type MergeRules } from '../item/merge-rules.ts';
import { addressesOf, attendeeChanges } from '../item/people.ts';
import {
  isWithheld,
  SHARED_FIELDS,
  sideToVeil,
  veiled,
  veiledBase,
  veiledFields,
  type Mask,
} from '../item/privacy.ts';
import type { ReasonCode } from '../item/reason-code.ts';
import type { SyncItem } from '../item/sync-item.ts';
import { savedInstant } from '../item/crm-time.ts';
import { crmContext, dominoContext, maskOf, type MailboxContext } from './context.ts';
import { agreed, madeOn, withBase } from './link.ts';
import { changedInDomino } from './told.ts';

/** Both sides of a pair as they are now. */
export interface Pair {
  link: LinkWrite | ItemLink;
  role: LinkRole;
  appointment: CrmAppointment;
  crm: SyncItem;
  entry: DominoEntry;
  domino: SyncItem;
}

/** A merge with nobody absent. */
export type PairMerge = MergeResult & {
  crm: SyncItem;
  domino: SyncItem;
  /** The side whose words give way to the mask of a private item. */
  veiled: 'crm' | 'domino' | null;
};

export function mergePair(context: MailboxContext, pair: Pair): PairMerge {
  const input = {
    base: pair.link.base_item,
    crm: pair.crm,
    domino: pair.domino,
    rules: rulesOf(context),
    crmChangedAt: savedInstant(pair.appointment.updated_at, context.settings.crm_time_zone),
    dominoChangedAt: pair.entry.modifiedAt,
  };
  const whole = mergeItems(input);
  const mask = maskOf(context);
  // Private now, whoever made it so.
  const withheld = mask !== null && isWithheld(mask, whole.domino!);
  const merged = withheld ? mergeItems({ ...input, fields: SHARED_FIELDS }) : whole;
  const merge: PairMerge = { ...merged, crm: merged.crm!, domino: merged.domino!, veiled: null };
  if (withheld) veil(context, pair, merge, mask);
  // A role or an answer that a side has no place for is nothing to write there.
  return {
    ...merge,
    toCrm: merge.toCrm.filter(
      (field) =>
        (field !== 'attendees' || changesPeople(pair, merge)) &&
        (field !== 'busy' || hasStatus(context, pair, merge)),
    ),
    toDomino: merge.toDomino.filter((field) => field !== 'attendees' || invites(context, pair, merge)),
  };
}

function veil(context: MailboxContext, { link, crm, domino }: Pair, merge: PairMerge, mask: Mask): void {
  const side = sideToVeil(link.base_item, { crm, domino }, madeOn(context, link));
  const fields = side === null ? [] : veiledFields(merge[side], mask);
  if (side === null || fields.length === 0) return;
  merge.veiled = side;
  merge[side] = veiled(merge[side], mask);
  (side === 'crm' ? merge.toCrm : merge.toDomino).push(...fields);
}

/** In one direction the side that may write wins: a field left to the other would be an edit that goes nowhere. */
function rulesOf({ mailbox, settings }: MailboxContext): MergeRules {
  if (mailbox.direction === 'both') return settings.mergeRules;
  return oneRule(mailbox.direction === 'to_crm' ? 'domino' : 'crm', `direction ${mailbox.direction}`);
}

/** Whether captions name a status for what a Notes user chose. */
function hasStatus(context: MailboxContext, pair: Pair, { crm }: Pick<PairMerge, 'crm'>): boolean {
  const side = { ...crmContext(context, pair.role), current: pair.appointment };
  return crmFieldsFrom(crm, ['busy'], side).fields.status !== undefined;
}

function changesPeople(pair: Pair, merge: PairMerge): boolean {
  const { add, remove } = attendeeChanges(pair.crm, merge.crm);
  return add.length > 0 || remove.length > 0;
}

function invites(context: MailboxContext, pair: Pair, merge: PairMerge): boolean {
  const patch = patchFromItem(merge.domino, ['attendees'], {
    ...dominoContext(context),
    crm: pair.crm,
    crmBefore: pair.link.base_item?.crm ?? null,
    domino: pair.domino,
  });
  // Without a base nobody knows who is named in the body already, but the body itself.
  const { body, ...invitations } = patch;
  return (
    Object.keys(invitations).length > 0 ||
    (body !== undefined && body.trimEnd() !== pair.entry.body?.trimEnd())
  );
}

/** The call that brings the CRM's row and the link to what the merge decided. */
export function inboundUpdate(
  context: MailboxContext,
  itemNo: number,
  pair: Pair,
  merge: PairMerge,
  reason: ReasonCode,
): InboundItem {
  const crmSide = crmContext(context, pair.role);
  const { fields, truncated } = crmFieldsFrom(merge.crm, merge.toCrm, {
    ...crmSide,
    current: pair.appointment,
  });
  const people = merge.toCrm.includes('attendees')
    ? attendeeChanges(pair.crm, merge.crm)
    : { add: [], remove: [] };
  const after = crmItemAfter(pair.appointment, fields, people, crmSide);
  const crmAfter = 'item' in after ? after.item : merge.crm;
  const seen = agreed(context, pair.link, seenBase(pair, merge, crmAfter));
  const mask = maskOf(context);
  const base = merge.veiled === 'crm' && mask !== null ? veiledBase(seen, mask) : seen;
  return {
    item_no: itemNo,
    appointment_id: pair.appointment.appointment_id,
    fingerprint: pair.appointment.fingerprint,
    fields,
    attendees_add: people.add,
    attendees_remove: people.remove,
    // Nothing was written in Domino yet: a meeting of our own, under the role that is wanted of it, would pass for an
    // invitee's entry, which is never written.
    link: withBase(pair.link, pair.link.role, pair.link.kind, pair.entry, base),
    write_back: merge.toDomino.length > 0,
    action: pair.link.state === 'creating' ? 'adopted' : merge.toCrm.length > 0 ? 'updated' : 'unchanged',
    ...reasonOf(merge.conflicts.length > 0 ? 'conflict_resolved' : reason, truncated),
    conflicts: merge.conflicts,
    changes: fieldChanges(pair.crm, crmAfter, merge.toCrm),
    ...changedInDomino(pair.entry),
  };
}

/** A cut value is the reason worth telling; Notes keeps the whole text, and so does the base. */
export const reasonOf = (
  reason: ReasonCode,
  truncated: readonly Truncation[],
): Pick<InboundItem, 'reason_code' | 'detail'> =>
  truncated.length === 0
    ? { reason_code: reason, detail: null }
    : {
        reason_code: `${truncated[0]!.field}_truncated` satisfies ReasonCode,
        detail: truncated
          .map(({ field, cut }) => `${field} lost its last ${cut.length} characters`)
          .join('; '),
      };

/** Both halves as seen, except that what Domino has yet to be told still looks changed in the CRM. */
export function seenBase(pair: Pair, merge: PairMerge, crmAfter: SyncItem): BaseItem {
  const crm: SyncItem = { ...crmAfter };
  const before = pair.link.base_item?.crm ?? pair.domino;
  for (const field of merge.toDomino) {
    if (field === 'attendees') {
      const had = addressesOf(pair.domino.attendees);
      const wanted = addressesOf(merge.domino.attendees);
      crm.attendees = [
        ...crmAfter.attendees.filter(({ email }) => had.has(email) || !wanted.has(email)),
        ...pair.domino.attendees.filter(({ email }) => !wanted.has(email)),
      ];
    } else {
      Object.assign(crm, { [field]: before[field] });
    }
  }
  return { crm, domino: pair.domino };
}

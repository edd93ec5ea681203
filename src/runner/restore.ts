/**
 * A deletion in the CRM met an edit in Notes, and the edit won: the call that gives the appointment back, with what both
 * sides changed. Pure.
 */
import type { ConflictWrite, InboundItem, ItemLink, LinkWrite } from '../crm/contract.ts';
import type { CrmAppointment } from '../item/crm-appointment.ts';
import { itemFromCrm } from '../item/crm-mapping.ts';
import type { DominoEntry } from '../item/domino-entry.ts';
import type { SyncItem } from '../item/sync-item.ts';
import { crmContext, type MailboxContext } from './context.ts';
import { inboundUpdate, mergePair, type Pair } from './pair.ts';

/**
 * Both sides as they would be without the deletion: the row still shows what was edited in it before, but its people went
 * with it, so they are those of the last agreement.
 */
function pairBeforeDeletion(
  context: MailboxContext,
  link: ItemLink | LinkWrite,
  appointment: CrmAppointment,
  entry: DominoEntry,
  domino: SyncItem,
): Pair {
  const base = link.base_item?.crm;
  const read = itemFromCrm(appointment, crmContext(context, link.role));
  const shown = 'item' in read ? read.item : (base ?? domino);
  const crm = base
    ? { ...shown, kind: base.kind, organiser: base.organiser, attendees: base.attendees }
    : shown;
  return { link, role: link.role, appointment, crm, entry, domino };
}

export function restoration(
  context: MailboxContext,
  itemNo: number,
  link: ItemLink | LinkWrite,
  appointment: CrmAppointment,
  entry: DominoEntry,
  domino: SyncItem,
): InboundItem {
  const pair = pairBeforeDeletion(context, link, appointment, entry, domino);
  const merge = mergePair(context, pair);
  const item = inboundUpdate(context, itemNo, pair, merge, 'edit_beats_deletion');
  return {
    ...item,
    restore: true,
    // Looked at once more: what the deletion took, and what the CRM edited before it, is read from the row itself.
    write_back: context.mailbox.direction === 'both',
    action: 'updated',
    reason_code: 'edit_beats_deletion',
    detail: ['deleted in the CRM while it was edited in Notes: restored', item.detail]
      .filter((text) => text !== null)
      .join('; '),
    conflicts: [...item.conflicts, existence('deleted', 'edited', 'domino', 'an edit wins over a deletion')],
  };
}

/** Told in `conflict` as a field of its own. The loser's value is kept where it would be lost otherwise. */
export const existence = (
  crm: unknown,
  domino: unknown,
  winner: ConflictWrite['winner'],
  decidedBy: string,
): ConflictWrite => ({
  field: 'existence',
  base_value: null,
  crm_value: crm,
  domino_value: domino,
  winner,
  decided_by: decidedBy,
});

/** What the history tells of an effect: the fields written, and who changed them on the other side. */
import type { ChangeRecord } from '../crm/contract.ts';
import type { CrmAppointment } from '../item/crm-appointment.ts';
import { savedInstant } from '../item/crm-time.ts';
import { fieldChanges, type FieldChange } from '../item/field-change.ts';
import { MERGED_FIELDS, type MergedField, type SyncItem } from '../item/sync-item.ts';

/**
 * What a write changed in Domino: of the fields that were sent, those that it shows differently now. A text that it
 * does not reveal is told as it was sent. `before` null = the entry was not there.
 */
export function writtenToDomino(
  before: SyncItem | null,
  sent: SyncItem,
  shown: SyncItem,
  fields: readonly MergedField[] = MERGED_FIELDS,
): FieldChange[] {
  return fieldChanges(before, { ...shown, body: shown.body ?? sent.body }, fields);
}

/** Who saved the row last, and when: the CRM keeps no more of its history than that. `zone` is the CRM server's. */
export const savedInCrm = (
  { updated_by, updated_at }: Pick<CrmAppointment, 'updated_by' | 'updated_at'>,
  zone: string,
): Pick<ChangeRecord, 'changed_by_user' | 'changed_at'> => ({
  changed_by_user: updated_by,
  changed_at: savedInstant(updated_at, zone),
});

/** Domino's interfaces tell when an entry was changed and never by whom: a delegate may have done it. */
export const changedInDomino = (entry: {
  modifiedAt: string | null;
}): Pick<ChangeRecord, 'changed_by_user' | 'changed_at'> => ({
  changed_by_user: null,
  changed_at: entry.modifiedAt,
});

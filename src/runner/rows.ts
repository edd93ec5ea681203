/** The CRM's rows for a batch. A row that the database answers in an unknown shape must not stop its neighbours. */
import { CrmError, type CrmDatabase } from '../crm/contract.ts';
import type { CrmAppointment } from '../item/crm-appointment.ts';

export interface CrmRows {
  rowOf: Map<number, CrmAppointment>;
  /** Appointments that cannot be read, with the text of the refusal. */
  unreadable: Map<number, string>;
}

/** One call for all; if that is refused, one call for each. Throws CrmError for every other fault. */
export async function readRows(
  crm: Pick<CrmDatabase, 'readAppointments'>,
  ids: readonly number[],
): Promise<CrmRows> {
  const result: CrmRows = { rowOf: new Map(), unreadable: new Map() };
  const read = async (some: readonly number[]): Promise<void> => {
    if (some.length === 0) return;
    try {
      for (const row of await crm.readAppointments(some)) result.rowOf.set(row.appointment_id, row);
    } catch (error) {
      if (!(error instanceof CrmError) || error.code !== 'crm_refused') throw error;
      if (some.length === 1) result.unreadable.set(some[0]!, error.message);
      else for (const id of some) await read([id]);
    }
  };
  await read([...new Set(ids)]);
  return result;
}

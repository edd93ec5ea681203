/** The CRM's row once a deletion is taken back. Pure. */
import type { LinkWrite } from '../../crm/contract.ts';
import type { CrmAppointment } from '../../item/crm-appointment.ts';
import type { rowAfter } from '../../item/crm-mapping.ts';
import type { Response } from '../../item/sync-item.ts';

const STATUS: Record<Response, number> = { none: 0, tentative: 2, accepted: 3, declined: 4 };

/**
 * The people went with the deletion and come back with it: those of the last agreement. Which of them are users of the CRM
 * only the database knows; the mapping makes the same of both.
 */
export function rowRestored(
  row: CrmAppointment,
  { role, base_item: base, crm_user_id: id }: LinkWrite,
  { owner }: Parameters<typeof rowAfter>[3],
): CrmAppointment {
  const people = base?.crm.attendees ?? [];
  return {
    ...row,
    deleted: false,
    users: [
      { user_id: id, email: owner.email, name: null, response: 6, notify_at: row.notify_at, resource: false },
    ],
    externals: people.map(({ email, name, response }) => ({
      email,
      name,
      response: STATUS[response],
      person_id: null,
    })),
    holders: [{ crm_user_id: id, role }],
  };
}

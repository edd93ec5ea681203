/** The one error of the CRM database. */

/** Stable codes; those that can concern an item are rows of `reason_code`. */
export type CrmFault =
  | 'crm_unreachable'
  | 'crm_login'
  | 'crm_forbidden'
  | 'crm_not_deployed'
  | 'crm_lease_lost'
  | 'crm_busy' // deadlock, lock time-out, serialisation: the same call may succeed
  | 'crm_refused'; // the database refuses this data

export class CrmError extends Error {
  override readonly name = 'CrmError';
  constructor(
    readonly code: CrmFault,
    message: string,
    readonly details: { transient: boolean; sqlState?: string; cause?: unknown },
  ) {
    super(message, { cause: details.cause });
  }
}

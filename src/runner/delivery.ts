/** A leased delivery with the CRM's row, and what carrying it out came to. */
import type { LeasedDelivery, LinkWrite, OutboundResult } from '../crm/contract.ts';
import type { CrmAppointment } from '../item/crm-appointment.ts';
import type { ReasonCode } from '../item/reason-code.ts';
import { syncUid } from '../item/sync-uid.ts';
import type { MailboxContext } from './context.ts';

export interface Delivery {
  leased: LeasedDelivery;
  appointment: CrmAppointment;
}

/** The part of the result that is not the delivery's own. */
export type Effect = Pick<
  OutboundResult,
  'action' | 'reason_code' | 'detail' | 'link' | 'conflicts' | 'changes'
>;

export const effect = (
  action: Effect['action'],
  reason: ReasonCode,
  link: LinkWrite | null,
  rest: Partial<Effect> = {},
): Effect => ({ action, reason_code: reason, detail: null, link, conflicts: [], ...rest });

/** The uid derived from the pair: a repeated create meets its first attempt, and lost links are found again. */
export const uidOf = (context: MailboxContext, leased: LeasedDelivery, incarnation: number): string =>
  syncUid({
    instanceId: context.settings.instance_id,
    appointmentId: leased.appointment_id,
    crmUserId: leased.crm_user_id,
    incarnation,
  });

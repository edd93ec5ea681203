/** What the CRM alone lets say of deliveries while Domino cannot be asked: the first half of the decision. */
import type { LeasedDelivery } from '../../crm/contract.ts';
import type { CrmAppointment } from '../../item/crm-appointment.ts';
import { fieldChanges } from '../../item/field-change.ts';
import { MERGED_FIELDS } from '../../item/sync-item.ts';
import type { MailboxContext } from '../context.ts';
import { effect, type Effect } from '../delivery.ts';
import { faultOf } from '../faults.ts';
import { plan } from '../outbound.ts';
import type { Recorder } from './recorder.ts';

const UNSURE = 'as far as the CRM alone tells: Domino was not asked';

export function tellFromCrm(
  context: MailboxContext,
  recorder: Recorder,
  deliveries: readonly LeasedDelivery[],
  rows: readonly CrmAppointment[],
): void {
  for (const leased of deliveries) {
    const appointment = rows.find((row) => row.appointment_id === leased.appointment_id);
    if (appointment === undefined) continue;
    const { appointment_id, crm_user_id, version } = leased;
    try {
      const told = effectOf(context, leased, appointment);
      recorder.outbound({ appointment_id, crm_user_id, version, ...told });
    } catch (error) {
      const { code, text } = faultOf(error);
      recorder.failed({
        appointment_id,
        crm_user_id,
        version,
        reason_code: code,
        error: text,
        retry_after_seconds: null,
      });
    }
  }
}

function effectOf(context: MailboxContext, leased: LeasedDelivery, appointment: CrmAppointment): Effect {
  const planned = plan(context, { leased, appointment });
  const unsure = { detail: UNSURE };
  switch (planned.do) {
    case 'nothing':
      return effect(planned.action, planned.reason, null, { detail: planned.detail });
    case 'create':
      return effect('created', planned.reason, null, {
        ...unsure,
        changes: fieldChanges(null, planned.item, MERGED_FIELDS),
      });
    case 'update':
    case 'relink': {
      const base = planned.link.base_item;
      const changes = base === null ? null : fieldChanges(base.crm, planned.item, MERGED_FIELDS);
      if (planned.do === 'update' && changes?.length === 0) return effect('unchanged', 'already_equal', null);
      return effect(planned.do === 'update' ? 'updated' : 'adopted', 'crm_changed', null, {
        ...unsure,
        changes,
      });
    }
    case 'remove':
      return effect('deleted', 'crm_deleted', null, unsure);
  }
}

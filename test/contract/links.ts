/** Links and results as a runner would write them, for tests that care about the queue and not about the contents. */
import type { LeasedDelivery, LinkWrite, OutboundFailure, OutboundResult } from '../../src/crm/contract.ts';
import type { SyncItem } from '../../src/item/sync-item.ts';

const item: SyncItem = {
  kind: 'appointment',
  subject: 'Lunch',
  body: '',
  location: '',
  regarding: null,
  when: { allDay: false, start: '2026-03-29T10:00:00Z', end: '2026-03-29T11:00:00Z', timeZone: null },
  private: false,
  priority: 'normal',
  status: 'pending',
  busy: true,
  categories: [],
  reminderMinutes: null,
  organiser: null,
  attendees: [],
};

export const link = (
  appointmentId: number,
  crmUserId: number,
  changes: Partial<LinkWrite> = {},
): LinkWrite => ({
  appointment_id: appointmentId,
  crm_user_id: crmUserId,
  role: 'organiser',
  kind: 'appointment',
  state: 'linked',
  form: 'event',
  domino_uid: `uid-${appointmentId}-${crmUserId}`,
  domino_recurrence_id: '',
  domino_unid: null,
  incarnation: 1,
  base_item: { crm: item, domino: item },
  base_hash: 'hash',
  domino_start: '2026-03-29T10:00:00Z',
  domino_token: 'token',
  domino_digest: 'digest',
  unlinked_reason: null,
  ...changes,
});

type Pair = Pick<LeasedDelivery, 'appointment_id' | 'crm_user_id' | 'version'>;

export const result = (
  { appointment_id, crm_user_id, version }: Pair,
  changes: Partial<OutboundResult> = {},
): OutboundResult => ({
  appointment_id,
  crm_user_id,
  version,
  action: 'created',
  reason_code: 'crm_created',
  detail: null,
  link: link(appointment_id, crm_user_id),
  conflicts: [],
  ...changes,
});

export const failure = (
  { appointment_id, crm_user_id, version }: Pair,
  changes: Partial<OutboundFailure> = {},
): OutboundFailure => ({
  appointment_id,
  crm_user_id,
  version,
  reason_code: 'domino_unreachable',
  error: 'no answer',
  retry_after_seconds: 60,
  ...changes,
});

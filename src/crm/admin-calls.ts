/** The procedures of the administrator and of the reports (`docs/contract.md`), typed. */
import type {
  ConfigurationChange,
  CrmDatabase,
  CrmUser,
  HeldPlan,
  OpenConflict,
  ResolveOutcome,
} from './contract.ts';
import {
  captureStateSchema,
  explanationSchema,
  heldPlansSchema,
  syncStatusSchema,
  taskDatesSchema,
} from './report-schemas.ts';
import { checked, type Calls } from './calls.ts';

type AdminCalls = Pick<
  CrmDatabase,
  | 'listUsers'
  | 'enableUser'
  | 'disableUser'
  | 'changeSetting'
  | 'setCaption'
  | 'removeCaption'
  | 'listChanges'
  | 'disableCapture'
  | 'enableCapture'
  | 'captureState'
  | 'taskDates'
  | 'syncStatus'
  | 'explain'
  | 'findByUid'
  | 'retryParked'
  | 'liftTombstone'
  | 'listConflicts'
  | 'resolveConflicts'
  | 'requestReconcile'
  | 'listHeld'
  | 'decideHeld'
  | 'purgeHistory'
>;

export const adminCalls = ({ rows, one }: Calls): AdminCalls => ({
  listUsers: () => rows<CrmUser>('list_users'),
  enableUser: (user) =>
    one<{ enqueued: number; taken_over: number }>('enable_user', {
      p_crm_user_id: user.crm_user_id,
      p_mail_file: user.mail_file,
      p_notes_name: user.notes_name,
      p_direction: user.direction,
      p_past_days: user.past_days,
    }),
  disableUser: async (crmUserId) => {
    await rows('disable_user', { p_crm_user_id: crmUserId });
  },
  changeSetting: async (name, value) => {
    await rows('change_setting', { p_name: name, p_value: value });
  },
  setCaption: async (row) =>
    (
      await one<{ changed: number }>('set_caption', {
        p_family: row.family,
        p_crm_value: row.crm_value,
        p_item_value: row.item_value,
        p_to_item: row.to_item,
        p_to_crm: row.to_crm,
      })
    ).changed,
  removeCaption: (family, crmValue, itemValue) =>
    one<{ removed: number; remaining: number }>('remove_caption', {
      p_family: family,
      p_crm_value: crmValue,
      p_item_value: itemValue,
    }),
  listChanges: (name, limit) => rows<ConfigurationChange>('list_changes', { p_name: name, p_limit: limit }),
  disableCapture: async (reason) => {
    await rows('disable_capture', { p_reason: reason });
  },
  enableCapture: async () => {
    await rows('enable_capture');
  },
  captureState: async () =>
    checked(captureStateSchema, (await one<{ state: unknown }>('capture_state')).state, 'capture_state'),
  taskDates: async () =>
    checked(taskDatesSchema, (await one<{ dates: unknown }>('task_dates')).dates, 'task_dates'),
  syncStatus: async () =>
    checked(syncStatusSchema, (await one<{ status: unknown }>('sync_status')).status, 'sync_status'),
  explain: async (appointmentId, uid = null) => {
    const { explanation } = await one<{ explanation: unknown }>('explain_item', {
      p_appointment_id: appointmentId,
      p_uid: uid,
    });
    return checked(explanationSchema, explanation, 'explain_item');
  },
  findByUid: (uid) =>
    rows<{ appointment_id: number | null; crm_user_id: number }>('find_by_uid', { p_uid: uid }),
  retryParked: async (appointmentId, uid = null) =>
    (await one<{ retried: number }>('retry_parked', { p_appointment_id: appointmentId, p_uid: uid })).retried,
  listConflicts: (appointmentId, limit) =>
    rows<OpenConflict>('list_conflicts', { p_appointment_id: appointmentId, p_limit: limit }),
  resolveConflicts: async (crmUserId, resolution) => {
    // Shaped like an inbound item, so that the procedures which write one serve here as well.
    const item = { item_no: 0, ...resolution, link: { crm_user_id: crmUserId, domino_uid: '-' } };
    const { outcome } = await one<{ outcome: ResolveOutcome }>('resolve_conflicts', {
      p_crm_user_id: crmUserId,
      p_resolution: JSON.stringify(item),
    });
    return outcome;
  },
  liftTombstone: async (appointmentId, crmUserId) =>
    (
      await one<{ lifted: number }>('lift_tombstone', {
        p_appointment_id: appointmentId,
        p_crm_user_id: crmUserId,
      })
    ).lifted,
  requestReconcile: async (crmUserId, reason) =>
    (await one<{ requested: number }>('request_reconcile', { p_crm_user_id: crmUserId, p_reason: reason }))
      .requested,
  listHeld: async (crmUserId) =>
    checked(heldPlansSchema, await rows<HeldPlan>('list_held', { p_crm_user_id: crmUserId }), 'list_held'),
  decideHeld: async (planId, decision) =>
    (await one<{ items: number }>('decide_held', { p_plan_id: planId, p_decision: decision })).items,
  purgeHistory: async (keepDays, limit) =>
    (await one<{ purged: number }>('purge_history', { p_keep_days: keepDays, p_limit: limit })).purged,
});

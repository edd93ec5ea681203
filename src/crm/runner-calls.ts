/** The procedures of the runner (`docs/contract.md`), typed. */
import { z } from 'zod';
import { crmAppointmentSchema } from '../item/crm-appointment.ts';
import type {
  CaptureWatch,
  CrmDatabase,
  DatabaseWitness,
  InboundOutcome,
  KnownLink,
  LeasedDelivery,
  LeasedMailbox,
  MissingOutcome,
  Settings,
  UnlinkedAppointment,
  WeighedDeletions,
} from './contract.ts';
import { itemLinkSchema, settingsSchema } from './link-schema.ts';
import { checked, type Calls } from './calls.ts';

type RunnerCalls = Pick<
  CrmDatabase,
  | 'readSettings'
  | 'startRun'
  | 'finishRun'
  | 'foldChanges'
  | 'leaseMailboxes'
  | 'renewMailbox'
  | 'releaseMailbox'
  | 'reportServer'
  | 'leaseOutbound'
  | 'readAppointments'
  | 'beginCreate'
  | 'completeOutbound'
  | 'noteConflicts'
  | 'failOutbound'
  | 'enqueueDelivery'
  | 'reconcileChunk'
  | 'finishReconcile'
  | 'watchCapture'
  | 'watchRestore'
  | 'holdDeletions'
  | 'listUnlinked'
  | 'reportFirstSync'
  | 'listKnown'
  | 'readLinks'
  | 'applyInbound'
  | 'applyMissing'
  | 'parkInbound'
  | 'settleParked'
  | 'saveLinks'
>;

const json = (value: unknown): string => JSON.stringify(value);

/** `runner` gives the id of this process; it throws when the process has not announced itself. */
export const runnerCalls = ({ rows, one, value }: Calls, runner: () => number): RunnerCalls => ({
  readSettings: async () => checked<Settings>(settingsSchema, await one('read_settings'), 'read_settings'),
  startRun: async (kind) => value<number>('start_run', { p_runner: runner(), p_kind: kind }),
  finishRun: async (runId, counts, error) => {
    await rows('finish_run', { p_run_id: runId, p_counts: json(counts), p_error: error });
  },

  foldChanges: (limit) => one<{ changes: number; deliveries: number }>('fold_changes', { p_limit: limit }),
  leaseMailboxes: (limit, leaseSeconds) =>
    rows<LeasedMailbox>('lease_mailboxes', {
      p_runner: runner(),
      p_limit: limit,
      p_lease_seconds: leaseSeconds,
    }),
  renewMailbox: async (crmUserId, leaseSeconds) =>
    (
      await one<{ held: boolean }>('renew_mailbox', {
        p_runner: runner(),
        p_crm_user_id: crmUserId,
        p_lease_seconds: leaseSeconds,
      })
    ).held,
  releaseMailbox: async (crmUserId, report) => {
    await rows('release_mailbox', {
      p_runner: runner(),
      p_crm_user_id: crmUserId,
      p_report: json(report),
    });
  },

  reportServer: async (pause) => {
    await rows('report_server', {
      p_runner: runner(),
      p_reason_code: pause?.reason_code ?? null,
      p_detail: pause?.detail ?? null,
      p_pause_seconds: pause?.seconds ?? null,
    });
  },

  leaseOutbound: async (crmUserId, limit, leaseSeconds) => {
    const leased = await rows<LeasedDelivery>('lease_outbound', {
      p_runner: runner(),
      p_crm_user_id: crmUserId,
      p_limit: limit,
      p_lease_seconds: leaseSeconds,
    });
    return leased.map((delivery) => ({
      ...delivery,
      link: checked(
        itemLinkSchema.nullable(),
        delivery.link,
        `lease_outbound: link of appointment ${delivery.appointment_id}`,
      ),
    }));
  },
  readAppointments: async (ids) => {
    const found = await rows<{ appointment_id: number; appointment: unknown }>('read_appointments', {
      p_ids: json(ids),
    });
    return found.map(({ appointment_id, appointment }) =>
      checked(crmAppointmentSchema, appointment, `read_appointments: appointment ${appointment_id}`),
    );
  },
  beginCreate: async (links) => {
    await rows('begin_create', { p_runner: runner(), p_links: json(links) });
  },
  completeOutbound: (results) =>
    one<{ completed: number; requeued: number }>('complete_outbound', {
      p_runner: runner(),
      p_results: json(results),
    }),
  noteConflicts: async (results) => {
    await rows('note_conflicts', { p_runner: runner(), p_results: json(results) });
  },
  failOutbound: (failures) =>
    one<{ waiting: number; parked: number }>('fail_outbound', {
      p_runner: runner(),
      p_failures: json(failures),
    }),
  enqueueDelivery: async (crmUserId, appointmentIds, reasonCode) => {
    await rows('enqueue_delivery', {
      p_crm_user_id: crmUserId,
      p_ids: json(appointmentIds),
      p_reason_code: reasonCode,
    });
  },

  reconcileChunk: (crmUserId, limit) =>
    one<{ enqueued: number; more: boolean }>('reconcile_chunk', {
      p_runner: runner(),
      p_crm_user_id: crmUserId,
      p_limit: limit,
    }),
  finishReconcile: (crmUserId) =>
    one<{ healed: number; open_differences: number }>('finish_reconcile', {
      p_runner: runner(),
      p_crm_user_id: crmUserId,
    }),
  watchCapture: () => one<CaptureWatch>('watch_capture'),
  watchRestore: (seen) =>
    one<DatabaseWitness & { restored: boolean }>('watch_restore', {
      p_run_id: seen?.run_id ?? null,
      p_started_at: seen?.started_at ?? null,
      p_finished: seen?.finished ?? false,
      p_epoch: seen?.epoch ?? null,
    }),
  holdDeletions: (crmUserId, direction, appointmentIds, reason) =>
    one<WeighedDeletions>('hold_deletions', {
      p_runner: runner(),
      p_crm_user_id: crmUserId,
      p_direction: direction,
      p_ids: json(appointmentIds),
      p_reason: reason,
    }),

  listUnlinked: (crmUserId) => rows<UnlinkedAppointment>('list_unlinked', { p_crm_user_id: crmUserId }),
  reportFirstSync: async (crmUserId, progress) => {
    await rows('report_first_sync', {
      p_runner: runner(),
      p_crm_user_id: crmUserId,
      p_progress: json(progress),
    });
  },
  listKnown: (crmUserId) => rows<KnownLink>('list_known', { p_crm_user_id: crmUserId }),
  readLinks: async (crmUserId, keys) => {
    const found = await rows<{ link: unknown }>('read_links', {
      p_crm_user_id: crmUserId,
      p_keys: json(keys),
    });
    return checked(
      z.array(itemLinkSchema),
      found.map(({ link }) => link),
      'read_links',
    );
  },
  applyInbound: (crmUserId, items) =>
    rows<InboundOutcome>('apply_inbound', {
      p_runner: runner(),
      p_crm_user_id: crmUserId,
      p_items: json(items),
    }),
  applyMissing: (crmUserId, items) =>
    rows<MissingOutcome>('apply_missing', {
      p_runner: runner(),
      p_crm_user_id: crmUserId,
      p_items: json(items),
    }),
  parkInbound: async (crmUserId, items) => {
    await rows('park_inbound', { p_runner: runner(), p_crm_user_id: crmUserId, p_items: json(items) });
  },
  settleParked: async (crmUserId, items) => {
    await rows('settle_parked', { p_runner: runner(), p_crm_user_id: crmUserId, p_items: json(items) });
  },
  saveLinks: async (crmUserId, links) => {
    await rows('save_links', { p_runner: runner(), p_crm_user_id: crmUserId, p_links: json(links) });
  },
});

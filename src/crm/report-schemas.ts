/** Shapes of the JSON documents that the reporting procedures of both engines hand out. */
import { z } from 'zod';
import { crmAppointmentSchema } from '../item/crm-appointment.ts';
import { MERGED_FIELDS } from '../item/sync-item.ts';
import type {
  CaptureState,
  ExplainedMailbox,
  Explanation,
  HeldPlan,
  SyncStatus,
  TaskDates,
} from './contract.ts';
import { itemLinkSchema } from './link-schema.ts';

const count = z.number().int();
const text = z.string();
const textOrNull = z.string().nullable();

export const taskDatesSchema: z.ZodType<TaskDates> = z.object({
  taken: z.boolean(),
  due_first: z.boolean(),
  tasks: count,
  datetime_later: count,
  todatetime_later: count,
  shared: count,
  nobody: count,
  left_out: z.array(z.object({ action: text, tasks: count })),
});

export const captureStateSchema: z.ZodType<CaptureState> = z.object({
  triggers: z.array(
    z.object({
      table_name: text,
      trigger_name: text,
      state: z.enum(['enabled', 'disabled', 'missing']),
    }),
  ),
  faults: count,
  open_gap: z.object({ opened_at: text, opened_by: text, reason: text }).nullable(),
  unreconciled_gaps: count,
  log_rows: count,
});

const planSchema = {
  plan_id: count,
  crm_user_id: count,
  direction: z.enum(['to_domino', 'to_crm']),
  reason_code: text,
  held_at: text,
  items: count,
  earlier: count,
  linked: count,
};

export const heldPlansSchema: z.ZodType<HeldPlan[]> = z.array(
  z.object({
    ...planSchema,
    appointments: z.array(z.object({ appointment_id: count, subject: textOrNull, start_at: textOrNull })),
  }),
);

export const syncStatusSchema: z.ZodType<SyncStatus> = z.object({
  clock: text,
  capture: captureStateSchema,
  users: z.object({ enabled: count, ok: count, paused: count, held: count }),
  first_syncs: z.array(
    z.object({
      crm_user_id: count,
      name: text,
      cause: text,
      total: count.nullable(),
      compared: count.nullable(),
      read: count.nullable(),
    }),
  ),
  verification: z.object({
    verified: count,
    due: count,
    running: count,
    oldest_verified_at: textOrNull,
    healed: count,
    open_differences: count,
  }),
  held_plans: z.array(z.object({ ...planSchema, name: text })),
  backlog: z.object({
    due: count,
    waiting: count,
    leased: count,
    parked: count,
    oldest_seconds: z.number().nullable(),
  }),
  links: z.object({ linked: count, unlinked: count, creating: count }),
  inbound_parked: z.object({ skipped: count, errors: count }),
  conflicts: z.object({ open: count }),
  runners: z.array(
    z.object({
      runner_id: count,
      host: text,
      process_id: count,
      alive: z.boolean(),
      started_at: text,
      domino_reason: textOrNull,
      domino_detail: textOrNull,
      domino_paused_until: textOrNull,
    }),
  ),
  last_runs: z.array(
    z.object({
      run_id: count,
      kind: text,
      started_at: text,
      finished_at: textOrNull,
      counts: z.record(z.string(), z.number()).nullable(),
      error: textOrNull,
    }),
  ),
});

const mailboxSchema: z.ZodType<ExplainedMailbox> = z.object({
  crm_user_id: count,
  name: text,
  email: textOrNull,
  refusal: textOrNull,
  known: z.boolean(),
  enabled: z.boolean(),
  direction: z.enum(['both', 'to_domino', 'to_crm']).nullable(),
  mail_file: textOrNull,
  window_start: textOrNull,
  enabled_at: textOrNull,
  disabled_at: textOrNull,
  health: z.enum(['ok', 'paused', 'held']).nullable(),
  health_reason: textOrNull,
  health_detail: textOrNull,
  health_since: textOrNull,
  last_poll_at: textOrNull,
  next_poll_at: textOrNull,
  first_sync_done: z.boolean(),
});

const fieldChangeSchema = z.object({
  field: z.enum(MERGED_FIELDS),
  before: z.unknown(),
  after: z.unknown(),
  masked: z.literal(true).optional(),
});

export const explanationSchema: z.ZodType<Explanation> = z.object({
  clock: text,
  appointment: crmAppointmentSchema.nullable(),
  mailboxes: z.array(mailboxSchema),
  deliveries: z.array(
    z.object({
      appointment_id: count,
      crm_user_id: count,
      version: count,
      attempts: count,
      reason_code: text,
      enqueued_at: text,
      next_attempt_at: text,
      parked_at: textOrNull,
      last_reason_code: textOrNull,
      last_error: textOrNull,
      leased: z.boolean(),
    }),
  ),
  links: z.array(
    z.intersection(
      itemLinkSchema,
      z.object({ email: textOrNull, mail_file: textOrNull, user_enabled: z.boolean(), updated_at: text }),
    ),
  ),
  parked: z.array(
    z.object({
      crm_user_id: count,
      form: z.enum(['event', 'todo']),
      domino_uid: text,
      domino_recurrence_id: text,
      domino_start: textOrNull,
      domino_digest: textOrNull,
      reason_code: text,
      detail: textOrNull,
      subject: textOrNull,
      payload: z.unknown(),
      retry_after_seconds: z.number().nullable(),
      parked_at: text,
    }),
  ),
  conflicts: z.array(
    z.object({
      conflict_id: count,
      crm_user_id: count,
      field: text,
      base_value: z.unknown(),
      crm_value: z.unknown(),
      domino_value: z.unknown(),
      winner: z.enum(['crm', 'domino', 'both']),
      decided_by: text,
      decided_at: text,
      resolution: z.enum(['crm', 'domino', 'value']).nullable(),
      resolved_by: textOrNull,
      resolved_at: textOrNull,
    }),
  ),
  activity: z.array(
    z.object({
      happened_at: text,
      crm_user_id: count.nullable(),
      direction: text,
      action: text,
      reason_code: text,
      detail: textOrNull,
      domino_uid: textOrNull,
      run_id: count.nullable(),
      changes: z.array(fieldChangeSchema).nullable(),
      changed_by: textOrNull,
      changed_at: textOrNull,
    }),
  ),
  reasons: z.record(z.string(), z.object({ meaning: text, remedy: text })),
  people: z.array(
    z.object({
      email: text,
      external: z.boolean(),
      user_name: textOrNull,
      persons: z.array(z.object({ person_id: count, name: textOrNull })),
    }),
  ),
  unfolded_changes: count,
  runners: z.object({
    alive: count,
    last_seen_at: textOrNull,
    domino_reason: textOrNull,
    domino_paused_until: textOrNull,
  }),
  gaps: z.array(z.object({ opened_at: text, closed_at: textOrNull, reason: text })),
  triggers_off: count,
  settings: z.record(z.string(), textOrNull),
});

/** Explanations as the database would give them, with the real texts of the reason codes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  ExplainedActivity,
  ExplainedConflict,
  ExplainedMailbox,
  Explanation,
} from '../../../src/crm/contract.ts';
import { readReasonTexts } from '../../../src/docs/reason-codes-page.ts';
import type { CrmAppointment } from '../../../src/item/crm-appointment.ts';
import type { SyncItem } from '../../../src/item/sync-item.ts';

const script = join(import.meta.dirname, '..', '..', '..', 'sql', 'postgres', 'admin', 'reason_codes.sql');
export const reasons: Explanation['reasons'] = Object.fromEntries(
  readReasonTexts(readFileSync(script, 'utf8')).map(({ code, meaning, remedy }) => [
    code,
    { meaning, remedy },
  ]),
);

export const ANNA = 1;
export const BERT = 2;
export const ID = 5211;

export const item: SyncItem = {
  kind: 'appointment',
  subject: 'Lunch',
  body: 'Bring money',
  location: 'Canteen',
  regarding: null,
  when: { allDay: false, start: '2026-06-01T10:00:00Z', end: '2026-06-01T11:00:00Z', timeZone: null },
  private: false,
  priority: 'normal',
  status: 'pending',
  busy: true,
  categories: [],
  reminderMinutes: null,
  organiser: null,
  attendees: [],
};

export const appointment = (changes: Partial<CrmAppointment> = {}): CrmAppointment => ({
  appointment_id: ID,
  present: true,
  deleted: false,
  type: 'Appointment',
  task: null,
  action: 'Meeting',
  status: 'Pending',
  priority: 'Normal',
  start_at: '2026-06-01T12:00:00',
  end_at: '2026-06-01T13:00:00',
  all_day: false,
  private: false,
  crm_only: false,
  subject: 'Lunch',
  location: 'Canteen',
  note: 'Bring money',
  notify_at: null,
  updated_at: '2026-05-20T12:00:00',
  updated_by: ANNA,
  recurrence_id: null,
  organiser: { user_id: ANNA, email: 'anna@acme.example', name: 'Anna Adler' },
  users: [
    {
      user_id: ANNA,
      email: 'anna@acme.example',
      name: 'Anna Adler',
      response: 6,
      notify_at: null,
      resource: false,
    },
  ],
  externals: [],
  regarding: [],
  holders: [{ crm_user_id: ANNA, role: 'organiser' }],
  fingerprint: 'f',
  ...changes,
});

export const mailbox = (changes: Partial<ExplainedMailbox> = {}): ExplainedMailbox => ({
  crm_user_id: ANNA,
  name: 'Anna Adler',
  email: 'anna@acme.example',
  refusal: null,
  known: true,
  enabled: true,
  direction: 'both',
  mail_file: 'mail/anna.nsf',
  window_start: '2026-04-01T00:00:00Z',
  enabled_at: '2026-04-15T00:00:00Z',
  disabled_at: null,
  health: 'ok',
  health_reason: null,
  health_detail: null,
  health_since: '2026-04-15T00:00:00Z',
  last_poll_at: '2026-05-20T10:29:30Z',
  next_poll_at: '2026-05-20T10:30:30Z',
  first_sync_done: true,
  ...changes,
});

/** Bert has never been enabled. */
export const neverEnabled = (changes: Partial<ExplainedMailbox> = {}): ExplainedMailbox =>
  mailbox({
    crm_user_id: BERT,
    name: 'Bert Braun',
    email: 'bert@acme.example',
    known: false,
    enabled: false,
    direction: null,
    mail_file: null,
    window_start: null,
    enabled_at: null,
    health: null,
    health_since: null,
    last_poll_at: null,
    next_poll_at: null,
    first_sync_done: false,
    ...changes,
  });

export const link = (changes: Partial<Explanation['links'][number]> = {}): Explanation['links'][number] => ({
  appointment_id: ID,
  crm_user_id: ANNA,
  role: 'organiser',
  kind: 'appointment',
  state: 'linked',
  form: 'event',
  domino_uid: 'UID-1',
  domino_recurrence_id: '',
  domino_unid: null,
  incarnation: 1,
  base_item: { crm: item, domino: item },
  base_hash: 'h',
  domino_start: '2026-06-01T10:00:00Z',
  domino_token: 't',
  domino_digest: 'd',
  unlinked_reason: null,
  created_at: '2026-05-20T10:00:00Z',
  email: 'anna@acme.example',
  mail_file: 'mail/anna.nsf',
  user_enabled: true,
  updated_at: '2026-05-20T10:10:00Z',
  ...changes,
});

export const delivery = (
  changes: Partial<Explanation['deliveries'][number]> = {},
): Explanation['deliveries'][number] => ({
  appointment_id: ID,
  crm_user_id: ANNA,
  version: 7,
  attempts: 0,
  reason_code: 'crm_changed',
  enqueued_at: '2026-05-20T10:20:00Z',
  next_attempt_at: '2026-05-20T10:20:00Z',
  parked_at: null,
  last_reason_code: null,
  last_error: null,
  leased: false,
  ...changes,
});

export const parked = (
  changes: Partial<Explanation['parked'][number]> = {},
): Explanation['parked'][number] => ({
  crm_user_id: ANNA,
  form: 'event',
  domino_uid: 'UID-1',
  domino_recurrence_id: '',
  domino_start: '2026-06-01T10:00:00Z',
  domino_digest: 'd',
  reason_code: 'series_too_long',
  detail: null,
  subject: 'Weekly',
  payload: null,
  retry_after_seconds: null,
  parked_at: '2026-05-20T10:15:00Z',
  ...changes,
});

export const activity = (changes: Partial<ExplainedActivity> = {}): ExplainedActivity => ({
  happened_at: '2026-05-20T10:10:00Z',
  crm_user_id: ANNA,
  direction: 'to_domino',
  action: 'updated',
  reason_code: 'crm_changed',
  detail: null,
  domino_uid: 'UID-1',
  run_id: 3,
  changes: null,
  changed_by: null,
  changed_at: null,
  ...changes,
});

export const conflict = (changes: Partial<ExplainedConflict> = {}): ExplainedConflict => ({
  conflict_id: 9,
  crm_user_id: ANNA,
  field: 'subject',
  base_value: 'Lunch',
  crm_value: 'Dinner',
  domino_value: 'Breakfast',
  winner: 'crm',
  decided_by: 'policy newest',
  decided_at: '2026-05-20T10:10:00Z',
  resolution: null,
  resolved_by: null,
  resolved_at: null,
  ...changes,
});

/** In step, seen at 10:30 on 20 May 2026 (12:30 by the CRM's clock). */
export const explanation = (changes: Partial<Explanation> = {}): Explanation => ({
  clock: '2026-05-20T10:30:00Z',
  appointment: appointment(),
  mailboxes: [mailbox()],
  deliveries: [],
  links: [link()],
  parked: [],
  conflicts: [],
  activity: [activity()],
  reasons,
  people: [],
  unfolded_changes: 0,
  runners: { alive: 1, last_seen_at: '2026-05-20T10:29:59Z', domino_reason: null, domino_paused_until: null },
  gaps: [],
  triggers_off: 0,
  settings: { crm_time_zone: 'Europe/Berlin', max_attempts: '10' },
  ...changes,
});

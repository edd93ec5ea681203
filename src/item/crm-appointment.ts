/**
 * A CRM appointment as the database hands it out (`read_appointments`): vendor vocabulary, trimmed flags,
 * wall-clock times of the CRM server as text. `crm-mapping.ts` turns it into a SyncItem.
 */
import { z } from 'zod';

/** CRM wall-clock time `YYYY-MM-DDTHH:MM:SS`, in the zone of setting `crm_time_zone`; carries no offset. */
export const wallTimeSchema = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/);

export const crmPersonSchema = z.object({
  user_id: z.number().int().nullable(),
  email: z.string().nullable(),
  name: z.string().nullable(),
});

export const crmAppointmentSchema = z.object({
  appointment_id: z.number().int(),
  /** False after a physical DELETE; then every other field is empty. */
  present: z.boolean(),
  /** Comm_Deleted = 1. */
  deleted: z.boolean(),
  type: z.string().nullable(),
  /**
   * Null: no Task (Comm_Type 'Task', a literal that is inferred). off: Tasks take no part. own: it has one user, its owner;
   * shared: several, or none; other: its action is not among setting `task_actions`, as of an e-mail.
   */
  task: z.enum(['off', 'own', 'shared', 'other']).nullable(),
  action: z.string().nullable(),
  status: z.string().nullable(),
  priority: z.string().nullable(),
  /** Of a Task its start; the columns of a Task are reversed (setting `task_due_column`), which the database takes care of. */
  start_at: wallTimeSchema.nullable(),
  /** Of a Task its due date. */
  end_at: wallTimeSchema.nullable(),
  all_day: z.boolean(),
  private: z.boolean(),
  /** Comm_CRMOnly = 'Y': never synchronised. */
  crm_only: z.boolean(),
  subject: z.string().nullable(),
  location: z.string().nullable(),
  note: z.string().nullable(),
  /** Absolute reminder time, CRM wall clock. */
  notify_at: wallTimeSchema.nullable(),
  updated_at: wallTimeSchema.nullable(),
  updated_by: z.number().int().nullable(),
  recurrence_id: z.number().int().nullable(),
  /** Resolved from Comm_Organizer (user id as text, or an address), else the link with status 6, else the creator. */
  organiser: crmPersonSchema.nullable(),
  /** Live Comm_Link rows with a user, the organiser included; one row a user. */
  users: z.array(
    crmPersonSchema.extend({
      user_id: z.number().int(),
      /** cmli_status: 0 none, 2 tentative, 3 accepted, 4 declined, 6 organiser. */
      response: z.number().int().nullable(),
      notify_at: wallTimeSchema.nullable(),
      resource: z.boolean(),
    }),
  ),
  /** Live Comm_Link rows of external attendees. */
  externals: z.array(
    z.object({
      email: z.string().nullable(),
      name: z.string().nullable(),
      response: z.number().int().nullable(),
      person_id: z.number().int().nullable(),
    }),
  ),
  /** What it is about, each once: live links of customers, Comm_OpportunityId, Comm_CaseId. Not who is invited. */
  regarding: z.array(
    z.object({
      kind: z.enum(['company', 'person', 'opportunity', 'case']),
      id: z.number().int(),
      /** null: there is no such row, or the CRM lacks the module. */
      name: z.string().nullable(),
    }),
  ),
  /** Who should hold the entry now, among enabled users (DESIGN §7 "Who holds the entry"). */
  holders: z.array(z.object({ crm_user_id: z.number().int(), role: z.enum(['organiser', 'copy']) })),
  /** Digest of every mapped column of the row and its links; opaque, made by the database. */
  fingerprint: z.string(),
});
export type CrmAppointment = z.infer<typeof crmAppointmentSchema>;

/** Whether rows of this type are for Notes at all, whoever holds them. */
export const takesPart = ({ type, task }: Pick<CrmAppointment, 'type' | 'task'>): boolean =>
  task === null ? type === 'Appointment' : task !== 'off';

/**
 * Columns of Communication that Domino's side may set, in the vocabulary of `apply_inbound`. A key that is absent
 * is left alone; for a new appointment all are present.
 */
export interface CrmFields {
  /** New rows only: a Task; left out it is an appointment. */
  type?: 'Task';
  action?: string;
  status?: string;
  priority?: string;
  start_at?: string;
  end_at?: string;
  all_day?: boolean;
  private?: boolean;
  subject?: string;
  location?: string;
  note?: string;
  notify_at?: string | null;
  /** New appointments only: the organiser's address; null = the owner of the mailbox. */
  organiser_email?: string | null;
}

export interface CrmAttendeeChange {
  email: string;
  name: string;
  /** cmli_status code. */
  response: number;
}

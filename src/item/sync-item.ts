/**
 * SyncItem: the one canonical, validated message that crosses between the CRM and Domino.
 *
 * Both sides are mapped to it (`crm-mapping.ts`, `domino-mapping.ts`); the planner and the merge see nothing else.
 * Instants are ISO 8601 in UTC with second precision (`2026-03-29T01:30:00Z`); all-day dates stay dates.
 */
import { z } from 'zod';

export const instantSchema = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/, 'must be a UTC instant such as 2026-03-29T01:30:00Z');

export const dateSchema = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date such as 2026-03-29');

/** When something happens: start, end, all-day and zone are one unit, merged and compared as one. */
export const whenSchema = z.discriminatedUnion('allDay', [
  z.strictObject({
    allDay: z.literal(false),
    start: instantSchema,
    end: instantSchema,
    /** IANA id of the zone the author wrote in; null when the source does not say. Never part of equality. */
    timeZone: z.string().nullable(),
  }),
  z.strictObject({
    allDay: z.literal(true),
    /** First day. */
    start: dateSchema,
    /** Last day, inclusive: equal to `start` for a single day. */
    end: dateSchema,
  }),
]);
export type When = z.infer<typeof whenSchema>;

export const responseSchema = z.enum(['none', 'tentative', 'accepted', 'declined']);
export type Response = z.infer<typeof responseSchema>;

export const personSchema = z.strictObject({
  /** Lower-cased and trimmed; the identity of a person on both sides. */
  email: z.string().min(3),
  name: z.string(),
});
export type Person = z.infer<typeof personSchema>;

export const attendeeSchema = personSchema.extend({
  role: z.enum(['required', 'optional', 'informed', 'resource']),
  response: responseSchema,
  /** True for somebody who is not a CRM user; null where the source cannot know (Domino). */
  external: z.boolean().nullable(),
});
export type Attendee = z.infer<typeof attendeeSchema>;

export const itemKindSchema = z.enum(['meeting', 'appointment', 'todo']);
export type ItemKind = z.infer<typeof itemKindSchema>;

export const prioritySchema = z.enum(['high', 'normal', 'low']);
export const statusSchema = z.enum(['pending', 'in_progress', 'completed', 'cancelled']);

export const syncItemSchema = z.strictObject({
  /** `meeting` = other people are invited on this side; follows from the attendees, except for a To Do. */
  kind: itemKindSchema,
  subject: z.string(),
  /**
   * Plain text, lines separated by `\n`. null = this side has a text but does not reveal it (a rich-text body in
   * Notes): unknown, and never taken for a change.
   */
  body: z.string().nullable(),
  location: z.string(),
  /**
   * What it is about, as texts (`Company: Acme Ltd`): of the CRM its links, of Domino what the block in the text shows. One
   * way, so never an edit of Domino's. null = not known or not to be shown: never taken for a change.
   */
  regarding: z.array(z.string()).nullable().default(null),
  when: whenSchema,
  private: z.boolean(),
  priority: prioritySchema,
  status: statusSchema,
  /**
   * Whether the time is taken: of the CRM what the status stands for, of Domino what its user chose. null = not known (a To
   * Do, a link stored by an earlier version): never taken for a change.
   */
  busy: z.boolean().nullable().default(null),
  categories: z.array(z.string()),
  /** Minutes before the start; null = no reminder. */
  reminderMinutes: z.number().int().nullable(),
  organiser: personSchema.nullable(),
  /** Without the organiser; sorted by e-mail, one entry an address. */
  attendees: z.array(attendeeSchema),
  /** Of a To Do that Notes assigned to several: the names there. Kept so that its other documents can be told; never compared. */
  group: z.object({ assigner: z.string(), assignees: z.array(z.string()) }).optional(),
});
export type SyncItem = z.infer<typeof syncItemSchema>;

/** A finished or cancelled item reminds nobody: completing it takes the reminder away, reopening it brings it back. */
export const remindsNobody = (status: SyncItem['status']): boolean =>
  status === 'completed' || status === 'cancelled';

/** The fields that are compared and merged one by one. `kind` follows from the others and is not among them. */
export const MERGED_FIELDS = [
  'subject',
  'body',
  'location',
  'regarding',
  'when',
  'private',
  'priority',
  'status',
  'busy',
  'categories',
  'reminderMinutes',
  'attendees',
] as const satisfies readonly (keyof SyncItem)[];
export type MergedField = (typeof MERGED_FIELDS)[number];

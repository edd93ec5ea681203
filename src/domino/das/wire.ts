/** The JSON of the Calendar service (domino.md §1.5), as loosely as one may take it without guessing. */
import { z } from 'zod';
import { isDay } from './times.ts';

const date = z.string().refine(isDay, 'is no date');
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/, 'is no time of day');

export const wireTimeSchema = z.looseObject({
  date,
  time: time.optional(),
  utc: z.boolean().optional(),
  tzid: z.string().optional(),
});
export type WireTime = z.infer<typeof wireTimeSchema>;

const observance = z.looseObject({
  start: z.looseObject({ date, time: time.optional() }),
  offsetFrom: z.string(),
  offsetTo: z.string(),
  recurrenceRule: z.string().optional(),
});

export const wireTimeZoneSchema = z.looseObject({
  tzid: z.string(),
  // One of each is what Domino writes; a zone with a history has several.
  standard: z.union([observance, z.array(observance)]).optional(),
  daylight: z.union([observance, z.array(observance)]).optional(),
});
export type WireTimeZone = z.infer<typeof wireTimeZoneSchema>;

const personSchema = z.looseObject({ displayName: z.string().optional(), email: z.string().optional() });

const attendeeSchema = personSchema.extend({
  role: z.string().optional(),
  userType: z.string().optional(),
  status: z.string().optional(),
  rsvp: z.boolean().optional(),
});
export type WireAttendee = z.infer<typeof attendeeSchema>;

export const wireEventSchema = z.looseObject({
  id: z.string().min(1),
  href: z.string().optional(),
  summary: z.string().optional(),
  location: z.string().optional(),
  description: z.string().optional(),
  start: wireTimeSchema,
  end: wireTimeSchema.optional(),
  duration: z.string().optional(),
  recurrenceRule: z.string().optional(),
  recurrenceDates: z.array(z.unknown()).optional(),
  recurrenceId: z.string().optional(),
  class: z.string().optional(),
  transparency: z.string().optional(),
  status: z.string().optional(),
  sequence: z.number().optional(),
  'last-modified': z.string().optional(),
  categories: z.string().optional(),
  priority: z.number().optional(),
  attendees: z.array(attendeeSchema).optional(),
  organizer: personSchema.optional(),
  alarm: z
    .array(z.looseObject({ trigger: z.looseObject({ value: z.string().optional() }).optional() }))
    .optional(),
});
export type WireEvent = z.infer<typeof wireEventSchema>;

export const eventBodySchema = z.looseObject({
  timezones: z.array(wireTimeZoneSchema).optional(),
  events: z.array(wireEventSchema).min(1),
});
export type EventBody = z.infer<typeof eventBodySchema>;

/** Rows are checked one by one, so that one bad row does not hide a whole mailbox. */
export const listBodySchema = z.looseObject({
  timezones: z.array(wireTimeZoneSchema).optional(),
  events: z.array(z.unknown()),
});

/** Value of an x-property: `{data, type?}`, in lists of notices also an array of them. */
export function xProperty(event: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = event[name];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first !== 'object' || first === null || !('data' in first)) return null;
  return typeof first.data === 'string' ? first.data : null;
}

/** What a Notes user can be asked to do; checked here because it also comes over the control port. */
import { z } from 'zod';

/** A UTC instant such as `2026-03-02T09:00:00Z`. */
const instant = z.iso.datetime();
const date = z.iso.date();
const uid = z.string().min(1);

const richBody = z.strictObject({ html: z.string(), attachments: z.array(z.string()).default([]) });

const content = {
  location: z.string().optional(),
  body: z.string().optional(),
  /** In place of `body`: formatted text, files. */
  richBody: richBody.optional(),
  private: z.boolean().optional(),
  categories: z.array(z.string()).optional(),
  /** Does not block the time. */
  transparent: z.boolean().optional(),
  /** Minutes before the start; null takes the alarm away. */
  alarmMinutes: z.number().int().nullable().optional(),
};

const invitee = z.union([
  z.string(),
  z.object({
    email: z.string(),
    role: z.enum(['req-participant', 'opt-participant', 'non-participant']).optional(),
  }),
]);

const timed = { subject: z.string(), start: instant, end: instant, ...content, zone: z.string().optional() };

export const appointmentInput = z.strictObject(timed);
export const meetingInput = z.strictObject({
  ...timed,
  invitees: z.array(invitee).default([]),
  broadcast: z.boolean().optional(),
});
/** A rule, or the starts one by one as with custom dates; of these the first is the start of the series. */
const repeats = { rule: z.string().optional(), dates: z.array(z.string()).optional() };

export const seriesInput = z.strictObject({
  ...timed,
  ...repeats,
  invitees: z.array(invitee).optional(),
});
export const allDaySeriesInput = z.strictObject({
  subject: z.string(),
  date,
  lastDate: date.optional(),
  ...repeats,
  ...content,
});
/** Other repeats. Instances whose original start stays keep what was changed in them. */
export const changeSeriesInput = z.strictObject({
  uid,
  start: instant.optional(),
  end: instant.optional(),
  ...repeats,
});
/** "This and all future": instances from this one on. */
export const changeFollowingInput = z.strictObject({
  uid,
  recurrenceId: z.string(),
  subject: z.string().optional(),
  moveMinutes: z.number().int().optional(),
  ...content,
});
export const allDayInput = z.strictObject({
  subject: z.string(),
  date,
  lastDate: date.optional(),
  ...content,
});
export const reminderInput = z.strictObject({ subject: z.string(), at: instant, ...content });
export const anniversaryInput = z.strictObject({ subject: z.string(), date, ...content });
export const todoInput = z.strictObject({
  subject: z.string(),
  start: instant.optional(),
  due: instant.optional(),
  body: z.string().optional(),
  richBody: richBody.optional(),
  categories: z.array(z.string()).optional(),
  importance: z.enum(['1', '2', '3']).optional(),
  private: z.boolean().optional(),
});
export const newTodoInput = todoInput.extend({
  /** Mail addresses. */
  assignees: z.array(z.string()).optional(),
});
export const editInput = z.strictObject({
  uid,
  recurrenceId: z.string().optional(),
  subject: z.string().optional(),
  invitees: z.array(invitee).optional(),
  ...content,
});
export const moveInput = z.strictObject({ uid, start: instant, end: instant.optional() });
export const moveDayInput = z.strictObject({ uid, date, lastDate: date.optional() });
export const moveInstanceInput = z.strictObject({
  uid,
  recurrenceId: z.string(),
  start: instant,
  end: instant.optional(),
});
export const deleteInput = z.strictObject({ uid, notify: z.boolean().optional() });
export const deleteInstanceInput = z.strictObject({
  uid,
  recurrenceId: z.string(),
  range: z.enum(['this', 'all', 'future', 'previous']).optional(),
  notify: z.boolean().optional(),
});
export const answerInput = z.strictObject({
  uid,
  recurrenceId: z.string().optional(),
  comments: z.string().optional(),
});
/** The time an invitee would rather have. */
export const counterInput = z.strictObject({
  uid,
  start: instant,
  end: instant,
  comments: z.string().optional(),
});
export const privateInput = z.strictObject({ uid, private: z.boolean() });
export const editTodoInput = z.strictObject({ unid: uid, ...todoInput.partial().shape });
export const todoKeyInput = z.strictObject({ unid: uid });

export type Invitee = z.input<typeof invitee>;
export type AppointmentInput = z.input<typeof appointmentInput>;
export type MeetingInput = z.input<typeof meetingInput>;
export type SeriesInput = z.input<typeof seriesInput>;
export type AllDaySeriesInput = z.input<typeof allDaySeriesInput>;
export type ChangeSeriesInput = z.input<typeof changeSeriesInput>;
export type ChangeFollowingInput = z.input<typeof changeFollowingInput>;
export type AllDayInput = z.input<typeof allDayInput>;
export type ReminderInput = z.input<typeof reminderInput>;
export type AnniversaryInput = z.input<typeof anniversaryInput>;
export type TodoInput = z.input<typeof todoInput>;
export type NewTodoInput = z.input<typeof newTodoInput>;
export type EditInput = z.input<typeof editInput>;
export type MoveInput = z.input<typeof moveInput>;
export type MoveDayInput = z.input<typeof moveDayInput>;
export type MoveInstanceInput = z.input<typeof moveInstanceInput>;
export type DeleteInput = z.input<typeof deleteInput>;
export type DeleteInstanceInput = z.input<typeof deleteInstanceInput>;
export type AnswerInput = z.input<typeof answerInput>;
export type CounterInput = z.input<typeof counterInput>;
export type PrivateInput = z.input<typeof privateInput>;
export type EditTodoInput = z.input<typeof editTodoInput>;
export type TodoKeyInput = z.input<typeof todoKeyInput>;

/** CRM rows ↔ SyncItem. The only place that knows what the columns of Communication mean. */
import type { CaptionMap } from './caption-map.ts';
import type { CrmAppointment, CrmAttendeeChange, CrmFields } from './crm-appointment.ts';
import { reminderFromCrm, reminderToCrm, whenFromCrm, whenToCrm } from './crm-time.ts';
import { attendeeList, CRM_ORGANISER, kindFor, responseFromCrm, type ExternalAttendees } from './people.ts';
import type { ReasonCode } from './reason-code.ts';
import { regardingOf, type RegardingMode } from './regarding-block.ts';
import {
  MERGED_FIELDS,
  remindsNobody,
  type Attendee,
  type MergedField,
  type Person,
  type SyncItem,
} from './sync-item.ts';
import { cleanText, cutText, emailOf, isMailAddress, oneLine } from './text.ts';

/** Comm_Subject and Comm_Location are nvarchar(255). */
export const CRM_TEXT_LIMIT = 255;

export interface CrmContext {
  /** Zone of the CRM server's wall clock, an IANA id. */
  zone: string;
  captions: CaptionMap;
  /** The user whose mailbox this is about. */
  owner: { crm_user_id: number; email: string };
  /** copy: the organiser's mailbox is not synchronised, the owner gets a plain entry that invites nobody. */
  role: 'organiser' | 'copy';
  externalAttendees: ExternalAttendees;
  regarding: RegardingMode;
}

export type ItemOrRefusal = { item: SyncItem } | { refused: ReasonCode; detail: string };

/**
 * Reads a row that is present and an appointment, or a Task. Refused (`bad_times`) when the start is missing or after the end, and
 * (`no_address`) when people are invited by an owner who has no address.
 */
export function itemFromCrm(row: CrmAppointment, context: CrmContext): ItemOrRefusal {
  const { captions, zone, externalAttendees: mode } = context;
  const times = whenFromCrm(row, zone);
  if ('fault' in times) return { refused: 'bad_times', detail: times.fault };

  // A Task belongs to one user and invites nobody; whatever its action, it is a To Do.
  const isTask = row.task !== null;
  const attendees = context.role === 'copy' || isTask ? [] : attendeesOf(row, context);
  const kind = kindFor(isTask || captions.kindOf(row.action) === 'todo', attendees, mode);
  const organiser = kind === 'meeting' ? organiserOf(row, context) : null;
  if (kind === 'meeting' && organiser === null) {
    return {
      refused: 'no_address',
      detail: `the organiser, user ${context.owner.crm_user_id}, has no e-mail address`,
    };
  }
  const status = captions.statusOf(row.status);
  const own = row.users.find((user) => user.user_id === context.owner.crm_user_id);
  const notifyAt = own?.notify_at ?? row.notify_at;
  return {
    item: {
      kind,
      subject: oneLine(row.subject ?? ''),
      body: cleanText(row.note ?? '').trimEnd(),
      location: oneLine(row.location ?? ''),
      regarding: context.regarding === 'list' ? regardingOf(row) : null,
      when: times.when,
      private: row.private,
      priority: captions.priorityOf(row.priority),
      status,
      busy: kind === 'todo' ? null : captions.busyOf(row.status),
      categories: captions.categoriesOf(row.action),
      reminderMinutes:
        notifyAt === null || remindsNobody(status)
          ? null
          : reminderFromCrm(notifyAt, times.when, zone, isTask ? 'end' : 'start'),
      organiser,
      attendees,
    },
  };
}

/** Everybody but the organiser who has an address, people outside the CRM included: the mode is applied by Domino's mapping. */
function attendeesOf(row: CrmAppointment, { owner }: CrmContext): Attendee[] {
  const organisers = new Set(
    [emailOf(owner.email), emailOf(row.organiser?.email ?? null)].filter((e) => e !== null),
  );
  const attendee = (
    person: { email: string | null; name: string | null; response: number | null },
    role: Attendee['role'],
    external: boolean,
  ): Attendee[] => {
    const email = emailOf(person.email);
    if (email === null || !isMailAddress(email)) return [];
    const name = oneLine(person.name ?? '');
    return [{ email, name, role, response: responseFromCrm(person.response), external }];
  };
  const users = row.users.filter(
    (user) => user.user_id !== owner.crm_user_id && user.user_id !== row.organiser?.user_id,
  );
  return attendeeList(
    [
      ...users.flatMap((user) => attendee(user, user.resource ? 'resource' : 'required', false)),
      ...row.externals.flatMap((external) => attendee(external, 'required', true)),
    ],
    organisers,
  );
}

/** Domino takes a meeting only with the owner of the mailbox as its organiser, under his own address. */
function organiserOf(row: CrmAppointment, { owner }: CrmContext): Person | null {
  const email = emailOf(owner.email);
  if (email === null || !isMailAddress(email)) return null;
  const own = row.users.find((user) => user.user_id === owner.crm_user_id);
  const name = row.organiser?.user_id === owner.crm_user_id ? row.organiser.name : (own?.name ?? null);
  return { email, name: oneLine(name ?? '') };
}

export interface Truncation {
  field: 'subject' | 'location';
  /** What did not fit. */
  cut: string;
}

/**
 * The columns that hold `fields` of `item`. `current` null: a new row, so every column is given. A caption that
 * already means the same is left as the CRM's users chose it. A body that is unknown is left alone.
 */
export function crmFieldsFrom(
  item: SyncItem,
  fields: readonly MergedField[],
  context: CrmContext & {
    current: CrmAppointment | null;
    /** What a To Do that was made in Notes becomes; left out: an appointment. */
    newTodos?: 'appointment' | 'task';
  },
): { fields: CrmFields; truncated: Truncation[] } {
  const { captions, zone, current } = context;
  const wanted = new Set<MergedField>(current === null ? MERGED_FIELDS : fields);
  const columns: CrmFields = {};
  const truncated: Truncation[] = [];
  const isTask =
    current === null ? context.newTodos === 'task' && item.kind === 'todo' : current.task !== null;
  if (current === null && isTask) columns.type = 'Task';
  const fitted = (field: Truncation['field']): string => {
    const { text, cut } = cutText(oneLine(item[field]), CRM_TEXT_LIMIT);
    if (cut !== '') truncated.push({ field, cut });
    return text;
  };

  if (wanted.has('subject')) columns.subject = fitted('subject');
  if (wanted.has('location')) columns.location = fitted('location');
  if (wanted.has('body') && (item.body !== null || current === null))
    columns.note = cleanText(item.body ?? '');
  if (wanted.has('private')) columns.private = item.private;
  if (wanted.has('when')) Object.assign(columns, whenToCrm(item.when, zone));
  if (
    wanted.has('priority') &&
    (current === null || captions.priorityOf(current.priority) !== item.priority)
  ) {
    columns.priority = captions.priorityFor(item.priority);
  }
  if (wanted.has('status') && (current === null || captions.statusOf(current.status) !== item.status)) {
    columns.status = captions.statusFor(item.status);
  }
  if (wanted.has('busy') && item.busy !== null) {
    const shown = columns.status ?? current?.status ?? null;
    const status = captions.statusForBusy(item.busy);
    // A status that Notes' users do see (finished, cancelled) says more than free time.
    const open = captions.statusOf(shown) === 'pending' || captions.statusOf(shown) === 'in_progress';
    if (status !== null && open && captions.busyOf(shown) !== item.busy) columns.status = status;
  }
  if (wanted.has('categories') && !isOneOf(captions.categoriesOf(current?.action ?? null), item.categories)) {
    const action = captions.actionForCategories(item.categories, isTask ? null : item.kind);
    if (action !== null) columns.action = action;
  }
  if (current === null) {
    columns.action ??= captions.actionFor(item.kind);
    columns.organiser_email = item.organiser?.email ?? null;
  }
  // The CRM keeps the reminder as a time, so it moves with the start. Without one there is nothing to move; a finished
  // appointment keeps the time it has, for the day it is opened again.
  if (wanted.has('reminderMinutes') || (wanted.has('when') && item.reminderMinutes !== null)) {
    columns.notify_at =
      item.reminderMinutes === null
        ? null
        : reminderToCrm(item.reminderMinutes, item.when, zone, isTask ? 'end' : 'start');
  }
  return { fields: columns, truncated };
}

/** Whether the category that an action stands for is among those of the entry: then the action may stay. */
const isOneOf = (own: readonly string[], categories: readonly string[]): boolean =>
  categories.some((category) => own.some((one) => one.toLowerCase() === category.toLowerCase()));

/**
 * What `itemFromCrm` will answer once the database has applied `fields` and `people`: the CRM's observation to store
 * as its half of the base. It differs from the item that was wanted where the CRM cannot hold that.
 */
export function crmItemAfter(
  current: CrmAppointment | null,
  fields: CrmFields,
  people: { add: readonly CrmAttendeeChange[]; remove: readonly string[] },
  context: CrmContext,
): ItemOrRefusal {
  return itemFromCrm(rowAfter(current, fields, people, context), context);
}

/** The row as `read_appointments` will answer it then, as far as the mapping reads it. */
export function rowAfter(
  current: CrmAppointment | null,
  fields: CrmFields,
  people: { add: readonly CrmAttendeeChange[]; remove: readonly string[] },
  { owner }: CrmContext,
): CrmAppointment {
  const row = current ?? emptyRow(owner);
  const gone = new Set(people.remove);
  const stays = (person: { email: string | null }) => !gone.has(emailOf(person.email) ?? '');
  const { organiser_email: organiser, ...columns } = fields;
  const notifyAt = columns.notify_at;
  const answers = new Map(people.add.map(({ email, response }) => [email, response]));
  const answered = <P extends { email: string | null; response: number | null }>(person: P): P => {
    const response = answers.get(emailOf(person.email) ?? '');
    return response === undefined || person.response === CRM_ORGANISER ? person : { ...person, response };
  };
  const users = row.users.filter((user) => user.user_id === owner.crm_user_id || stays(user)).map(answered);
  const externals = row.externals.filter(stays).map(answered);
  const known = new Set([...users, ...externals].map((person) => emailOf(person.email)));
  return {
    ...row,
    ...columns,
    task: columns.type === 'Task' ? 'own' : row.task,
    organiser: organiser ? { ...row.organiser!, email: organiser } : row.organiser,
    users: users.map((user) =>
      notifyAt !== undefined && user.user_id === owner.crm_user_id ? { ...user, notify_at: notifyAt } : user,
    ),
    // Whether an added person is a user only the database knows; the item is the same but for that mark.
    externals: [
      ...externals,
      ...people.add
        .filter(({ email }) => !known.has(email))
        .map(({ email, name, response }) => ({ email, name, response, person_id: null })),
    ],
  };
}

const emptyRow = (owner: CrmContext['owner']): CrmAppointment => ({
  appointment_id: 0,
  present: true,
  deleted: false,
  type: 'Appointment',
  task: null,
  action: null,
  status: null,
  priority: null,
  start_at: null,
  end_at: null,
  all_day: false,
  private: false,
  crm_only: false,
  subject: null,
  location: null,
  note: null,
  notify_at: null,
  updated_at: null,
  updated_by: null,
  recurrence_id: null,
  organiser: { user_id: owner.crm_user_id, email: owner.email, name: null },
  users: [
    {
      user_id: owner.crm_user_id,
      email: owner.email,
      name: null,
      response: 6,
      notify_at: null,
      resource: false,
    },
  ],
  externals: [],
  regarding: [],
  holders: [{ crm_user_id: owner.crm_user_id, role: 'organiser' }],
  fingerprint: '',
});

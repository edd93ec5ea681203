/**
 * Where each merged field is held on both sides, what fits and what is lost: the table of `docs/mapping.md`.
 * `test/docs/mapping.test.ts` changes one field after the other and compares what the code writes with what stands here.
 */
import { CRM_TEXT_LIMIT } from './crm-mapping.ts';
import type { MergedField } from './sync-item.ts';

export interface FieldMapping {
  label: string;
  /** Columns of Communication and Comm_Link, in the vendor's spelling. */
  crm: readonly string[];
  /** Members of an event of the Calendar service that a change of this field alone writes. */
  event: readonly string[];
  /** Items of a To Do, a document of form Task. Empty: a To Do does not hold it. */
  todo: readonly string[];
  toDomino: string;
  toCrm: string;
  limits: string;
  losses: string;
  /** What is otherwise for a Task (setting `tasks`); left out: nothing. */
  task?: string;
}

const oneLineOf = `one line of ${CRM_TEXT_LIMIT} characters in the CRM; what is longer is cut there and told`;

export const FIELD_MAPPING: Readonly<Record<MergedField, FieldMapping>> = {
  subject: {
    label: 'Subject',
    crm: ['Comm_Subject'],
    event: ['summary'],
    todo: ['Subject'],
    toDomino: 'on one line; none is shown as `(no subject)`',
    toCrm: '`(no subject)` is none',
    limits: `${oneLineOf} (\`subject_truncated\`)`,
    losses: 'line ends, control characters, blanks that are doubled',
  },
  body: {
    label: 'Text',
    crm: ['Comm_Note'],
    event: ['description'],
    todo: ['Body'],
    toDomino: 'plain text with the block of people who are only listed; of a To Do as HTML',
    toCrm: 'without that block; HTML of a To Do as plain text: lines, lists, where links lead',
    limits: 'none; a text with files in a To Do cannot be written (`body_kept`)',
    losses:
      'formatting, pictures, files; rich text of an event is not handed out and replaced only when the CRM’s text changed',
  },
  location: {
    label: 'Location',
    crm: ['Comm_Location'],
    event: ['location'],
    todo: ['Location'],
    toDomino: 'on one line',
    toCrm: 'on one line',
    limits: `${oneLineOf} (\`location_truncated\`)`,
    losses: 'as of the subject',
  },
  regarding: {
    label: 'Regarding',
    crm: ['CmLi_Comm_CompanyId', 'CmLi_Comm_PersonId', 'Comm_OpportunityId', 'Comm_CaseId'],
    event: ['description'],
    todo: ['Body'],
    toDomino:
      'names of company, person, opportunity and case as a block at the end of the text, unless setting `regarding` is `omit`',
    toCrm: 'not at all: the block is taken out of the text, and the CRM keeps its links',
    limits: `a text that is not revealed, or has files in a To Do, gets no block`,
    losses: 'other entities; what a Notes user writes over a line of the block',
  },
  when: {
    label: 'Start, end, all-day',
    crm: ['Comm_DateTime', 'Comm_ToDateTime', 'Comm_IsAllDayEvent'],
    event: ['start', 'end'],
    todo: ['StartDate', 'StartDateTime', 'DueDate', 'DueDateTime', 'CalendarDateTime', 'CrmSyncAllDay'],
    toDomino:
      'wall clock of `crm_time_zone` as UTC; all-day as dates, of a To Do as noon in `domino.timeZone`',
    toCrm: 'wall clock of `crm_time_zone`; all-day from 00:00 of the first to 23:59 of the last day',
    limits: 'whole seconds, from 1753 to 9999; the end not before the start (`bad_times`)',
    task: '`Comm_ToDateTime` is the start and `Comm_DateTime` the due date, unless `task_due_column` says otherwise; where one is empty it is that of the other',
    losses:
      'which of two equal times is meant when clocks go back: the first; a time that is skipped moves forward; the name of the zone',
  },
  private: {
    label: 'Private',
    crm: ['Comm_Private'],
    event: ['class'],
    todo: ['OrgConfidential'],
    toDomino: '`private` or `public`; setting `private_appointments` says what else of a private one crosses',
    toCrm: '`private` and `confidential` are private',
    limits: '',
    losses: '`confidential` becomes private once the CRM changes it',
  },
  priority: {
    label: 'Priority',
    crm: ['Comm_Priority'],
    event: ['priority'],
    todo: ['Importance'],
    toDomino: 'high, normal, low by captions as 1, 5, 9; of a To Do as 1, 2, 3',
    toCrm: '1 to 4 high, 6 to 9 low, everything else normal',
    limits: 'three levels',
    losses:
      'other levels of a customer read as normal, and stay in the CRM as long as Notes’ users do not change it',
  },
  status: {
    label: 'Status',
    crm: ['Comm_Status'],
    event: [],
    todo: ['CompletedDateTime'],
    toDomino: 'complete and cancelled remind nobody; a To Do is completed',
    toCrm:
      'a cancelled entry is cancelled; a completed To Do is complete; else a new one is pending, and one that is there keeps its own',
    limits: '',
    task: 'complete is completed, all others are open; completed in Notes is complete, opened again pending. That is Sage’s own table, as far as Notes’ users decide: started and overdue follow from the dates',
    losses: 'in progress everywhere; complete and cancelled of an event, but for what they say of the time',
  },
  busy: {
    label: 'Busy or free',
    crm: ['Comm_Status'],
    event: ['transparency'],
    todo: [],
    toDomino: 'what the status stands for by captions, whenever that changes',
    toCrm:
      'a Notes user’s choice gives the appointment the status that captions name for it; none is named at first',
    limits: '',
    losses: 'a choice that captions name no status for stays in Notes until the CRM’s status says otherwise',
  },
  categories: {
    label: 'Category',
    crm: ['Comm_Action'],
    event: ['categories'],
    todo: ['Categories'],
    toDomino: 'the action’s category by captions is added or exchanged; those of Notes’ users stay',
    toCrm: 'the first category that captions name for an action that stays an appointment or a To Do',
    task: 'the action has to be among those of `task_actions`; whatever it is, it stays a To Do',
    limits: 'one action; names with `,` or `;` come back from an event as several',
    losses: 'categories without a caption, actions without one',
  },
  reminderMinutes: {
    label: 'Reminder',
    crm: ['Comm_NotifyTime', 'CmLi_Comm_NotifyTime'],
    event: ['alarm'],
    todo: [],
    toDomino: 'the user’s own, else the appointment’s, as minutes before the start',
    toCrm:
      'the first alarm that counts from the start; written to the row, with `Comm_TaskReminder`, and to the user’s link',
    task: 'counted from the due date, and moved with it',
    limits: 'whole minutes; one after the start is at the start',
    losses: 'of a To Do; further alarms; alarms at a fixed time',
  },
  attendees: {
    label: 'Attendees',
    crm: ['CmLi_Comm_UserId', 'CmLi_IsExternalAttendee', 'CmLi_Recipient', 'CmLi_Status'],
    event: ['attendees', 'organizer'],
    todo: [],
    toDomino:
      'CRM users with an address; others as `external_attendees` says: in the text, invited, or left out',
    toCrm: 'an address of a CRM user is that user, any other an external attendee',
    task: 'none; the user of its only link is the owner, whoever `Comm_Organizer` names; several users, or none: `task_shared`',
    limits: 'an address of at most 255 characters',
    losses: 'who has no address; optional and informed; answers, which the Calendar service does not show',
  },
};

/** What one side has and the other does not get. */
export const NOT_MAPPED: readonly { what: string; instead: string }[] = [
  {
    what: '_In progress_, and in an event _complete_ and _cancelled_',
    instead: 'the CRM keeps its own; in Notes free time',
  },
  {
    what: 'Answers of invitees',
    instead: 'the CRM keeps `CmLi_Status`, but for those who are enabled: their own copies tell',
  },
  { what: 'Roles _optional_ and _informed_', instead: 'Notes keeps them' },
  { what: 'Reminders of To Dos, alarms after the first', instead: 'each side keeps its own' },
  {
    what: '`Comm_NotifyDelta`',
    instead: 'not read nor written: the time counts, and what the delta means is not documented',
  },
  { what: 'Files, pictures, formatting', instead: 'kept in Notes unless the CRM’s text changes' },
  { what: 'Rooms’ answers, online-meeting addresses', instead: 'kept in Notes' },
  {
    what: '`Comm_PercentComplete`, `Comm_OutCome`, channel, territory',
    instead: 'a new appointment gets the owner’s channel and territory',
  },
  { what: 'E-mails and letters of the CRM; Tasks unless setting `tasks` is `sync`', instead: 'take no part' },
  {
    what: '`Comm_PercentComplete`, `Comm_CompletedTime` of a Task',
    instead: 'not every CRM has them: neither read nor written, so completing in Notes sets the status alone',
  },
];

/** SyncItem ↔ Domino entries and To Dos. What Domino cannot hold is lost here; the merge compares Domino with itself. */
import { listedPeople, sameBlock, sameListing } from './attendee-block.ts';
import type { DominoDraft, DominoEntry, DominoForm, DominoPatch } from './domino-entry.ts';
import { entryText, shownRegarding, writtenText } from './entry-text.ts';
import { addressesOf, attendeeList, isInvited, kindFor, type ExternalAttendees } from './people.ts';
import { isWithheld, shownToOthers, type Mask } from './privacy.ts';
import type { ReasonCode } from './reason-code.ts';
import {
  remindsNobody,
  whenSchema,
  type Attendee,
  type MergedField,
  type Person,
  type SyncItem,
  type When,
} from './sync-item.ts';
import { cleanText, emailOf, oneLine } from './text.ts';
import { isTimeZone } from './time-zone.ts';

export interface DominoContext {
  /** The owner of the mail file. */
  owner: { email: string };
  externalAttendees: ExternalAttendees;
  /** Of private items; null or left out: they are written whole. */
  mask?: Mask | null;
  /** UTC instant now: when a To Do that is found completed in the CRM counts as completed. */
  now: string;
}

/** What Notes shows for an appointment without a subject; read back as none. */
export const NO_SUBJECT = '(no subject)';

/** Nobody's calendar, and before what the CRM's columns can hold. */
const FIRST_YEAR = '1753-01-02';

export const formOf = (item: SyncItem): DominoForm => (item.kind === 'todo' ? 'todo' : 'event');

const PRIORITY: Record<SyncItem['priority'], number> = { high: 1, normal: 5, low: 9 };

/** iCalendar: 1 to 4 are high, 5 is normal, 6 to 9 are low, 0 and nothing say nothing. */
const priorityOf = (value: number | null): SyncItem['priority'] =>
  value === null || value === 0 || value === 5 ? 'normal' : value < 5 ? 'high' : 'low';

const subjectText = (item: SyncItem): string => oneLine(item.subject) || NO_SUBJECT;

/** Everything of an entry that is to be made in Domino. */
export function draftFromItem(whole: SyncItem, context: DominoContext): DominoDraft {
  const item = shownToOthers(whole, context.mask ?? null);
  const attendees = invitedBy(item, context);
  return {
    form: formOf(item),
    subject: subjectText(item),
    location: item.location,
    body: entryText(item.body ?? '', {
      people: listedPeople(item, context.externalAttendees),
      regarding: item.regarding ?? [],
    }),
    when: item.when,
    private: item.private,
    ...stateOf(item, context),
    priority: PRIORITY[item.priority],
    categories: item.categories,
    organiser: attendees.length === 0 ? null : organiserOf([item], context),
    attendees,
    reminderMinutes: remindsNobody(item.status) ? null : item.reminderMinutes,
  };
}

/**
 * Completed and cancelled appointments stay in the calendar as free time. STATUS:CANCELLED is not written: it would
 * make Domino mail cancellations and take the entry away (sage-crm.md §5.1).
 */
const stateOf = (
  item: SyncItem,
  { now }: DominoContext,
): Pick<DominoDraft, 'transparency' | 'status' | 'completedAt'> => ({
  transparency: (item.busy ?? !remindsNobody(item.status)) ? 'opaque' : 'transparent',
  status: 'confirmed',
  completedAt: item.kind === 'todo' && item.status === 'completed' ? now : null,
});

/** A To Do invites nobody: Notes' group To Do mails its assignees. */
const invitedBy = (item: SyncItem, { externalAttendees }: DominoContext): Attendee[] =>
  item.kind === 'todo' ? [] : item.attendees.filter((attendee) => isInvited(attendee, externalAttendees));

const organiserOf = (items: readonly SyncItem[], { owner }: DominoContext): Person =>
  items.find((item) => item.organiser !== null)?.organiser ?? {
    email: owner.email.trim().toLowerCase(),
    name: '',
  };

export interface PatchContext extends DominoContext {
  /** The CRM's item now; its people outside the CRM are named in the body. */
  crm: SyncItem;
  /** The CRM's half of the base; null when there is none. */
  crmBefore: SyncItem | null;
  /** Domino's entry as it is, read by `itemFromDomino`. */
  domino: SyncItem;
}

/**
 * What has to be written so that `fields` of the entry become those of `item` (the `domino` of a merge). May be empty:
 * then Domino holds everything it can. A body that Domino does not reveal is replaced only when `body` is among the
 * fields, that is when the CRM's text changed.
 */
export function patchFromItem(
  item: SyncItem,
  fields: readonly MergedField[],
  context: PatchContext,
): DominoPatch {
  const patch: DominoPatch = {};
  for (const field of fields) Object.assign(patch, patchOf(field, item, context));
  // Of a private item no word goes along.
  if (Object.keys(patch).length === 0 || isWithheld(context.mask ?? null, item)) return patch;
  const followed = { ...patch, ...patchOfOutsiders(item, context) };
  return followed.body === undefined ? { ...followed, ...patchOfRegarding(item, context) } : followed;
}

/**
 * People outside the CRM follow setting `external_attendees` with whatever is written to the entry. Who is invited in
 * Notes stays invited whatever the setting has become: to take him off is for people to decide. A To Do invites nobody,
 * and its text may be refused, so there the block follows with the text.
 */
function patchOfOutsiders(item: SyncItem, context: PatchContext): DominoPatch {
  const outside = context.crm.attendees.filter(({ external }) => external === true);
  if (outside.length === 0 || item.kind === 'todo') return {};
  const text = item.body === null ? {} : { body: bodyText(item.body, item, context) };
  const wanted = attendeeList([
    ...item.attendees,
    ...(context.externalAttendees === 'include' ? outside : []),
  ]);
  return { ...text, ...patchOfInvited({ ...item, attendees: wanted }, context) };
}

/**
 * What setting `external_attendees` makes of an entry that nobody edits, for a reconcile: the block of those who are only listed
 * comes or goes, and with `include` people are invited if `mayInvite`. Who is invited stays so, as above. While notices are
 * mailed nobody is invited by this: an invitation is not to leave because of a setting, nor are updates to go to people who
 * were never asked.
 */
export function patchToFollow(
  entry: Pick<DominoEntry, 'body'>,
  item: SyncItem,
  context: PatchContext & { mayInvite: boolean },
): DominoPatch {
  const invites = context.externalAttendees === 'include';
  if (isWithheld(context.mask ?? null, item) || (invites && !context.mayInvite)) return {};
  const { body, ...invited } = patchOfOutsiders(item, context);
  return body === undefined || sameBlock(body, cleanText(entry.body ?? '')) ? invited : { ...invited, body };
}

function patchOf(field: MergedField, item: SyncItem, context: PatchContext): DominoPatch {
  switch (field) {
    case 'subject':
      return { subject: subjectText(item) };
    case 'body':
      return item.body === null ? {} : { body: bodyText(item.body, item, context) };
    case 'location':
      return { location: item.location };
    case 'regarding':
      return patchOfRegarding(item, context);
    case 'when':
      return { when: item.when };
    case 'private':
      return { private: item.private };
    case 'priority':
      return { priority: PRIORITY[item.priority] };
    case 'status':
      return { ...stateOf(item, context), ...(remindsNobody(item.status) ? { reminderMinutes: null } : {}) };
    case 'busy':
      return { transparency: stateOf(item, context).transparency };
    case 'categories':
      return { categories: item.categories };
    case 'reminderMinutes':
      return { reminderMinutes: remindsNobody(item.status) ? null : item.reminderMinutes };
    case 'attendees':
      return { ...patchOfInvited(item, context), ...patchOfListing(item, context) };
  }
}

function patchOfInvited(item: SyncItem, context: PatchContext): DominoPatch {
  const attendees = invitedBy(item, context);
  // What others answered is not ours to write; who they are and in which role is.
  const people = (list: readonly Attendee[]) => JSON.stringify(list.map(({ email, role }) => [email, role]));
  if (
    item.kind === 'todo' ||
    people(attendeeList(attendees)) === people(attendeeList(context.domino.attendees))
  )
    return {};
  const organiser = attendees.length === 0 ? null : organiserOf([item, context.domino, context.crm], context);
  return { organiser, attendees };
}

function patchOfListing(item: SyncItem, context: PatchContext): DominoPatch {
  const { crm, crmBefore, externalAttendees: mode } = context;
  const before = crmBefore === null ? [] : listedPeople(crmBefore, mode);
  if (item.body === null || sameListing(before, listedPeople(crm, mode))) return {};
  return { body: bodyText(item.body, item, context) };
}

/**
 * The block follows with whatever is written to the entry, so that the setting can be changed without a write to every
 * entry at once. A text that is not revealed has no block and gets none.
 */
function patchOfRegarding(item: SyncItem, context: PatchContext): DominoPatch {
  const wanted = context.crm.regarding ?? [];
  const shown = context.domino.regarding ?? [];
  return item.body === null || JSON.stringify(wanted) === JSON.stringify(shown)
    ? {}
    : { body: bodyText(item.body, item, context) };
}

/** The block names whom the CRM lists, but nobody a Notes user has invited himself. */
function bodyText(body: string, item: SyncItem, context: PatchContext): string {
  if (isWithheld(context.mask ?? null, item)) return body;
  const invited = addressesOf(invitedBy(item, context));
  const listed = listedPeople(context.crm, context.externalAttendees).filter(
    ({ email }) => !invited.has(email),
  );
  return entryText(body, { people: listed, regarding: context.crm.regarding ?? [] });
}

/**
 * Reads an entry. Refused: a whole series (`series_master`), an entry without usable times (`bad_times`). Who is outside
 * the CRM cannot be told (`external` null), a body that is not revealed is null.
 */
export function itemFromDomino(
  entry: DominoEntry,
  { owner }: Pick<DominoContext, 'owner'>,
): { item: SyncItem } | { refused: ReasonCode; detail: string } {
  if (entry.series) return { refused: 'series_master', detail: 'a series is read one instance at a time' };
  const times = whenFromDomino(entry.when);
  if ('fault' in times) return { refused: 'bad_times', detail: times.fault };

  const organiser = personOf(entry.organiser);
  const except = new Set(organiser === null ? [emailOf(owner.email) ?? ''] : [organiser.email]);
  const attendees = attendeeList(
    entry.attendees.flatMap((attendee) => {
      const person = personOf(attendee);
      return person === null ? [] : [{ ...attendee, ...person }];
    }),
    except,
  );
  const isTodo = entry.key.form === 'todo';
  const subject = oneLine(entry.subject);
  return {
    item: {
      // Whoever is an attendee in Domino is invited, so the mode has no say.
      kind: kindFor(isTodo, attendees, 'include'),
      subject: subject === NO_SUBJECT ? '' : subject,
      body: entry.body === null ? null : writtenText(cleanText(entry.body)),
      location: oneLine(entry.location),
      regarding: entry.body === null ? null : shownRegarding(cleanText(entry.body)),
      when: times.when,
      private: entry.private,
      priority: priorityOf(entry.priority),
      status:
        entry.status === 'cancelled'
          ? 'cancelled'
          : isTodo && entry.completedAt !== null
            ? 'completed'
            : 'pending',
      busy: isTodo ? null : entry.transparency === 'opaque',
      categories: [...new Set(entry.categories.map(oneLine).filter((category) => category !== ''))],
      reminderMinutes: entry.reminderMinutes,
      organiser: attendees.length === 0 ? null : organiser,
      attendees,
      ...(entry.group === undefined ? {} : { group: entry.group }),
    },
  };
}

/**
 * What `itemFromDomino` will answer for an entry made from `item`: the base to record with the intent to create, so that
 * what Domino cannot hold is not taken for a Notes user's edit when the reply is lost.
 */
export function dominoItemAfter(item: SyncItem, context: DominoContext): SyncItem {
  const { form, ...draft } = draftFromItem(item, context);
  const answer = itemFromDomino(
    {
      ...draft,
      key: { form, uid: '', recurrenceId: null },
      unid: null,
      appointmentType: form === 'todo' ? 'todo' : 'appointment',
      series: false,
      syncKey: null,
      modifiedAt: null,
      token: '',
      digest: '',
    },
    context,
  );
  return 'item' in answer ? answer.item : item;
}

function personOf(person: Person | null): Person | null {
  const email = emailOf(person?.email ?? null);
  return email === null ? null : { email, name: oneLine(person?.name ?? '') };
}

function whenFromDomino(value: When): { when: When } | { fault: string } {
  const parsed = whenSchema.safeParse(value);
  if (!parsed.success) return { fault: `the times are not usable: ${parsed.error.issues[0]?.message ?? ''}` };
  const when = parsed.data;
  if (when.end < when.start) return { fault: `the end ${when.end} is before the start ${when.start}` };
  if (when.start < FIRST_YEAR) return { fault: `the start ${when.start} is before what the CRM can hold` };
  if (when.allDay) return { when };
  return {
    when: { ...when, timeZone: when.timeZone !== null && isTimeZone(when.timeZone) ? when.timeZone : null },
  };
}

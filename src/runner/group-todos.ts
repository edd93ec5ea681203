/**
 * Group To Dos: Notes gives each assignee a document of his own, under a UNID of its own. That any item names the document
 * of the assigner is not known (domino.md §4.2), so copies can be told from originals by the names of people only.
 */
import type { CrmUser } from '../crm/contract.ts';
import type { DominoEntry, GroupTodo } from '../item/domino-entry.ts';
import { notesNameKey } from '../item/notes-name.ts';
import type { MailboxContext } from './context.ts';

/** A user by each name that Notes may know him by: all that are or ever were enabled. */
export interface NotesPerson {
  crmUserId: number;
  name: string;
  enabled: boolean;
  /** Whether what is new in his mail file becomes an appointment. */
  brings: boolean;
}
export type NotesPeople = ReadonlyMap<string, NotesPerson>;

type Known = Pick<CrmUser, 'crm_user_id' | 'name' | 'direction' | 'notes_name' | 'email'> & {
  enabled_email?: string | null;
};

const keysOf = (names: readonly (string | null | undefined)[]): string[] =>
  names.map((name) => notesNameKey(name ?? '')).filter((key) => key !== '');

export function notesPeople(users: readonly (Known & Pick<CrmUser, 'enabled' | 'mail_file'>)[]): NotesPeople {
  const people = new Map<string, NotesPerson>();
  // A name that two have had is that of the one who is enabled.
  for (const user of users) if (!user.enabled && user.mail_file !== null) addPerson(people, user, false);
  for (const user of users) if (user.enabled) addPerson(people, user, true);
  return people;
}

export const withPerson = (people: NotesPeople, user: Known): NotesPeople => {
  const more = new Map(people);
  addPerson(more, user, true);
  return more;
};

function addPerson(people: Map<string, NotesPerson>, user: Known, enabled: boolean): void {
  const person = {
    crmUserId: user.crm_user_id,
    name: user.name,
    enabled,
    brings: user.direction !== 'to_domino',
  };
  for (const key of keysOf([user.notes_name, user.email, user.enabled_email])) people.set(key, person);
}

/**
 * Whose To Do makes the appointment instead of this copy, in words; null: this one does. As of a meeting, it is the
 * assigner's if he is enabled. If he is not, assignees share no document as invitees share a uid, so one of those who are
 * enabled brings it, always the same whoever is read first.
 */
export function heldByAnother(
  { people, mailbox }: Pick<MailboxContext, 'people' | 'mailbox'>,
  { group }: Pick<DominoEntry, 'group'>,
): string | null {
  if (group === undefined) return null;
  const own = keysOf([mailbox.notes_name, mailbox.email]);
  const assignerKey = notesNameKey(group.assigner);
  const named = people.get(assignerKey);
  const assigner = named?.enabled === true ? named : undefined;
  if (own.includes(assignerKey) || assigner?.crmUserId === mailbox.crm_user_id) return null;
  if (assigner !== undefined) return `assigned by ${assigner.name}`;
  // His own, or nobody says whose: shared out by nothing but names of others it might be nobody's in the end.
  if (assignerKey === '') return null;
  const bringing = keysOf(group.assignees)
    .flatMap((key) => people.get(key) ?? [])
    .filter(({ enabled }) => enabled);
  if (!bringing.some(({ crmUserId }) => crmUserId === mailbox.crm_user_id)) return null;
  const [first] = bringing.filter(({ brings }) => brings).sort((a, b) => a.crmUserId - b.crmUserId);
  return first === undefined || first.crmUserId === mailbox.crm_user_id
    ? null
    : `assigned by ${group.assigner} to ${first.name} as well`;
}

/** Everybody else who has, or had, a document of this group To Do in a mail file that is or was synchronised. */
export function othersOf(
  { people, mailbox }: Pick<MailboxContext, 'people' | 'mailbox'>,
  group: GroupTodo,
): NotesPerson[] {
  const others = new Map<number, NotesPerson>();
  for (const key of keysOf([group.assigner, ...group.assignees])) {
    const person = people.get(key);
    if (person !== undefined && person.crmUserId !== mailbox.crm_user_id)
      others.set(person.crmUserId, person);
  }
  return [...others.values()];
}

/** True when both were assigned by the same to the same, so that they may be documents of one. */
export const sameGroup = (a: GroupTodo, b: GroupTodo): boolean => groupText(a) === groupText(b);

const groupText = ({ assigner, assignees }: GroupTodo): string =>
  JSON.stringify([notesNameKey(assigner), ...[...new Set(keysOf(assignees))].sort()]);

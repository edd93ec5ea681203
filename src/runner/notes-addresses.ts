/**
 * Notes knows a user by the address he was enabled with, until he is enabled again: the CRM may change it on its side alone
 * and at any time. Between the two it is exchanged here, so that his own meetings do not look like somebody else's, nor he
 * like somebody outside the CRM.
 */
import type { CrmUser } from '../crm/contract.ts';
import type { MailFile } from '../domino/port.ts';
import type { DominoEntry, DominoPatch } from '../item/domino-entry.ts';

export interface NotesAddresses {
  /** Address in Notes → that of the CRM; lower case. */
  inCrm: ReadonlyMap<string, string>;
  inNotes: ReadonlyMap<string, string>;
}

/** Enabled users whose address was changed since; not where the CRM has given the former one to somebody else. */
export function notesAddresses(users: readonly CrmUser[]): NotesAddresses {
  const taken = new Set(users.map(({ email }) => email?.toLowerCase()));
  const changed = users.flatMap(({ enabled, email, enabled_email: notes }): [string, string][] => {
    const [before, now] = [notes?.trim().toLowerCase(), email?.trim().toLowerCase()];
    return enabled && before && now && before !== now && !taken.has(before) ? [[before, now]] : [];
  });
  return { inCrm: new Map(changed), inNotes: new Map(changed.map(([before, now]) => [now, before])) };
}

const exchanged = <P extends { email: string }>(person: P, by: ReadonlyMap<string, string>): P => {
  const email = by.get(person.email.trim().toLowerCase());
  return email === undefined ? person : { ...person, email };
};

type People = Pick<DominoPatch, 'organiser' | 'attendees'>;

const exchangedIn = <T extends People>(people: T, by: ReadonlyMap<string, string>): T => ({
  ...people,
  ...(people.organiser ? { organiser: exchanged(people.organiser, by) } : {}),
  ...(people.attendees ? { attendees: people.attendees.map((one) => exchanged(one, by)) } : {}),
});

/** The mail file as if Notes knew everybody by the CRM's address of today. */
export function withCrmAddresses(file: MailFile, { inCrm, inNotes }: NotesAddresses): MailFile {
  if (inCrm.size === 0) return file;
  const read = (entry: DominoEntry): DominoEntry => exchangedIn(entry, inCrm);
  const readOrNull = (entry: DominoEntry | null) => (entry === null ? null : read(entry));
  const answered = <A extends { outcome: string; entry?: DominoEntry }>(answer: A): A =>
    answer.entry === undefined ? answer : { ...answer, entry: read(answer.entry) };
  return {
    ...file,
    read: async (...call) => readOrNull(await file.read(...call)),
    findCreated: async (...call) => readOrNull(await file.findCreated(...call)),
    create: async (uid, draft, options) =>
      answered(await file.create(uid, exchangedIn(draft, inNotes), options)),
    update: async (key, patch, token, options) =>
      answered(await file.update(key, exchangedIn(patch, inNotes), token, options)),
    delete: async (...call) => answered(await file.delete(...call)),
  };
}

/** The people the stand-in knows, found by any of their names, as the Domino directory does. */
import type { StandInUser } from './model.ts';

/** `Jane Doe/Acme` from `CN=Jane Doe/O=Acme`. */
export const abbreviated = (name: string): string => name.replace(/(^|\/)(?:CN|OU|O|C)=/gi, '$1');

/** `CN=Jane Doe/O=Acme` from `Jane Doe/Acme`; a name without parts is left alone. */
export const canonical = (name: string): string => {
  if (/^CN=/i.test(name)) return name;
  const parts = name.split('/');
  if (parts.length === 1) return name;
  return parts
    .map((part, index) =>
      index === 0 ? `CN=${part}` : index === parts.length - 1 ? `O=${part}` : `OU=${part}`,
    )
    .join('/');
};

export interface Directory {
  users: readonly StandInUser[];
  /** By e-mail, Notes name in either form, common name or display name; case does not matter. */
  find(name: string): StandInUser | undefined;
}

export const openDirectory = (users: readonly StandInUser[]): Directory => {
  const byName = new Map<string, StandInUser>();
  for (const user of users) {
    const short = abbreviated(user.notesName);
    for (const name of [
      user.email,
      user.notesName,
      canonical(user.notesName),
      short,
      user.displayName,
      short.split('/')[0],
    ]) {
      if (name !== undefined && !byName.has(name.toLowerCase())) byName.set(name.toLowerCase(), user);
    }
  }
  return { users, find: (name) => byName.get(name.replace(/^mailto:/i, '').toLowerCase()) };
};

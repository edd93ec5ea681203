/**
 * A meeting that another than the owner of the mail file organises, although the pair is the organiser's: the chair was given to
 * somebody else in Notes, or somebody who may write to the mail file has put his own meeting there. To write to it would change an
 * invitee's copy behind the organiser's back, so it is only read (domino.md §5.4, rule 5).
 *
 * What a delegate enters for the owner is the owner's: he is its organiser, the delegate only `sentBy`.
 */
import type { Person } from '../item/sync-item.ts';
import { notesNameKey } from '../item/notes-name.ts';
import type { MailboxContext } from './context.ts';

type Context = Pick<MailboxContext, 'mailbox' | 'enabledEmails'>;

/** Who organises it in the owner's place, in words; null: the owner does, nobody does, or it cannot be told. */
export function foreignOrganiser(
  { mailbox, enabledEmails }: Context,
  organiser: Person | null,
): string | null {
  if (organiser === null) return null;
  const email = organiser.email.toLowerCase();
  if (email === mailbox.email.toLowerCase()) return null;
  if (enabledEmails.has(email)) return email;
  // Notes may know the owner by an address that the CRM does not: his name tells.
  const [owner, name] = [notesNameKey(mailbox.notes_name ?? ''), notesNameKey(organiser.name)];
  return owner === '' || name === '' || name === owner ? null : email;
}

/**
 * How far back to look for a To Do whose create was answered to nobody. It is found by what changed since then by Domino's
 * clock, which may be days behind the database's and may be put right in between. So the intent keeps what Domino's
 * clock showed, in the place of the digest that no list has shown yet.
 */
import type { ItemLink, LinkWrite } from '../crm/contract.ts';
import type { MailboxContext } from './context.ts';

/** The intent as it is recorded before the create; its digest tells Domino's clock. Events are found by their uid. */
export const timed = ({ mailFile }: Pick<MailboxContext, 'mailFile'>, intent: LinkWrite): LinkWrite =>
  intent.form === 'todo' ? { ...intent, domino_digest: mailFile.clock() } : intent;

/** The earlier of both clocks at the intent; a UTC instant. */
export function writtenSince({
  form,
  created_at: begun,
  domino_digest: then,
}: Pick<ItemLink, 'form' | 'created_at' | 'domino_digest'>): string {
  return form === 'todo' && then !== null && then < begun ? then : begun;
}

/** Names of people as Notes writes them. */
import { emailOf } from './text.ts';

/**
 * One text for every spelling of a name: `CN=Jane Doe/O=Acme`, `jane doe/acme` and `Jane Doe/Acme@Acme` are the same, and so
 * are spellings of a mail address. A common name alone is not taken for the whole: several may have it. '' for none.
 */
export function notesNameKey(name: string): string {
  const parts = (emailOf(name) ?? '').split('/').map((part) => part.replace(/^(?:cn|ou\d?|o|c)=/, '').trim());
  // The Notes domain behind the last part; a mail address has no parts.
  if (parts.length > 1) parts.push(parts.pop()!.split('@')[0]!.trim());
  return parts.join('/');
}

/** People outside the CRM are named in the text of an entry, so that a Notes user sees them and no mail leaves. */
import { entriesOf, type BlockKind } from './marked-block.ts';
import { isInvited, type ExternalAttendees } from './people.ts';
import type { Person, SyncItem } from './sync-item.ts';
import { oneLine } from './text.ts';

export const ATTENDEE_BLOCK: BlockKind = {
  begin: '--- Also taking part, not invited by Notes ---',
  end: '--- end of list ---',
  entry: /^- (?:[^<>]* )?<[^<>\s]+>$/,
};

/** Whom the block of this item names. */
export const listedPeople = (item: SyncItem, mode: ExternalAttendees): Person[] =>
  mode === 'list' ? item.attendees.filter((attendee) => !isInvited(attendee, mode)) : [];

export function attendeeLine({ name, email }: Person): string {
  const plain = oneLine(name.replace(/[<>]/g, ' '));
  return plain === '' || plain.toLowerCase() === email ? `- <${email}>` : `- ${plain} <${email}>`;
}

/** True when both name the same people. */
export const sameListing = (a: readonly Person[], b: readonly Person[]): boolean =>
  a.map(attendeeLine).sort().join('\n') === b.map(attendeeLine).sort().join('\n');

/** True when the blocks of both texts name the same people. */
export const sameBlock = (a: string, b: string): boolean =>
  [a, b]
    .map((text) => entriesOf(text, ATTENDEE_BLOCK).sort().join('\n'))
    .every((text, _, all) => text === all[0]);

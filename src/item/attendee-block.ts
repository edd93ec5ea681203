/**
 * People outside the CRM are named at the end of an entry's body between two marker lines, so that a Notes user sees
 * them and no mail leaves. On reading the block is taken out again. It is found line by line, because Notes users edit
 * around it, into it and sometimes through it: what is not ours stays.
 */
import { isInvited, type ExternalAttendees } from './people.ts';
import type { Person, SyncItem } from './sync-item.ts';
import { oneLine } from './text.ts';

const BEGIN = '--- Also taking part, not invited by Notes ---';
const END = '--- end of list ---';
const ENTRY = /^- (?:[^<>]* )?<[^<>\s]+>$/;

/** Whom the block of this item names. */
export const listedPeople = (item: SyncItem, mode: ExternalAttendees): Person[] =>
  mode === 'list' ? item.attendees.filter((attendee) => !isInvited(attendee, mode)) : [];

/** `body` with the block for `people` at its end; without people, without a block. An older block is replaced. */
export function withBlock(body: string, people: readonly Person[]): string {
  const text = withoutBlock(body);
  if (people.length === 0) return text;
  const block = [BEGIN, ...people.map(entryLine), END].join('\n');
  return text === '' ? block : `${text}\n\n${block}`;
}

function entryLine({ name, email }: Person): string {
  const plain = oneLine(name.replace(/[<>]/g, ' '));
  return plain === '' || plain.toLowerCase() === email ? `- <${email}>` : `- ${plain} <${email}>`;
}

/** `body` as a person wrote it: without our marker lines and the entries that belong to them, blank ends trimmed. */
export function withoutBlock(body: string): string {
  const lines = body.split('\n');
  const ours = new Set<number>();
  lines.forEach((line, index) => {
    const marker = line.trim();
    if (marker === BEGIN) {
      claim(index, 1);
      claimBlanksBefore(index);
    } else if (marker === END) {
      claim(index, -1);
    }
  });
  return lines
    .filter((_, index) => !ours.has(index))
    .join('\n')
    .trimEnd();

  /** The marker and the entries next to it; what a user wrote between them ends the run and stays. */
  function claim(marker: number, step: 1 | -1): void {
    ours.add(marker);
    for (let index = marker + step; ENTRY.test(lines[index]?.trim() ?? ''); index += step) ours.add(index);
  }

  /** The blank line `withBlock` puts before the block. */
  function claimBlanksBefore(marker: number): void {
    if (marker > 0 && lines[marker - 1]!.trim() === '') ours.add(marker - 1);
  }
}

/** True when both name the same people. */
export const sameListing = (a: readonly Person[], b: readonly Person[]): boolean =>
  a.map(entryLine).sort().join('\n') === b.map(entryLine).sort().join('\n');

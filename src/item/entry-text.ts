/** The text of an entry in Notes: what people wrote, and below it the blocks that are ours. */
import { ATTENDEE_BLOCK, attendeeLine } from './attendee-block.ts';
import { entriesOf, withBlocks, withoutBlocks } from './marked-block.ts';
import { REGARDING_BLOCK, regardingLine, regardingText } from './regarding-block.ts';
import type { Person } from './sync-item.ts';

export interface TextBlocks {
  /** Who is only listed. */
  people: readonly Person[];
  /** As `regardingOf` gives it. */
  regarding: readonly string[];
}

/** `text` with a block for each that is not empty; blocks that are there already are replaced. */
export const entryText = (text: string, { people, regarding }: TextBlocks): string =>
  withBlocks(text, [
    { kind: ATTENDEE_BLOCK, lines: people.map(attendeeLine) },
    { kind: REGARDING_BLOCK, lines: regarding.map(regardingLine) },
  ]);

/** The text as a person wrote it. */
export const writtenText = (body: string): string => withoutBlocks(body, [ATTENDEE_BLOCK, REGARDING_BLOCK]);

/** What the block in `body` says the entry is about; none without a block. */
export const shownRegarding = (body: string): string[] => entriesOf(body, REGARDING_BLOCK).map(regardingText);

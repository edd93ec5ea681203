/** Who plays in the nasty samples: Anna owns the mailbox. Bert is enabled too, Dirk is a Notes user who is not. */
import type { World } from '../../../src/sandbox/exercise/world.ts';
import type { SampleUser } from '../../../src/sandbox/crm/sample-data.ts';

export interface Cast {
  world: World;
  anna: SampleUser;
  bert: SampleUser;
  dirk: SampleUser;
}

export interface MailboxOddity {
  name: string;
  /** Makes it and answers its uid, of a To Do its UNID. */
  make(cast: Cast): string;
  becomes: {
    /** Of the last line of the history or of what is parked, or a matcher of it; null = it is not even an entry to speak of. */
    reason: unknown;
    /** Live appointments that are linked with it, by start. */
    rows: Record<string, unknown>[];
  };
}

export const notes = ({ world, anna }: Cast) => world.notes(anna);
export const hour = ({ world }: Cast, days: number, from = 9) => ({
  start: world.at(days, from).utc,
  end: world.at(days, from + 1).utc,
});
export const made = (row: Record<string, unknown> = {}) => ({ reason: 'first_sync', rows: [row] });
export const left = (reason: string | null) => ({ reason, rows: [] });

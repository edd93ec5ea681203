/**
 * The last day of an all-day entry on the wire. Whether `end` is the last day or the day after it is not documented, and
 * only a real server can tell (domino.md §9.1), so it is a setting, and `auto` learns it from answers to our own writes.
 *
 * The rule of `auto`: begin as `inclusive`, which is what known client code sends (one day: end = start) and which reads
 * back unchanged from a server that keeps what it is given. When Domino answers one day more than we sent, it counts
 * exclusively: from then on we send the day after. When it adds a day to that as well, it adds one to whatever it is
 * given ("shifted"): we send the last day and take one off what we read.
 */
import { addDays } from './times.ts';

export type AllDayEnd = 'inclusive' | 'exclusive' | 'auto';
export type AllDayRule = 'inclusive' | 'exclusive' | 'shifted';

export interface AllDay {
  rule(): AllDayRule;
  /** What was learnt, to be kept beside the mailbox; null while nothing was. */
  learnt(): AllDayRule | null;
  /** Takes over what an earlier run learnt. */
  recall(rule: AllDayRule): void;
  /** Last day of an entry whose `end` reads `end`. */
  lastDay(start: string, end: string): string;
  /** What to send as `end` for a last day. */
  wireEnd(lastDay: string): string;
  /** Compares what we sent as `end` with what the answer to that write shows. */
  observe(sent: { start: string; end: string }, answered: { start: string; end: string }): void;
}

export function createAllDay(setting: AllDayEnd): AllDay {
  let rule: AllDayRule = setting === 'exclusive' ? 'exclusive' : 'inclusive';
  let learnt: AllDayRule | null = null;
  const learn = (found: AllDayRule): void => {
    rule = found;
    learnt = found;
  };
  return {
    rule: () => rule,
    learnt: () => learnt,
    recall(found) {
      if (setting === 'auto' && learnt === null) learn(found);
    },
    lastDay(start, end) {
      const last = rule === 'inclusive' ? end : addDays(end, -1);
      // A single day reads as end = start from servers that keep what they were given, whatever they count.
      return last < start ? start : last;
    },
    wireEnd: (lastDay) => (rule === 'exclusive' ? addDays(lastDay, 1) : lastDay),
    observe(sent, answered) {
      if (setting !== 'auto' || sent.start !== answered.start) return;
      if (answered.end !== addDays(sent.end, 1)) return;
      // One day more for a single day may be iCalendar's shortest day; for several days, or in answer to an exclusive
      // end, it is a server that adds one to everything.
      learn(rule === 'inclusive' && sent.end === sent.start ? 'exclusive' : 'shifted');
    },
  };
}

/**
 * The last day of an all-day entry on the wire. Whether `end` is the last day or the day after it is not documented and
 * only a real server can tell (domino.md §9.1), so it is a setting; `auto` finds out.
 *
 * The rule of `auto`. One day goes out as end = start, which known client code sends and which means one day whatever
 * the server counts. The answer settles it: end = start is `inclusive`, one day more is `exclusive` (iCalendar's DTEND).
 * Until then several days are written in two steps, one day first, so that nothing is written that may mean something
 * else. If a settled server adds a day to what it is given after all (`shifted`), that is learnt the same way.
 * Until it is settled, reading goes by the best guess: an end equal to a start exists with inclusive ends only; where
 * there is none, but entries that end on the next day, single days under exclusive ends are likelier than nothing but
 * two-day entries. A server that keeps a zero-length day as it is but counts exclusively cannot be told from an
 * inclusive one: there the setting has to say it.
 */
import { addDays } from './times.ts';

export type AllDayEnd = 'inclusive' | 'exclusive' | 'auto';
export type AllDayRule = 'inclusive' | 'exclusive' | 'shifted';

/** What was found out, to be kept beside the mailbox. */
export interface AllDayFinding {
  rule: AllDayRule;
  /** By an answer to our own write; otherwise guessed from what was read. */
  settled: boolean;
}

interface Days {
  start: string;
  end: string;
}

export interface AllDay {
  rule(): AllDayRule;
  settled(): boolean;
  /** Null while nothing was found out, or the setting says it. */
  finding(): AllDayFinding | null;
  /** Takes over what an earlier run found out. */
  recall(finding: AllDayFinding): void;
  /** Last day of an entry that reads like this. */
  lastDay(days: Days): string;
  /** What to send as `end` for these days, both inclusive. */
  wireEnd(days: Days): string;
  /** Compares what we sent with what the answer to that write shows. */
  observe(sent: Days, answered: Days): void;
  /** Learns from what others wrote, as the wire shows it. */
  guess(entries: readonly Days[]): void;
}

export function createAllDay(setting: AllDayEnd): AllDay {
  const auto = setting === 'auto';
  let rule: AllDayRule = setting === 'exclusive' ? 'exclusive' : 'inclusive';
  let found: 'nothing' | 'guess' | 'settled' = auto ? 'nothing' : 'settled';
  const learn = (next: AllDayRule, certainty: 'guess' | 'settled'): void => {
    rule = next;
    found = certainty;
  };
  return {
    rule: () => rule,
    settled: () => found === 'settled',
    finding: () => (auto && found !== 'nothing' ? { rule, settled: found === 'settled' } : null),
    recall(finding) {
      if (auto && found !== 'settled') learn(finding.rule, finding.settled ? 'settled' : 'guess');
    },
    lastDay({ start, end }) {
      const last = rule === 'inclusive' ? end : addDays(end, -1);
      return last < start ? start : last;
    },
    wireEnd({ start, end }) {
      if (found !== 'settled') return start;
      return rule === 'exclusive' ? addDays(end, 1) : end;
    },
    observe(sent, answered) {
      if (!auto || sent.start !== answered.start) return;
      const added = answered.end === addDays(sent.end, 1);
      if (found !== 'settled') learn(added ? 'exclusive' : 'inclusive', 'settled');
      else if (added) learn('shifted', 'settled');
    },
    guess(entries) {
      if (found === 'settled') return;
      if (entries.some(({ start, end }) => start === end)) learn('inclusive', 'guess');
      else if (entries.some(({ start, end }) => end === addDays(start, 1))) learn('exclusive', 'guess');
    },
  };
}

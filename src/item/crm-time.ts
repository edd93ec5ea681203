/** The times of a CRM row: wall clock of the CRM server's zone, the end of an all-day row, the reminder as a time. */
import type { CrmFields } from './crm-appointment.ts';
import type { When } from './sync-item.ts';
import {
  addDays,
  addMinutes,
  dateOf,
  instantToWall,
  minutesBetween,
  timeOf,
  wallToInstant,
} from './time-zone.ts';
import { endInstant, startInstant } from './when.ts';

const MIDNIGHT = '00:00:00';

/** The last moment of an all-day row as we write it; unlike a midnight it can be read in one way only. */
const END_OF_DAY = '23:59:00';

/**
 * The 31st of December 9999 stands for "for ever" where it is used. All-day entries end on the day after, zones to the west
 * are in it: a year of five digits, which neither side can say.
 */
const LAST_DAY = '9999-12-30';

/** With it SQL Server's datetime begins. What other databases hold before it no clock has shown. */
const FIRST_DAY = '1753-01-01';

const isOfOurDays = (wall: string): boolean => dateOf(wall) >= FIRST_DAY && dateOf(wall) <= LAST_DAY;

/**
 * When a row happens, or why that cannot be told. A row without an end takes no time. `start`, `end`: CRM wall clock.
 *
 * All-day rows come in several spellings. The last day (inclusive) is the day of the end, except that a midnight
 * after the first day is the end of the day before: 10th 00:00 – 11th 00:00 is one day, as are 10th 00:00 – 10th 00:00
 * and 10th 00:00 – 10th 23:59.
 */
export function whenFromCrm(
  row: { start_at: string | null; end_at: string | null; all_day: boolean },
  zone: string,
): { when: When } | { fault: string } {
  const { start_at: start, all_day: allDay } = row;
  if (start === null) return { fault: 'the start is missing' };
  const end = row.end_at ?? start;
  if (dateOf(start) < FIRST_DAY) return { fault: `the start ${start} is the beginning of all time` };
  if (dateOf(end) > LAST_DAY) return { fault: `the end ${end} is the end of all time` };
  if (allDay) {
    const first = dateOf(start);
    const ended = dateOf(end);
    if (ended < first) return { fault: `the end ${end} is before the start ${start}` };
    const last = timeOf(end) === MIDNIGHT && ended > first ? addDays(ended, -1) : ended;
    return { when: { allDay, start: first, end: last } };
  }
  if (end < start) return { fault: `the end ${end} is before the start ${start}` };
  const from = wallToInstant(start, zone);
  const to = wallToInstant(end, zone);
  return {
    when: { allDay, start: from, end: to > from ? to : keepingLength(from, start, end), timeZone: zone },
  };
}

/** A start in the skipped hour moves to or past an end that was in it too: then both move, and it stays as long as it was. */
const keepingLength = (from: string, start: string, end: string): string =>
  addMinutes(from, minutesBetween(`${start}Z`, `${end}Z`));

/** The columns that hold `when`. An end in a repeated hour may read as before the start; then the row takes no time. */
export function whenToCrm(
  when: When,
  zone: string,
): Required<Pick<CrmFields, 'start_at' | 'end_at' | 'all_day'>> {
  if (when.allDay) {
    return { start_at: `${when.start}T${MIDNIGHT}`, end_at: `${when.end}T${END_OF_DAY}`, all_day: true };
  }
  const start = instantToWall(when.start, zone);
  const end = instantToWall(when.end, zone);
  return { start_at: start, end_at: end < start ? start : end, all_day: false };
}

/** Of a Task it is the due date that is reminded of. */
export type ReminderOf = 'start' | 'end';

const remindedOf = (when: When, zone: string, of: ReminderOf): string =>
  of === 'start' ? startInstant(when, zone) : endInstant(when, zone);

/** Minutes before what is reminded of; 0 when the CRM would remind after it, null for a time that stands for none. */
export const reminderFromCrm = (
  notifyAt: string,
  when: When,
  zone: string,
  of: ReminderOf = 'start',
): number | null =>
  isOfOurDays(notifyAt)
    ? Math.max(0, minutesBetween(wallToInstant(notifyAt, zone), remindedOf(when, zone, of)))
    : null;

/** When the row was saved, as an instant; null where that is not known, or the column stands for no time at all. */
export const savedInstant = (updatedAt: string | null, zone: string): string | null =>
  updatedAt !== null && isOfOurDays(updatedAt) ? wallToInstant(updatedAt, zone) : null;

/** CRM wall clock of the reminder. */
export const reminderToCrm = (minutes: number, when: When, zone: string, of: ReminderOf = 'start'): string =>
  instantToWall(addMinutes(remindedOf(when, zone, of), -minutes), zone);

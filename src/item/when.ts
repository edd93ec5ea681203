/** The instants an item covers, all-day items included. */
import type { When } from './sync-item.ts';
import { addDays, startOfDay } from './time-zone.ts';

/** The instant something begins; an all-day item begins with its first day in `zone`. */
export const startInstant = (when: When, zone: string): string =>
  when.allDay ? startOfDay(when.start, zone) : when.start;

/** The first instant after it: of an all-day item, the begin of the day after its last in `zone`. */
export const endInstant = (when: When, zone: string): string =>
  when.allDay ? startOfDay(addDays(when.end, 1), zone) : when.end;

/**
 * The zone text Notes keeps with its dates (`StartTimeZone`): `Z=5$DO=1$DL=3 2 1 11 1 1$ZX=40$ZN=Eastern` (domino.md §4.6).
 *
 * The decoding is inferred: it was read off the rule of the United States. `Z` is hours west of Greenwich, with minutes
 * before the hours (`-3005` is half past five east); `DO=1` says that clocks change; `DL` is month, week, weekday
 * (1 = Sunday) of the begin and of the end, a negative week counting from the end of the month. Neither the hour of the
 * change nor its length is told: 02:00 and an hour, as in Domino's own VTIMEZONE data. So a zone that changes its clocks
 * goes by its name where that is known, and by `DL` only where it is not.
 */
import type { WireTimeZone } from './wire.ts';

export interface NotesZone {
  /** `Eastern`; null when the text has none. */
  name: string | null;
  changesClocks: boolean;
  /** Null when the text says that clocks change, but not when. */
  rules: WireTimeZone | null;
}

/** Null when the text is no such zone. */
export function notesZoneOf(text: string): NotesZone | null {
  const parts = new Map(
    text.split('$').map((part) => [part.split('=', 1)[0]!, part.slice(part.indexOf('=') + 1)]),
  );
  const west = minutesWest(parts.get('Z') ?? '');
  if (!text.startsWith('Z=') || west === null) return null;
  const changesClocks = parts.get('DO') === '1';
  const standard = offset(-west);
  const name = parts.get('ZN')?.trim() || null;
  if (!changesClocks) {
    const always = { start: { date: '1950-01-01' }, offsetFrom: standard, offsetTo: standard };
    return { name, changesClocks, rules: { tzid: text, standard: always } };
  }
  const daylight = offset(60 - west);
  const [begin, end] = changesOf(parts.get('DL') ?? '');
  if (begin === undefined || end === undefined) return { name, changesClocks, rules: null };
  const onset = { date: '1950-01-01', time: '02:00:00' };
  return {
    name,
    changesClocks,
    rules: {
      tzid: text,
      standard: { start: onset, offsetFrom: daylight, offsetTo: standard, recurrenceRule: end },
      daylight: { start: onset, offsetFrom: standard, offsetTo: daylight, recurrenceRule: begin },
    },
  };
}

/** `5`, `-1`, `-3005`: minutes west of Greenwich. */
function minutesWest(text: string): number | null {
  const match = /^(-?)(\d{2})?(\d{1,2})$/.exec(text.trim());
  if (match === null) return null;
  const minutes = Number(match[3]) * 60 + Number(match[2] ?? 0);
  return minutes > 14 * 60 ? null : match[1] === '-' ? -minutes : minutes;
}

const offset = (minutes: number): string => {
  const pad = (value: number): string => String(value).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}${pad(size % 60)}`;
};

const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/** `3 2 1 11 1 1` as two yearly rules; empty when it is not understood. */
function changesOf(text: string): string[] {
  const numbers = text.trim().split(/\s+/).map(Number);
  if (numbers.length !== 6 || !numbers.every(Number.isInteger)) return [];
  return [numbers.slice(0, 3), numbers.slice(3)].flatMap(([month, week, day]) => {
    const weekday = WEEKDAYS[day! - 1];
    const usable = month! >= 1 && month! <= 12 && week !== 0 && Math.abs(week!) <= 5 && weekday !== undefined;
    return usable ? [`FREQ=YEARLY;BYMONTH=${month};BYDAY=${week}${weekday}`] : [];
  });
}

/**
 * What a person at the Notes client does to repeats. That a changed rule keeps the uid, and that instances keep their
 * original start when "this and all future" are moved, is inferred: from the one repeat set with its lists of dates.
 */
import { changeEntry, movedTo } from './entries.ts';
import type { MailFile } from './mail-file.ts';
import type { CalendarEntry, EntryFields, EntryTime, Series } from './model.ts';
import type * as input from './notes-user-input.ts';
import { endAfter, expandRule, instanceFields, occurrencesAt } from './series.ts';
import { findZone } from './time-zones.ts';
import { isChair } from './workflow.ts';
import type { World } from './world.ts';

export interface NotesSeries {
  changeSeries(change: input.ChangeSeriesInput): void;
  changeFollowing(change: input.ChangeFollowingInput): void;
}

interface Repeats {
  rule?: string | undefined;
  dates?: string[] | undefined;
}

const timeLike = (start: EntryTime, text: string): EntryTime => {
  if (start.kind === 'date') return { kind: 'date', date: text };
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new RangeError(`not an instant: ${text}`);
  return { ...start, at };
};

export const seriesOf = (mailFile: MailFile, fields: EntryFields, { rule, dates }: Repeats): Series => {
  if ((rule === undefined) === (dates === undefined)) throw new RangeError('either a rule or dates');
  const tzid = fields.start.kind === 'date' ? null : fields.start.tzid;
  const zone = (tzid === null ? undefined : findZone(tzid)) ?? mailFile.zone;
  const starts =
    rule === undefined
      ? (dates ?? []).map((text) => timeLike(fields.start, text))
      : expandRule(rule, fields.start, zone);
  return { rule: rule ?? null, occurrences: occurrencesAt(fields, starts) };
};

export const createSeriesActs = (
  world: World,
  mailFile: MailFile,
  entryOf: (uid: string) => CalendarEntry,
  withContent: (fields: EntryFields, content: input.ChangeFollowingInput) => EntryFields,
): NotesSeries => {
  const repeating = (uid: string): CalendarEntry & { series: Series } => {
    const entry = entryOf(uid);
    if (entry.series === null) throw new RangeError(`${uid} does not repeat`);
    return entry as CalendarEntry & { series: Series };
  };
  return {
    changeSeries: ({ uid, start, end, ...repeats }) => {
      const entry = repeating(uid);
      const from = start === undefined ? entry.fields.start : timeLike(entry.fields.start, start);
      const to = end === undefined ? endAfter(entry.fields, from) : timeLike(entry.fields.end, end);
      const fields = { ...structuredClone(entry.fields), start: from, end: to };
      const before = new Map(entry.series.occurrences.map((one) => [one.recurrenceId, one]));
      const series = seriesOf(mailFile, fields, repeats);
      series.occurrences = series.occurrences.map((one) => {
        const known = before.get(one.recurrenceId);
        return known === undefined ? one : { ...one, override: known.override, deleted: known.deleted };
      });
      entry.series = series;
      changeEntry(world, mailFile, entry, null, fields, { workflow: isChair(mailFile, entry) });
    },
    changeFollowing: ({ recurrenceId, moveMinutes = 0, ...change }) => {
      const entry = repeating(change.uid);
      const following = entry.series.occurrences.filter(
        (one) => !one.deleted && one.recurrenceId >= recurrenceId,
      );
      if (following[0]?.recurrenceId !== recurrenceId) throw new RangeError(`no instance ${recurrenceId}`);
      for (const one of following) {
        const fields = withContent(structuredClone(instanceFields(entry, one)), { recurrenceId, ...change });
        const { start } = fields;
        const moved =
          start.kind === 'date' || moveMinutes === 0
            ? fields
            : { ...movedTo(fields, { ...start, at: start.at + moveMinutes * 60_000 }) };
        if (moved !== fields) moved.sequence += 1;
        changeEntry(world, mailFile, entry, one.recurrenceId, moved, { workflow: isChair(mailFile, entry) });
      }
    },
  };
};

/** Calendar entries and notices as the Notes documents they are: their items, and what becomes of them when written. */
import { abbreviated } from './directory.ts';
import { isoDate, isoInstant, parseStrictInstant } from './dates.ts';
import { movedTo } from './entries.ts';
import type { MailFile } from './mail-file.ts';
import type { CalendarEntry, EntryFields, Item, Notice, RichBody, TimeZone } from './model.ts';
import { instanceFields } from './series.ts';
import { toWall } from './time-zones.ts';

export type Items = Record<string, Item>;

export const textItem = (...values: string[]): Item => ({ type: 'text', values });
export const numberItem = (...values: number[]): Item => ({ type: 'number', values });
export const datetimeItem = (...values: string[]): Item => ({ type: 'datetime', values });

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Plain text as the HTML part Domino makes of a rich-text body. */
export const richText = (text: string): Item => ({
  type: 'richtext',
  values: [
    text
      .split(/\r?\n/)
      .map((line) => `<p>${escapeHtml(line)}</p>`)
      .join(''),
  ],
});

/** A body as a Notes user formatted it. */
export const formatted = ({ html, attachments }: RichBody): Item => ({
  type: 'richtext',
  values: [html],
  attachments,
});

/** The text of a body, one line per paragraph if it is HTML. */
export const plainText = (item: Item): string => {
  const body = String(item.values[0] ?? '');
  if (item.type !== 'richtext' || /^text\/plain/i.test(item.contentType ?? '')) return body;
  return body
    .replace(/<\/p>\s*<p>|<br\s*\/?>/gi, '\n')
    .replace(/<[^>]+>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
};

/** `Z=-1$DO=1$DL=3 -1 1 10 -1 1$ZX=…$ZN=…`: hours west of Greenwich and the daylight rule. */
export const notesZone = (zone: TimeZone): string => {
  const standard = zone.standard?.offsetTo ?? '+0000';
  const west = -Number(`${standard[0]}${standard.slice(1, 3)}`);
  // Half-hour zones have a form of their own, known by hearsay only.
  const minutes = standard.slice(3, 5);
  const hours =
    minutes === '00'
      ? String(west === 0 ? 0 : west)
      : `${west < 0 ? '-' : ''}${minutes}${String(Math.abs(west)).padStart(2, '0')}`;
  const rule = (text: string | undefined): string => {
    const month = /BYMONTH=(\d+)/.exec(text ?? '')?.[1];
    const week = /BYDAY=([+-]?\d+)/.exec(text ?? '')?.[1];
    return `${month ?? 1} ${week ?? 1} 1`;
  };
  const observes =
    zone.daylight === undefined
      ? '$DO=0'
      : `$DO=1$DL=${rule(zone.daylight.recurrenceRule)} ${rule(zone.standard?.recurrenceRule)}`;
  return `Z=${hours}${observes}$ZX=0$ZN=${zone.tzid.replace(/ Standard Time$/, '')}`;
};

const ICON = { '0': 160, '1': 63, '2': 9, '3': 158, '4': 10 } as const;
const TABLE = { '0': 'C0', '1': 'A0', '2': 'P0', '3': 'C0', '4': 'C0' } as const;

const byRole = (fields: EntryFields, roles: readonly string[]): Item =>
  textItem(
    ...fields.attendees.filter((one) => roles.includes(one.role)).map((one) => one.displayName ?? one.email),
  );

const timeItems = (mailFile: MailFile, entry: CalendarEntry | Notice): Items => {
  const parts =
    entry.series === null
      ? [entry.fields]
      : entry.series.occurrences.filter((one) => !one.deleted).map((one) => instanceFields(entry, one));
  const starts = parts.map((one) => isoInstant(mailFile.instant(one.start)));
  const ends = parts.map((one) => isoInstant(mailFile.instant(one.end)));
  const first = starts[0] ?? '';
  const last = ends[ends.length - 1] ?? '';
  const zone = textItem(notesZone(mailFile.zone));
  return {
    StartDateTime: datetimeItem(...starts),
    EndDateTime: datetimeItem(...ends),
    CalendarDateTime: datetimeItem(...starts),
    StartDate: datetimeItem(first),
    StartTime: datetimeItem(first),
    EndDate: datetimeItem(ends[0] ?? ''),
    EndTime: datetimeItem(ends[0] ?? ''),
    StartTimeZone: zone,
    EndTimeZone: zone,
    $NoPurge: datetimeItem(last),
    ...(entry.series === null ? {} : { RepeatDates: datetimeItem(...starts) }),
  };
};

/** Notes keeps the UNID itself as ApptUNID of what Notes made, an iCalendar UID otherwise. */
const apptUnid = (entry: CalendarEntry | Notice): string => entry.uid.replace(/-Lotus_Notes_Generated$/, '');

const commonItems = (mailFile: MailFile, entry: CalendarEntry | Notice): Items => {
  const { fields } = entry;
  const secret = fields.class === 'private';
  const free = fields.transparency === 'transparent';
  return {
    Subject: textItem(fields.summary),
    Location: textItem(fields.location),
    Categories: textItem(
      ...fields.categories
        .split(/[;,]/)
        .map((one) => one.trim())
        .filter((one) => one !== ''),
    ),
    ...(fields.description === null ? {} : { Body: richText(fields.description) }),
    // absent from the mail files of an older sandbox
    ...(fields.rich ? { Body: formatted(fields.rich) } : {}),
    ...timeItems(mailFile, entry),
    Chair: textItem(entry.chair),
    AltChair: textItem(entry.chair),
    Principal: textItem(entry.chair),
    ApptUNID: textItem(apptUnid(entry)),
    SequenceNum: numberItem(fields.sequence + 1),
    UpdateSeq: numberItem(fields.sequence + 1),
    OrgConfidential: textItem(secret ? '1' : ''),
    BookFreeTime: textItem(free ? '1' : ''),
    Repeats: textItem(entry.series === null ? '' : '1'),
    OrgRepeat: textItem(entry.series === null ? '' : '1'),
    Alarms: textItem(fields.alarm.length > 0 ? '1' : ''),
    RequiredAttendees: byRole(fields, ['req-participant']),
    OptionalAttendees: byRole(fields, ['opt-participant']),
    FYIAttendees: byRole(fields, ['non-participant']),
    ExcludeFromView: textItem('D'),
    $BusyName: textItem(mailFile.state.ownerName),
    $BusyPriority: textItem(free ? '2' : '1'),
    $CSVersion: textItem('2'),
    ...(secret ? {} : { $PublicAccess: textItem('1') }),
  };
};

export const entryItems = (mailFile: MailFile, entry: CalendarEntry): Items => ({
  AppointmentType: textItem(entry.appointmentType),
  ...commonItems(mailFile, entry),
  From: textItem(entry.chair),
  ORGTABLE: textItem(TABLE[entry.appointmentType]),
  _ViewIcon: numberItem(ICON[entry.appointmentType]),
  ...(entry.noticeType === null ? {} : { NoticeType: textItem(entry.noticeType) }),
  ...entry.items,
});

const NOTICE_ICON = { I: 133, U: 33, E: 33, C: 81, A: 83, R: 84, P: 83, T: 39, J: 38 } as const;

export const noticeItems = (mailFile: MailFile, notice: Notice): Items => ({
  AppointmentType: textItem('3'),
  NoticeType: textItem(notice.noticeType),
  ...commonItems(mailFile, notice),
  From: textItem(notice.from),
  SendTo: textItem(abbreviated(mailFile.state.ownerName)),
  _ViewIcon: numberItem(NOTICE_ICON[notice.noticeType]),
});

const CALENDAR_ITEMS = ['StartDateTime', 'EndDateTime', 'CalendarDateTime'];

const firstText = (items: Items, name: string): string => String(items[name]?.values[0] ?? '');

/**
 * The content an entry has once its document holds `items`, or null when the document no longer stands on the calendar:
 * a date item is gone or has become text. `written` are the names the client wrote.
 */
export const fieldsFromItems = (
  mailFile: MailFile,
  entry: CalendarEntry,
  items: Items,
  written: readonly string[],
): EntryFields | null => {
  if (CALENDAR_ITEMS.some((name) => items[name]?.type !== 'datetime' || items[name].values.length === 0))
    return null;
  let fields: EntryFields = {
    ...entry.fields,
    summary: firstText(items, 'Subject'),
    location: firstText(items, 'Location'),
    categories: (items['Categories']?.values ?? []).join(';'),
    class: firstText(items, 'OrgConfidential') === '1' ? 'private' : 'public',
    transparency: firstText(items, 'BookFreeTime') === '1' ? 'transparent' : 'opaque',
  };
  const body = items['Body'];
  if (written.includes('Body') && body !== undefined)
    fields = { ...fields, description: plainText(body), rich: null };
  const startAt = parseStrictInstant(firstText(items, 'StartDateTime'));
  const endAt = parseStrictInstant(firstText(items, 'EndDateTime'));
  if (entry.series === null && startAt !== null && endAt !== null) {
    const time = (at: number): EntryFields['start'] =>
      entry.fields.start.kind === 'date'
        ? { kind: 'date', date: isoDate(toWall(mailFile.zone, at)) }
        : { ...entry.fields.start, at };
    const movedStart = mailFile.instant(entry.fields.start) !== startAt;
    const movedEnd = mailFile.instant(entry.fields.end) !== endAt;
    if (movedStart || movedEnd)
      fields = movedTo(fields, movedStart ? time(startAt) : fields.start, movedEnd ? time(endAt) : undefined);
  }
  return fields;
};

/** Items of an entry that its own fields stand for; anything else a client writes is kept beside them. */
export const isMapped = (mailFile: MailFile, entry: CalendarEntry, name: string): boolean =>
  name === 'Body' || name in commonItems(mailFile, entry);
